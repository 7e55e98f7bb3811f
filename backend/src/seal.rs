//! Secrets at rest: XChaCha20-Poly1305 with the key of the configuration and the row's id as associated data.

use anyhow::{Context, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::ExposeSecret;
use serde_json::Value;
use uuid::Uuid;

use crate::config::Config;

const NONCE_BYTES: usize = 24;
/// Stands where a secret is not shown.
pub const MASKED: &str = shared::catalog::SECRET_KEPT;
/// What names of secrets have in them, headers' names too.
const NAMES: [&str; 9] =
    ["password", "passwd", "passphrase", "secret", "token", "private", "key", "authorization", "cookie"];

/// Hides whatever is called a secret.
pub fn masked(value: Value) -> Value {
    let secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        NAMES.iter().any(|word| key.contains(word))
    };
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let shown = if secret(&key) { Value::String(MASKED.to_owned()) } else { masked(value) };
                    (key, shown)
                })
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(masked).collect()),
        other => other,
    }
}

/// Seals and opens secrets. The nonce stands before the ciphertext.
#[derive(Clone)]
pub struct Sealer(XChaCha20Poly1305);

impl Sealer {
    /// Takes the key from `secret_key.value` or `secret_key.file`: 32 bytes in base64.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let (key, text) = match (&config.secret_key.value, &config.secret_key.file) {
            (Some(value), _) => ("secret_key.value", value.expose_secret().to_owned()),
            (None, Some(file)) => {
                let text = std::fs::read_to_string(file)
                    .with_context(|| format!("secret_key.file: reading {}", file.display()))?;
                ("secret_key.file", text)
            }
            (None, None) => {
                anyhow::bail!("set secret_key.file or secret_key.value (HOSTWRIGHT__SECRET_KEY__FILE)")
            }
        };
        let bytes = STANDARD.decode(text.trim()).with_context(|| format!("{key} is not base64"))?;
        ensure!(bytes.len() == 32, "{key} has {} bytes instead of 32", bytes.len());
        let key = Key::try_from(bytes.as_slice()).context("the secret key does not fit")?;
        Ok(Self(XChaCha20Poly1305::new(&key)))
    }

    /// Seals `secret` so that it opens for the row `owner` only.
    pub fn seal(&self, owner: Uuid, secret: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = XNonce::generate();
        let sealed = self
            .0
            .encrypt(&nonce, Payload { msg: secret, aad: owner.as_bytes() })
            .map_err(|_| anyhow::anyhow!("sealing failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what `seal` made. Fails for another row, another key, or a changed byte.
    pub fn open(&self, owner: Uuid, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        ensure!(sealed.len() > NONCE_BYTES, "sealed value too short");
        let (nonce, sealed) = sealed.split_at(NONCE_BYTES);
        let nonce = XNonce::try_from(nonce).context("nonce")?;
        self.0
            .decrypt(&nonce, Payload { msg: sealed, aad: owner.as_bytes() })
            .map_err(|_| anyhow::anyhow!("the secret does not open with this key"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_key_is_named_by_where_it_stands() {
        let fault = |key: &str| {
            let config = format!(
                "database = {{ url = 'postgres://localhost/x' }}\nredis = {{ url = 'redis://localhost/' }}\n{key}"
            );
            let built = Sealer::from_config(&Config::parse(&config).unwrap());
            format!("{:#}", built.err().expect("refused"))
        };
        for (key, named) in [
            ("", "secret_key.file or secret_key.value"),
            ("secret_key = { value = '!' }", "secret_key.value"),
            ("secret_key = { value = 'AAAA' }", "secret_key.value"),
            ("secret_key = { file = '/nowhere/at/all' }", "secret_key.file"),
            ("secret_key = { file = '/dev/null' }", "secret_key.file"),
        ] {
            let told = fault(key);
            assert!(told.contains(named), "{told}");
        }
    }
}

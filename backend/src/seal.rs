//! Secrets at rest: XChaCha20-Poly1305 with the key of the configuration and the row's id as associated data.
//!
//! A sealed secret does not say which key it was sealed by: only the right one opens it. So several are tried, and
//! `rotation` seals by the present one what others open.

use std::path::Path;

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
/// The one key of what stands in settings in place of a secret: `{"$sealed": "…"}`, in base64.
pub const MARK: &str = "$sealed";
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

/// Which key seals a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedBy {
    Present,
    /// One of those that only open.
    Other,
}

/// Seals and opens secrets. The nonce stands before the ciphertext.
///
/// Seals by the present key; what other keys of the configuration sealed opens, too.
#[derive(Clone)]
pub struct Sealer {
    present: XChaCha20Poly1305,
    others: Vec<XChaCha20Poly1305>,
}

impl Sealer {
    /// Takes the present key from `secret_key.value` or `secret_key.file`, and the others from `secret_key.other_values` and
    /// `secret_key.other_files`: each 32 bytes in base64.
    pub fn from_config(config: &Config) -> anyhow::Result<Self> {
        let keys = &config.secret_key;
        let present = match (&keys.value, &keys.file) {
            (Some(value), _) => cipher("secret_key.value", value.expose_secret())?,
            (None, Some(file)) => cipher_of_file("secret_key.file", file)?,
            (None, None) => {
                anyhow::bail!("set secret_key.file or secret_key.value (HOSTWRIGHT__SECRET_KEY__FILE)")
            }
        };
        let mut others = Vec::new();
        for file in &keys.other_files {
            others.push(cipher_of_file("secret_key.other_files", file)?);
        }
        for value in &keys.other_values {
            others.push(cipher("secret_key.other_values", value.expose_secret())?);
        }
        Ok(Self { present, others })
    }

    /// Seals `secret` so that it opens for the row `owner` only.
    pub fn seal(&self, owner: Uuid, secret: &[u8]) -> anyhow::Result<Vec<u8>> {
        let nonce = XNonce::generate();
        let sealed = self
            .present
            .encrypt(&nonce, Payload { msg: secret, aad: owner.as_bytes() })
            .map_err(|_| anyhow::anyhow!("sealing failed"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what `seal` made. Fails for another row, a key that is not configured, or a changed byte.
    pub fn open(&self, owner: Uuid, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        Ok(self.opened_by(owner, sealed)?.1)
    }

    /// As `open`, and says which key it is sealed by.
    pub fn opened_by(&self, owner: Uuid, sealed: &[u8]) -> anyhow::Result<(SealedBy, Vec<u8>)> {
        ensure!(sealed.len() > NONCE_BYTES, "sealed value too short");
        let (nonce, sealed) = sealed.split_at(NONCE_BYTES);
        let nonce = XNonce::try_from(nonce).context("nonce")?;
        let open = |key: &XChaCha20Poly1305| {
            key.decrypt(&nonce, Payload { msg: sealed, aad: owner.as_bytes() }).ok()
        };
        if let Some(secret) = open(&self.present) {
            return Ok((SealedBy::Present, secret));
        }
        let secret = self.others.iter().find_map(open).context("no configured key opens the secret")?;
        Ok((SealedBy::Other, secret))
    }
}

/// The cipher of a key that stands at `name` of the configuration.
fn cipher(name: &str, text: &str) -> anyhow::Result<XChaCha20Poly1305> {
    let bytes = STANDARD.decode(text.trim()).with_context(|| format!("{name} is not base64"))?;
    ensure!(bytes.len() == 32, "{name} has {} bytes instead of 32", bytes.len());
    let key = Key::try_from(bytes.as_slice()).context("the secret key does not fit")?;
    Ok(XChaCha20Poly1305::new(&key))
}

fn cipher_of_file(name: &str, file: &Path) -> anyhow::Result<XChaCha20Poly1305> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("{name}: reading {}", file.display()))?;
    cipher(name, &text).with_context(|| format!("the key in {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    const SECOND: &str = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";

    /// Seals by `present`, and opens what `other` sealed, unless that is empty.
    fn sealer(present: &str, other: &str) -> Sealer {
        let others = if other.is_empty() { String::new() } else { format!("'{other}'") };
        let config = format!(
            "database = {{ url = 'postgres://localhost/x' }}\nredis = {{ url = 'redis://localhost/' }}
             secret_key = {{ value = '{present}', other_values = [{others}] }}"
        );
        Sealer::from_config(&Config::parse(&config).unwrap()).unwrap()
    }

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
        for (other, named) in [
            ("other_values = ['AAAA']", "secret_key.other_values"),
            ("other_files = ['/nowhere/at/all']", "secret_key.other_files: reading /nowhere/at/all"),
            ("other_files = ['/dev/null']", "/dev/null: secret_key.other_files"),
        ] {
            let told = fault(&format!("secret_key = {{ value = '{FIRST}', {other} }}"));
            assert!(told.contains(named), "{told}");
            assert!(!told.contains("AAAA"), "a key is not told: {told}");
        }
    }

    #[test]
    fn a_secret_opens_for_its_row_by_each_key_that_is_configured() {
        let (row, other_row) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let sealed = sealer(FIRST, "").seal(row, b"open sesame").unwrap();
        let opened = |sealer: Sealer, row| sealer.opened_by(row, &sealed).ok();
        let secret = b"open sesame".to_vec();
        assert_eq!(opened(sealer(FIRST, ""), row), Some((SealedBy::Present, secret.clone())));
        assert_eq!(opened(sealer(FIRST, SECOND), row), Some((SealedBy::Present, secret.clone())));
        assert_eq!(opened(sealer(SECOND, FIRST), row), Some((SealedBy::Other, secret)));
        assert_eq!(opened(sealer(SECOND, ""), row), None);
        assert_eq!(opened(sealer(SECOND, FIRST), other_row), None, "it is bound to its row");
        assert_eq!(opened(sealer(FIRST, ""), other_row), None);
        let mut changed = sealed.clone();
        changed[30] ^= 1;
        assert!(sealer(SECOND, FIRST).open(row, &changed).is_err());
        assert!(sealer(SECOND, FIRST).open(row, &sealed[..NONCE_BYTES]).is_err());
    }

    #[test]
    fn other_keys_only_open() {
        let row = Uuid::from_u128(1);
        let sealed = sealer(SECOND, FIRST).seal(row, b"open sesame").unwrap();
        assert_eq!(sealer(SECOND, "").open(row, &sealed).unwrap(), b"open sesame");
        assert!(sealer(FIRST, "").open(row, &sealed).is_err());
    }
}

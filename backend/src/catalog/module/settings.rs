//! Settings of modules and their secrets: sealed where they are stored, masked in answers, opened for calls.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provisioners::secret_keys;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::http::Fields;
use crate::http::error::Result;
use crate::seal::{MASKED, Sealer};

/// Values by key, as a module's schema has them.
pub type Settings = Map<String, Value>;

/// The one key of what stands in place of a secret that is stored.
const SEALED: &str = "$sealed";

fn sealed_text(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get(SEALED)?.as_str()
}

/// Whatever a module's secrets are, as they are shown: that they are set, never what they are.
pub fn masked(schema: &Value, stored: &Settings) -> Settings {
    let secrets = secret_keys(schema);
    let show = |(key, value): (&String, &Value)| {
        let hidden = sealed_text(value).is_some() || secrets.contains(&key.as_str());
        (key.clone(), if hidden { json!(MASKED) } else { value.clone() })
    };
    stored.iter().map(show).collect()
}

/// Seals the secrets of settings for the row `owner`.
pub fn sealed(sealer: &Sealer, owner: Uuid, schema: &Value, plain: &Settings) -> Result<Settings> {
    let secrets = secret_keys(schema);
    let mut stored = plain.clone();
    for (key, value) in &mut stored {
        if secrets.contains(&key.as_str()) {
            let sealed = sealer.seal(owner, &serde_json::to_vec(value)?)?;
            *value = json!({ SEALED: STANDARD.encode(sealed) });
        }
    }
    Ok(stored)
}

/// The settings of the row `owner` with their secrets: for calls of the module only.
pub fn opened(sealer: &Sealer, owner: Uuid, stored: &Value) -> Result<Settings> {
    let mut plain: Settings = serde_json::from_value(stored.clone())?;
    for (key, value) in &mut plain {
        if let Some(text) = sealed_text(value) {
            let sealed = STANDARD.decode(text).with_context(|| format!("the sealed setting {key}"))?;
            *value = serde_json::from_slice(&sealer.open(owner, &sealed)?)?;
        }
    }
    Ok(plain)
}

/// What was sent, with the secrets that it keeps taken from `before`. Faults are named below `prefix`.
pub fn merged(
    fields: &mut Fields,
    prefix: &str,
    schema: &Value,
    given: &Settings,
    before: &Settings,
) -> Settings {
    let secrets = secret_keys(schema);
    let mut plain = given.clone();
    plain.retain(|key, value| {
        let name = format!("{prefix}.{key}");
        if sealed_text(value).is_some() {
            fields.add(name, "invalid", "This cannot be stored.");
            return false;
        }
        if *value == MASKED {
            // One that was a secret when it was stored was answered so, too.
            match before.get(key) {
                Some(kept) => *value = kept.clone(),
                None if secrets.contains(&key.as_str()) => {
                    fields.add(name, "required", "Nothing is kept here yet: give the secret.");
                    return false;
                }
                None => {}
            }
        }
        true
    });
    plain
}

/// The secrets of settings that are texts.
pub fn secrets(schema: &Value, plain: &Settings) -> Vec<String> {
    let text = |key: &str| plain.get(key).and_then(Value::as_str).map(str::to_owned);
    secret_keys(schema).into_iter().filter_map(text).collect()
}

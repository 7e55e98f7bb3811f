//! Settings of modules and their secrets: sealed where they are stored, masked in answers, opened for calls.

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use provisioners::secret_keys;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::http::Fields;
use crate::http::error::Result;
use crate::seal::{MARK, MASKED, Sealer};

/// Values by key, as a module's schema has them.
pub type Settings = Map<String, Value>;

fn sealed_text(value: &Value) -> Option<&str> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    map.get(MARK)?.as_str()
}

/// Whatever a module's secrets are, as they are shown: that they are set, never what they are.
pub fn masked(schema: &Value, stored: &Settings) -> Settings {
    masked_but(&secret_keys(schema), stored)
}

/// The same of settings that were opened or given: what was sealed in `stored` is hidden, too, whatever the schema says now.
pub fn masked_like(stored: &Value, schema: &Value, plain: &Settings) -> Settings {
    let mut hidden = secret_keys(schema);
    let sealed = stored.as_object().into_iter().flatten().filter(|(_, value)| sealed_text(value).is_some());
    hidden.extend(sealed.map(|(key, _)| key.as_str()));
    masked_but(&hidden, plain)
}

/// The same of settings that a call was given, opened: nobody knows any more what was sealed of them.
pub fn masked_opened(schema: &Value, opened: &Settings) -> Settings {
    masked_but(&hidden_keys(schema, opened), opened)
}

fn masked_but(hidden: &[&str], settings: &Settings) -> Settings {
    let show = |(key, value): (&String, &Value)| {
        let hidden = sealed_text(value).is_some() || hidden.contains(&key.as_str());
        (key.clone(), if hidden { json!(MASKED) } else { value.clone() })
    };
    settings.iter().map(show).collect()
}

/// The keys of opened settings that are not shown: secrets, and what the schema does not know. An earlier version of the module
/// may have had it for a secret.
fn hidden_keys<'a>(schema: &'a Value, opened: &'a Settings) -> Vec<&'a str> {
    let known = |key: &str| schema.get("properties").and_then(|properties| properties.get(key)).is_some();
    let mut hidden = secret_keys(schema);
    hidden.extend(opened.keys().map(String::as_str).filter(|key| !known(key)));
    hidden
}

/// Seals the secrets of settings for the row `owner`.
pub fn sealed(sealer: &Sealer, owner: Uuid, schema: &Value, plain: &Settings) -> Result<Settings> {
    let secrets = secret_keys(schema);
    let mut stored = plain.clone();
    for (key, value) in &mut stored {
        if secrets.contains(&key.as_str()) {
            let sealed = sealer.seal(owner, &serde_json::to_vec(value)?)?;
            *value = json!({ MARK: STANDARD.encode(sealed) });
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

/// What is not shown of opened settings, as far as it is text.
pub fn secrets(schema: &Value, opened: &Settings) -> Vec<String> {
    let text = |key: &str| opened.get(key).and_then(Value::as_str).map(str::to_owned);
    hidden_keys(schema, opened).into_iter().filter_map(text).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_a_secret_of_an_earlier_schema_is_not_shown() {
        let schema = json!({ "properties": { "url": {}, "token": { "writeOnly": true }, "name": {} } });
        let settings = |value: Value| -> Settings { serde_json::from_value(value).unwrap() };
        // `key` was renamed to `token`, and `name` is no secret any more.
        let stored = json!({ "url": "up", "key": { "$sealed": "AAAA" }, "name": { "$sealed": "AAAA" } });
        let shown = json!({ "url": "up", "key": MASKED, "name": MASKED });
        assert_eq!(masked(&schema, &settings(stored.clone())), settings(shown));
        let given = settings(json!({ "url": "up", "token": "new", "name": "ada" }));
        let shown = json!({ "url": "up", "token": MASKED, "name": MASKED });
        assert_eq!(masked_like(&stored, &schema, &given), settings(shown));
        let opened = settings(json!({ "url": "up", "key": "former", "token": "new", "name": "ada" }));
        let shown = json!({ "url": "up", "key": MASKED, "token": MASKED, "name": "ada" });
        assert_eq!(masked_opened(&schema, &opened), settings(shown));
        let mut hidden = secrets(&schema, &opened);
        hidden.sort();
        assert_eq!(hidden, ["former", "new"]);
    }
}

//! Examples for the API document: every schema without one of its own gets what its fields make up.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{Components, Schema};

/// How deep a schema may refer to others; only one that holds itself goes deeper.
const DEPTH_MAX: u8 = 12;

/// Gives every object schema an example that fits it.
pub(super) fn complete(components: &mut Components) -> serde_json::Result<()> {
    let schemas: BTreeMap<String, Value> = components
        .schemas
        .iter()
        .map(|(name, schema)| Ok((name.clone(), serde_json::to_value(schema)?)))
        .collect::<serde_json::Result<_>>()?;
    for (name, schema) in &mut components.schemas {
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        let lacks = object.example.is_none() && object.examples.is_empty();
        if lacks && !object.properties.is_empty() {
            object.examples = vec![of(&schemas[name], &schemas, "", DEPTH_MAX)];
        }
    }
    Ok(())
}

/// A value that fits the schema; `field` is the name of the property that it is of.
fn of(schema: &Value, schemas: &BTreeMap<String, Value>, field: &str, depth: u8) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    if let Some(name) = schema["$ref"].as_str().and_then(|path| path.rsplit('/').next()) {
        return schemas.get(name).map_or(Value::Null, |schema| of(schema, schemas, field, depth - 1));
    }
    let own = [
        &schema["example"],
        &schema["examples"][0],
        &schema["const"],
        &schema["enum"][0],
        &schema["default"],
    ];
    if let Some(own) = own.into_iter().find(|value| !value.is_null()) {
        return own.clone();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let parts = parts.iter().filter_map(|part| match of(part, schemas, field, depth - 1) {
            Value::Object(part) => Some(part),
            _ => None,
        });
        return Value::Object(parts.flatten().collect());
    }
    for choice in ["oneOf", "anyOf"] {
        if let Some(first) =
            schema[choice].as_array().and_then(|choices| choices.iter().find(|one| one["type"] != "null"))
        {
            return of(first, schemas, field, depth - 1);
        }
    }
    match kind(schema) {
        "object" => object(schema, schemas, depth),
        "array" => json!([of(&schema["items"], schemas, field, depth - 1)]),
        "boolean" => json!(false),
        "integer" | "number" => schema["minimum"]
            .as_f64()
            .filter(|least| *least > 1.0)
            .map_or(json!(1), |_| schema["minimum"].clone()),
        "string" => json!(text(schema, field)),
        _ => Value::Null,
    }
}

/// The type of a schema; of several the first that is not `null`.
fn kind(schema: &Value) -> &str {
    match &schema["type"] {
        Value::Array(kinds) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("")
        }
        kind => kind.as_str().unwrap_or(""),
    }
}

fn object(schema: &Value, schemas: &BTreeMap<String, Value>, depth: u8) -> Value {
    let properties = schema["properties"].as_object().into_iter().flatten();
    let mut made: Map<String, Value> =
        properties.map(|(name, field)| (name.clone(), of(field, schemas, name, depth - 1))).collect();
    // Maps are of texts by language.
    if made.is_empty() && schema["additionalProperties"].is_object() {
        made.insert("en".to_owned(), of(&schema["additionalProperties"], schemas, "", depth - 1));
    }
    Value::Object(made)
}

/// A text for a field of this name, format and length.
fn text(schema: &Value, field: &str) -> String {
    let made = match (schema["format"].as_str().unwrap_or(""), field) {
        ("uuid", _) => "01920000-0000-7000-8000-000000000001",
        ("date-time", _) => "2026-11-21T09:30:00Z",
        ("date", _) => "2026-11-21",
        ("email", _) | (_, "email") => "anna@example.com",
        (_, "first_name") => "Anna",
        (_, "last_name") => "Nowak",
        (_, "company_name") => "Nowak Hosting",
        (_, "phone") => "+48 600 100 200",
        (_, "city") => "Warszawa",
        (_, "postcode") => "00-950",
        (_, "line1") => "Prosta 1",
        (_, "country") => "PL",
        (_, "ip") => "198.51.100.7",
        (_, "time_zone") => "Europe/Warsaw",
        (_, "password" | "new_password" | "current_password") => "a long pass phrase 7",
        (_, "code") => "123456",
        (_, "reason" | "note") => "As agreed on the phone.",
        _ => "text",
    };
    let length = |name: &str| schema[name].as_u64().and_then(|length| usize::try_from(length).ok());
    let mut made: String = made.chars().take(length("maxLength").unwrap_or(usize::MAX)).collect();
    while made.chars().count() < length("minLength").unwrap_or(0) {
        made.push('x');
    }
    made
}

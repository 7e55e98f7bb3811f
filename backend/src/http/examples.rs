//! Examples for the API document: every schema without one of its own gets what its fields make up, and so do
//! bodies and answers whose schema has none.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::{Components, Schema};
use utoipa::openapi::{Content, OpenApi as Document, RefOr};

/// How deep a schema may refer to others; only one that holds itself goes deeper.
const DEPTH_MAX: u8 = 24;

/// The SHA-256 of nothing.
const HASH: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Gives every object schema an example that fits it, and every body and answer in JSON without one.
pub(super) fn complete(document: &mut Document) -> serde_json::Result<()> {
    let Some(components) = &mut document.components else { return Ok(()) };
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
    for item in document.paths.paths.values_mut() {
        let operations = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        for operation in operations.into_iter().flatten() {
            let body = operation.request_body.iter_mut().filter_map(written);
            let answers = operation.responses.responses.values_mut().filter_map(written);
            let bodies = body.flat_map(|body| &mut body.content);
            let contents = bodies.chain(answers.flat_map(|answer| &mut answer.content));
            for (_, content) in contents.filter(|(media_type, _)| *media_type == "application/json") {
                show(content, &schemas, components)?;
            }
        }
    }
    Ok(())
}

/// What is written where it is used.
fn written<T>(part: &mut RefOr<T>) -> Option<&mut T> {
    match part {
        RefOr::T(part) => Some(part),
        RefOr::Ref(_) => None,
    }
}

/// Gives a body or answer an example, when neither it nor the schema that it names has one.
fn show(
    content: &mut RefOr<Content>,
    schemas: &BTreeMap<String, Value>,
    components: &Components,
) -> serde_json::Result<()> {
    let RefOr::T(content) = content else { return Ok(()) };
    let Some(schema) = &content.schema else { return Ok(()) };
    let schema = serde_json::to_value(schema)?;
    let name = named(&schema);
    let shown = match name.and_then(|name| components.schemas.get(name)) {
        Some(RefOr::T(Schema::Object(object))) => object.example.is_some() || !object.examples.is_empty(),
        _ => false,
    };
    if shown || content.example.is_some() || !content.examples.is_empty() {
        return Ok(());
    }
    let schema = name.and_then(|name| schemas.get(name)).unwrap_or(&schema);
    // Of what was only tried, or was done, the latter.
    let last = schema["oneOf"].as_array().and_then(|choices| choices.last()).unwrap_or(schema);
    content.example = Some(of(last, schemas, "", DEPTH_MAX));
    Ok(())
}

/// The name of the schema that is referred to.
fn named(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str().and_then(|path| path.rsplit('/').next())
}

/// A value that fits the schema; `field` is the name of the property that it is of.
fn of(schema: &Value, schemas: &BTreeMap<String, Value>, field: &str, depth: u8) -> Value {
    if depth == 0 {
        return Value::Null;
    }
    if let Some(name) = named(schema) {
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

/// A text for a field of this name, format, pattern and length.
fn text(schema: &Value, field: &str) -> String {
    let pattern = schema["pattern"].as_str().unwrap_or("");
    let made = match (schema["format"].as_str().unwrap_or(""), field) {
        _ if pattern == "^[A-Z]{2}$" => "PL",
        _ if pattern == "^[0-9a-f]{64}$" => HASH,
        _ if pattern.starts_with(r"^\d{1,11}(\.\d{1,4})?") => "12.34",
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

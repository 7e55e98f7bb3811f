//! The OpenAPI document: what every operation has in common is added here, once.

use std::collections::BTreeMap;

use shared::{FieldError, Problem};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{ArrayItems, Schema};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, RefOr};
use utoipa::{Modify, OpenApi};

use crate::http::problems::{Schemas, Taken};
use crate::http::{meanings, problems};

/// The ground that the operations are added to.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Hostwright",
        description = "Billing and automation for cloud and hosting providers. Money is a decimal string with its currency, \
                       instants are RFC 3339 in UTC, ids are UUIDv7, problems follow RFC 9457.",
        license(name = "AGPL-3.0-or-later", identifier = "AGPL-3.0-or-later"),
        contact(name = "Hostwright", url = "https://hostwright.example")
    ),
    servers((url = "/", description = "This installation")),
    components(schemas(Problem, FieldError, shared::billing::ledger::ExportFormat, shared::catalog::ImageSlot)),
    modifiers(&Common),
    tags(
        (name = "auth", description = "Signing in and out, second factors, passwords."),
        (name = "me", description = "The signed-in user: account, security, tokens."),
        (name = "public", description = "What anybody may see: catalogue, countries, branding."),
        (name = "clients", description = "Customer accounts and their users."),
        (name = "staff", description = "Administrators, their groups and permissions."),
        (name = "catalog", description = "Products, groups, attributes, options and prices."),
        (name = "services", description = "Orders and services."),
        (name = "billing", description = "Wallet, ledger, documents, payments and taxes."),
        (name = "companies", description = "The provider's legal entities that sell."),
        (name = "automation", description = "Tasks, schedule and messages."),
        (name = "settings", description = "Settings, currencies and countries."),
        (name = "system", description = "Health and the development clock.")
    )
)]
pub struct ApiDoc;

struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let cookie = |name: &str, text: &str| {
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(name, text)))
        };
        components.add_security_scheme(
            "staff_session",
            cookie("hw_admin_session", "Session of the admin portal; writes also send X-CSRF-Token."),
        );
        components.add_security_scheme(
            "user_session",
            cookie("hw_session", "Session of the client portal; writes also send X-CSRF-Token."),
        );
        let token = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("hw_…")
            .description(Some("An API token of staff or of a client; it needs no X-CSRF-Token."))
            .build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// Adds what every operation has: its problems, and the security its area asks for; and what the names of fields
/// and the parts of paths mean everywhere.
pub fn complete(document: &mut Document) {
    let mut words = BTreeMap::new();
    for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
        if let (RefOr::T(Schema::Object(object)), Some(of)) = (&mut *schema, name.strip_suffix("Id")) {
            object.description.get_or_insert_with(|| format!("Id of a row: {of}. UUIDv7."));
        }
        describe_fields(schema);
        if let Some(Some(description)) = description_of(schema) {
            words.insert(name.clone(), description.clone());
        }
    }
    let schemas = Schemas::of(document.components.as_ref());
    document.components.get_or_insert_default().responses.extend(problems::answers());
    for (path, item) in &mut document.paths.paths {
        let security: &[&str] = if path.starts_with("/api/v1/admin/") {
            &["staff_session", "token"]
        } else if path.starts_with("/api/v1/clients/") {
            &["user_session", "token"]
        } else if path.starts_with("/api/v1/me") {
            &["user_session"]
        } else {
            &[]
        };
        let writes = [&mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        let operations =
            writes.into_iter().map(|operation| (operation, true)).chain([(&mut item.get, false)]);
        for (operation, writes) in
            operations.filter_map(|(operation, writes)| Some((operation.as_mut()?, writes)))
        {
            if !security.is_empty() {
                operation.security = Some(
                    security
                        .iter()
                        .map(|name| utoipa::openapi::SecurityRequirement::new(*name, Vec::<String>::new()))
                        .collect(),
                );
            }
            let taken = Taken::of(operation, path, writes, &schemas);
            problems::add(operation, taken);
            describe_taken(operation, path, &words);
            for (status, response) in &mut operation.responses.responses {
                if let RefOr::T(response) = response
                    && response.description.is_empty()
                {
                    response.description = match status.as_str() {
                        "201" => "Created.",
                        "202" => "Taken; it is being worked on.",
                        "204" => "Done; there is nothing to say.",
                        _ => "What was asked for.",
                    }
                    .to_owned();
                }
            }
        }
    }
}

/// Takes out the schemas that nothing refers to: those that were only the parts of a page of rows.
pub fn prune(document: &mut Document) -> serde_json::Result<()> {
    loop {
        let text = document.to_json()?;
        let Some(components) = &mut document.components else { return Ok(()) };
        let before = components.schemas.len();
        components.schemas.retain(|name, _| text.contains(&format!("#/components/schemas/{name}\"")));
        if components.schemas.len() == before {
            return Ok(());
        }
    }
}

/// Describes what an operation takes: the parameters of its path by what stands before them, its body by the
/// body's schema. `words` are what the named schemas say of themselves. What a query takes says so itself.
fn describe_taken(operation: &mut Operation, path: &str, words: &BTreeMap<String, String>) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && parameter.parameter_in == ParameterIn::Path
            && parameter.description.is_none()
        {
            parameter.description = meanings::in_path(path, &parameter.name).map(str::to_owned);
        }
    }
    let Some(RefOr::T(body)) = &mut operation.request_body else { return };
    if body.description.is_none() {
        let schemas = body.content.values().filter_map(|content| match content {
            RefOr::T(content) => content.schema.as_ref(),
            RefOr::Ref(_) => None,
        });
        let mut names = schemas.filter_map(|schema| match schema {
            RefOr::Ref(named) => named.ref_location.rsplit('/').next(),
            RefOr::T(_) => None,
        });
        body.description = names.find_map(|name| words.get(name).cloned());
    }
}

/// Where a schema says what it is. `None`: it is named here and says so elsewhere.
fn description_of(schema: &mut RefOr<Schema>) -> Option<&mut Option<String>> {
    match schema {
        RefOr::T(Schema::Object(schema)) => Some(&mut schema.description),
        RefOr::T(Schema::Array(schema)) => Some(&mut schema.description),
        RefOr::T(Schema::OneOf(schema)) => Some(&mut schema.description),
        RefOr::T(Schema::AllOf(schema)) => Some(&mut schema.description),
        RefOr::T(Schema::AnyOf(schema)) => Some(&mut schema.description),
        _ => None,
    }
}

/// What is said of a field at the schema that it names: of what may be `null` it is written there.
fn said(choice: &RefOr<Schema>) -> Option<String> {
    match choice {
        RefOr::Ref(named) if !named.description.is_empty() => Some(named.description.clone()),
        _ => None,
    }
}

/// Gives fields without a description the one that their name has everywhere.
fn describe_fields(schema: &mut RefOr<Schema>) {
    match schema {
        RefOr::T(Schema::Object(object)) => {
            for (name, field) in &mut object.properties {
                let of_choice = match field {
                    RefOr::T(Schema::OneOf(field)) => field.items.iter().find_map(said),
                    _ => None,
                };
                let Some(description) = description_of(field) else { continue };
                if description.is_none() {
                    *description = of_choice.or_else(|| meanings::of(name).map(str::to_owned));
                }
                describe_fields(field);
            }
        }
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter_mut().for_each(describe_fields),
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(describe_fields),
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(item) = &mut array.items {
                describe_fields(item);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::http::router;

    /// What a reference within the document names; anything else is itself.
    fn meant<'a>(document: &'a Value, part: &'a Value) -> &'a Value {
        match part["$ref"].as_str() {
            Some(place) => document.pointer(place.trim_start_matches('#')).expect(place),
            None => part,
        }
    }

    fn is_described(part: &Value) -> bool {
        part["description"].as_str().is_some_and(|text| !text.trim().is_empty())
    }

    /// The fields of a schema, at any depth; one that names a schema is described by that one as well.
    fn gather<'a>(document: &'a Value, at: &str, schema: &'a Value, parts: &mut Vec<(String, &'a Value)>) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            let at = format!("{at}.{name}");
            parts.push((at.clone(), if is_described(field) { field } else { meant(document, field) }));
            gather(document, &at, field, parts);
        }
        let choices = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|kind| schema[kind].as_array());
        let inside = [&schema["items"], &schema["additionalProperties"]];
        let inside = choices.flatten().chain(inside).filter(|part| part.is_object());
        inside.for_each(|part| gather(document, at, part, parts));
    }

    fn operations(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        operations.map(|operation| (operation["operationId"].as_str().unwrap(), operation))
    }

    #[test]
    fn everything_in_the_document_says_what_it_is() {
        let document = serde_json::to_value(router::document()).unwrap();
        let mut parts = Vec::new();
        for kind in ["schemas", "responses", "securitySchemes"] {
            for (name, part) in document["components"][kind].as_object().unwrap() {
                parts.push((format!("{kind} {name}"), part));
                gather(&document, name, part, &mut parts);
            }
        }
        for (id, operation) in operations(&document) {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                parts.push((format!("{id}: {}", parameter["name"]), parameter));
                gather(&document, id, &parameter["schema"], &mut parts);
            }
            if operation["requestBody"].is_object() {
                parts.push((format!("{id}: body"), &operation["requestBody"]));
            }
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let answer = meant(&document, answer);
                parts.push((format!("{id}: {status}"), answer));
                for header in answer["headers"].as_object().into_iter().flatten() {
                    parts.push((format!("{id}: {status}: {}", header.0), header.1));
                }
            }
        }
        let silent: Vec<&str> =
            parts.iter().filter(|(_, part)| !is_described(part)).map(|(at, _)| at.as_str()).collect();
        assert!(silent.is_empty(), "without a description: {silent:#?}");
        assert!(parts.len() > 5000, "{}", parts.len());
    }

    #[test]
    fn every_body_and_answer_in_json_has_an_example() {
        let document = serde_json::to_value(router::document()).unwrap();
        let has_example = |part: &Value| !part["example"].is_null() || part["examples"].is_array();
        let mut lacking = Vec::new();
        for (id, operation) in operations(&document) {
            let answers = operation["responses"].as_object().unwrap().values();
            for part in answers.chain([&operation["requestBody"]]) {
                let content = &meant(&document, part)["content"]["application/json"];
                if content.is_object()
                    && !has_example(content)
                    && !has_example(meant(&document, &content["schema"]))
                {
                    lacking.push(id);
                }
            }
        }
        assert!(lacking.is_empty(), "without an example: {lacking:?}");
    }
}

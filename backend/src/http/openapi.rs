//! The OpenAPI document: what every operation has in common is added here, once.

use shared::{FieldError, Problem};
use utoipa::openapi::schema::Schema;
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
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("hw_…").build();
        components.add_security_scheme("token", SecurityScheme::Http(token));
    }
}

/// Adds what every operation has: its problems, and the security its area asks for; and what field names mean everywhere.
pub fn complete(document: &mut Document) {
    for (name, schema) in document.components.iter_mut().flat_map(|components| &mut components.schemas) {
        if let (RefOr::T(Schema::Object(object)), Some(of)) = (&mut *schema, name.strip_suffix("Id")) {
            object.description.get_or_insert_with(|| format!("Id of a row: {of}. UUIDv7."));
        }
        describe_fields(schema);
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
                let description = match field {
                    RefOr::T(Schema::Object(field)) => &mut field.description,
                    RefOr::T(Schema::Array(field)) => &mut field.description,
                    RefOr::T(Schema::OneOf(field)) => {
                        if field.description.is_none() {
                            field.description = field.items.iter().find_map(said);
                        }
                        &mut field.description
                    }
                    RefOr::T(Schema::AllOf(field)) => &mut field.description,
                    RefOr::T(Schema::AnyOf(field)) => &mut field.description,
                    _ => continue,
                };
                if description.is_none() {
                    *description = meanings::of(name).map(str::to_owned);
                }
                describe_fields(field);
            }
        }
        RefOr::T(Schema::OneOf(choice)) => choice.items.iter_mut().for_each(describe_fields),
        RefOr::T(Schema::AllOf(parts)) => parts.items.iter_mut().for_each(describe_fields),
        _ => {}
    }
}

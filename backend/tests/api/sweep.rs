//! Every operation of the document, called unsigned, as the wrong client and without the permission.

use hostwright::http::router;
use reqwest::Method;
use serde_json::json;
use shared::{ClientId, Permission};
use utoipa::openapi::path::Operation;
use uuid::Uuid;

use crate::harness::{Caller, Panel};

struct Swept {
    method: Method,
    path: String,
    permission: Option<String>,
    id: String,
}

fn permission(operation: &Operation) -> Option<String> {
    let extensions = operation.extensions.as_ref()?;
    Some(extensions.get("x-permission")?.as_str()?.to_owned())
}

/// All operations, their path parameters filled with ids that exist nowhere.
fn operations() -> Vec<Swept> {
    let mut found = Vec::new();
    for (path, item) in &router::document().paths.paths {
        let operations = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ];
        for (method, operation) in operations {
            let Some(operation) = operation else { continue };
            let path = path.strip_prefix("/api/v1").expect("everything lies under /api/v1").to_owned();
            let id = operation.operation_id.clone().unwrap_or_default();
            found.push(Swept { method, path, permission: permission(operation), id });
        }
    }
    assert!(!found.is_empty());
    found
}

/// `/clients/{client_id}/documents/{id}` with ids in place.
fn filled(path: &str, client: ClientId) -> String {
    path.split('/')
        .map(|part| match part {
            "{client_id}" => client.to_string(),
            part if part.starts_with('{') => Uuid::now_v7().to_string(),
            part => part.to_owned(),
        })
        .collect::<Vec<_>>()
        .join("/")
}

async fn status(caller: &Caller, operation: &Swept, client: ClientId) -> u16 {
    let path = filled(&operation.path, client);
    let mut request = caller.request(operation.method.clone(), &path);
    if operation.method != Method::GET {
        request = request.json(&json!({})).header("idempotency-key", Uuid::now_v7().to_string());
    }
    let answer = caller.send(request, format!("{} {path}", operation.method)).await;
    if answer.status >= 400 {
        answer.problem();
    }
    answer.status
}

fn is_guarded(operation: &Swept) -> bool {
    ["/admin/", "/clients/", "/me"].iter().any(|area| operation.path.starts_with(area))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_guarded_operation_answers_a_visitor() {
    let panel = Panel::start().await;
    let visitor = panel.visitor();
    let nobody = ClientId::generate();
    for operation in operations().iter().filter(|operation| is_guarded(operation)) {
        assert_eq!(status(&visitor, operation, nobody).await, 401, "{}", operation.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_of_a_client_answers_another_one() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let eve = panel.client("Eve").await;
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/clients/")) {
        assert_eq!(status(&eve.calls, operation, ada.id).await, 404, "{}", operation.id);
    }
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/admin/")) {
        assert_eq!(status(&ada.calls, operation, ada.id).await, 401, "{}", operation.id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_of_staff_answers_without_its_permission() {
    let panel = Panel::start().await;
    let nobody = ClientId::generate();
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/admin/")) {
        let Some(needed) = operation.permission.as_deref() else {
            panic!("{} names no x-permission", operation.id);
        };
        if needed == "none" {
            continue;
        }
        let needed: Permission =
            needed.parse().unwrap_or_else(|_| panic!("{}: no permission {needed}", operation.id));
        let others: Vec<Permission> = Permission::ALL.iter().copied().filter(|key| *key != needed).collect();
        let staff = panel.staff(&others).await;
        assert_eq!(status(&staff.calls, operation, nobody).await, 403, "{}", operation.id);
    }
}

#[test]
fn operation_ids_are_unique_and_every_operation_is_tagged() {
    let mut seen = std::collections::BTreeSet::new();
    for operation in operations() {
        assert!(seen.insert(operation.id.clone()), "{} stands twice", operation.id);
        let verb_first = operation.id.starts_with(|c: char| c.is_ascii_lowercase());
        assert!(verb_first && operation.id.chars().all(|c| c.is_ascii_alphanumeric()), "{}", operation.id);
    }
}

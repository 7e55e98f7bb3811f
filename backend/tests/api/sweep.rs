//! Every operation of the document, called unsigned, as the wrong client and without the permission.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hostwright::http::{client_rights, router};
use reqwest::Method;
use serde_json::{Map, Value, json};
use shared::{ClientId, Code, Permission};
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
    status_of(caller, operation, client, json!({})).await
}

async fn status_of(caller: &Caller, operation: &Swept, client: ClientId, body: Value) -> u16 {
    let path = filled(&operation.path, client);
    let mut request = caller.request(operation.method.clone(), &path);
    if operation.method != Method::GET {
        request = request.json(&body).header("idempotency-key", Uuid::now_v7().to_string());
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

/// Operations of signing in that anybody may call; signing out twice is no fault.
const FOR_VISITORS: &[&str] = &[
    "signInAdmin",
    "signInUser",
    "signOutAdmin",
    "signOutUser",
    "requestAdminPasswordReset",
    "requestUserPasswordReset",
    "resetPassword",
    "confirmEmail",
    "resendConfirmation",
    "readInvitation",
    "registerInvited",
];

fn of_sessions(operation: &Swept) -> bool {
    operation.path.starts_with("/auth/") && !FOR_VISITORS.contains(&operation.id.as_str())
}

/// What an operation of sessions is sent: it is read before anybody is looked for.
fn body_of_session(operation: &Swept) -> Value {
    match operation.id.as_str() {
        "giveAdminSecondStep" | "giveUserSecondStep" => json!({ "method": "totp", "code": "123456" }),
        _ => json!({ "password": "let me in" }),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_of_a_session_answers_a_visitor_or_the_other_portal() {
    let panel = Panel::start().await;
    let (visitor, nobody) = (panel.visitor(), ClientId::generate());
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let swept: Vec<Swept> = operations().into_iter().filter(of_sessions).collect();
    assert_eq!(swept.len(), 10);
    for operation in &swept {
        let body = body_of_session(operation);
        let other = if operation.path.starts_with("/auth/admin/") { &ada.calls } else { &staff.calls };
        for caller in [&visitor, other] {
            let status = status_of(caller, operation, nobody, body.clone()).await;
            assert_eq!(status, 401, "{}", operation.id);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_sign_out_ends_no_session() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    for (caller, area) in [(&ada.calls, "/auth"), (&staff.calls, "/auth/admin")] {
        let sign_out = format!("{area}/sign-out");
        panel.visitor().post(&sign_out, json!({})).await.expect(204);
        caller.without_csrf().post(&sign_out, json!({})).await.expect(403);
        caller.get(&format!("{area}/session")).await.expect(200);
        caller.post(&sign_out, json!({})).await.expect(204);
        caller.get(&format!("{area}/session")).await.expect(401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_of_a_client_answers_a_user_without_its_right() {
    let panel = Panel::start().await;
    let ada = panel.client("Ada").await;
    let mut colleagues: BTreeMap<String, Caller> = BTreeMap::new();
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/clients/")) {
        let needed = operation.permission.as_deref().and_then(|named| named.strip_prefix("client:"));
        let Some(needed) = needed.filter(|needed| client_rights::ALL.contains(needed)) else {
            panic!("{} names no right of a client's users", operation.id);
        };
        // One colleague for each right. Calls that are let in may change him: those have one of their own.
        let colleague = match colleagues.remove(needed).filter(|_| needed != "overview") {
            Some(colleague) => colleague,
            None => {
                let others: Vec<&str> =
                    client_rights::ALL.iter().copied().filter(|right| *right != needed).collect();
                panel.colleague(ada.id, &others).await
            }
        };
        let status = status(&colleague, operation, ada.id).await;
        colleagues.insert(needed.to_owned(), colleague);
        // Everybody who belongs to a client has its overview.
        assert_eq!(status == 403, needed != "overview", "{}: {status}", operation.id);
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
    // One member of staff for each permission.
    let mut members: BTreeMap<String, Caller> = BTreeMap::new();
    for operation in operations().iter().filter(|operation| operation.path.starts_with("/admin/")) {
        let Some(needed) = operation.permission.as_deref() else {
            panic!("{} names no x-permission", operation.id);
        };
        if needed == "none" {
            continue;
        }
        let needed: Permission =
            needed.parse().unwrap_or_else(|_| panic!("{}: no permission {needed}", operation.id));
        let staff = match members.remove(&needed.to_string()) {
            Some(staff) => staff,
            None => {
                let others: Vec<Permission> =
                    Permission::ALL.iter().copied().filter(|key| *key != needed).collect();
                panel.staff(&others).await.calls
            }
        };
        assert_eq!(status(&staff, operation, nobody).await, 403, "{}", operation.id);
        members.insert(needed.to_string(), staff);
    }
}

/// What staff do with their own account and bell, whatever they may.
const OF_STAFF_THEMSELVES: &[&str] = &[
    "addAdminEmailFactor",
    "addAdminTotp",
    "changeAdminAccount",
    "changeAdminPassword",
    "createAdminToken",
    "deleteAdminFactor",
    "endOtherAdminSessions",
    "endOwnAdminSession",
    "getAdminAccount",
    "getAdminPreference",
    "getAdminVerificationCenter",
    "getStaffBell",
    "listAdminTokenScopes",
    "listAdminTokens",
    "listOwnAdminSessions",
    "makeDefaultAdminFactor",
    "putAdminPreference",
    "readStaffBell",
    "renewAdminRecoveryCodes",
    "revokeAdminToken",
    "sendAdminFactorCode",
    "turnAdminTwoFactor",
    "verifyAdminFactor",
];

#[test]
fn only_what_staff_do_with_their_own_needs_no_permission() {
    let mut open: Vec<String> = operations()
        .into_iter()
        .filter(|operation| operation.permission.as_deref() == Some("none"))
        .map(|operation| operation.id)
        .collect();
    open.sort();
    assert_eq!(open, OF_STAFF_THEMSELVES);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_write_of_a_session_goes_without_its_csrf_token() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (of_user, of_staff) = (ada.calls.without_csrf(), staff.calls.without_csrf());
    let mut swept = 0;
    for operation in operations() {
        let signs_out = operation.id.starts_with("signOut");
        let of_session = is_guarded(&operation) || of_sessions(&operation) || signs_out;
        if operation.method == Method::GET || !of_session {
            continue;
        }
        let for_staff = ["/admin/", "/auth/admin/"].iter().any(|area| operation.path.starts_with(area));
        let caller = if for_staff { &of_staff } else { &of_user };
        let path = filled(&operation.path, ada.id);
        let body = if of_sessions(&operation) { body_of_session(&operation) } else { json!({}) };
        let request = caller.request(operation.method.clone(), &path).json(&body);
        let request = request.header("idempotency-key", Uuid::now_v7().to_string());
        let answer = caller.send(request, format!("{} {path}", operation.method)).await.expect(403);
        assert_eq!(answer.problem().code, Code::CsrfFailed, "{}", operation.id);
        swept += 1;
    }
    assert!(swept > 100, "{swept}");
}

/// Whether no field but the named ones is taken: of the schema itself and of every object within. Maps have no named ones.
fn is_closed(schemas: &Value, schema: &Value, seen: &mut BTreeSet<String>) -> bool {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return !seen.insert(name.to_owned()) || is_closed(schemas, &schemas[name], seen);
    }
    if schema["properties"].is_object() && schema["additionalProperties"] != false {
        return false;
    }
    let listed = ["oneOf", "anyOf", "allOf"].iter().filter_map(|kind| schema[*kind].as_array()).flatten();
    let fields = schema["properties"].as_object().into_iter().flat_map(Map::values);
    let inside =
        [&schema["items"], &schema["additionalProperties"]].into_iter().filter(|part| part.is_object());
    listed.chain(fields).chain(inside).all(|part| is_closed(schemas, part, seen))
}

#[test]
fn every_request_takes_its_own_fields_alone() {
    let document = serde_json::to_value(router::document()).unwrap();
    let schemas = &document["components"]["schemas"];
    let mut bodies = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for content in operation["requestBody"]["content"].as_object().into_iter().flat_map(Map::values) {
                let schema = &content["schema"];
                let is_object = !schema["type"].is_string() || schema["properties"].is_object();
                assert!(is_object, "{method} {path}: not an object");
                assert!(is_closed(schemas, schema, &mut BTreeSet::new()), "{method} {path}");
                bodies += 1;
            }
        }
    }
    assert!(bodies > 100, "{bodies}");
}

#[test]
fn every_permission_opens_something() {
    // Asked for within an operation, that others may call as well: what a visit of support may do, and whether it was invited.
    const WITHIN: &[Permission] = &[Permission::ClientsActAs, Permission::ClientsSignInUninvited];
    let named: BTreeSet<String> =
        operations().into_iter().filter_map(|operation| operation.permission).collect();
    for key in Permission::ALL {
        assert_eq!(named.contains(&key.to_string()), !WITHIN.contains(key), "{key}");
    }
}

/// Every `operation_id` that stands in a file below the folder.
fn written_in(folder: &Path, ids: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written_in(&path, ids);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).unwrap();
            let after = text.split("operation_id = \"").skip(1);
            ids.extend(after.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
        }
    }
}

/// Of two handlers of the same method and path only the first one answers, and the document shows one.
#[test]
fn every_operation_is_written_and_registered_once() {
    let mut written = Vec::new();
    written_in(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut written);
    written.sort();
    let mut registered: Vec<String> = operations().into_iter().map(|operation| operation.id).collect();
    registered.sort();
    assert_eq!(written, registered);
}

#[test]
fn keys_that_make_a_call_safe_to_repeat_are_documented() {
    let document = serde_json::to_value(router::document()).unwrap();
    let key_of = |wanted: &str| {
        let paths = document["paths"].as_object().unwrap().values();
        let operation = paths
            .flat_map(|item| item.as_object().unwrap().values())
            .find(|operation| operation["operationId"] == wanted);
        let parameters = operation.expect(wanted)["parameters"].as_array().cloned().unwrap_or_default();
        let header = parameters.into_iter().find(|parameter| parameter["name"] == "Idempotency-Key");
        header.map(|header| header["required"] == true)
    };
    for id in [
        "placeOrder",
        "placeOrderForClient",
        "orderCart",
        "issueFundsProforma",
        "bookPayment",
        "adjustBalance",
        "refundDocument",
        "createDraft",
        "issueDraft",
        "payDocumentFromWallet",
        "payOwnDocumentFromWallet",
        "sendClientMessage",
    ] {
        assert_eq!(key_of(id), Some(true), "{id}");
    }
    for id in [
        "changeServiceOptions",
        "changeOwnOptions",
        "terminateService",
        "requestOwnTermination",
        "withdrawServiceTermination",
        "withdrawOwnTermination",
        "resumeService",
        "idleService",
        "idleOwnService",
        "unidleService",
        "unidleOwnService",
        "markServiceDelivered",
        "forceServiceState",
        "retryService",
        "actOnServices",
        "actOnTasks",
        "moveService",
        "cancelDocuments",
    ] {
        assert_eq!(key_of(id), Some(false), "{id}");
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

//! Every answer names its request, so that whoever asks about one can say which.

use std::collections::BTreeSet;

use hostwright::http::router;
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::harness::{Answer, Caller, Panel};

/// Every operation of the document, its path parameters filled with ids that exist nowhere.
fn operations() -> Vec<(Method, String)> {
    let mut found = Vec::new();
    for (path, item) in &router::document().paths.paths {
        let path = path.strip_prefix("/api/v1").expect("everything lies under /api/v1").split('/');
        let ids =
            path.map(|part| if part.starts_with('{') { Uuid::now_v7().to_string() } else { part.to_owned() });
        let path = ids.collect::<Vec<_>>().join("/");
        for (method, operation) in [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ] {
            found.extend(operation.as_ref().map(|_| (method, path.clone())));
        }
    }
    found
}

/// Takes the id of an answer; nobody else has it.
#[track_caller]
fn take(seen: &mut BTreeSet<String>, answer: &Answer, what: &str) {
    let id = answer.headers.get("x-request-id").and_then(|id| id.to_str().ok());
    let id = id.unwrap_or_else(|| panic!("{what}: {} without its id", answer.status)).to_owned();
    assert!(!id.is_empty() && seen.insert(id.clone()), "{what}: {id}");
    if answer.status >= 400 {
        let problem = answer.problem();
        assert!(problem.instance.contains(&id), "{what}: {problem:?} tells of {id}");
    }
}

async fn call(caller: &Caller, method: &Method, path: &str) -> Answer {
    let mut request = caller.request(method.clone(), path);
    if *method != Method::GET {
        request = request.json(&json!({})).header("idempotency-key", Uuid::now_v7().to_string());
    }
    caller.send(request, format!("{method} {path}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_names_its_request_refused_or_not() {
    let panel = Panel::start().await;
    let (visitor, staff) = (panel.visitor(), panel.super_admin().await.calls);
    let mut seen = BTreeSet::new();
    for (method, path) in operations() {
        let what = format!("{method} {path}");
        take(&mut seen, &call(&visitor, &method, &path).await, &what);
        // Streams do not end, and signing out would end the session.
        if path.ends_with("/live") || path.ends_with("/events") || path.starts_with("/auth/") {
            continue;
        }
        take(&mut seen, &call(&staff, &method, &path).await, &what);
    }
    // What no operation answers.
    take(&mut seen, &staff.get("/admin/nothing-here").await.expect(404), "an unknown address");
    let patched = staff.patch("/admin/clients", json!({})).await;
    take(&mut seen, &patched, "an unknown method");
    let broken =
        staff.request(Method::POST, "/admin/products").body("{").header("content-type", "application/json");
    take(&mut seen, &staff.send(broken, "a broken body".to_owned()).await, "a broken body");
    take(&mut seen, &staff.without_csrf().post("/admin/products", json!({})).await, "without the token");
}

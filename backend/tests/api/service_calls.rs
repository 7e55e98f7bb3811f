//! Calls about services: repeated ones, and those about services of others.

use reqwest::Method;
use serde_json::json;
use shared::Code;
use shared::services::{ServiceDetail, ServiceForStaff, ServiceState};

use crate::harness::{Answer, Panel};
use crate::selling::{assert_books, assert_near, balance, charge, decimal, give, held, work};
use crate::services::{Running, with_sizes};

#[actix_web::test]
async fn a_change_of_options_that_is_sent_twice_is_made_once() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "60").await;
    let change =
        |place: usize| json!({ "options": [{ "group": group.id, "option": group.options[place].id }] });
    let path = it.own("/options");
    let first: ServiceDetail = it.client.calls.post_with_key(&path, change(1), "k").await.expect(200).read();
    let again: ServiceDetail = it.client.calls.post_with_key(&path, change(1), "k").await.expect(200).read();
    assert_eq!(again, first);
    assert_near(held(&panel, it.client.id).await, "16.40");
    let other = it.client.calls.post_with_key(&path, change(0), "k").await.expect(422).problem();
    assert_eq!(other.code, Code::IdempotencyKeyReused);
    it.client.calls.post(&path, change(1)).await.expect(409);
    let long = it.client.calls.post_with_key(&path, change(1), &"k".repeat(256)).await.expect(422);
    assert_eq!(long.refused_fields(), ["Idempotency-Key"]);
    // A refused call leaves nothing behind, neither a change nor an answer.
    let failing = it.client.calls.post_with_key(&path, change(1), "other").await.expect(409);
    assert_eq!(failing.problem().code, Code::Conflict);
    assert_eq!(panel.count("SELECT count(*) AS value FROM idempotency_keys WHERE key = 'other'").await, 0);
}

#[actix_web::test]
async fn what_staff_ask_for_twice_is_done_once() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let does = async |action: &str, body: serde_json::Value| -> Answer {
        let path = format!("/admin/services/{}/{action}", it.service);
        it.staff.post_with_key(&path, body.clone(), action).await.expect(200);
        it.staff.post_with_key(&path, body, action).await
    };
    let idle: ServiceForStaff = does("idle", json!({})).await.expect(200).read();
    assert_eq!(idle.detail.progress.unwrap().operation, "idle");
    work(&panel).await;
    does("unidle", json!({})).await.expect(200);
    work(&panel).await;
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    work(&panel).await;
    does("resume", json!({})).await.expect(200);
    work(&panel).await;
    does("force", json!({ "state": "suspended", "reason": "moved" })).await.expect(200);
    does("terminate", json!({ "when": "now" })).await.expect(200);
    work(&panel).await;
    assert_eq!(it.state().await, ServiceState::Terminated);
    let asked =
        "SELECT count(*) AS value FROM activity_log WHERE action IN ('service.operation', 'service.forced')";
    assert_eq!(panel.count(asked).await, 6);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_delivery_and_its_retry_are_marked_once() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let order = json!({ "items": [{ "product": it.detail().await.service.product_id, "period": "hourly" }] });
    let path = format!("/clients/{}/orders", it.client.id);
    let placed: shared::services::OrderDetail =
        it.client.calls.post_once(&path, order).await.expect(201).read();
    work(&panel).await;
    let path = format!("/admin/services/{}", placed.services[0].id);
    it.staff.post(&format!("{path}/force"), json!({ "state": "failed", "reason": "x" })).await.expect(200);
    for _ in 0..2 {
        it.staff.post_with_key(&format!("{path}/retry"), json!({}), "r").await.expect(200);
    }
    assert_eq!(held(&panel, it.client.id).await, decimal("0.01"));
    work(&panel).await;
    let before = balance(&panel, it.client.id).await;
    for _ in 0..2 {
        it.staff.post_with_key(&format!("{path}/delivered"), json!({}), "d").await.expect(200);
    }
    assert_eq!(before - balance(&panel, it.client.id).await, decimal("0.01"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn nobody_touches_a_service_of_another_client() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "60").await;
    it.staff_does("terminate", json!({ "when": "end_of_period" })).await.expect(200);
    let eve = panel.client("Eve").await;
    give(&panel, eve.id, "100").await;
    let before = it.detail().await;
    let options = json!({ "options": [{ "group": group.id, "option": group.options[1].id }] });
    for (method, rest, body) in [
        (Method::GET, "", json!({})),
        (Method::GET, "/charges", json!({})),
        (Method::GET, "/charges-by-day", json!({})),
        (Method::PATCH, "", json!({ "version": before.version, "label": "mine" })),
        (Method::POST, "/idle", json!({})),
        (Method::POST, "/unidle", json!({})),
        (Method::POST, "/options/preview", options.clone()),
        (Method::POST, "/options", options),
        (Method::POST, "/termination", json!({ "when": "now" })),
        (Method::DELETE, "/termination", json!({})),
    ] {
        let path = format!("/clients/{}/services/{}{rest}", eve.id, it.service);
        let request = eve.calls.request(method.clone(), &path).json(&body);
        let answer = eve.calls.send(request, format!("{method} {path}")).await.expect(404);
        assert_eq!(answer.problem().code, Code::NotFound);
    }
    work(&panel).await;
    assert_eq!(it.detail().await, before);
    assert_eq!(balance(&panel, eve.id).await, decimal("100"));
    charge(&panel).await;
    assert_eq!(it.detail().await, before);
}

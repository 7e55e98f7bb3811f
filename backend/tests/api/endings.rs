//! Ends that were asked for and taken back, work that waits while a client's status changes, deadlines of closed accounts.

use jiff::SignedDuration;
use serde_json::json;
use shared::services::{OrderDetail, OrderStatus, ServiceState, SuspensionReason};

use crate::harness::Panel;
use crate::price_changes::{newest, plan, product_of, raise};
use crate::selling::{assert_books, balance, charge, decimal, give, product, work};
use crate::services::{Running, deadlines, top_up};

async fn minutes_pass(panel: &Panel, minutes: i64) {
    panel.set_clock(panel.now().checked_add(SignedDuration::from_mins(minutes)).unwrap()).await;
}

#[actix_web::test]
async fn a_withdrawn_termination_ends_nothing_of_a_suspended_service() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let path = it.own("/termination");
    it.client.calls.post(&path, json!({ "when": "end_of_period" })).await.expect(200);
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    work(&panel).await;
    it.client.calls.delete(&path).await.expect(200);
    let service = it.detail().await.service;
    assert_eq!((service.terminate_at, service.termination_requested_at), (None, None));
    panel.advance_hours(72).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended, "staff's suspensions do not end by themselves");

    // One that lacks money ends as it would have without the request.
    let poor = product(&it.staff, "mail", json!({ "termination_delay_hours": 48 })).await;
    let eve = panel.client("Eve").await;
    give(&panel, eve.id, "1.0100").await;
    let item = json!({ "product": poor.id, "period": "monthly" });
    let it = Running::order(&panel, it.staff, eve, item).await;
    panel
        .sql(&format!("UPDATE services SET termination_requested_at = now() WHERE id = '{}'", it.service))
        .await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    let suspended = it.detail().await.service;
    assert_eq!(suspended.state, ServiceState::Suspended);
    assert!(suspended.terminate_at.is_some_and(|end| end > panel.now()));
    it.client.calls.delete(&it.own("/termination")).await.expect(200);
    let after = it.detail().await.service;
    assert_eq!(after.terminate_at, suspended.terminate_at);
    panel.advance_hours(48).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Terminated);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_runs_again_is_not_charged_beyond_the_end_that_was_asked_for() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let asked = it.client.calls.post(&it.own("/termination"), json!({ "when": "end_of_period" })).await;
    asked.expect(200);
    let end = it.detail().await.service.terminate_at.unwrap();
    minutes_pass(&panel, 20).await;
    it.staff_does("suspend", json!({ "reason": "staff" })).await.expect(200);
    work(&panel).await;
    minutes_pass(&panel, 20).await;
    it.staff_does("resume", json!({})).await.expect(200);
    work(&panel).await;
    let service = it.detail().await.service;
    assert_eq!(service.state, ServiceState::Active);
    // The twenty minutes that it slept are left to it at the end.
    let later = service.terminate_at.unwrap().duration_since(end).as_secs();
    assert!((1190..=1210).contains(&later), "{later} s");
    assert_eq!(service.terminate_at, service.paid_until);

    // Automation keeps its hands off, so it goes on beyond its end: nothing more is taken.
    it.staff_does("manual", json!({ "manual": true })).await.expect(200);
    let before = balance(&panel, it.client.id).await;
    panel.advance_hours(5).await;
    charge(&panel).await;
    assert_eq!(balance(&panel, it.client.id).await, before);
    it.staff_does("manual", json!({ "manual": false })).await.expect(200);
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Terminated);
    assert_eq!(balance(&panel, it.client.id).await, before - decimal("0.50"), "the uninstall fee");
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_of_a_closed_account_is_cancelled_at_its_deadline_though_there_is_money() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let ada = panel.client("Ada").await;
    let path = format!("/clients/{}/orders", ada.id);
    let items = json!({ "items": [{ "product": made.id, "period": "annually" }] });
    let order: OrderDetail = ada.calls.post_once(&path, items).await.expect(201).read();
    assert_eq!(order.status, OrderStatus::Pending);
    let status = format!("/admin/clients/{}/status", ada.id);
    staff.post(&status, json!({ "action": "ban", "reason": "Stolen card" })).await.expect(200);
    give(&panel, ada.id, "100").await;
    panel.advance_hours(48).await;
    deadlines(&panel).await;
    let after: OrderDetail = staff.get(&format!("/admin/orders/{}", order.id)).await.expect(200).read();
    assert_eq!(after.status, OrderStatus::Cancelled);
    assert_eq!(balance(&panel, ada.id).await, decimal("100"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_service_that_was_being_worked_on_follows_its_client_afterwards() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let ada = panel.client("Ada").await;
    give(&panel, ada.id, "100").await;
    let path = format!("/clients/{}/orders", ada.id);
    let items = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
    let order: OrderDetail = ada.calls.post_once(&path, items).await.expect(201).read();
    work(&panel).await;
    let it = Running { staff, client: ada, service: order.services[0].id };
    let path = format!("/admin/clients/{}/status", it.client.id);
    let suspend = json!({ "action": "suspend", "reason": "Unpaid invoice", "also_services": true });
    it.staff.post(&path, suspend).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    work(&panel).await;
    let read = async || {
        let found = panel.conn().await;
        let mut conn = found;
        hostwright::services::store::find_for_staff(&mut conn, it.service).await.unwrap().unwrap()
    };
    let service = read().await;
    assert_eq!(service.state, ServiceState::Suspended);
    assert_eq!(service.suspension_reason, Some(SuspensionReason::ClientSuspended));
    it.staff.post(&path, json!({ "action": "reactivate", "also_services": true })).await.expect(200);
    work(&panel).await;
    assert_eq!(read().await.state, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn whoever_acts_before_late_prices_are_applied_settles_at_the_right_ones() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let id = product_of(&it).await;
    raise(&it.staff, id, "14.40").await;
    plan(&it.staff, id, json!({ "apply_at": "2026-03-20T12:00:00Z" })).await;
    work(&panel).await;
    panel.advance_hours(244).await;
    // No worker came to it: staff are first.
    it.staff_does("terminate", json!({ "when": "now" })).await.expect(200);
    let paid = async |version: i32| {
        let sum = "SELECT sum(amount) AS value FROM charges WHERE price_version";
        panel.amount(&format!("{sum} = {version}")).await
    };
    assert_eq!((paid(1).await, paid(2).await), (decimal("2.3225"), decimal("0.0967")));
    work(&panel).await;
    deadlines(&panel).await;
    assert_eq!((newest(&it.staff, id).await.applied, it.state().await), (1, ServiceState::Terminated));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn money_that_comes_in_before_late_prices_are_applied_pays_the_right_ones() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "100", json!({}), "monthly").await;
    let id = product_of(&it).await;
    raise(&it.staff, id, "14.40").await;
    plan(&it.staff, id, json!({ "apply_at": "2026-03-20T12:00:00Z" })).await;
    work(&panel).await;
    panel.advance_hours(244).await;
    top_up(&panel, &it, "1").await;
    for (version, paid) in [(1, "2.3225"), (2, "0.0967")] {
        let sum = format!("SELECT sum(amount) AS value FROM charges WHERE price_version = {version}");
        assert_eq!(panel.amount(&sum).await, decimal(paid), "version {version}");
    }
    assert_books(&panel).await;
}

//! The minute's run: what money covers goes on, one bad row stops nobody, everything ends in its time.

use hostwright::jobs::{Job, run};
use hostwright::services::automation;
use hostwright::services::store::waiting::covered;
use provisioners::Outcome;
use serde_json::json;
use shared::ClientId;
use shared::services::{OrderDetail, OrderStatus, ServiceState, SuspensionReason};

use crate::harness::{ClientAccount, Panel};
use crate::selling::{assert_books, charge, decimal, give, product, work};
use crate::services::{Running, deadlines, module_answers, top_up};

async fn ordered(panel: &Panel, client: &ClientAccount, items: serde_json::Value) -> OrderDetail {
    let path = format!("/clients/{}/orders", client.id);
    let order = client.calls.post_once(&path, json!({ "items": [items] })).await.expect(201).read();
    work(panel).await;
    order
}

async fn status(client: &ClientAccount, order: &OrderDetail) -> OrderStatus {
    let path = format!("/clients/{}/orders/{}", client.id, order.id);
    client.calls.get(&path).await.expect(200).read::<OrderDetail>().status
}

async fn found(panel: &Panel) -> Vec<ClientId> {
    covered(&mut *panel.conn().await, panel.now(), 10).await.unwrap()
}

#[actix_web::test]
async fn one_bad_row_keeps_nobody_else_from_his_deadline() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    let monthly = json!({ "product": made.id, "period": "monthly" });
    let bad = ordered(&panel, &ada, monthly.clone()).await;
    let good = ordered(&panel, &eve, monthly).await;
    panel
        .sql(&format!(
            "CREATE TRIGGER broken BEFORE UPDATE ON services FOR EACH ROW WHEN (OLD.id = '{}')
             EXECUTE FUNCTION refuse_change()",
            bad.services[0].id
        ))
        .await;
    panel.advance_hours(48).await;
    let error = run::run(&panel.app, Job::ServiceDeadlines).await.unwrap_err();
    assert!(error.to_string().contains("1 deadlines could not be kept"), "{error}");
    assert_eq!(status(&ada, &bad).await, OrderStatus::Pending);
    assert_eq!(status(&eve, &good).await, OrderStatus::Cancelled);
    panel.sql("DROP TRIGGER broken ON services").await;
    deadlines(&panel).await;
    assert_eq!(status(&ada, &bad).await, OrderStatus::Cancelled);
}

#[actix_web::test]
async fn what_automation_left_alone_resumes_once_it_may() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    it.staff_does("manual", json!({ "manual": true })).await.expect(200);
    top_up(&panel, &it, "5").await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    it.staff_does("manual", json!({ "manual": false })).await.expect(200);
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn nobody_is_told_of_an_end_that_automation_leaves_alone() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({ "termination_delay_hours": 48 }), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert!(it.detail().await.service.terminate_at.is_some());
    let told = async || {
        let told = "SELECT count(*) AS value FROM service_events WHERE what = 'terminating_soon'";
        let notices = "SELECT count(*) AS value FROM notifications WHERE event = 'service_terminating_soon'";
        (panel.count(told).await, panel.count(notices).await)
    };
    it.staff_does("manual", json!({ "manual": true })).await.expect(200);
    panel.advance_hours(30).await;
    deadlines(&panel).await;
    assert_eq!(told().await, (0, 0));
    it.staff_does("manual", json!({ "manual": false })).await.expect(200);
    deadlines(&panel).await;
    deadlines(&panel).await;
    assert_eq!(told().await, (1, 1));
    // Left alone again, and shortly before the end not any more.
    it.staff_does("manual", json!({ "manual": true })).await.expect(200);
    panel.advance_hours(10).await;
    deadlines(&panel).await;
    assert_eq!(told().await, (1, 1));
    it.staff_does("manual", json!({ "manual": false })).await.expect(200);
    deadlines(&panel).await;
    deadlines(&panel).await;
    assert_eq!(told().await, (2, 2));
    assert_eq!(it.state().await, ServiceState::Suspended);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_resumption_that_failed_for_good_is_left_to_staff() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    give(&panel, it.client.id, "5").await;
    automation::topped_up(&mut *panel.conn().await, panel.now(), it.client.id).await.unwrap();
    let refused = Outcome::Failed { retryable: false, reason: "The server is gone.".to_owned() };
    module_answers(&panel, it.service, refused).await;
    for _ in 0..3 {
        panel.advance_hours(1).await;
        deadlines(&panel).await;
    }
    let told = "SELECT count(*) AS value FROM service_events WHERE what = 'resume_failed'";
    assert_eq!(panel.count(told).await, 1);
    assert_eq!(it.state().await, ServiceState::Suspended);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_money_covers_at_the_end_of_the_grace_is_not_suspended() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({ "suspension_grace_hours": 3 }), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    // Money that nobody was told of, as that of a hold that was released.
    give(&panel, it.client.id, "5").await;
    panel.advance_hours(3).await;
    deadlines(&panel).await;
    let detail = it.detail().await;
    assert_eq!(detail.service.state, ServiceState::Active);
    assert!(detail.events.iter().all(|event| event.what != "suspended"), "never for a moment");
    assert_books(&panel).await;
}

#[actix_web::test]
async fn money_wakes_nothing_of_a_client_whose_account_is_closed_to_him() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    let path = format!("/admin/clients/{}/status", it.client.id);
    let suspend = json!({ "action": "suspend", "reason": "Unpaid invoice", "also_services": false });
    it.staff.post(&path, suspend).await.expect(200);
    top_up(&panel, &it, "5").await;
    deadlines(&panel).await;
    let suspended = "SELECT count(*) AS value FROM services WHERE state = 'suspended' AND operation IS NULL";
    assert_eq!(panel.count(suspended).await, 1);
    assert!(found(&panel).await.is_empty());
    it.staff.post(&path, json!({ "action": "reactivate" })).await.expect(200);
    work(&panel).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_service_that_is_forced_back_does_not_end_by_the_old_deadline() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert!(it.detail().await.service.terminate_at.is_some());
    it.staff_does("manual", json!({ "manual": true })).await.expect(200);
    top_up(&panel, &it, "5").await;
    it.staff_does("force", json!({ "state": "active", "reason": "paid in cash" })).await.expect(200);
    it.staff_does("manual", json!({ "manual": false })).await.expect(200);
    assert_eq!(it.detail().await.service.terminate_at, None);
    panel.advance_hours(72).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn money_that_is_released_continues_the_order_that_waits_for_it() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "100").await;
    let once = json!({ "product": made.id, "period": "one_time" });
    let first = ordered(&panel, &client, once.clone()).await;
    let second = ordered(&panel, &client, once).await;
    deadlines(&panel).await;
    assert_eq!(status(&client, &second).await, OrderStatus::Pending);
    let force = format!("/admin/services/{}/force", first.services[0].id);
    staff.post(&force, json!({ "state": "failed", "reason": "no server is left" })).await.expect(200);
    deadlines(&panel).await;
    assert_eq!(status(&client, &second).await, OrderStatus::Processing);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn who_can_pay_by_now_is_found_to_the_last_decimal() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    let made = product(&it.staff, "mail", json!({})).await;
    let (eve, bob) = (panel.client("Eve").await, panel.client("Bob").await);
    let monthly = json!({ "product": made.id, "period": "monthly", "quantity": 2 });
    let order = ordered(&panel, &eve, monthly).await;
    ordered(&panel, &bob, json!({ "product": made.id, "period": "annually" })).await;
    panel.advance_hours(1).await;
    charge(&panel).await;
    assert_eq!(it.state().await, ServiceState::Suspended);
    assert!(found(&panel).await.is_empty(), "nobody has money");

    // The 230th of 744 hours of 7.20 costs 0.0097; twice 1.0096 was quoted; a year is 60.
    for (client, little, rest) in
        [(it.client.id, "0.0096", "0.0001"), (eve.id, "2.0191", "0.0001"), (bob.id, "59.9999", "0.0001")]
    {
        give(&panel, client, little).await;
        assert!(found(&panel).await.is_empty());
        give(&panel, client, rest).await;
        assert_eq!(found(&panel).await, [client]);
        deadlines(&panel).await;
        assert!(found(&panel).await.is_empty(), "it went on");
    }
    assert_eq!(it.state().await, ServiceState::Active);
    assert_eq!(status(&eve, &order).await, OrderStatus::Processing);
    assert_eq!(order.due_now.amount(), decimal("2.0192"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_reactivated_client_without_money_has_its_services_end_in_time() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "1.0096", json!({}), "monthly").await;
    panel.advance_hours(1).await;
    let path = format!("/admin/clients/{}/status", it.client.id);
    let suspend = json!({ "action": "suspend", "reason": "Unpaid invoice", "also_services": true });
    it.staff.post(&path, suspend).await.expect(200);
    work(&panel).await;
    panel.advance_hours(24 * 7).await;
    it.staff.post(&path, json!({ "action": "reactivate", "also_services": true })).await.expect(200);
    work(&panel).await;
    let service = it.detail().await.service;
    assert_eq!(service.state, ServiceState::Suspended);
    assert_eq!(service.suspension_reason, Some(SuspensionReason::InsufficientFunds));
    let left = service.terminate_at.expect("it ends").duration_since(panel.now()).as_secs();
    assert!((48 * 3600 - 60..=48 * 3600).contains(&left), "{left} s from now");
    panel.advance_hours(48).await;
    deadlines(&panel).await;
    assert_eq!(it.state().await, ServiceState::Terminated);
    assert_books(&panel).await;
}

//! The spend guard: caps that orders and changes of options may not pass, and the alert.

use serde_json::{Value, json};
use shared::Code;
use shared::billing::spending::SpendGuard;
use shared::catalog::Quote;
use shared::services::{OrderDetail, OrderStatus, ServiceState};

use crate::harness::{Caller, ClientAccount, Panel};
use crate::selling::{assert_books, balance, charge, decimal, held, pay, product, work};
use crate::services::{Running, with_sizes};

fn by_staff(client: &ClientAccount) -> String {
    format!("/admin/clients/{}/spend-guard", client.id)
}

fn own(client: &ClientAccount) -> String {
    format!("/clients/{}/spend-guard", client.id)
}

async fn set(calls: &Caller, path: &str, change: Value) -> SpendGuard {
    calls.put(path, change).await.expect(200).read()
}

async fn told(panel: &Panel, event: &str) -> i64 {
    panel.count(&format!("SELECT count(*) AS value FROM notifications WHERE event = '{event}'")).await
}

#[actix_web::test]
async fn an_order_above_the_cap_is_refused_with_the_numbers() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    let guard = set(&staff, &by_staff(&client), json!({ "cap": "14.40", "version": 0 })).await;
    assert_eq!((guard.version, guard.cap_by_staff.unwrap().amount()), (1, decimal("14.40")));
    let path = format!("/clients/{}/orders", client.id);
    let order = |period: &str| json!({ "items": [{ "product": made.id, "period": period }] });
    // Orders that wait for money count; a cap may be reached.
    client.calls.post_once(&path, order("monthly")).await.expect(201);
    client.calls.post_once(&path, order("hourly")).await.expect(201);
    let refused = client.calls.post_once(&path, order("monthly")).await.expect(409).problem();
    assert_eq!(refused.code, Code::SpendCapReached);
    let detail = refused.detail.unwrap();
    assert!(detail.contains("cap is 14.40 EUR") && detail.contains("21.60 EUR"), "{detail}");
    // Staff sell nothing above it either, and a cart is an order like any other.
    let by = json!({ "client": client.id, "items": [{ "product": made.id, "period": "monthly" }] });
    assert_eq!(staff.post_once("/admin/orders", by).await.expect(409).problem().code, Code::SpendCapReached);
    let cart = format!("/clients/{}/cart", client.id);
    client.calls.post(&cart, json!({ "product": made.id, "period": "annually" })).await.expect(201);
    client.calls.post_once(&format!("{cart}/order"), json!({})).await.expect(409);
    assert_eq!(panel.count("SELECT count(*) AS value FROM orders").await, 2);
    assert_eq!(panel.count("SELECT count(*) AS value FROM cart_items").await, 1);
    // What costs nothing for a month passes no cap.
    client.calls.post_once(&path, order("one_time")).await.expect(201);

    let quote = format!("/clients/{}/quote", client.id);
    let quote: Quote = client.calls.post(&quote, order("monthly")).await.expect(200).read();
    let spending = quote.spending.expect("something is guarded");
    assert_eq!(spending.monthly_before.amount(), decimal("14.40"));
    assert_eq!(spending.monthly_after.amount(), decimal("21.60"));
    // With the setup of the first order and of this one.
    assert_eq!(spending.this_month.amount(), decimal("23.60"));
    assert!(spending.above_cap && !spending.above_alert);
    let public = json!({ "currency": "EUR", "items": order("monthly")["items"] });
    let public: Quote = panel.visitor().post("/public/quote", public).await.expect(200).read();
    assert_eq!(public.spending, None);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_change_of_options_above_the_cap_is_refused() {
    let panel = Panel::start().await;
    let (it, group, _) = with_sizes(&panel, "60").await;
    let guard = by_staff(&it.client);
    set(&it.staff, &guard, json!({ "cap": "10", "version": 0 })).await;
    let size =
        |place: usize| json!({ "options": [{ "group": group.id, "option": group.options[place].id }] });
    let refused = it.client.calls.post(&it.own("/options"), size(1)).await.expect(409).problem();
    assert_eq!(refused.code, Code::SpendCapReached);
    assert_eq!(held(&panel, it.client.id).await, decimal("0"));
    set(&it.staff, &guard, json!({ "cap": "21.60", "version": 1 })).await;
    it.client.calls.post(&it.own("/options"), size(1)).await.expect(200);
    // It counts before the module has done it.
    let shown: SpendGuard = it.staff.get(&guard).await.expect(200).read();
    assert_eq!(shown.monthly.amount(), decimal("21.60"));
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    // Down again is allowed, however low the cap is by now.
    set(&it.staff, &guard, json!({ "cap": "1", "version": 2 })).await;
    it.client.calls.post(&it.own("/options"), size(0)).await.expect(200);
    work(&panel).await;
    it.staff_does("delivered", json!({})).await.expect(200);
    let shown: SpendGuard = it.staff.get(&guard).await.expect(200).read();
    assert_eq!(shown.monthly.amount(), decimal("7.20"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_clients_own_cap_is_never_above_that_of_staff_and_the_lower_one_counts() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    let (guard, path) = (own(&client), format!("/clients/{}/orders", client.id));
    set(&staff, &by_staff(&client), json!({ "cap": "20", "version": 0 })).await;
    let above = json!({ "cap": "20.01", "version": 1 });
    assert_eq!(client.calls.put(&guard, above).await.expect(422).refused_fields(), ["cap"]);
    for bad in ["-1", "abc", "1.234", ""] {
        let change = json!({ "alert": bad, "cap": bad, "version": 1 });
        assert_eq!(client.calls.put(&guard, change).await.expect(422).refused_fields(), ["alert", "cap"]);
    }
    let kept = set(&client.calls, &guard, json!({ "alert": "15", "cap": "5", "version": 1 })).await;
    assert_eq!(kept.cap.unwrap().amount(), decimal("5"));
    assert_eq!(kept.cap_by_staff.unwrap().amount(), decimal("20"));
    client.calls.put(&guard, json!({ "version": 1 })).await.expect(412);
    let order = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
    let refused = client.calls.post_once(&path, order.clone()).await.expect(409).problem();
    assert!(refused.detail.unwrap().contains("cap is 5.00 EUR"));
    // Staff go below the client's own; that stays what it was.
    set(&client.calls, &guard, json!({ "alert": "15", "cap": "10", "version": 2 })).await;
    let lowered = set(&staff, &by_staff(&client), json!({ "alert": "15", "cap": "7", "version": 3 })).await;
    assert_eq!(lowered.cap.unwrap().amount(), decimal("10"));
    client.calls.post_once(&path, order.clone()).await.expect(409);
    // Without caps everything may be ordered.
    set(&client.calls, &guard, json!({ "version": 4 })).await;
    let open = set(&staff, &by_staff(&client), json!({ "version": 5 })).await;
    assert_eq!((open.alert, open.cap, open.cap_by_staff), (None, None, None));
    client.calls.post_once(&path, order).await.expect(201);
    let log = "SELECT count(*) AS value FROM activity_log WHERE action = 'spend_guard.changed'";
    assert_eq!(panel.count(log).await, 6);
}

#[actix_web::test]
async fn only_owner_and_managers_set_the_guard_of_a_client() {
    let panel = Panel::start().await;
    let client = panel.client("Ada").await;
    let colleague = panel.colleague(client.id, &["documents", "services"]).await;
    colleague.get(&own(&client)).await.expect(200);
    let refused = colleague.put(&own(&client), json!({ "cap": "1", "version": 0 })).await.expect(403);
    assert_eq!(refused.problem().code, Code::NotAllowed);
    let manager = panel.colleague(client.id, &[]).await;
    panel.sql("UPDATE client_users SET role = 'manager' WHERE role = 'custom' AND permissions = '{}'").await;
    set(&manager, &own(&client), json!({ "cap": "1", "version": 0 })).await;
    let viewer = panel.staff(&[shared::Permission::ClientsView]).await.calls;
    viewer.get(&by_staff(&client)).await.expect(200);
    viewer.put(&by_staff(&client), json!({ "version": 1 })).await.expect(403);
}

#[actix_web::test]
async fn a_dear_month_is_told_of_once() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    set(&client.calls, &own(&client), json!({ "alert": "8.20", "version": 0 })).await;
    let path = format!("/clients/{}/orders", client.id);
    let order = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
    // 7.20 and the setup of 1.00 reach the alert and do not pass it.
    client.calls.post_once(&path, order.clone()).await.expect(201);
    assert_eq!(told(&panel, "spend_alert").await, 0);
    client.calls.post_once(&path, order.clone()).await.expect(201);
    client.calls.post_once(&path, order.clone()).await.expect(201);
    assert_eq!((told(&panel, "spend_alert").await, told(&panel, "client_spend_alert").await), (1, 1));
    let bell = "SELECT count(*) AS value FROM notifications WHERE event = 'spend_alert' AND bell
                AND params->'spent'->>'amount' = '16.40'";
    assert_eq!(panel.count(bell).await, 1);
    // The next month is another one.
    panel.advance_hours(22 * 24).await;
    let colleague = panel.colleague(client.id, &["services"]).await;
    colleague.post_once(&path, order).await.expect(201);
    assert_eq!((told(&panel, "spend_alert").await, told(&panel, "client_spend_alert").await), (2, 2));
}

#[actix_web::test]
async fn an_alert_below_what_is_spent_already_is_told_at_once() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    set(&it.staff, &by_staff(&it.client), json!({ "alert": "1", "version": 0 })).await;
    assert_eq!((told(&panel, "spend_alert").await, told(&panel, "client_spend_alert").await), (1, 1));
}

#[actix_web::test]
async fn running_services_are_never_stopped_by_a_cap() {
    let panel = Panel::start().await;
    let it = Running::start(&panel, "20", json!({}), "monthly").await;
    let guard = set(&it.staff, &by_staff(&it.client), json!({ "cap": "0", "version": 0 })).await;
    assert_eq!(guard.monthly.amount(), decimal("7.20"));
    let before = balance(&panel, it.client.id).await;
    panel.advance_hours(3).await;
    charge(&panel).await;
    assert_eq!(it.state().await, ServiceState::Active);
    assert!(balance(&panel, it.client.id).await < before);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_that_was_placed_below_the_cap_goes_on_when_the_cap_is_lowered() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    let path = format!("/clients/{}/orders", client.id);
    let order = json!({ "items": [{ "product": made.id, "period": "monthly" }] });
    let placed: OrderDetail = client.calls.post_once(&path, order).await.expect(201).read();
    set(&staff, &by_staff(&client), json!({ "cap": "1", "version": 0 })).await;
    pay(&panel, &staff, placed.proforma.unwrap(), "1.24").await;
    let later: OrderDetail = client.calls.get(&format!("{path}/{}", placed.id)).await.expect(200).read();
    assert_eq!(later.status, OrderStatus::Processing);
    assert_books(&panel).await;
}

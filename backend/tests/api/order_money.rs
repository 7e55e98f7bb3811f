//! Orders that wait for money: proformas, payments, the end of the wait, and stock under locks.

use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use shared::DocumentId;
use shared::billing::tax::TaxBasis;
use shared::billing::wallet::CostSummary;
use shared::catalog::{ProductDetail, Quote};
use shared::services::{OrderDetail, OrderStatus};

use crate::harness::Panel;
use crate::selling::{Shop, assert_books, charge, decimal, give, held, pay, product, work};
use crate::services::deadlines;

impl Shop {
    /// Setup 1.00 and the first hour 0.0096.
    async fn order(&self) -> OrderDetail {
        let path = format!("/clients/{}/orders", self.client.id);
        let items = json!({ "items": [{ "product": self.vps.id, "period": "monthly" }] });
        self.client.calls.post_once(&path, items).await.expect(201).read()
    }

    /// So many of them: 1.0096 each.
    async fn order_many(&self, quantity: i32) -> OrderDetail {
        let path = format!("/clients/{}/orders", self.client.id);
        let items =
            json!({ "items": [{ "product": self.vps.id, "period": "monthly", "quantity": quantity }] });
        self.client.calls.post_once(&path, items).await.expect(201).read()
    }

    async fn cancel_one(&self, order: &OrderDetail, place: usize) {
        let path = format!("/clients/{}/services/{}/termination", self.client.id, order.services[place].id);
        self.client.calls.post(&path, json!({ "when": "now" })).await.expect(200);
    }

    async fn status_of(&self, document: DocumentId) -> Value {
        let path = format!("/admin/documents/{document}");
        self.staff.get(&path).await.expect(200).json()["document"]["status"].clone()
    }
}

#[actix_web::test]
async fn an_order_gets_another_proforma_when_services_used_the_money_of_the_first() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "0.52").await;
    let path = format!("/clients/{}/orders", shop.client.id);
    let hourly = json!({ "items": [{ "product": shop.vps.id, "period": "hourly" }] });
    let running: OrderDetail = shop.client.calls.post_once(&path, hourly).await.expect(201).read();
    work(&panel).await;
    let delivered = format!("/admin/services/{}/delivered", running.services[0].id);
    shop.staff.post(&delivered, json!({})).await.expect(200);

    // 0.51 are left of 1.0096. Twenty hours later 0.31 and the 0.50 that were asked for are not enough.
    let order = shop.order().await;
    let first = order.proforma.expect("a proforma over 0.50");
    panel.advance_hours(20).await;
    charge(&panel).await;
    pay(&panel, &shop.staff, first, "0.62").await;
    let waiting = shop.again(&order).await;
    assert_eq!(waiting.status, OrderStatus::Pending);
    let second = waiting.proforma.expect("a proforma over what is missing now");
    assert_ne!(second, first);
    let net = panel.amount(&format!("SELECT net AS value FROM documents WHERE id = '{second}'")).await;
    assert_eq!(net, decimal("0.20"));
    pay(&panel, &shop.staff, second, "0.25").await;
    assert_eq!(shop.again(&order).await.status, OrderStatus::Processing);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_cancelled_order_asks_for_no_money() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let by_wish = shop.order().await;
    let path = format!("/clients/{}/orders/{}/cancel", shop.client.id, by_wish.id);
    shop.client.calls.post(&path, json!({})).await.expect(200);
    assert_eq!(shop.status_of(by_wish.proforma.unwrap()).await, "cancelled");

    let by_its_service = shop.order().await;
    let service = by_its_service.services[0].id;
    let path = format!("/clients/{}/services/{service}/termination", shop.client.id);
    shop.client.calls.post(&path, json!({ "when": "now" })).await.expect(200);
    assert_eq!(shop.again(&by_its_service).await.status, OrderStatus::Cancelled);
    assert_eq!(shop.status_of(by_its_service.proforma.unwrap()).await, "cancelled");

    let by_the_clock = shop.order().await;
    panel.advance_hours(48).await;
    deadlines(&panel).await;
    assert_eq!(shop.again(&by_the_clock).await.status, OrderStatus::Cancelled);
    assert_eq!(shop.status_of(by_the_clock.proforma.unwrap()).await, "cancelled");
}

#[actix_web::test]
async fn an_order_without_one_of_its_services_asks_for_the_others_alone() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let order = shop.order_many(3).await;
    assert_eq!(order.due_now.amount(), decimal("3.0288"));
    let first = order.proforma.expect("a proforma over 3.03");
    let path = format!("/clients/{}/services/{}/termination", shop.client.id, order.services[1].id);
    let would = shop.client.calls.post(&format!("{path}?dry_run=true"), json!({ "when": "now" })).await;
    let effects = would.expect(200).json()["effects"].clone();
    let kinds: Vec<&Value> = effects.as_array().unwrap().iter().map(|effect| &effect["code"]).collect();
    assert_eq!(kinds, ["services_cancelled", "proforma_cancelled"], "{effects}");
    assert_eq!(shop.status_of(first).await, "unpaid");

    shop.cancel_one(&order, 1).await;
    let smaller = shop.again(&order).await;
    assert_eq!((smaller.status, smaller.due_now.amount()), (OrderStatus::Pending, decimal("2.0192")));
    assert_eq!(shop.status_of(first).await, "cancelled");
    let second = smaller.proforma.expect("a proforma over 2.02");
    assert_ne!(second, first);
    let net = panel.amount(&format!("SELECT net AS value FROM documents WHERE id = '{second}'")).await;
    assert_eq!(net, decimal("2.02"));

    // By force it goes as well; what is paid in part stays, and takes the rest.
    pay(&panel, &shop.staff, second, "1.00").await;
    let force = format!("/admin/services/{}/force", order.services[0].id);
    shop.staff.post(&force, json!({ "state": "cancelled", "reason": "not wanted" })).await.expect(200);
    let last = shop.again(&order).await;
    assert_eq!((last.due_now.amount(), last.proforma), (decimal("1.0096"), Some(second)));
    assert_eq!(shop.status_of(second).await, "partially_paid");
    pay(&panel, &shop.staff, second, "1.48").await;
    assert_eq!(shop.again(&order).await.status, OrderStatus::Processing);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_goes_on_when_the_wallet_covers_what_is_left_of_it() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "1.01").await;
    let order = shop.order_many(2).await;
    assert_eq!(order.status, OrderStatus::Pending);
    shop.cancel_one(&order, 0).await;
    assert_eq!(shop.again(&order).await.status, OrderStatus::Processing);
    assert_eq!(shop.status_of(order.proforma.unwrap()).await, "cancelled");
    assert_eq!(held(&panel, shop.client.id).await, decimal("1.0096"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_asks_for_nothing_once_staff_made_the_rest_of_it_run() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let order = shop.order_many(2).await;
    let force = format!("/admin/services/{}/force", order.services[0].id);
    shop.staff.post(&force, json!({ "state": "active", "reason": "paid in cash" })).await.expect(200);
    let waiting = shop.again(&order).await;
    assert_eq!((waiting.status, waiting.due_now.amount()), (OrderStatus::Pending, decimal("1.0096")));
    assert_eq!(waiting.missing.amount(), decimal("2.0192"), "with the debt");
    let proforma = waiting.proforma.expect("a proforma over 2.02");
    assert_ne!(Some(proforma), order.proforma);
    shop.cancel_one(&order, 1).await;
    assert_eq!(shop.again(&order).await.status, OrderStatus::Completed);
    assert_eq!(shop.status_of(proforma).await, "cancelled");
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_closed_account_gets_nothing_delivered_of_a_smaller_order() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "1.01").await;
    let order = shop.order_many(2).await;
    let status = format!("/admin/clients/{}/status", shop.client.id);
    shop.staff.post(&status, json!({ "action": "ban", "reason": "Stolen card" })).await.expect(200);
    let path = format!("/admin/services/{}/terminate", order.services[0].id);
    shop.staff.post(&path, json!({ "when": "now" })).await.expect(200);
    let after: OrderDetail = shop.staff.get(&format!("/admin/orders/{}", order.id)).await.expect(200).read();
    assert_eq!((after.status, after.due_now.amount()), (OrderStatus::Pending, decimal("1.0096")));
    assert_eq!(shop.status_of(order.proforma.unwrap()).await, "cancelled");
    assert_eq!(after.proforma, order.proforma, "no other one is offered");
    assert_eq!(held(&panel, shop.client.id).await, decimal("0"));
}

#[actix_web::test]
async fn an_order_whose_proforma_is_paid_in_part_waits_for_the_rest() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let order = shop.order().await;
    let proforma = order.proforma.unwrap();
    pay(&panel, &shop.staff, proforma, "0.50").await;
    panel.advance_hours(49).await;
    deadlines(&panel).await;
    assert_eq!(shop.again(&order).await.status, OrderStatus::Pending);
    // 1.01 and 23 %: 1.24 in all.
    pay(&panel, &shop.staff, proforma, "0.74").await;
    assert_eq!(shop.again(&order).await.status, OrderStatus::Processing);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_that_was_paid_at_the_last_moment_goes_on() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let order = shop.order().await;
    panel.advance_hours(48).await;
    give(&panel, shop.client.id, "1.01").await;
    let now = panel.now();
    let mut conn = panel.conn().await;
    conn.transaction::<_, hostwright::Error, _>(async |tx| {
        hostwright::services::order::actions::expire(tx, now, order.id).await
    })
    .await
    .unwrap();
    assert_eq!(shop.again(&order).await.status, OrderStatus::Processing);
}

#[actix_web::test]
async fn a_quote_tells_what_topping_up_costs_with_tax() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "0.50").await;
    let items = json!({ "items": [{ "product": shop.vps.id, "period": "monthly" }] });
    let path = format!("/clients/{}/quote", shop.client.id);
    let quote: Quote = shop.client.calls.post(&path, items.clone()).await.expect(200).read();
    assert_eq!(quote.missing.unwrap().amount(), decimal("0.5096"));
    let top_up = quote.top_up.expect("the wallet lacks something");
    assert_eq!(top_up.net.amount(), decimal("0.51"));
    assert_eq!((top_up.tax.amount(), top_up.total.amount()), (decimal("0.12"), decimal("0.63")));
    assert_eq!(top_up.balance_after.amount(), decimal("1.01"));
    assert_eq!(top_up.tax_decision.basis, TaxBasis::Fallback);

    give(&panel, shop.client.id, "1").await;
    let covered: Quote = shop.client.calls.post(&path, items.clone()).await.expect(200).read();
    assert_eq!(covered.missing.unwrap().amount(), decimal("0"));
    assert!(covered.top_up.is_none());
    let public = json!({ "currency": "EUR", "items": items["items"] });
    let public: Quote = panel.visitor().post("/public/quote", public).await.expect(200).read();
    assert!(public.top_up.is_none() && public.missing.is_none());
}

#[actix_web::test]
async fn the_recommended_top_up_covers_thirty_days_of_what_is_ordered() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let items =
        ["monthly", "annually", "one_time"].map(|period| json!({ "product": shop.vps.id, "period": period }));
    let path = format!("/clients/{}/orders", shop.client.id);
    let order: OrderDetail =
        shop.client.calls.post_once(&path, json!({ "items": items })).await.expect(201).read();
    let costs = async || -> CostSummary {
        shop.client.calls.get(&format!("/clients/{}/costs", shop.client.id)).await.expect(200).read()
    };
    // Setup 1.00; 516 hours of March, 7.20 − 2.2065, and 204 of April, 2.04; a year, 60.00; 99.00 once.
    let waiting = costs().await;
    assert_eq!((waiting.next_30_days, waiting.recommended), (decimal("167.0335"), decimal("168")));
    assert_eq!(waiting.services, 0, "nothing runs yet");

    give(&panel, shop.client.id, "160.01").await;
    let topped_up = hostwright::jobs::Job::WalletToppedUp { client: shop.client.id };
    hostwright::jobs::run::run(&panel.app, topped_up).await.unwrap();
    assert_eq!(shop.again(&order).await.status, OrderStatus::Processing);
    // Of the month the first hour, 0.0096, is set aside with all the rest.
    let delivered = costs().await;
    assert_eq!(delivered.next_30_days, decimal("7.0239"));
    assert_eq!(delivered.recommended, decimal("10"), "0.0004 are free, and the smallest top-up is 10");
}

#[actix_web::test]
async fn what_nobody_can_pay_in_is_refused_and_nothing_of_it_is_written() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "setup": "60000000000", "base": "1" }] });
    shop.staff.put(&format!("/admin/products/{}/prices", shop.vps.id), prices).await.expect(200);
    let items = json!({ "items": [{ "product": shop.vps.id, "period": "monthly", "quantity": 2 }] });
    let (quote, order) =
        (format!("/clients/{}/quote", shop.client.id), format!("/clients/{}/orders", shop.client.id));
    assert_eq!(shop.client.calls.post(&quote, items.clone()).await.expect(422).refused_fields(), ["items"]);
    assert_eq!(shop.client.calls.post_once(&order, items).await.expect(422).refused_fields(), ["items"]);
    let written = "SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM services) AS value";
    assert_eq!(panel.count(written).await, 0);
    assert_eq!(shop.order_many(1).await.status, OrderStatus::Pending, "one of them can be paid");
}

/// Statements of this database that wait for a lock.
async fn waiting(panel: &Panel) -> i64 {
    panel
        .count(
            "SELECT count(*) AS value FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
        .await
}

async fn run(conn: &mut AsyncPgConnection, statement: &str) -> usize {
    diesel::sql_query(statement).execute(conn).await.unwrap()
}

/// 1 when it could be locked at once.
async fn lock(conn: &mut AsyncPgConnection, product: &ProductDetail) -> usize {
    run(conn, &format!("SELECT 1 FROM products WHERE id = '{}' FOR UPDATE SKIP LOCKED", product.id)).await
}

#[actix_web::test]
async fn stock_is_given_back_in_the_order_in_which_it_is_taken() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let first = product(&staff, "first", json!({ "stock_control": true, "stock": 5 })).await;
    let second = product(&staff, "second", json!({ "stock_control": true, "stock": 5 })).await;
    assert!(first.id < second.id);
    let client = panel.client("Ada").await;
    let items = [&second, &first].map(|made| json!({ "product": made.id, "period": "monthly" }));
    let path = format!("/clients/{}/orders", client.id);
    let order: OrderDetail =
        client.calls.post_once(&path, json!({ "items": items })).await.expect(201).read();

    // Somebody is buying the first product when the order is cancelled: the second one has to stay free for him.
    let mut buyer = panel.own_connection().await;
    run(&mut buyer, "BEGIN").await;
    assert_eq!(lock(&mut buyer, &first).await, 1);
    let cancel = format!("{path}/{}/cancel", order.id);
    let cancelling = client.calls.post(&cancel, json!({}));
    let buying = async {
        while waiting(&panel).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let free = lock(&mut buyer, &second).await;
        run(&mut buyer, "ROLLBACK").await;
        free
    };
    let (cancelled, free) = tokio::join!(cancelling, buying);
    cancelled.expect(200);
    assert_eq!(free, 1, "the second product was locked before the first");
    assert_eq!(panel.count("SELECT sum(stock_used) AS value FROM products").await, 0);
}

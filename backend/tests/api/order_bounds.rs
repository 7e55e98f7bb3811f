//! What bounds an order: as many faults as anybody reads, as many orders as may wait, the price that was shown.

use serde_json::{Value, json};
use shared::billing::document::DocumentDetail;
use shared::cart::Cart;
use shared::catalog::Quote;
use shared::services::{OrderDetail, OrderStatus};
use shared::{Code, ProductId};

use crate::harness::{Caller, Panel};
use crate::selling::{Shop, assert_books, give, product};

/// Gives the monthly price of a product another setup and base.
async fn price(staff: &Caller, product: ProductId, period: &str, setup: &str, base: &str) {
    let prices = json!({ "prices": [{ "currency": "EUR", "period": period, "setup": setup, "base": base }] });
    staff.put(&format!("/admin/products/{product}/prices"), prices).await.expect(200);
}

#[actix_web::test]
async fn a_visitor_is_not_told_of_a_hundred_thousand_faults() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let fields = |count: usize| -> Value {
        (0..count).map(|number| (format!("f{number}"), json!("x"))).collect::<serde_json::Map<_, _>>().into()
    };
    let quote = async |count: usize| {
        let item = json!({ "product": made.id, "period": "monthly", "fields": fields(count) });
        let body = json!({ "currency": "EUR", "items": [item] });
        panel.visitor().post("/public/quote", body).await.expect(422)
    };
    let refused = quote(100_000).await;
    assert_eq!(refused.refused_fields(), ["items.0.fields"]);
    assert!(refused.bytes.len() < 1000, "{} bytes", refused.bytes.len());
    assert_eq!(quote(100).await.problem().fields.len(), 100);

    // However many items there are, a hundred faults are named.
    let item = json!({ "product": made.id, "period": "monthly", "fields": fields(60) });
    let body = json!({ "currency": "EUR", "items": vec![item; 20] });
    let refused = panel.visitor().post("/public/quote", body).await.expect(422).problem();
    assert_eq!((refused.code, refused.fields.len()), (Code::Invalid, 100));
}

#[actix_web::test]
async fn a_client_without_money_has_twenty_orders_waiting_and_no_more() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let path = format!("/clients/{}/orders", shop.client.id);
    let items = json!([{ "product": shop.vps.id, "period": "hourly" }]);
    let order = json!({ "items": items });
    let answers =
        futures::future::join_all((0..23).map(|_| shop.client.calls.post_once(&path, order.clone())));
    let (placed, refused): (Vec<_>, Vec<_>) =
        answers.await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((placed.len(), refused.len()), (20, 3));
    for answer in refused {
        let problem = answer.expect(409).problem();
        let detail = problem.detail.unwrap_or_default();
        assert!(problem.code == Code::Conflict && detail.contains("pay or cancel"), "{detail}");
    }
    let item = json!({ "product": shop.vps.id, "period": "hourly" });
    shop.client.calls.post(&format!("/clients/{}/cart", shop.client.id), item).await.expect(201);
    let cart = format!("/clients/{}/cart/order", shop.client.id);
    shop.client.calls.post_once(&cart, json!({})).await.expect(409);
    // Staff order as they like; one that is cancelled makes room.
    let by_staff = json!({ "client": shop.client.id, "items": items });
    shop.staff.post_once("/admin/orders", by_staff).await.expect(201);
    for placed in placed.iter().take(2) {
        let placed: OrderDetail = placed.read();
        shop.client.calls.post(&format!("{path}/{}/cancel", placed.id), json!({})).await.expect(200);
    }
    shop.client.calls.post_once(&cart, json!({})).await.expect(201);
    shop.client.calls.post_once(&path, order).await.expect(409);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn twenty_top_ups_of_a_client_wait_and_no_more() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await.calls);
    let path = format!("/clients/{}/funds/proformas", ada.id);
    let amount = json!({ "amount": "10" });
    let answers = futures::future::join_all((0..22).map(|_| ada.calls.post_once(&path, amount.clone())));
    let (issued, refused): (Vec<_>, Vec<_>) =
        answers.await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((issued.len(), refused.len()), (20, 2));
    for answer in refused {
        let problem = answer.expect(409).problem();
        assert!(problem.detail.unwrap_or_default().contains("pay one of them"));
    }
    let by_staff = json!({ "client_id": ada.id, "amount": "10" });
    let more: DocumentDetail = staff.post_once("/admin/documents/funds", by_staff).await.expect(201).read();
    // Those that are cancelled count no more.
    let cancel = async |document: &DocumentDetail| {
        let body = json!({ "version": document.version, "reason": "Not wanted." });
        staff.post(&format!("/admin/documents/{}/cancel", document.document.id), body).await.expect(200);
    };
    cancel(&more).await;
    ada.calls.post_once(&path, amount.clone()).await.expect(409);
    cancel(&issued[0].read()).await;
    ada.calls.post_once(&path, amount).await.expect(201);
}

#[actix_web::test]
async fn an_order_is_not_placed_at_a_price_that_nobody_was_shown() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "500").await;
    let (quotes, orders) =
        (format!("/clients/{}/quote", shop.client.id), format!("/clients/{}/orders", shop.client.id));
    let items = |period: &str| json!([{ "product": shop.vps.id, "period": period }]);
    let quote = async |period: &str| -> Quote {
        shop.client.calls.post(&quotes, json!({ "items": items(period) })).await.expect(200).read()
    };
    let order = async |period: &str, shown: &Quote| {
        let body = json!({ "items": items(period), "expected": shown.expected() });
        shop.client.calls.post_once(&orders, body).await
    };
    // A yearly price and one that is paid once are seen in what is due now, a monthly one by the hour in its month, and a setup.
    for (period, before, after) in [
        ("annually", ("0", "60.00"), ("0", "60.01")),
        ("one_time", ("0", "99.00"), ("0", "100.00")),
        ("monthly", ("1.00", "5.00"), ("1.00", "50.00")),
        ("monthly", ("1.00", "5.00"), ("2.00", "5.00")),
    ] {
        price(&shop.staff, shop.vps.id, period, before.0, before.1).await;
        let shown = quote(period).await;
        price(&shop.staff, shop.vps.id, period, after.0, after.1).await;
        let refused = order(period, &shown).await.expect(409).problem();
        assert_eq!(refused.code, Code::PriceChanged, "{period}");
        let fresh = quote(period).await;
        let detail = refused.detail.unwrap();
        assert!(detail.contains(&fresh.due_now.to_string()) && detail.contains(&shown.due_now.to_string()));
        assert_eq!(panel.count("SELECT count(*) AS value FROM orders WHERE status <> 'processing'").await, 0);
        order(period, &fresh).await.expect(201);
        // Cheaper than what was shown is welcome.
        price(&shop.staff, shop.vps.id, period, before.0, before.1).await;
        order(period, &fresh).await.expect(201);
    }
    // A quote in another currency is of another price.
    let shown = json!({ "amount": "500.00", "currency": "PLN" });
    let foreign = json!({ "items": items("monthly"), "expected": { "due_now": shown, "monthly": shown } });
    let refused = shop.client.calls.post_once(&orders, foreign).await.expect(409).problem();
    assert_eq!(refused.code, Code::PriceChanged);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn the_next_hour_of_a_month_is_no_other_price_and_the_same_key_is_the_same_order() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "500").await;
    let items = json!([{ "product": shop.vps.id, "period": "monthly", "quantity": 50 }]);
    let quotes = format!("/clients/{}/quote", shop.client.id);
    let shown: Quote = shop.client.calls.post(&quotes, json!({ "items": items })).await.expect(200).read();
    // The 229th of 744 hours of 7.20 costs 0.0096, the next one 0.0097.
    panel.advance_hours(1).await;
    let later: Quote = shop.client.calls.post(&quotes, json!({ "items": items })).await.expect(200).read();
    assert!(later.due_now.amount() > shown.due_now.amount(), "{} after {}", later.due_now, shown.due_now);
    let orders = format!("/clients/{}/orders", shop.client.id);
    let order = |shown: &Quote| json!({ "items": items, "expected": shown.expected() });
    let post = async |body: Value| shop.client.calls.post_with_key(&orders, body, "k1").await;
    let placed: OrderDetail = post(order(&shown)).await.expect(201).read();
    let again: OrderDetail = post(order(&later)).await.expect(201).read();
    assert_eq!((placed.id, placed.status), (again.id, OrderStatus::Processing));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_cart_is_ordered_at_what_it_said() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "500").await;
    let path = format!("/clients/{}/cart", shop.client.id);
    let item = json!({ "product": shop.vps.id, "period": "annually" });
    let cart: Cart = shop.client.calls.post(&path, item).await.expect(201).read();
    let order = async |cart: &Cart| {
        let shown = cart.quote.as_ref().unwrap().expected();
        shop.client.calls.post_once(&format!("{path}/order"), json!({ "expected": shown })).await
    };
    price(&shop.staff, shop.vps.id, "annually", "0", "600.00").await;
    assert_eq!(order(&cart).await.expect(409).problem().code, Code::PriceChanged);
    price(&shop.staff, shop.vps.id, "annually", "0", "61.00").await;
    let fresh: Cart = shop.client.calls.get(&path).await.expect(200).read();
    assert_eq!(fresh.items.len(), 1);
    order(&fresh).await.expect(201);
    assert_books(&panel).await;
}

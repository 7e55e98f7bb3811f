//! Ordering: money set aside, money missing, stock, and everything that is refused.

use serde_json::{Value, json};
use shared::catalog::Quote;
use shared::services::{OrderDetail, OrderStatus, OrderSummary, ServiceState};
use shared::{Code, OptionGroupId, Page, ProductId};

use crate::harness::Panel;
use crate::selling::{assert_books, balance, decimal, give, held, product, sizes, work};
use crate::services::deadlines;

fn item(product: ProductId, period: &str) -> Value {
    json!({ "product": product, "period": period })
}

#[actix_web::test]
async fn an_order_holds_the_money_and_asks_staff_to_deliver() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "10").await;
    let order = json!({ "items": [{ "product": made.id, "period": "monthly", "label": "web 1", "fields": { "note": "Debian, please" } }] });
    let path = format!("/clients/{}/orders", client.id);
    let placed: OrderDetail = client.calls.post_with_key(&path, order.clone(), "k1").await.expect(201).read();
    // Setup 1.00 and the 229th of 744 hours of 7.20.
    assert_eq!(placed.due_now.amount(), decimal("1.0096"));
    assert_eq!(placed.status, OrderStatus::Processing);
    assert_eq!(placed.services[0].state, ServiceState::Provisioning);
    assert_eq!(held(&panel, client.id).await, decimal("1.0096"));

    // The same key is the same order; the same key with another body is refused.
    let again: OrderDetail = client.calls.post_with_key(&path, order, "k1").await.expect(201).read();
    assert_eq!(again.id, placed.id);
    let other = json!({ "items": [item(made.id, "hourly")] });
    let reused = client.calls.post_with_key(&path, other, "k1").await.expect(422).problem();
    assert_eq!(reused.code, Code::IdempotencyKeyReused);
    assert_eq!(panel.count("SELECT count(*) AS value FROM services").await, 1);

    work(&panel).await;
    assert_eq!(
        panel.count("SELECT count(*) AS value FROM tasks WHERE manual AND state = 'processing'").await,
        1
    );
    let service = placed.services[0].id;
    staff.post(&format!("/admin/services/{service}/delivered"), json!({})).await.expect(200);
    let done: OrderDetail = client.calls.get(&format!("{path}/{}", placed.id)).await.expect(200).read();
    assert_eq!((done.status, done.services[0].state), (OrderStatus::Completed, ServiceState::Active));
    assert_eq!(balance(&panel, client.id).await, decimal("8.9904"));
    assert_eq!(held(&panel, client.id).await, decimal("0"));
    // Done is done.
    staff.post(&format!("/admin/services/{service}/delivered"), json!({})).await.expect(409);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_without_money_waits_and_goes_on_by_itself() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "0.50").await;
    let path = format!("/clients/{}/orders", client.id);
    let order = json!({ "items": [item(made.id, "monthly")] });
    let placed: OrderDetail = client.calls.post_once(&path, order).await.expect(201).read();
    assert_eq!(placed.status, OrderStatus::Pending);
    assert_eq!(placed.missing.amount(), decimal("0.5096"));
    let proforma = placed.proforma.expect("a proforma over what is missing");
    let net = panel.amount(&format!("SELECT net AS value FROM documents WHERE id = '{proforma}'")).await;
    assert_eq!(net, decimal("0.51"));
    assert_eq!(held(&panel, client.id).await, decimal("0"));
    for (status, found) in [("pending", 1), ("processing", 0), ("completed", 0)] {
        let page: Page<OrderSummary> =
            client.calls.get(&format!("{path}?status={status}")).await.expect(200).read();
        assert_eq!(page.total, found, "{status}");
    }

    give(&panel, client.id, "0.51").await;
    let job = hostwright::jobs::Job::WalletToppedUp { client: client.id };
    hostwright::jobs::run::run(&panel.app, job).await.unwrap();
    let later: OrderDetail = client.calls.get(&format!("{path}/{}", placed.id)).await.expect(200).read();
    assert_eq!(later.status, OrderStatus::Processing);
    assert_eq!(held(&panel, client.id).await, decimal("1.0096"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_that_is_not_paid_is_cancelled_and_gives_its_stock_back() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "stock_control": true, "stock": 1 })).await;
    let client = panel.client("Ada").await;
    let path = format!("/clients/{}/orders", client.id);
    let order = json!({ "items": [item(made.id, "monthly")] });
    let placed: OrderDetail = client.calls.post_once(&path, order.clone()).await.expect(201).read();
    client.calls.post_once(&path, order.clone()).await.expect(409);
    panel.advance_hours(47).await;
    deadlines(&panel).await;
    let waiting: OrderDetail = client.calls.get(&format!("{path}/{}", placed.id)).await.expect(200).read();
    assert_eq!(waiting.status, OrderStatus::Pending);
    panel.advance_hours(1).await;
    deadlines(&panel).await;
    let gone: OrderDetail = client.calls.get(&format!("{path}/{}", placed.id)).await.expect(200).read();
    assert_eq!((gone.status, gone.services[0].state), (OrderStatus::Cancelled, ServiceState::Cancelled));
    let again: OrderDetail = client.calls.post_once(&path, order).await.expect(201).read();
    client.calls.post(&format!("{path}/{}/cancel", again.id), json!({})).await.expect(200);
    assert_eq!(panel.count("SELECT stock_used::bigint AS value FROM products").await, 0);
}

#[actix_web::test]
async fn the_last_piece_is_sold_once_to_a_hundred_at_once() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({ "stock_control": true, "stock": 1 })).await;
    let mut clients = Vec::new();
    for number in 0..10 {
        clients.push(panel.client(&format!("c{number}")).await);
    }
    let order = json!({ "items": [item(made.id, "monthly")] });
    let calls = (0..100).map(|number| {
        let client = &clients[number % 10];
        let order = order.clone();
        async move { client.calls.post_once(&format!("/clients/{}/orders", client.id), order).await }
    });
    let answers = futures::future::join_all(calls).await;
    let sold = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(sold, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        let problem = answer.expect(409).problem();
        assert_eq!((problem.code, problem.fields[0].field.as_str()), (Code::OutOfStock, "items.0.product"));
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM services").await, 1);
    assert_eq!(panel.count("SELECT stock_used::bigint AS value FROM products").await, 1);
}

#[actix_web::test]
async fn what_does_not_belong_together_is_refused_by_its_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let vps = product(&staff, "vps", json!({})).await;
    let mail = product(&staff, "mail", json!({})).await;
    let hidden = product(&staff, "hidden", json!({ "visible": false })).await;
    let retired = product(&staff, "retired", json!({ "retired": true })).await;
    let size = sizes(&staff, "size", vps.id).await;
    let other = sizes(&staff, "other", mail.id).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "500").await;
    let path = format!("/clients/{}/orders", client.id);
    let good = json!({ "group": size.id, "option": size.options[0].id });
    let nobody = OptionGroupId::generate();
    let price_of_mail = mail.prices[0].id;
    for (item, field) in [
        (json!({ "product": ProductId::generate(), "period": "monthly" }), "items.0.product"),
        (item(hidden.id, "monthly"), "items.0.product"),
        (item(retired.id, "monthly"), "items.0.product"),
        (json!({ "product": vps.id, "period": "weekly", "options": [good] }), "items.0.period"),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good], "price": price_of_mail }),
            "items.0.price",
        ),
        (json!({ "product": vps.id, "period": "monthly" }), "items.0.options"),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good, good] }),
            "items.0.options.1.group",
        ),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good, { "group": other.id, "option": other.options[0].id }] }),
            "items.0.options.1.group",
        ),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good, { "group": nobody }] }),
            "items.0.options.1.group",
        ),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good], "quantity": 0 }),
            "items.0.quantity",
        ),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good], "quantity": -5 }),
            "items.0.quantity",
        ),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good], "label": "x".repeat(101) }),
            "items.0.label",
        ),
        (
            json!({ "product": vps.id, "period": "monthly", "options": [good], "fields": { "root": "1" } }),
            "items.0.fields.root",
        ),
    ] {
        let answer = client.calls.post_once(&path, json!({ "items": [item] })).await.expect(422);
        assert_eq!(answer.refused_fields(), [field]);
    }
    // An option of another group, under a group of this product.
    let mixed = json!({ "items": [{ "product": vps.id, "period": "monthly",
        "options": [{ "group": size.id, "option": other.options[0].id }] }] });
    assert_eq!(
        client.calls.post_once(&path, mixed).await.expect(422).refused_fields(),
        ["items.0.options.0.option"]
    );
    let period = json!({ "items": [{ "product": vps.id, "period": "fortnightly" }] });
    assert_eq!(client.calls.post_once(&path, period).await.expect(422).refused_fields(), ["items.0.period"]);
    assert_eq!(
        client.calls.post_once(&path, json!({ "items": [] })).await.expect(422).refused_fields(),
        ["items"]
    );
    let keyless = client.calls.post(&path, json!({ "items": [item(vps.id, "monthly")] })).await.expect(400);
    assert_eq!(keyless.problem().code, Code::IdempotencyKeyMissing);
    assert_eq!(panel.count("SELECT count(*) AS value FROM orders").await, 0);
    assert_eq!(held(&panel, client.id).await, decimal("0"));
}

#[actix_web::test]
async fn nobody_orders_for_another_client() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let (ada, eve) = (panel.client("Ada").await, panel.client("Eve").await);
    give(&panel, ada.id, "50").await;
    let order = json!({ "items": [item(made.id, "monthly")] });
    eve.calls.post_once(&format!("/clients/{}/orders", ada.id), order.clone()).await.expect(404);
    let placed: OrderDetail =
        ada.calls.post_once(&format!("/clients/{}/orders", ada.id), order.clone()).await.expect(201).read();
    eve.calls.get(&format!("/clients/{}/orders/{}", eve.id, placed.id)).await.expect(404);
    eve.calls.post(&format!("/clients/{}/orders/{}/cancel", eve.id, placed.id), json!({})).await.expect(404);
    let service = placed.services[0].id;
    for path in ["", "/charges"] {
        eve.calls.get(&format!("/clients/{}/services/{service}{path}", eve.id)).await.expect(404);
    }
    eve.calls
        .post(&format!("/clients/{}/services/{service}/termination", eve.id), json!({ "when": "now" }))
        .await
        .expect(404);
    // A suspended account orders nothing.
    panel.sql(&format!("UPDATE clients SET status = 'suspended' WHERE id = '{}'", ada.id)).await;
    ada.calls.post_once(&format!("/clients/{}/orders", ada.id), order).await.expect(403);
}

#[actix_web::test]
async fn staff_sell_what_is_hidden() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "special", json!({ "visible": false })).await;
    let client = panel.client("Ada").await;
    give(&panel, client.id, "100").await;
    let order = json!({ "client": client.id, "items": [item(made.id, "one_time")] });
    let quote: Quote = staff.post("/admin/orders/quote", order.clone()).await.expect(200).read();
    assert_eq!((quote.due_now.amount(), quote.missing.unwrap().amount()), (decimal("99"), decimal("0")));
    assert_eq!(quote.available.unwrap().amount(), decimal("100"));
    let dear =
        json!({ "client": client.id, "items": [item(made.id, "one_time"), item(made.id, "one_time")] });
    let quote: Quote = staff.post("/admin/orders/quote", dear).await.expect(200).read();
    assert_eq!(quote.missing.unwrap().amount(), decimal("98"));
    assert_eq!(balance(&panel, client.id).await, decimal("100"), "a quote takes nothing");
    let nobody = json!({ "client": shared::ClientId::generate(), "items": [item(made.id, "one_time")] });
    let refused = staff.post("/admin/orders/quote", nobody).await.expect(422);
    assert_eq!(refused.refused_fields(), ["client"]);
    let placed: OrderDetail = staff.post_once("/admin/orders", order).await.expect(201).read();
    assert_eq!(placed.due_now.amount(), decimal("99"));
    work(&panel).await;
    staff.post(&format!("/admin/services/{}/delivered", placed.services[0].id), json!({})).await.expect(200);
    assert_eq!(balance(&panel, client.id).await, decimal("1"));
    let limited = panel.staff(&[shared::Permission::ServicesView]).await.calls;
    let order = json!({ "client": client.id, "items": [item(made.id, "one_time")] });
    limited.post("/admin/orders/quote", order.clone()).await.expect(403);
    limited.post_once("/admin/orders", order).await.expect(403);
    limited.get("/admin/orders?status=completed").await.expect(200);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn an_order_accepts_the_newest_terms_and_keeps_which() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let made = product(&staff, "vps", json!({})).await;
    let client = panel.client("Ada").await;
    let path = format!("/clients/{}/orders", client.id);
    let order = |terms: Option<i32>| json!({ "items": [item(made.id, "monthly")], "terms_version": terms });
    // Nothing is published: there is nothing to accept.
    client.calls.get("/public/terms").await.expect(404);
    let none = client.calls.post_once(&path, order(Some(1))).await.expect(422);
    assert_eq!(none.refused_fields(), ["terms_version"]);
    let placed: OrderDetail = client.calls.post_once(&path, order(None)).await.expect(201).read();
    assert_eq!(placed.terms_version, None);

    for (body, field) in [
        (json!({ "texts": {} }), "texts"),
        (json!({ "texts": { "en": " " } }), "texts.en"),
        (json!({ "texts": { "en": "x".repeat(100_001) } }), "texts.en"),
    ] {
        assert_eq!(staff.post("/admin/terms", body).await.expect(422).refused_fields(), [field]);
    }
    let texts = |english: &str| json!({ "texts": { "en": english, "pl": "Regulamin" } });
    staff.post("/admin/terms", texts("First")).await.expect(201);
    staff.post("/admin/terms", texts("Second")).await.expect(201);
    for outdated in [None, Some(1), Some(3)] {
        let refused = client.calls.post_once(&path, order(outdated)).await.expect(422);
        assert_eq!(refused.refused_fields(), ["terms_version"]);
    }
    let placed: OrderDetail = client.calls.post_once(&path, order(Some(2))).await.expect(201).read();
    assert_eq!(placed.terms_version, Some(2));
    // Staff order without accepting for the client.
    let by_staff = json!({ "client": client.id, "items": [item(made.id, "monthly")] });
    let placed: OrderDetail = staff.post_once("/admin/orders", by_staff).await.expect(201).read();
    assert_eq!(placed.terms_version, None);

    let shown: Value = client.calls.get("/public/terms").await.expect(200).read();
    assert_eq!((shown["version"].as_i64(), shown["text"].as_str()), (Some(2), Some("Second")));
    let first: Value = client.calls.get("/public/terms?version=1").await.expect(200).read();
    assert_eq!(first["text"], "First");
    client.calls.get("/public/terms?version=3").await.expect(404);
    let list: Value = staff.get("/admin/terms?search=first").await.expect(200).read();
    assert_eq!((list["total"].as_i64(), list["items"][0]["orders"].as_i64()), (Some(1), Some(0)));
    let settings: Value = client.calls.get("/public/settings").await.expect(200).read();
    assert_eq!(settings["terms_version"], 2);
}

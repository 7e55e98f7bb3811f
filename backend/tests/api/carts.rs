//! The cart: filled, looked at, ordered as one order; what cannot be ordered any more; what is refused.

use diesel_async::AsyncConnection;
use hostwright::services::{operation, store};
use provisioners::Outcome;
use serde_json::{Value, json};
use shared::cart::Cart;
use shared::services::{OrderDetail, OrderStatus, ServiceState};
use shared::{Code, ProductId};

use crate::harness::Panel;
use crate::selling::{Shop, assert_books, balance, decimal, give, held, pay, product, work};

impl Shop {
    fn cart(&self) -> String {
        format!("/clients/{}/cart", self.client.id)
    }

    async fn put(&self, product: ProductId, label: &str) -> Cart {
        let item = json!({ "product": product, "period": "monthly", "label": label });
        self.client.calls.post(&self.cart(), item).await.expect(201).read()
    }

    async fn read(&self) -> Cart {
        self.client.calls.get(&self.cart()).await.expect(200).read()
    }

    async fn order_cart(&self) -> crate::harness::Answer {
        self.client.calls.post_once(&format!("{}/order", self.cart()), json!({})).await
    }
}

#[actix_web::test]
async fn a_cart_is_ordered_as_one_order_and_emptied() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "10").await;
    assert_eq!(shop.read().await, Cart { items: Vec::new(), orderable: false, quote: None });
    shop.put(shop.vps.id, "web").await;
    let hourly = json!({ "product": shop.vps.id, "period": "hourly", "fields": { "note": "Debian" } });
    let cart: Cart = shop.client.calls.post(&shop.cart(), hourly).await.expect(201).read();
    assert_eq!(cart, shop.read().await);
    assert!(cart.orderable && cart.items.iter().all(|item| item.faults.is_empty()));
    assert_eq!(cart.items[0].item.label.as_deref(), Some("web"));
    assert_eq!((cart.items[1].item.label.as_deref(), cart.items[1].name.as_str()), (None, "Product vps"));
    assert_eq!(cart.items[1].item.fields["note"], "Debian");
    // Setup 1.00 and the first hour of the month, 0.0096; the first hour of the other.
    let quote = cart.quote.expect("all of it can be ordered");
    let due: Vec<_> = cart.items.iter().map(|item| item.price.as_ref().unwrap().due_now.amount()).collect();
    assert_eq!(due, [decimal("1.0096"), decimal("0.0100")]);
    assert_eq!((quote.due_now.amount(), quote.monthly.amount()), (decimal("1.0196"), decimal("14.40")));
    assert_eq!((quote.missing.unwrap().amount(), quote.spending), (decimal("0"), None));

    let path = format!("{}/order", shop.cart());
    let placed: OrderDetail =
        shop.client.calls.post_with_key(&path, json!({}), "k1").await.expect(201).read();
    assert_eq!((placed.status, placed.services.len()), (OrderStatus::Processing, 2));
    assert_eq!(placed.due_now.amount(), decimal("1.0196"));
    assert_eq!(held(&panel, shop.client.id).await, decimal("1.0196"));
    assert!(shop.read().await.items.is_empty());
    // The same key is the same order; there is nothing more to order.
    let again: OrderDetail = shop.client.calls.post_with_key(&path, json!({}), "k1").await.expect(201).read();
    assert_eq!(again.id, placed.id);
    assert_eq!(shop.order_cart().await.expect(409).problem().code, Code::Conflict);

    work(&panel).await;
    for service in &placed.services {
        shop.staff.post(&format!("/admin/services/{}/delivered", service.id), json!({})).await.expect(200);
    }
    assert_eq!(shop.again(&placed).await.status, OrderStatus::Completed);
    assert_eq!(balance(&panel, shop.client.id).await, decimal("8.9804"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_cart_without_money_waits_for_exactly_what_is_missing_and_goes_on() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "0.50").await;
    shop.put(shop.vps.id, "one").await;
    let cart = shop.put(shop.vps.id, "two").await;
    assert_eq!(cart.quote.unwrap().missing.unwrap().amount(), decimal("1.5192"));
    let placed: OrderDetail = shop.order_cart().await.expect(201).read();
    assert_eq!((placed.status, placed.missing.amount()), (OrderStatus::Pending, decimal("1.5192")));
    assert!(placed.services.iter().all(|service| service.state == ServiceState::Pending));
    assert_eq!(held(&panel, shop.client.id).await, decimal("0"));
    let proforma = placed.proforma.expect("a proforma over what is missing");
    let net = panel.amount(&format!("SELECT net AS value FROM documents WHERE id = '{proforma}'")).await;
    assert_eq!(net, decimal("1.52"));
    // With 23 %.
    pay(&panel, &shop.staff, proforma, "1.87").await;
    let paid = shop.again(&placed).await;
    assert_eq!(paid.status, OrderStatus::Processing);
    assert!(paid.services.iter().all(|service| service.state == ServiceState::Provisioning));
    assert_eq!(held(&panel, shop.client.id).await, decimal("2.0192"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_service_that_cannot_be_delivered_does_not_stop_the_others_of_its_order() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "10").await;
    shop.put(shop.vps.id, "good").await;
    shop.put(shop.vps.id, "bad").await;
    let placed: OrderDetail = shop.order_cart().await.expect(201).read();
    work(&panel).await;
    let named = |label: &str| placed.services.iter().find(|service| service.label == label).unwrap().id;
    let (good, bad) = (named("good"), named("bad"));
    let (conn, now) = (&mut *panel.conn().await, panel.now());
    let service = store::find_for_staff(conn, bad).await.unwrap().unwrap();
    let pending = service.pending().unwrap().expect("it is being delivered");
    let refused = Outcome::Failed { retryable: false, reason: "No room.".to_owned() };
    conn.transaction(async |tx| operation::apply(tx, now, bad, pending.id, refused.clone()).await)
        .await
        .unwrap();
    // Its money is free again, that of the other one is still set aside.
    assert_eq!(held(&panel, shop.client.id).await, decimal("1.0096"));
    assert_eq!(shop.again(&placed).await.status, OrderStatus::Processing);
    shop.staff.post(&format!("/admin/services/{good}/delivered"), json!({})).await.expect(200);
    let done = shop.again(&placed).await;
    assert_eq!(done.status, OrderStatus::Completed);
    let state = |id| done.services.iter().find(|service| service.id == id).unwrap().state;
    assert_eq!((state(good), state(bad)), (ServiceState::Active, ServiceState::Failed));
    assert_eq!(balance(&panel, shop.client.id).await, decimal("8.9904"));
    assert_eq!(held(&panel, shop.client.id).await, decimal("0"));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn what_cannot_be_ordered_any_more_says_why_and_blocks_only_the_order() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "10").await;
    let old = product(&shop.staff, "old", json!({})).await;
    let priceless = product(&shop.staff, "priceless", json!({})).await;
    let rare = product(&shop.staff, "rare", json!({ "stock_control": true, "stock": 1 })).await;
    for (id, label) in [
        (old.id, "archive"),
        (priceless.id, "gem"),
        (rare.id, "first"),
        (rare.id, "second"),
        (shop.vps.id, "web"),
    ] {
        shop.put(id, label).await;
    }
    panel.sql(&format!("UPDATE products SET retired = true WHERE id = '{}'", old.id)).await;
    panel.sql(&format!("DELETE FROM prices WHERE product_id = '{}'", priceless.id)).await;

    let cart = shop.read().await;
    assert!(!cart.orderable);
    let faults: Vec<Option<(&str, &str)>> = cart
        .items
        .iter()
        .map(|item| item.faults.first().map(|fault| (fault.field.as_str(), fault.code.as_str())))
        .collect();
    let expected = [
        Some(("product", "not_offered")),
        Some(("period", "not_offered")),
        None,
        Some(("product", "out_of_stock")),
        None,
    ];
    assert_eq!(faults, expected);
    // The total is of what can be ordered.
    assert_eq!(cart.quote.unwrap().due_now.amount(), decimal("2.0192"));

    let refused = shop.order_cart().await.expect(422);
    assert_eq!(refused.refused_fields(), ["items.0.product", "items.1.period"]);
    let detail = refused.problem().detail.unwrap();
    assert!(detail.contains("archive: ") && detail.contains("gem: ") && !detail.contains("web"), "{detail}");
    assert_eq!(shop.read().await.items.len(), 5);
    for item in &cart.items[..2] {
        shop.client.calls.delete(&format!("{}/{}", shop.cart(), item.id)).await.expect(204);
    }
    let refused = shop.order_cart().await.expect(409);
    assert_eq!(refused.refused_fields(), ["items.1.product"]);
    assert!(refused.problem().detail.unwrap().starts_with("second: "));
    assert_eq!(panel.count("SELECT count(*) AS value FROM orders").await, 0);
    assert_eq!(panel.count("SELECT sum(stock_used) AS value FROM products").await, 0);
    assert_eq!(held(&panel, shop.client.id).await, decimal("0"));

    let second = format!("{}/{}", shop.cart(), cart.items[3].id);
    shop.client.calls.delete(&second).await.expect(204);
    shop.client.calls.delete(&second).await.expect(404);
    let placed: OrderDetail = shop.order_cart().await.expect(201).read();
    assert_eq!((placed.services.len(), placed.status), (2, OrderStatus::Processing));
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_cart_holds_twenty_items_at_a_constant_number_of_queries() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    shop.put(shop.vps.id, "one").await;
    let one = shop.client.calls.get(&shop.cart()).await.expect(200).queries();
    for _ in 1..20 {
        shop.put(shop.vps.id, "more").await;
    }
    let full = shop.client.calls.get(&shop.cart()).await.expect(200);
    assert_eq!(full.read::<Cart>().items.len(), 20);
    assert_eq!(full.queries(), one);
    let item = json!({ "product": shop.vps.id, "period": "monthly" });
    let refused = shop.client.calls.post(&shop.cart(), item).await.expect(409).problem();
    assert_eq!(refused.code, Code::Conflict);
    shop.client.calls.delete(&shop.cart()).await.expect(204);
    assert!(shop.read().await.items.is_empty());
}

#[actix_web::test]
async fn an_item_is_replaced_from_its_present_version_only() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let item = shop.put(shop.vps.id, "web").await.items.remove(0);
    let path = format!("{}/{}", shop.cart(), item.id);
    let change = |version: i32, period: &str| json!({ "version": version, "item": { "product": shop.vps.id, "period": period, "quantity": 2 } });
    let refused = shop.client.calls.put(&path, change(1, "weekly")).await.expect(422);
    assert_eq!(refused.refused_fields(), ["item.period"]);
    let cart: Cart = shop.client.calls.put(&path, change(1, "hourly")).await.expect(200).read();
    let changed = &cart.items[0];
    assert_eq!((changed.id, changed.version, changed.item.quantity), (item.id, 2, 2));
    assert_eq!(changed.item.label, None);
    assert_eq!(cart.quote.unwrap().due_now.amount(), decimal("0.02"));
    shop.client.calls.put(&path, change(1, "monthly")).await.expect(412);
    assert_eq!(shop.read().await.items[0].version, 2);
}

#[actix_web::test]
async fn what_could_not_be_ordered_does_not_get_into_a_cart() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let hidden = product(&shop.staff, "hidden", json!({ "visible": false })).await;
    let unknown = ProductId::generate();
    let long = "x".repeat(101);
    let cases: Vec<(Value, &str)> = vec![
        (json!({ "product": unknown, "period": "monthly" }), "product"),
        (json!({ "product": hidden.id, "period": "monthly" }), "product"),
        (json!({ "product": shop.vps.id, "period": "weekly" }), "period"),
        (json!({ "product": shop.vps.id, "period": "monthly", "quantity": 0 }), "quantity"),
        (json!({ "product": shop.vps.id, "period": "monthly", "quantity": 51 }), "quantity"),
        (json!({ "product": shop.vps.id, "period": "monthly", "label": long }), "label"),
        (
            json!({ "product": shop.vps.id, "period": "monthly", "options": [{ "group": unknown }] }),
            "options.0.group",
        ),
    ];
    for (item, field) in cases {
        let refused = shop.client.calls.post(&shop.cart(), item).await.expect(422);
        assert_eq!(refused.refused_fields(), [field]);
    }
    assert_eq!(panel.count("SELECT count(*) AS value FROM cart_items").await, 0);
    let keyless = shop.client.calls.post(&format!("{}/order", shop.cart()), json!({})).await.expect(400);
    assert_eq!(keyless.problem().code, Code::IdempotencyKeyMissing);
}

#[actix_web::test]
async fn a_cart_is_its_clients_alone() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    let eve = panel.client("Eve").await;
    let item = shop.put(shop.vps.id, "web").await.items.remove(0);
    let hers = format!("/clients/{}/cart", eve.id);
    eve.calls.delete(&format!("{hers}/{}", item.id)).await.expect(404);
    let change = json!({ "version": 1, "item": { "product": shop.vps.id, "period": "hourly" } });
    eve.calls.put(&format!("{hers}/{}", item.id), change).await.expect(404);
    eve.calls.delete(&hers).await.expect(204);
    let empty: Cart = eve.calls.get(&hers).await.expect(200).read();
    assert!(empty.items.is_empty());
    assert_eq!(shop.read().await.items.len(), 1);
    // A product that is gone takes its items along.
    shop.staff.delete(&format!("/admin/products/{}", shop.vps.id)).await.expect(204);
    assert!(shop.read().await.items.is_empty());
}

#[actix_web::test]
async fn a_cart_that_is_ordered_twice_at_once_becomes_one_order() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    give(&panel, shop.client.id, "10").await;
    shop.put(shop.vps.id, "web").await;
    let (one, other) = tokio::join!(shop.order_cart(), shop.order_cart());
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409]);
    assert_eq!(panel.count("SELECT count(*) AS value FROM orders").await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM services").await, 1);
    assert_books(&panel).await;
}

#[actix_web::test]
async fn a_cart_is_ordered_under_the_newest_terms_only() {
    let panel = Panel::start().await;
    let shop = Shop::open(&panel).await;
    shop.put(shop.vps.id, "web").await;
    shop.staff.post("/admin/terms", json!({ "texts": { "en": "First" } })).await.expect(201);
    assert_eq!(shop.order_cart().await.expect(422).refused_fields(), ["terms_version"]);
    assert_eq!(shop.read().await.items.len(), 1);
    let path = format!("{}/order", shop.cart());
    let placed: OrderDetail =
        shop.client.calls.post_once(&path, json!({ "terms_version": 1 })).await.expect(201).read();
    assert_eq!(placed.terms_version, Some(1));
}

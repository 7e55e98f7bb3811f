//! Prices in other currencies: what becomes of them when there is nothing to convert, or too much.

use serde_json::json;
use shared::ProductId;
use shared::services::OrderDetail;

use crate::harness::Panel;
use crate::selling::{product, work};

#[actix_web::test]
async fn a_price_that_is_taken_away_is_not_offered_in_other_currencies_either() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let follows = product(&staff, "follows", json!({ "convert_price": true })).await;
    let stands = product(&staff, "stands", json!({})).await;
    let zloty = json!({ "prices": [{ "currency": "PLN", "period": "annually", "base": "250" }] });
    staff.put(&format!("/admin/products/{}/prices", stands.id), zloty).await.expect(200);
    work(&panel).await;
    let rows = async |id: ProductId, period: &str| {
        let query = format!(
            "SELECT count(*) AS value FROM prices WHERE product_id = '{id}' AND period = '{period}' AND currency <> 'EUR'"
        );
        panel.count(&query).await
    };
    let none = |period: &str| json!({ "prices": [{ "currency": "EUR", "period": period }] });
    let (path, others) =
        (format!("/admin/products/{}/prices", follows.id), format!("/admin/products/{}/prices", stands.id));
    assert_eq!(rows(follows.id, "annually").await, 3);

    let pola = panel.client_in("Pola", "PLN", "PL").await;
    let item = json!({ "items": [{ "product": follows.id, "period": "annually" }] });
    let order = format!("/clients/{}/orders", pola.id);
    let placed: OrderDetail = pola.calls.post_once(&order, item.clone()).await.expect(201).read();
    let refused = staff.put(&path, none("annually")).await.expect(409).problem();
    assert!(refused.detail.unwrap().contains("in PLN"), "her service was sold at it");
    assert_eq!(rows(follows.id, "annually").await, 3);
    pola.calls.post(&format!("{order}/{}/cancel", placed.id), json!({})).await.expect(200);

    // Sent along by a form that shows every row, it goes all the same.
    let mut gone = none("annually");
    let sent = json!({ "currency": "PLN", "period": "annually", "base": "255.00" });
    gone["prices"].as_array_mut().unwrap().push(sent);
    staff.put(&path, gone).await.expect(200);
    work(&panel).await;
    assert_eq!(rows(follows.id, "annually").await, 0);
    assert_eq!(rows(follows.id, "monthly").await, 3, "only what was taken away");
    let refused = pola.calls.post_once(&order, item).await.expect(422);
    assert_eq!(refused.refused_fields(), ["items.0.period"]);
    staff.put(&others, none("annually")).await.expect(200);
    assert_eq!(rows(stands.id, "annually").await, 1, "what staff wrote themselves stays");
}

#[actix_web::test]
async fn a_price_too_large_for_a_currency_keeps_no_other_from_being_converted() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let huge = product(&staff, "huge", json!({ "convert_price": true })).await;
    let usual = product(&staff, "usual", json!({ "convert_price": true })).await;
    let prices = json!({ "prices": [{ "currency": "EUR", "period": "monthly", "setup": "99999999999", "base": "1" }] });
    staff.put(&format!("/admin/products/{}/prices", huge.id), prices).await.expect(200);
    panel.sql("UPDATE currencies SET rate = 999999999 WHERE code = 'JPY'").await;
    work(&panel).await;
    let of = async |id: ProductId, currency: &str| {
        let query = format!(
            "SELECT coalesce(base, -1) AS value FROM prices
             WHERE product_id = '{id}' AND period = 'monthly' AND currency = '{currency}'"
        );
        panel.amount(&query).await.normalize().to_string()
    };
    assert_eq!(of(usual.id, "PLN").await, "30.6");
    assert_eq!(of(usual.id, "JPY").await, "7199999993");
    assert_eq!((of(huge.id, "PLN").await.as_str(), of(huge.id, "JPY").await.as_str()), ("-1", "-1"));
}

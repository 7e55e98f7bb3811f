//! Figures of the first page, and the activity log.

use serde_json::json;
use shared::Permission;

use crate::harness::Panel;
use crate::selling::product;

#[tokio::test(flavor = "multi_thread")]
async fn the_dashboard_costs_a_fixed_number_of_statements() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let empty = staff.get("/admin/dashboard").await.expect(200);
    for name in ["Ada", "Ben", "Cleo"] {
        panel.client(name).await;
    }
    panel.sql("UPDATE wallets SET balance = 85, held = 5, currency = 'PLN' WHERE client_id = (SELECT min(client_id::text)::uuid FROM wallets)").await;
    let full = staff.get("/admin/dashboard").await.expect(200);
    assert_eq!(empty.queries(), full.queries());
    let figures = full.json();
    assert_eq!(figures["clients"]["total"], 3);
    // 85 PLN at 4.25 are 20 EUR.
    assert_eq!(figures["wallets"]["balances"], json!({ "amount": "20.00", "currency": "EUR" }));
    assert_eq!(figures["revenue"]["days"].as_array().unwrap().len(), 30);
    let blind = panel
        .staff(&[Permission::DashboardView])
        .await
        .calls
        .get("/admin/dashboard")
        .await
        .expect(200)
        .json();
    assert_eq!(blind["activity"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_installation_that_cannot_sell_yet_says_what_it_lacks() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    for table in ["gateways", "number_series", "companies", "exchange_rates", "currencies"] {
        panel.sql(&format!("DELETE FROM {table}")).await;
    }
    let bare = staff.get("/admin/dashboard").await.expect(200).json();
    assert_eq!(bare["first_steps"], json!(["currency", "home_company", "product"]));
    assert_eq!(bare["revenue"]["month"], json!({ "amount": "0", "currency": "EUR" }));
    staff
        .post("/admin/currencies", json!({ "code": "PLN", "format": "1,234.56", "rate": "1" }))
        .await
        .expect(201);
    let begun = staff.get("/admin/dashboard").await.expect(200).json();
    assert_eq!(begun["first_steps"], json!(["home_company", "product"]));
    assert_eq!(begun["currency"], "PLN");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_product_is_one_that_somebody_can_order() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    let lacks = async || staff.get("/admin/dashboard").await.expect(200).json()["first_steps"].clone();
    assert_eq!(lacks().await, json!(["product"]));
    product(&staff, "vps", json!({})).await;
    assert_eq!(lacks().await, json!([]));
    panel.sql("UPDATE prices SET currency = 'PLN'").await;
    for (change, lacking) in [
        ("UPDATE currencies SET enabled = false WHERE code = 'PLN'", json!(["product"])),
        ("UPDATE currencies SET enabled = true WHERE code = 'PLN'", json!([])),
        ("UPDATE products SET visible = false", json!(["product"])),
        ("UPDATE products SET direct_link = true", json!([])),
        ("UPDATE products SET retired = true", json!(["product"])),
        ("UPDATE products SET retired = false", json!([])),
        // A row of prices without a base is not offered.
        ("UPDATE prices SET base = NULL", json!(["product"])),
    ] {
        panel.sql(change).await;
        assert_eq!(lacks().await, lacking, "{change}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_activity_log_pages_by_keyset_without_holes() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await.calls;
    for minute in 0..7 {
        staff
            .post("/admin/clock", json!({ "now": format!("2026-04-01T00:0{minute}:00Z") }))
            .await
            .expect(200);
    }
    let mut seen = Vec::new();
    let mut path = "/admin/activity?per_page=3&action=clock.".to_owned();
    loop {
        let page = staff.get(&path).await.expect(200).json();
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|line| line["description"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/admin/activity?per_page=3&action=clock.&after={next}");
    }
    assert_eq!(seen.len(), 7);
    assert!(seen[0].contains("00:06:00"), "{}", seen[0]);
    staff.get("/admin/activity?after=nonsense").await.expect(422);
    let found = staff.get("/admin/activity?search=00:03:00Z").await.expect(200).json();
    assert!(!found["items"].as_array().unwrap().is_empty());
}

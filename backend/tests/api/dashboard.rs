//! Figures of the first page, and the activity log.

use serde_json::{Value, json};
use shared::Permission;
use shared::billing::payment::PaidFromWallet;

use crate::documents::{book, proforma};
use crate::drafts::{draft, issue};
use crate::harness::Panel;
use crate::refunds::refund;
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

#[tokio::test(flavor = "multi_thread")]
async fn revenue_is_the_same_before_and_after_its_days_are_sealed() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let funds = proforma(&ada, "150.00").await.document.id;
    book(&staff, funds, json!({ "amount": "184.50" })).await.expect(201);
    let lines = json!([{ "description": "Repair", "quantity": "1", "unit_price": "100.00" }]);
    let asked = issue(&staff, &draft(&staff, &ada, lines).await).await.document.id;
    let path = format!("/admin/documents/{asked}/pay-from-wallet");
    let paid: PaidFromWallet = staff.calls.post_once(&path, json!({})).await.expect(200).read();
    let revenue = async || staff.calls.get("/admin/dashboard").await.expect(200).json()["revenue"].clone();
    let day = |figures: &Value, ago: usize| figures["days"][29 - ago]["amount"]["amount"].clone();
    assert_eq!(day(&revenue().await, 0), "100.00", "a top-up is no revenue");

    panel.advance_hours(24).await;
    let back = json!({ "amount": "30.00", "method": "wallet", "reason": "Not all of it" });
    refund(&staff, paid.invoice.expect("paid whole").id, back).await.expect(201);
    let open = revenue().await;
    assert_eq!((day(&open, 1), day(&open, 0)), (json!("100.00"), json!("-30.00")));
    assert_eq!(open["month"]["amount"], "70.00");

    hostwright::billing::audit::nightly(&panel.app).await.expect("audited and sealed");
    let kept = panel.count("SELECT count(*) AS value FROM ledger_snapshots").await;
    assert!(kept > 0, "a day is sealed");
    assert_eq!(revenue().await, open);
    panel.advance_hours(24 * 32).await;
    hostwright::billing::audit::nightly(&panel.app).await.expect("audited and sealed");
    let later = revenue().await;
    assert_eq!(
        (&later["month"]["amount"], &later["month_before"]["amount"]),
        (&json!("0.00"), &json!("70.00"))
    );
    assert_eq!(later["days"][29 - 3]["before"]["amount"], "100.00");
}

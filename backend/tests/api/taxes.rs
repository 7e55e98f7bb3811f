//! Tax rules: order, marks, presets, the tester.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::tax::{TaxBasis, TaxDecision, TaxMismatch, TaxPresetResult, TaxRule, UnreachableWhy};
use shared::{Code, Page, TaxRuleId};

use crate::harness::{COMPANY, Panel, StaffMember};

fn rule(country: &str, rate: &str) -> Value {
    json!({ "country": country, "rates": [{ "name": "VAT", "rate": rate }] })
}

async fn all(staff: &StaffMember) -> Vec<TaxRule> {
    staff.calls.get("/admin/tax-rules?per_page=200").await.expect(200).read::<Page<TaxRule>>().items
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_rule_from_the_top_decides() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    for (country, rate) in [("DE", "19"), ("PL", "8"), ("PL", "5")] {
        staff.calls.post("/admin/tax-rules", rule(country, rate)).await.expect(201);
    }
    let test = async || -> TaxDecision {
        staff.calls.post("/admin/tax-rules/test", json!({ "client_id": ada.id })).await.expect(200).read()
    };
    let decided = test().await;
    assert_eq!((decided.basis, decided.position), (TaxBasis::Rule, Some(2)));
    assert_eq!(decided.rates[0].rate, Decimal::from(8));
    assert_eq!(decided.passed.len(), 1);
    assert_eq!(decided.passed[0].why, TaxMismatch::OtherCountry);
    assert!(decided.sentence.starts_with("Rule 2 "), "{}", decided.sentence);

    let rules = all(&staff).await;
    assert_eq!(rules[2].unreachable.as_ref().map(|why| why.why), Some(UnreachableWhy::Shadowed));
    let moved = format!("/admin/tax-rules/{}/move", rules[2].id);
    let read: Vec<TaxRuleId> = rules.iter().map(|rule| rule.id).collect();
    let first = json!({ "position": 1, "read": read });
    staff.calls.post(&moved, first.clone()).await.expect(200);
    assert_eq!(test().await.rates[0].rate, Decimal::from(5));
    // From the order that was before, nobody moves another one.
    let lost = format!("/admin/tax-rules/{}/move", read[1]);
    assert_eq!(staff.calls.post(&lost, first).await.expect(412).problem().code, Code::VersionConflict);
    let rules = all(&staff).await;
    assert_eq!(rules.iter().map(|rule| rule.id).collect::<Vec<_>>(), [read[2], read[0], read[1]]);
    assert_eq!(rules.iter().map(|rule| rule.position).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(rules[0].unreachable.is_none() && rules[2].unreachable.is_some());
    staff.calls.delete(&format!("/admin/tax-rules/{}", rules[0].id)).await.expect(204);
    assert_eq!(test().await.rates[0].rate, Decimal::from(8));
}

#[tokio::test(flavor = "multi_thread")]
async fn presets_add_and_never_overwrite() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let mut own = rule("DE", "7.000");
    own["company_id"] = json!(COMPANY);
    staff.calls.post("/admin/tax-rules", own).await.expect(201);
    let body = json!({ "preset": "eu", "company_id": COMPANY });
    let dry: TaxPresetResult =
        staff.calls.post("/admin/tax-rules/presets?dry_run=true", body.clone()).await.expect(200).read();
    assert_eq!((dry.added, dry.skipped, dry.dry_run), (26, 1, true));
    assert_eq!(all(&staff).await.len(), 1);
    staff.calls.post("/admin/tax-rules/presets", body.clone()).await.expect(200);
    let again: TaxPresetResult = staff.calls.post("/admin/tax-rules/presets", body).await.expect(200).read();
    assert_eq!((again.added, again.skipped), (0, 27));
    let canada = json!({ "preset": "canada", "company_id": COMPANY });
    let canada: TaxPresetResult =
        staff.calls.post("/admin/tax-rules/presets", canada).await.expect(200).read();
    assert_eq!(canada.added, 13);
    let rules = all(&staff).await;
    assert_eq!(rules.len(), 40);
    let german = rules.iter().find(|rule| rule.rule.country.as_deref() == Some("DE")).unwrap();
    assert_eq!(german.rule.rates[0].rate, Decimal::from(7));
    let quebec = rules.iter().find(|rule| rule.rule.region.as_deref() == Some("CA-QC")).unwrap();
    assert_eq!(
        quebec.rule.rates.iter().map(|rate| rate.rate.normalize().to_string()).collect::<Vec<_>>(),
        ["5", "9.975"]
    );
    assert!(rules.iter().all(|rule| rule.unreachable.is_none()));
    let found: Page<TaxRule> = staff.calls.get("/admin/tax-rules?search=poland").await.expect(200).read();
    assert_eq!(found.total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_taxes_of_quebec_are_each_rounded_once() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let body = json!({ "preset": "canada", "company_id": COMPANY });
    staff.calls.post("/admin/tax-rules/presets", body).await.expect(200);
    let quinn = panel.client_in("Quinn", "CAD", "CA").await;
    panel.sql("UPDATE client_addresses SET region = 'CA-QC'").await;
    let quote = quinn
        .calls
        .post(&format!("/clients/{}/funds/quote", quinn.id), json!({ "amount": "99.99" }))
        .await
        .expect(200)
        .json();
    let taxes: Vec<_> =
        quote["taxes"].as_array().unwrap().iter().map(|tax| tax["amount"]["amount"].clone()).collect();
    assert_eq!(taxes, ["5.00", "9.97"]);
    assert_eq!(quote["total"]["amount"], "114.96");
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_rules_are_refused_by_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let rates = |count: usize| json!({ "rates": (0..count).map(|n| json!({ "name": format!("T{n}"), "rate": "1" })).collect::<Vec<_>>() });
    for (body, field) in [
        (rule("XX", "1"), "country"),
        (json!({ "country": "PL", "region": "CA-QC" }), "region"),
        (json!({ "region": "CA-QC" }), "region"),
        (rule("PL", "100.001"), "rates.0.rate"),
        (rule("PL", "1.0001"), "rates.0.rate"),
        (rule("PL", "-1"), "rates.0.rate"),
        (rule("PL", "NaN"), "rates.0.rate"),
        (rates(4), "rates"),
        (json!({ "company_id": uuid::Uuid::now_v7() }), "company_id"),
        (json!({ "valid_from": "1900-01-01" }), "valid_from"),
    ] {
        let refused = staff.calls.post("/admin/tax-rules", body.clone()).await.expect(422).refused_fields();
        assert_eq!(
            refused.first().map(|name| name.replace("[0]", ".0")),
            Some(field.replace("[0]", ".0")),
            "{body}"
        );
    }
    let made: TaxRule = staff.calls.post("/admin/tax-rules", rule("PL", "23")).await.expect(201).read();
    let path = format!("/admin/tax-rules/{}", made.id);
    assert_eq!(staff.calls.put(&path, rule("PL", "8")).await.expect(422).refused_fields(), ["version"]);
    let mut stale = rule("PL", "8");
    stale["version"] = json!(7);
    assert_eq!(staff.calls.put(&path, stale).await.expect(412).problem().code, Code::VersionConflict);
}

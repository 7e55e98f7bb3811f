//! Home companies: tabs, numbering, logos, gateways.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::billing::DocumentKind;
use shared::billing::company::{CompanyDetail, CompanySummary, Gateway};
use shared::{Code, Page};

use crate::harness::{BANK, COMPANY, Panel};

fn company(name: &str) -> Value {
    json!({ "name": name, "line1": "King Street 1", "city": "Toronto", "postcode": "M5H 1A1", "country": "CA",
        "region": "CA-ON", "currency": "CAD" })
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_one_company_is_the_default() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let made: CompanyDetail =
        staff.calls.post("/admin/companies", company("Maple Hosting Inc.")).await.expect(201).read();
    assert!(!made.is_default);
    assert_eq!(
        made.series.iter().map(|series| series.next.as_str()).collect::<Vec<_>>(),
        ["PROFORMA/2026/03/1", "INVOICE/2026/03/1", "CREDIT/2026/03/1"]
    );
    let path = format!("/admin/companies/{}", made.id);
    staff.calls.post(&format!("{path}/default"), json!({})).await.expect(200);
    assert_eq!(panel.count("SELECT count(*) AS value FROM companies WHERE is_default").await, 1);
    assert_eq!(staff.calls.delete(&path).await.expect(409).problem().code, Code::Conflict);
    let listed: Page<CompanySummary> =
        staff.calls.get("/admin/companies?search=maple").await.expect(200).read();
    assert_eq!((listed.total, listed.items[0].is_default), (1, true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_company_with_documents_can_only_be_archived() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let path = format!("/clients/{}/funds/proformas", ada.id);
    ada.calls.post_once(&path, json!({ "amount": "10" })).await.expect(201);
    let other: CompanyDetail =
        staff.calls.post("/admin/companies", company("Maple")).await.expect(201).read();
    staff.calls.post(&format!("/admin/companies/{}/default", other.id), json!({})).await.expect(200);
    let path = format!("/admin/companies/{COMPANY}");
    assert_eq!(staff.calls.delete(&path).await.expect(409).problem().code, Code::InUse);
    let refused = staff.calls.post(&format!("{path}/archive"), json!({})).await.expect(409);
    assert_eq!(refused.problem().code, Code::InUse);
    panel.sql(&format!("UPDATE clients SET company_id = '{}'", other.id)).await;
    let archived: CompanyDetail =
        staff.calls.post(&format!("{path}/archive"), json!({})).await.expect(200).read();
    assert!(archived.archived_at.is_some());
    staff.calls.post(&format!("{path}/default"), json!({})).await.expect(409);
    staff.calls.post(&format!("{path}/restore"), json!({})).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_companies_are_refused_by_field() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    for (field, value) in [
        ("name", json!("")),
        ("country", json!("XX")),
        ("region", json!("PL-14")),
        ("currency", json!("USD")),
        ("email", json!("nobody")),
        ("vat_id", json!("PL5260250275")),
        ("due_days", json!(366)),
        ("footer", json!("x".repeat(501))),
        ("colour", json!("red")),
    ] {
        let mut body = company("Maple");
        body[field] = value;
        assert_eq!(staff.calls.post("/admin/companies", body).await.expect(422).refused_fields(), [field]);
    }
    for (body, field) in [
        (json!({ "bank": { "iban": "PL62109010140000071219812874" } }), "bank.iban"),
        (json!({ "fallback_rates": [{ "name": "VAT", "rate": "101" }] }), "fallback_rates.0.rate"),
        (json!({ "tax_ids": [{ "label": "", "value": "1" }] }), "tax_ids.0.label"),
    ] {
        let mut whole = company("Maple");
        for (key, value) in body.as_object().unwrap() {
            whole[key] = value.clone();
        }
        assert_eq!(staff.calls.post("/admin/companies", whole).await.expect(422).refused_fields(), [field]);
    }
    let detail: CompanyDetail =
        staff.calls.get(&format!("/admin/companies/{COMPANY}")).await.expect(200).read();
    let mut change = serde_json::to_value(&detail.profile).unwrap();
    change["version"] = json!(99);
    let path = format!("/admin/companies/{COMPANY}");
    assert_eq!(
        staff.calls.put(&path, change.clone()).await.expect(412).problem().code,
        Code::VersionConflict
    );
    change["version"] = json!(detail.profile.version);
    change["pay_to"] = json!("Pay within a week.");
    let changed: CompanyDetail = staff.calls.put(&path, change).await.expect(200).read();
    assert_eq!(changed.profile.pay_to, "Pay within a week.");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbering_never_goes_back_and_must_not_repeat() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let funds = format!("/clients/{}/funds/proformas", ada.id);
    ada.calls.post_once(&funds, json!({ "amount": "10" })).await.expect(201);
    let path = format!("/admin/companies/{COMPANY}/numbering/proforma");
    let body = |version: i32, format: &str, next: i64, reset: &str| json!({ "version": version, "format": format, "next_number": next, "reset": reset });
    for (format, next, reset, field) in [
        ("PF/{YEAR}/{MONTH}/{NUMBER}", 1, "monthly", "next_number"),
        ("PF/{YEAR}/{NUMBER}", 2, "monthly", "format"),
        ("PF/{YEAR}/{MONTH}", 2, "monthly", "format"),
        ("PF/{WEEK}/{NUMBER}", 2, "never", "format"),
    ] {
        let answer = staff.calls.put(&path, body(1, format, next, reset)).await.expect(422);
        assert_eq!(answer.refused_fields(), [field], "{format}");
    }
    staff.calls.put(&path, body(1, "PF/{YEAR}/{NUMBER:5}", 7, "yearly")).await.expect(200);
    let issued = ada.calls.post_once(&funds, json!({ "amount": "10" })).await.expect(201).json();
    assert_eq!(issued["document"]["number"], "PF/2026/00007");
    panel.set_clock("2027-01-02T00:00:00Z".parse().unwrap()).await;
    let issued = ada.calls.post_once(&funds, json!({ "amount": "10" })).await.expect(201).json();
    assert_eq!(issued["document"]["number"], "PF/2027/00001");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_numbering_saved_in_a_new_month_begins_that_month_at_one() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let funds = format!("/clients/{}/funds/proformas", ada.id);
    let issue = async || {
        let issued = ada.calls.post_once(&funds, json!({ "amount": "10" })).await.expect(201).json();
        issued["document"]["number"].as_str().unwrap().to_owned()
    };
    let series = async || {
        let read: CompanyDetail =
            staff.calls.get(&format!("/admin/companies/{COMPANY}")).await.expect(200).read();
        read.series.into_iter().find(|series| series.kind == DocumentKind::Proforma).unwrap()
    };
    issue().await;
    assert_eq!(issue().await, "PROFORMA/2026/03/2");
    let (before, path) = (series().await, format!("/admin/companies/{COMPANY}/numbering/proforma"));
    assert_eq!((before.next_number, before.next.as_str()), (3, "PROFORMA/2026/03/3"));
    panel.set_clock("2026-04-02T12:00:00Z".parse().unwrap()).await;
    let now = series().await;
    assert_eq!((now.next_number, now.next.as_str()), (1, "PROFORMA/2026/04/1"));
    // Saved as it was read, in the new month or in the one before.
    for (version, read) in [(1, before.next_number), (2, now.next_number)] {
        let body = json!({ "version": version, "format": "PRO/{YEAR}/{MONTH}/{NUMBER}", "next_number": read, "reset": "monthly" });
        staff.calls.put(&path, body).await.expect(200);
        assert_eq!(series().await.next, "PRO/2026/04/1");
    }
    assert_eq!(issue().await, "PRO/2026/04/1");
    // A number that was written for the month is its first.
    panel.set_clock("2026-05-02T12:00:00Z".parse().unwrap()).await;
    let body = json!({ "version": 3, "format": "PRO/{YEAR}/{MONTH}/{NUMBER}", "next_number": 7, "reset": "monthly" });
    staff.calls.put(&path, body).await.expect(200);
    assert_eq!(issue().await, "PRO/2026/05/7");
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.expect("verified");
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_late_at_the_end_of_a_month_takes_a_number_of_that_month() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let funds = format!("/clients/{}/funds/proformas", ada.id);
    let issue = async |at: &str| {
        panel.set_clock(at.parse().unwrap()).await;
        let issued = ada.calls.post_once(&funds, json!({ "amount": "10" })).await.expect(201).json();
        issued["document"]["number"].as_str().unwrap().to_owned()
    };
    assert_eq!(issue("2026-11-30T23:59:50Z").await, "PROFORMA/2026/11/1");
    assert_eq!(issue("2026-12-01T00:00:05Z").await, "PROFORMA/2026/12/1");
    // Another process whose clock is behind.
    assert_eq!(issue("2026-11-30T23:59:55Z").await, "PROFORMA/2026/11/2");
    assert_eq!(issue("2026-12-01T00:00:10Z").await, "PROFORMA/2026/12/2");
    // The first of its year comes after the first of the next one.
    let path = format!("/admin/companies/{COMPANY}/numbering/proforma");
    let body =
        json!({ "version": 1, "format": "PF/{YEAR}/{NUMBER:3}", "next_number": 40, "reset": "yearly" });
    staff.calls.put(&path, body).await.expect(200);
    assert_eq!(issue("2027-01-01T00:00:01Z").await, "PF/2027/001");
    assert_eq!(issue("2026-12-31T23:59:59Z").await, "PF/2026/040");
    assert_eq!(issue("2027-01-01T00:00:02Z").await, "PF/2027/002");
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.expect("verified");
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_logo_is_checked_before_it_is_kept() {
    let panel = Panel::start().await;
    let staff = panel.super_admin().await;
    let path = format!("/admin/companies/{COMPANY}/logo");
    let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><path d="M0 0h10v10z" fill="#123"/></svg>"##;
    let body = |kind: &str, bytes: &[u8]| json!({ "version": 1, "media_type": kind, "content": STANDARD.encode(bytes) });
    let bad_script = svg.replace("<path", "<script>alert(1)</script><path");
    for bad in [
        body("image/png", svg.as_bytes()),
        body("image/svg+xml", b"<svg"),
        body("image/svg+xml", bad_script.as_bytes()),
        json!({ "version": 1, "media_type": "image/png", "content": "not base64!" }),
    ] {
        assert_eq!(staff.calls.put(&path, bad).await.expect(422).refused_fields(), ["content"]);
    }
    let gif = json!({ "version": 1, "media_type": "image/gif", "content": "" });
    assert_eq!(staff.calls.put(&path, gif).await.expect(422).refused_fields(), ["media_type"]);
    staff.calls.get(&path).await.expect(404);
    staff.calls.put(&path, body("image/svg+xml", svg.as_bytes())).await.expect(200);
    let kept = staff.calls.get(&path).await.expect(200);
    assert_eq!(kept.bytes, svg.as_bytes());
    staff.calls.delete(&format!("{path}?version=2")).await.expect(200);
    staff.calls.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn gateways_are_kept_per_company_and_only_unused_ones_go() {
    let panel = Panel::start().await;
    let (staff, ada) = (panel.super_admin().await, panel.client("Ada").await);
    let path = format!("/admin/companies/{COMPANY}/gateways");
    let body = json!({ "key": "sepa", "module": "bank_transfer", "currencies": ["EUR"],
        "texts": { "en": { "name": "SEPA", "instructions": "Pay {AMOUNT}." } } });
    let made: Gateway = staff.calls.post(&path, body.clone()).await.expect(201).read();
    assert_eq!(made.profile.texts.values().next().unwrap().instructions, "Pay {AMOUNT}.");
    assert_eq!(staff.calls.post(&path, body).await.expect(422).refused_fields(), ["key"]);
    let id = made.id;
    staff.calls.delete(&format!("/admin/gateways/{id}")).await.expect(204);

    let issued =
        ada.calls.post_once(&format!("/clients/{}/funds/proformas", ada.id), json!({ "amount": "10" })).await;
    let document = issued.expect(201).json()["document"]["id"].as_str().unwrap().to_owned();
    let payment = json!({ "gateway_id": BANK, "amount": "1.00" });
    staff.calls.post_once(&format!("/admin/documents/{document}/payments"), payment).await.expect(201);
    let used = staff.calls.delete(&format!("/admin/gateways/{BANK}")).await.expect(409);
    assert_eq!(used.problem().code, Code::InUse);
}

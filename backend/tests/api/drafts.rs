//! Documents written by hand: drafted, issued, paid through a gateway or out of the wallet.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::document::{DocumentAction, DocumentDetail, DocumentPurpose, DocumentSummary};
use shared::billing::draft::{DraftQuote, TaxClass};
use shared::billing::ledger::{TransactionDetail, TransactionPage};
use shared::billing::payment::{BookedPayment, PaidFromWallet, PaymentPage};
use shared::billing::refund::{RefundEffect, RefundMethod};
use shared::billing::tax::TaxBasis;
use shared::billing::{DocumentKind, DocumentStatus, TransferKind};
use shared::{Code, DocumentId, Page};

use crate::documents::{balance, book, decimal, expect_clean_books, proforma, text_of};
use crate::harness::{ClientAccount, Panel, StaffMember};

fn line(description: &str, quantity: &str, unit_price: &str) -> Value {
    json!({ "description": description, "quantity": quantity, "unit": "h", "unit_price": unit_price })
}

pub(crate) async fn draft(staff: &StaffMember, client: &ClientAccount, lines: Value) -> DocumentDetail {
    let body = json!({ "client_id": client.id, "lines": lines });
    staff.calls.post_once("/admin/documents/drafts", body).await.expect(201).read()
}

pub(crate) async fn issue(staff: &StaffMember, draft: &DocumentDetail) -> DocumentDetail {
    let path = format!("/admin/documents/{}/issue", draft.document.id);
    staff.calls.post_once(&path, json!({ "version": draft.version })).await.expect(200).read()
}

/// A document over 100 net, issued.
async fn hundred(staff: &StaffMember, client: &ClientAccount) -> DocumentDetail {
    let written = draft(staff, client, json!([line("Repair", "2", "50.00")])).await;
    issue(staff, &written).await
}

async fn detail(staff: &StaffMember, id: DocumentId) -> DocumentDetail {
    staff.calls.get(&format!("/admin/documents/{id}")).await.expect(200).read()
}

async fn top_up(staff: &StaffMember, client: &ClientAccount, net: &str) {
    let asked = proforma(client, net).await.document;
    book(staff, asked.id, json!({ "amount": asked.total.amount().to_string() })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_written_by_hand_are_counted_issued_and_paid_through_a_gateway() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let mut exempt = line("Stamps", "1", "10.00");
    exempt["tax_class"] = json!("exempt");
    let mut cheaper = line("Repair of a disk", "1.5", "60.0000");
    cheaper["discount"] = json!("5.00");
    let lines = json!([cheaper, line("Setup\nwith two words", "0.3333", "0.0300"), exempt]);
    let body = json!({ "client_id": ada.id, "lines": lines });
    let quote: DraftQuote = staff.calls.post("/admin/documents/drafts/quote", body).await.expect(200).read();
    assert_eq!(quote.lines, ["85.00", "0.01", "10.00"].map(decimal));
    assert_eq!((quote.net.amount(), quote.tax.amount()), (decimal("95.01"), decimal("19.55")));
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents").await, 0, "a quote writes nothing");

    let written = draft(&staff, &ada, lines).await;
    let id = written.document.id;
    assert_eq!((written.document.status, written.document.number.as_deref()), (DocumentStatus::Draft, None));
    assert_eq!(written.document.purpose, DocumentPurpose::Lines);
    assert_eq!(written.actions, [DocumentAction::Draft]);
    let own = format!("/clients/{}/documents", ada.id);
    ada.calls.get(&format!("{own}/{id}")).await.expect(404);
    let listed: Page<DocumentSummary> = ada.calls.get(&own).await.expect(200).read();
    assert_eq!(listed.total, 0, "clients do not see drafts");
    staff.calls.get(&format!("/admin/documents/{id}/pdf")).await.expect(409);
    expect_clean_books(&panel).await;

    let issued = issue(&staff, &written).await;
    assert_eq!(issued.document.number.as_deref(), Some("PROFORMA/2026/03/1"));
    assert_eq!(issued.document.due_on.map(|on| on.to_string()).as_deref(), Some("2026-03-17"));
    let seen: DocumentDetail = ada.calls.get(&format!("{own}/{id}")).await.expect(200).read();
    assert_eq!(seen.actions, [DocumentAction::Pay, DocumentAction::PayFromWallet]);
    let text = text_of(&ada.calls.get(&format!("{own}/{id}/pdf")).await.expect(200).bytes);
    for part in ["Repair of a disk", "with two words", "114.56 EUR", "VAT 23 %"] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }

    let paid: BookedPayment = book(&staff, id, json!({ "amount": "114.56" })).await.expect(201).read();
    let invoice = paid.invoice.expect("an invoice was issued").id;
    assert_eq!(detail(&staff, invoice).await.document.tax.amount(), decimal("19.55"));
    assert_eq!(balance(&panel, &ada).await, Decimal::ZERO, "it is revenue, not balance");
    let revenue = "SELECT sum(t.amount) AS value FROM ledger_transfers t
        JOIN ledger_accounts a ON a.id = t.credit_account WHERE a.kind = 'revenue'";
    assert_eq!(panel.amount(revenue).await, decimal("95.01"));
    expect_clean_books(&panel).await;

    let body = json!({ "amount": "57.28", "method": "by_hand", "reason": "Half", "reference": "R" });
    let path = format!("/admin/documents/{invoice}/refunds");
    let half: RefundEffect = staff.calls.post_once(&path, body).await.expect(201).read();
    assert_eq!(half.balance, half.balance_after, "the wallet has nothing to do with it");
    let body = json!({ "method": "by_hand", "reason": "Rest", "reference": "R" });
    let rest: RefundEffect = staff.calls.post_once(&path, body).await.expect(201).read();
    assert_eq!(half.net.amount() + rest.net.amount(), decimal("95.01"));
    assert_eq!(rest.document.status, DocumentStatus::Refunded);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_different_tax_classes_are_told_apart() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let classes = |detail: &DocumentDetail| -> Vec<TaxClass> {
        detail.lines.iter().map(|line| line.tax_class).collect()
    };
    let both = [TaxClass::Standard, TaxClass::Exempt];
    let mut exempt = line("Stamps", "1", "10.00");
    exempt["tax_class"] = json!("exempt");
    let written = draft(&staff, &ada, json!([line("Repair", "1", "100.00"), exempt])).await;
    assert_eq!(classes(&written), both);
    let id = issue(&staff, &written).await.document.id;
    let own = format!("/clients/{}/documents", ada.id);
    let seen: DocumentDetail = ada.calls.get(&format!("{own}/{id}")).await.expect(200).read();
    assert_eq!(classes(&seen), both);
    let text = text_of(&ada.calls.get(&format!("{own}/{id}/pdf")).await.expect(200).bytes);
    assert!(text.contains("Taxed") && text.contains("Exempt from tax"), "{text}");

    let paid: BookedPayment = book(&staff, id, json!({ "amount": "133.00" })).await.expect(201).read();
    let invoice = detail(&staff, paid.invoice.expect("an invoice was issued").id).await;
    assert_eq!(classes(&invoice), both);

    let alike = hundred(&staff, &ada).await.document.id;
    let text = text_of(&ada.calls.get(&format!("{own}/{alike}/pdf")).await.expect(200).bytes);
    assert!(!text.contains("Taxed") && !text.contains("Exempt"), "{text}");
    let funds = proforma(&ada, "20.00").await;
    assert_eq!(classes(&funds), [TaxClass::Standard], "nobody named a class");
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_the_wallet_only_the_net_is_taken_and_nothing_is_taxed_twice() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    top_up(&staff, &ada, "150.00").await;
    let id = hundred(&staff, &ada).await.document.id;
    let own = format!("/clients/{}/documents/{id}", ada.id);
    let page: PaymentPage = ada.calls.get(&format!("{own}/payment-methods")).await.expect(200).read();
    let wallet = page.wallet.expect("it can be paid out of the wallet");
    assert_eq!((wallet.amount.amount(), wallet.covered), (decimal("100.00"), true));

    let path = format!("{own}/pay-from-wallet");
    let paid: PaidFromWallet = ada.calls.post_with_key(&path, json!({}), "one").await.expect(200).read();
    let again: PaidFromWallet = ada.calls.post_with_key(&path, json!({}), "one").await.expect(200).read();
    assert_eq!(paid, again);
    assert_eq!(paid.document.status, DocumentStatus::Invoiced);
    assert_eq!(balance(&panel, &ada).await, decimal("50"));
    assert_eq!(ada.calls.post_once(&path, json!({})).await.expect(409).problem().code, Code::Conflict);

    let invoice = detail(&staff, paid.invoice.as_ref().expect("paid whole").id).await;
    assert_eq!(
        (invoice.document.kind, invoice.document.status),
        (DocumentKind::Invoice, DocumentStatus::Paid)
    );
    assert_eq!(
        (invoice.document.tax.amount(), invoice.document.total.amount()),
        (decimal("0"), decimal("100.00"))
    );
    assert_eq!((invoice.tax_decision.basis, invoice.taxes.len()), (TaxBasis::Balance, 0));
    let pdf = staff
        .calls
        .get(&format!("/admin/documents/{}/pdf", paid.invoice.as_ref().expect("paid whole").id))
        .await
        .expect(200);
    assert!(text_of(&pdf.bytes).contains("Paid from the account balance"));
    let tax = "SELECT sum(amount) AS value FROM ledger_transfers WHERE kind = 'tax'";
    assert_eq!(panel.amount(tax).await, decimal("34.50"), "the tax of the top-up and no other");

    let listed: TransactionPage =
        ada.calls.get(&format!("/clients/{}/transactions", ada.id)).await.expect(200).read();
    let row = &listed.items[0];
    assert_eq!((row.kind, row.amount), (TransferKind::Charge, decimal("-100")));
    assert_eq!(row.description, "Paid from the balance: PROFORMA/2026/03/2");
    let path = format!("/clients/{}/transactions/{}", ada.id, row.id);
    let why: TransactionDetail = ada.calls.get(&path).await.expect(200).read();
    assert_eq!(why.lines.iter().map(|line| line.amount).sum::<Decimal>(), row.amount);
    expect_clean_books(&panel).await;

    let path = format!("/admin/documents/{}/refunds", paid.invoice.as_ref().expect("paid whole").id);
    let by_hand = json!({ "method": "by_hand", "reason": "x", "reference": "x" });
    assert_eq!(staff.calls.post_once(&path, by_hand).await.expect(422).refused_fields(), ["method"]);
    for amount in [json!("33.33"), Value::Null] {
        let body = json!({ "amount": amount, "method": "wallet", "reason": "Not done" });
        let back: RefundEffect = staff.calls.post_once(&path, body).await.expect(201).read();
        assert_eq!(back.ways[0].method, RefundMethod::Wallet);
    }
    assert_eq!(balance(&panel, &ada).await, decimal("150"));
    assert_eq!(detail(&staff, id).await.document.status, DocumentStatus::Refunded);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_paid_out_of_the_wallet_once_and_only_when_it_covers_it() {
    let panel = Panel::start().await;
    let (ada, eve, staff) = (panel.client("Ada").await, panel.client("Eve").await, panel.super_admin().await);
    let id = hundred(&staff, &ada).await.document.id;
    let by_staff = format!("/admin/documents/{id}/pay-from-wallet");
    let refused = staff.calls.post_once(&by_staff, json!({})).await.expect(409);
    assert_eq!(refused.problem().code, Code::CreditTooLow);
    let path = format!("/clients/{}/documents/{id}/pay-from-wallet", eve.id);
    eve.calls.post_once(&path, json!({})).await.expect(404);
    staff
        .calls
        .post_once(&format!("/admin/documents/{}/pay-from-wallet", DocumentId::generate()), json!({}))
        .await
        .expect(404);

    top_up(&staff, &ada, "500.00").await;
    let funds = proforma(&ada, "20.00").await.document.id;
    let path = format!("/admin/documents/{funds}/pay-from-wallet");
    assert_eq!(staff.calls.post_once(&path, json!({})).await.expect(409).problem().code, Code::Conflict);
    let partly = hundred(&staff, &ada).await.document.id;
    book(&staff, partly, json!({ "amount": "1.00" })).await.expect(201);
    let path = format!("/admin/documents/{partly}/pay-from-wallet");
    assert_eq!(staff.calls.post_once(&path, json!({})).await.expect(409).problem().code, Code::Conflict);
    let written = draft(&staff, &ada, json!([line("Repair", "1", "1.00")])).await.document.id;
    staff
        .calls
        .post_once(&format!("/admin/documents/{written}/pay-from-wallet"), json!({}))
        .await
        .expect(404);

    let calls = (0..20).map(|_| {
        let (calls, path) = (staff.calls.clone(), by_staff.clone());
        async move { calls.post_once(&path, json!({})).await.status }
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert_eq!(balance(&panel, &ada).await, decimal("400"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_lines_are_refused_by_field() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let written = draft(&staff, &ada, json!([line("Repair", "1", "10.00")])).await;
    let path = format!("/admin/documents/{}/draft", written.document.id);
    let with = |name: &str, value: Value| {
        let mut line = line("Repair", "2", "10.00");
        line[name] = value;
        json!([line])
    };
    let long = "1".repeat(40);
    let mut cases = vec![
        (json!([]), "lines"),
        (json!(vec![line("Repair", "1", "1.00"); 101]), "lines"),
        (with("unit_price", json!("0")), "lines"),
        (with("discount", json!("20.00")), "lines"),
        (with("discount", json!("20.01")), "lines.0.discount"),
        (with("discount", json!("0.001")), "lines.0.discount"),
        (with("discount", json!("-1")), "lines.0.discount"),
        (with("description", json!(" ")), "lines.0.description"),
        (with("description", json!("x".repeat(1001))), "lines.0.description"),
        (with("unit", json!("x".repeat(21))), "lines.0.unit"),
        (with("unit_price", json!("-1")), "lines.0.unit_price"),
        (with("unit_price", json!("1.00001")), "lines.0.unit_price"),
        (with("unit_price", json!("99999999999")), "lines.0.unit_price"),
    ];
    for bad in ["0", "-1", "0.00001", "1.00001", "1000001", "NaN", "1e3", "1,5", "", &long] {
        cases.push((with("quantity", json!(bad)), "lines.0.quantity"));
    }
    for (lines, field) in cases {
        let new = json!({ "client_id": ada.id, "lines": lines });
        for path in ["/admin/documents/drafts", "/admin/documents/drafts/quote"] {
            let refused = staff.calls.post_once(path, new.clone()).await.expect(422);
            assert_eq!(refused.refused_fields(), [field], "{lines}");
        }
        let change = json!({ "version": written.version, "lines": lines });
        let refused = staff.calls.put(&path, change).await.expect(422);
        assert_eq!(refused.refused_fields(), [field], "{lines}");
    }
    let nobody = json!({ "client_id": uuid::Uuid::now_v7(), "lines": [line("Repair", "1", "1.00")] });
    staff.calls.post_once("/admin/documents/drafts", nobody).await.expect(404);
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents").await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM document_lines").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_changed_deleted_or_issued_once() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let first = draft(&staff, &ada, json!([line("Repair", "1", "10.00")])).await;
    let path = format!("/admin/documents/{}", first.document.id);
    let lines = json!([line("Repair", "3", "10.00"), line("Journey", "1", "5.00")]);
    let change = json!({ "version": first.version, "lines": lines });
    let changed: DocumentDetail =
        staff.calls.put(&format!("{path}/draft"), change.clone()).await.expect(200).read();
    assert_eq!((changed.document.net.amount(), changed.lines.len()), (decimal("35.00"), 2));
    let lost = staff.calls.put(&format!("{path}/draft"), change.clone()).await.expect(412);
    assert_eq!(lost.problem().code, Code::VersionConflict);
    staff.calls.delete(&format!("{path}/draft?version={}", first.version)).await.expect(412);
    staff.calls.post_once(&format!("{path}/issue"), json!({ "version": first.version })).await.expect(412);
    let late = json!({ "version": changed.version, "due_days": 366 });
    let refused = staff.calls.post_once(&format!("{path}/issue"), late).await.expect(422);
    assert_eq!(refused.refused_fields(), ["due_days"]);
    panel.sql("UPDATE client_addresses SET line1 = ''").await;
    staff.calls.post_once(&format!("{path}/issue"), json!({ "version": changed.version })).await.expect(409);
    panel.sql("UPDATE client_addresses SET line1 = 'Main Street 1'").await;

    let calls = (0..10).map(|_| {
        let (calls, path) = (staff.calls.clone(), format!("{path}/issue"));
        let body = json!({ "version": changed.version, "due_days": 3 });
        async move { calls.post_once(&path, body).await.status }
    });
    let answers = futures::future::join_all(calls).await;
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| matches!(status, 200 | 409)), "{answers:?}");
    let issued = detail(&staff, first.document.id).await;
    assert_eq!(issued.document.due_on.map(|on| on.to_string()).as_deref(), Some("2026-03-13"));
    let change = json!({ "version": issued.version, "lines": lines });
    staff.calls.put(&format!("{path}/draft"), change).await.expect(409);
    staff.calls.delete(&format!("{path}/draft?version={}", issued.version)).await.expect(409);

    let second = draft(&staff, &ada, json!([line("Repair", "1", "10.00")])).await;
    let gone = format!("/admin/documents/{}", second.document.id);
    staff.calls.delete(&format!("{gone}/draft?version={}", second.version)).await.expect(204);
    staff.calls.get(&gone).await.expect(404);
    staff.calls.delete(&format!("{gone}/draft?version={}", second.version)).await.expect(404);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taxes_of_a_draft_are_those_of_the_day_it_is_issued() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let written = draft(&staff, &ada, json!([line("Repair", "1", "100.00")])).await;
    assert_eq!(written.document.tax.amount(), decimal("23.00"));
    panel.sql(r#"UPDATE companies SET name = 'Renamed', fallback_rates = '[{"name": "VAT", "rate": "10.000"}]'"#).await;
    let issued = issue(&staff, &written).await;
    assert_eq!((issued.document.tax.amount(), issued.seller.name.as_str()), (decimal("10.00"), "Renamed"));
    assert!(issued.version > written.version);
    panel.sql("UPDATE companies SET name = 'Renamed again', fallback_rates = '[]'").await;
    let kept = detail(&staff, issued.document.id).await;
    assert_eq!((kept.document.tax.amount(), kept.seller.name.as_str()), (decimal("10.00"), "Renamed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_staff_asked_for_is_not_cancelled_by_itself() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let id = hundred(&staff, &ada).await.document.id;
    panel.advance_hours(24 * 60).await;
    hostwright::billing::document::reminders::run(&panel.app).await.expect("looked through");
    assert_eq!(detail(&staff, id).await.document.status, DocumentStatus::Unpaid);
}

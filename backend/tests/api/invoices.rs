//! Invoices that are issued at once and paid afterwards: through a gateway, out of the wallet, or never.

use serde_json::json;
use shared::billing::document::{DocumentAction, DocumentDetail};
use shared::billing::payment::{BookedPayment, PaidFromWallet, PaymentPage, PaymentRemark};
use shared::billing::refund::{RefundEffect, RefundMethod};
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{EffectKind, Rehearsal};

use crate::documents::{balance, book, decimal, expect_clean_books, proforma, text_of};
use crate::drafts::draft;
use crate::harness::{ClientAccount, Panel, StaffMember};
use crate::refunds::{by_hand, detail, refund};

/// An invoice over 100 net, 123 gross, that nobody has paid.
async fn unpaid(staff: &StaffMember, client: &ClientAccount) -> DocumentDetail {
    let lines = json!([{ "description": "Repair", "quantity": "2", "unit_price": "50.00", "unit": "h" }]);
    let written = draft(staff, client, lines).await;
    let path = format!("/admin/documents/{}/issue", written.document.id);
    let body = json!({ "version": written.version, "kind": "invoice" });
    staff.calls.post_once(&path, body).await.expect(200).read()
}

async fn top_up(staff: &StaffMember, client: &ClientAccount, net: &str) {
    let asked = proforma(client, net).await.document;
    book(staff, asked.id, json!({ "amount": asked.total.amount().to_string() })).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_is_issued_at_once_is_paid_in_parts_through_a_gateway() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let issued = unpaid(&staff, &ada).await;
    let id = issued.document.id;
    assert_eq!(issued.document.number.as_deref(), Some("FAKTURA/2026/03/1"));
    assert_eq!(
        (issued.document.kind, issued.document.status),
        (DocumentKind::Invoice, DocumentStatus::Unpaid)
    );
    assert_eq!(issued.document.due_on.map(|on| on.to_string()).as_deref(), Some("2026-03-17"));
    let can = [DocumentAction::AddPayment, DocumentAction::PayFromWallet, DocumentAction::Cancel];
    assert_eq!(issued.actions, can);
    assert!(!issued.xml_formats.is_empty(), "it is a tax document");
    let cii = staff.calls.get(&format!("/admin/documents/{id}/xml?format=cii")).await.expect(200).bytes;
    let cii = String::from_utf8(cii.to_vec()).expect("UTF-8");
    assert!(cii.contains("<ram:DuePayableAmount>123.00</ram:DuePayableAmount>"), "{cii}");

    let own = format!("/clients/{}/documents/{id}", ada.id);
    let text = text_of(&ada.calls.get(&format!("{own}/pdf")).await.expect(200).bytes);
    for part in ["FAKTURA/2026/03/1", "Due date", "Amount due", "123.00 EUR", "Scan with your bank's app"] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }
    let page: PaymentPage = ada.calls.get(&format!("{own}/payment-methods")).await.expect(200).read();
    assert!(!page.methods.is_empty() && page.wallet.is_some_and(|wallet| wallet.only_whole));

    let first: BookedPayment = book(&staff, id, json!({ "amount": "23.00" })).await.expect(201).read();
    assert_eq!(
        (first.document.status, first.document.due.amount()),
        (DocumentStatus::PartiallyPaid, decimal("100"))
    );
    let refused = staff.calls.post_once(&format!("/admin/documents/{id}/pay-from-wallet"), json!({})).await;
    refused.expect(409);
    let partly = detail(&staff, id).await;
    let cancel = json!({ "version": partly.version });
    staff.calls.post(&format!("/admin/documents/{id}/cancel"), cancel).await.expect(409);
    expect_clean_books(&panel).await;

    let rest: BookedPayment = book(&staff, id, json!({ "amount": "105.00" })).await.expect(201).read();
    assert_eq!((rest.document.status, rest.invoice), (DocumentStatus::Paid, None));
    assert_eq!(rest.remarks, [PaymentRemark::Overpaid]);
    assert_eq!(rest.payment.to_suspense.amount(), decimal("5"));
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents").await, 1);
    let tax = "SELECT sum(amount) AS value FROM ledger_transfers WHERE kind = 'tax'";
    assert_eq!(panel.amount(tax).await, decimal("23"));
    assert_eq!(balance(&panel, &ada).await, decimal("0"));
    expect_clean_books(&panel).await;

    let back: RefundEffect = refund(&staff, id, by_hand(None)).await.expect(201).read();
    assert_eq!((back.total.amount(), back.ways.len()), (decimal("123"), 2));
    let settled = detail(&staff, id).await;
    assert_eq!(settled.document.status, DocumentStatus::Refunded);
    assert_eq!(settled.credit_notes.len(), 1);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallet_pays_the_net_of_an_invoice_and_a_credit_note_takes_its_tax_back() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    top_up(&staff, &ada, "150.00").await;
    let id = unpaid(&staff, &ada).await.document.id;
    let path = format!("/clients/{}/documents/{id}/pay-from-wallet", ada.id);
    let part = ada.calls.post_once(&path, json!({ "amount": "40.00" })).await.expect(422);
    assert_eq!(part.refused_fields(), ["amount"]);
    let would: Rehearsal =
        ada.calls.post_once(&format!("{path}?dry_run=true"), json!({})).await.expect(200).read();
    let codes: Vec<EffectKind> = would.effects.iter().map(|effect| effect.code).collect();
    assert_eq!(codes, [EffectKind::WalletPays, EffectKind::TaxTakenBack]);

    let paid: PaidFromWallet = ada.calls.post_with_key(&path, json!({}), "one").await.expect(200).read();
    let again: PaidFromWallet = ada.calls.post_with_key(&path, json!({}), "one").await.expect(200).read();
    assert_eq!(paid, again);
    assert_eq!((paid.document.status, paid.document.due.amount()), (DocumentStatus::Paid, decimal("0")));
    assert_eq!(balance(&panel, &ada).await, decimal("50"));
    let note = detail(&staff, paid.credit_note.as_ref().expect("its tax is taken back").id).await;
    assert_eq!(note.document.kind, DocumentKind::CreditNote);
    assert_eq!(
        (note.document.net.amount(), note.document.tax.amount(), note.document.total.amount()),
        (decimal("0"), decimal("-23"), decimal("-23"))
    );
    assert_eq!(note.invoice.as_ref().map(|invoice| invoice.id), Some(id));
    assert!(note.xml_formats.contains(&shared::billing::document::XmlFormat::Cii));
    let pdf = staff.calls.get(&format!("/admin/documents/{}/pdf", note.document.id)).await.expect(200);
    assert!(text_of(&pdf.bytes).contains("Paid from the account balance"));
    assert_eq!(detail(&staff, id).await.credit_notes.len(), 1);
    let tax = "SELECT sum(amount) AS value FROM ledger_transfers WHERE kind = 'tax'";
    assert_eq!(panel.amount(tax).await, decimal("34.50"), "the tax of the top-up and no other");
    expect_clean_books(&panel).await;

    for (amount, left) in [(json!("30.00"), "70"), (json!(null), "0")] {
        let body = json!({ "amount": amount, "method": "wallet", "reason": "Not done" });
        let back: RefundEffect = refund(&staff, id, body).await.expect(201).read();
        assert_eq!((back.ways[0].method, back.tax.amount()), (RefundMethod::Wallet, decimal("0")));
        assert_eq!(back.left.amount(), decimal(left));
    }
    assert_eq!(balance(&panel, &ada).await, decimal("150"));
    assert_eq!(detail(&staff, id).await.document.status, DocumentStatus::Refunded);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_that_bears_no_tax_needs_no_credit_note() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    top_up(&staff, &ada, "150.00").await;
    let lines =
        json!([{ "description": "Stamps", "quantity": "1", "unit_price": "10.00", "tax_class": "exempt" }]);
    let written = draft(&staff, &ada, lines).await;
    let record = format!("/admin/documents/{}", written.document.id);
    let body = json!({ "version": written.version, "kind": "invoice", "due_days": 0 });
    staff.calls.post_once(&format!("{record}/issue"), body).await.expect(200);
    let paid: PaidFromWallet =
        staff.calls.post_once(&format!("{record}/pay-from-wallet"), json!({})).await.expect(200).read();
    assert_eq!((paid.document.status, paid.credit_note), (DocumentStatus::Paid, None));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unpaid_invoice_is_cancelled_by_a_credit_note() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let issued = unpaid(&staff, &ada).await;
    let id = issued.document.id;
    let path = format!("/admin/documents/{id}/cancel");
    let body = json!({ "version": issued.version, "reason": "Written for the wrong client" });
    let would: Rehearsal =
        staff.calls.post(&format!("{path}?dry_run=true"), body.clone()).await.expect(200).read();
    assert_eq!(would.effects[0].code, EffectKind::InvoiceTakenBack);
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents").await, 1);

    let cancelled: DocumentDetail = staff.calls.post(&path, body).await.expect(200).read();
    assert_eq!(cancelled.document.status, DocumentStatus::Cancelled);
    let note = detail(&staff, cancelled.credit_notes[0].id).await;
    assert_eq!(note.document.number.as_deref(), Some("KOREKTA/2026/03/1"));
    assert_eq!(
        (note.document.net.amount(), note.document.total.amount()),
        (decimal("-100"), decimal("-123"))
    );
    assert!(note.notes[0].contains("Written for the wrong client"), "{:?}", note.notes);
    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'invoice_corrected'";
    assert_eq!(panel.count(told).await, 1);
    staff.calls.post(&path, json!({ "version": cancelled.version })).await.expect(409);
    assert_eq!(refund(&staff, id, by_hand(None)).await.expect(409).status, 409);
    expect_clean_books(&panel).await;

    let late: BookedPayment = book(&staff, id, json!({ "amount": "123.00" })).await.expect(201).read();
    assert_eq!(late.remarks, [PaymentRemark::Cancelled]);
    assert_eq!(late.payment.to_suspense.amount(), decimal("123"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_finds_an_invoice_that_was_cancelled_without_its_credit_note() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let id = unpaid(&staff, &ada).await.document.id;
    expect_clean_books(&panel).await;
    panel.sql(&format!("UPDATE documents SET status = 'cancelled' WHERE id = '{id}'")).await;
    let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.expect("verified");
    assert!(!report.is_clean());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_are_reminded_of_unpaid_invoices_which_are_never_cancelled_by_themselves() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let id = unpaid(&staff, &ada).await.document.id;
    let mail = "SELECT count(*) AS value FROM notifications WHERE event = 'invoice_issued' AND params->>'is_unpaid' = 'true'";
    assert_eq!(panel.count(mail).await, 1);
    panel.advance_hours(24 * 15 + 1).await;
    for _ in 0..2 {
        hostwright::billing::document::reminders::run(&panel.app).await.expect("reminded");
    }
    let told =
        "SELECT count(*) AS value FROM notifications WHERE event IN ('invoice_overdue', 'document_overdue')";
    assert_eq!(panel.count(told).await, 2);
    panel.advance_hours(24 * 60).await;
    hostwright::billing::document::reminders::run(&panel.app).await.expect("looked through");
    assert_eq!(detail(&staff, id).await.document.status, DocumentStatus::Unpaid);
}

//! Paying invoices back: what goes where, what is refused, and that nothing is paid back twice.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::document::{DocumentAction, DocumentDetail};
use shared::billing::ledger::{TransactionDetail, TransactionPage};
use shared::billing::payment::{BookedPayment, PaymentStatus, PaymentSummary};
use shared::billing::refund::RefundEffect;
use shared::billing::{DocumentKind, DocumentStatus, TransferKind};
use shared::{Code, DocumentId, Permission};

use crate::documents::{balance, book, decimal, expect_clean_books, proforma, text_of};
use crate::harness::{Answer, ClientAccount, Panel, StaffMember};

/// An invoice over a net amount, paid at once: its id and the payment.
pub(crate) async fn invoice(
    staff: &StaffMember,
    client: &ClientAccount,
    net: &str,
) -> (DocumentId, BookedPayment) {
    let issued = proforma(client, net).await.document;
    let body = json!({ "amount": issued.total.amount().to_string() });
    let booked: BookedPayment = book(staff, issued.id, body).await.expect(201).read();
    (booked.invoice.as_ref().expect("an invoice was issued").id, booked)
}

pub(crate) fn by_hand(amount: Option<&str>) -> Value {
    json!({ "amount": amount, "method": "by_hand", "reason": "Sent back", "reference": "RET-1" })
}

pub(crate) async fn refund(staff: &StaffMember, id: DocumentId, body: Value) -> Answer {
    staff.calls.post_once(&format!("/admin/documents/{id}/refunds"), body).await
}

pub(crate) async fn detail(staff: &StaffMember, id: DocumentId) -> DocumentDetail {
    staff.calls.get(&format!("/admin/documents/{id}")).await.expect(200).read()
}

/// What an account of this kind holds.
async fn account(panel: &Panel, kind: &str) -> Decimal {
    panel
        .amount(&format!(
            "SELECT coalesce(sum(CASE WHEN a.id = t.credit_account THEN t.amount ELSE -t.amount END), 0) AS value
             FROM ledger_accounts a JOIN ledger_transfers t ON a.id IN (t.credit_account, t.debit_account)
             WHERE a.kind = '{kind}'"
        ))
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invoice_is_paid_back_in_parts_that_add_up_to_it_exactly() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (id, booked) = invoice(&staff, &ada, "100.00").await;
    let before = detail(&staff, id).await;
    assert!(before.actions.contains(&DocumentAction::Refund));
    assert_eq!(before.refundable.map(|left| left.amount()), Some(decimal("123.00")));

    let path = format!("/admin/documents/{id}/refunds?dry_run=true");
    let tried: RefundEffect = staff.calls.post_once(&path, by_hand(Some("61.50"))).await.expect(200).read();
    assert!(tried.dry_run && tried.credit_note.is_none());
    assert_eq!((tried.net.amount(), tried.tax.amount()), (decimal("50.00"), decimal("11.50")));
    assert_eq!(tried.left.amount(), decimal("61.50"));
    assert_eq!(tried.balance_after.amount(), decimal("50"));
    assert_eq!(panel.count("SELECT count(*) AS value FROM refunds").await, 0, "nothing was written");

    let mut sums = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    let mut notes = Vec::new();
    for (amount, status, number) in [
        (Some("0.01"), DocumentStatus::Paid, "KOREKTA/2026/03/1"),
        (Some("33.33"), DocumentStatus::Paid, "KOREKTA/2026/03/2"),
        (Some("50.02"), DocumentStatus::Paid, "KOREKTA/2026/03/3"),
        (None, DocumentStatus::Refunded, "KOREKTA/2026/03/4"),
    ] {
        let done: RefundEffect = refund(&staff, id, by_hand(amount)).await.expect(201).read();
        assert_eq!(done.document.status, status, "{amount:?}");
        let note = done.credit_note.expect("a credit note was issued");
        assert_eq!(note.number.as_deref(), Some(number));
        let shown = detail(&staff, note.id).await;
        assert_eq!(
            (shown.document.kind, shown.document.status),
            (DocumentKind::CreditNote, DocumentStatus::Paid)
        );
        assert_eq!(shown.document.total.amount(), -done.total.amount());
        assert_eq!(shown.invoice.map(|link| link.id), Some(id));
        let tax = &shown.taxes[0];
        sums =
            (sums.0 + shown.document.net.amount(), sums.1 + tax.amount.amount(), sums.2 + tax.base.amount());
        assert_eq!(balance(&panel, &ada).await, decimal("100") + sums.0);
        notes.push(note.id);
    }
    assert_eq!(sums, (decimal("-100.00"), decimal("-23.00"), decimal("-100.00")));
    for kind in ["wallet", "tax", "gateway"] {
        assert_eq!(account(&panel, kind).await, Decimal::ZERO, "{kind}");
    }

    let after = detail(&staff, id).await;
    assert_eq!(after.refunds.iter().map(|refund| refund.credit_note.id).collect::<Vec<_>>(), notes);
    assert_eq!((after.refundable, after.actions.contains(&DocumentAction::Refund)), (None, false));
    let asked = after.proforma.expect("it came from a proforma").id;
    assert_eq!(detail(&staff, asked).await.document.status, DocumentStatus::Refunded);
    let path = format!("/admin/payments/{}", booked.payment.id);
    let payment: PaymentSummary = staff.calls.get(&path).await.expect(200).read();
    assert_eq!((payment.status, payment.refunded.amount()), (PaymentStatus::Refunded, decimal("123.00")));
    assert_eq!(refund(&staff, id, by_hand(None)).await.expect(409).problem().code, Code::Conflict);
    let trail = "SELECT count(*) AS value FROM activity_log WHERE action = 'document.refunded'";
    assert_eq!(panel.count(trail).await, 4);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_sees_the_credit_note_its_paper_and_why_the_balance_changed() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (id, _) = invoice(&staff, &ada, "100.00").await;
    let whole: RefundEffect = refund(&staff, id, by_hand(None)).await.expect(201).read();
    let note = whole.credit_note.expect("issued");

    let path = format!("/clients/{}/documents/{}", ada.id, note.id);
    let own: DocumentDetail = ada.calls.get(&path).await.expect(200).read();
    assert_eq!(own.lines[0].why, "-1 × 100 = -100.00 EUR net");
    assert_eq!(own.taxes[0].why, "23 % of -100.00 = -23.00 EUR");
    assert_eq!((own.refunds.len(), own.refundable), (1, None));
    let text = text_of(&ada.calls.get(&format!("{path}/pdf")).await.expect(200).bytes);
    for part in ["KOREKTA/2026/03/1", "FAKTURA/2026/03/1", "-123.00 EUR", "-23.00 EUR", "Reason: Sent back"] {
        assert!(text.contains(part), "{part:?} is missing in:\n{text}");
    }

    let path = format!("/clients/{}/transactions", ada.id);
    let listed: TransactionPage = ada.calls.get(&path).await.expect(200).read();
    let row = &listed.items[0];
    assert_eq!(
        (row.kind, row.amount, row.balance_after),
        (TransferKind::Refund, decimal("-100"), Decimal::ZERO)
    );
    assert_eq!((row.gross, row.description.as_str()), (Some(decimal("-123")), "Refund: KOREKTA/2026/03/1"));
    let why: TransactionDetail = ada.calls.get(&format!("{path}/{}", row.id)).await.expect(200).read();
    let lines: Vec<_> = why.lines.iter().map(|line| (line.text.as_str(), line.amount)).collect();
    let paid_back = "Paid back, gross, of FAKTURA/2026/03/1";
    assert_eq!(lines, [(paid_back, decimal("-123")), ("Tax: VAT", decimal("23"))]);

    let told = "SELECT count(*) AS value FROM notifications WHERE event = 'credit_note_issued'
        AND params->>'invoice' = 'FAKTURA/2026/03/1' AND params->>'reason' = 'Sent back'";
    assert_eq!(panel.count(told).await, 1);
    let correct = json!({ "kind": "correct_up", "amount": "100.00", "currency": "EUR", "reason": "x", "reverses": row.id });
    let adjust = format!("/admin/clients/{}/adjustments", ada.id);
    assert_eq!(staff.calls.post_once(&adjust, correct).await.expect(409).problem().code, Code::Conflict);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_refunds_at_once_one_gets_the_last_amount() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (id, _) = invoice(&staff, &ada, "100.00").await;
    invoice(&staff, &ada, "500.00").await;
    // Half of them repeat one key.
    let calls = (0..30).map(|n| {
        let key = if n % 2 == 0 { "one".to_owned() } else { format!("key-{n}") };
        let (calls, path) = (staff.calls.clone(), format!("/admin/documents/{id}/refunds"));
        async move { calls.post_with_key(&path, by_hand(Some("100.00")), &key).await.status }
    });
    let answers = futures::future::join_all(calls).await;
    assert!(answers.iter().all(|status| matches!(status, 201 | 422)), "{answers:?}");
    assert!(answers.contains(&201));
    assert_eq!(panel.count("SELECT count(*) AS value FROM refunds").await, 1);
    assert_eq!(panel.count("SELECT count(*) AS value FROM documents WHERE kind = 'credit_note'").await, 1);
    expect_clean_books(&panel).await;

    let path = format!("/admin/documents/{id}/refunds");
    let first: RefundEffect =
        staff.calls.post_with_key(&path, by_hand(Some("1.00")), "again").await.expect(201).read();
    let second: RefundEffect =
        staff.calls.post_with_key(&path, by_hand(Some("1.00")), "again").await.expect(201).read();
    assert_eq!(first, second);
    let other = staff.calls.post_with_key(&path, by_hand(Some("2.00")), "again").await.expect(422);
    assert_eq!(other.problem().code, Code::IdempotencyKeyReused);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_money_that_is_free_in_the_wallet_is_paid_back() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (id, _) = invoice(&staff, &ada, "100.00").await;
    let limit = json!({ "credit_limit": "1000.00" });
    staff.calls.put(&format!("/admin/clients/{}/credit-limit", ada.id), limit).await.expect(200);
    let correct =
        json!({ "kind": "correct_down", "amount": "30.00", "currency": "EUR", "reason": "used up" });
    staff.calls.post_once(&format!("/admin/clients/{}/adjustments", ada.id), correct).await.expect(200);
    let service = uuid::Uuid::now_v7();
    panel
        .sql_past_guards(&format!(
            "INSERT INTO holds (id, client_id, service_id, amount, created_at) VALUES ('{service}', '{}', '{service}', 20, now())",
            ada.id
        ))
        .await;
    panel.sql("UPDATE wallets SET held = 20").await;

    // 70 are left, 20 of them set aside: 50 net are free, 61.50 gross.
    let refused = refund(&staff, id, by_hand(Some("61.52"))).await.expect(422);
    assert_eq!(refused.refused_fields(), ["amount"]);
    assert!(refused.problem().fields[0].message.contains("50.0000 EUR is free"), "{:?}", refused.problem());
    assert_eq!(refund(&staff, id, by_hand(None)).await.expect(422).refused_fields(), ["amount"]);
    refund(&staff, id, by_hand(Some("61.50"))).await.expect(201);
    assert_eq!(balance(&panel, &ada).await, decimal("20"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_goes_back_over_the_payments_that_brought_the_money() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let asked = proforma(&ada, "100.00").await.document.id;
    let first: BookedPayment = book(&staff, asked, json!({ "amount": "23.45" })).await.expect(201).read();
    // The rest of it, and seven more that wait in suspense.
    let last: BookedPayment = book(&staff, asked, json!({ "amount": "106.55" })).await.expect(201).read();
    let id = last.invoice.as_ref().expect("issued").id;

    let most: RefundEffect = refund(&staff, id, by_hand(Some("110.00"))).await.expect(201).read();
    let ways: Vec<_> = most.ways.iter().map(|way| (way.payment_id, way.amount.amount())).collect();
    assert_eq!(
        ways,
        [(Some(last.payment.id), decimal("99.55")), (Some(first.payment.id), decimal("10.45"))],
        "the newest first"
    );
    refund(&staff, id, by_hand(Some("13.01"))).await.expect(422);
    refund(&staff, id, by_hand(Some("13.00"))).await.expect(201);
    for (payment, refunded) in [(&first, "23.45"), (&last, "99.55")] {
        let path = format!("/admin/payments/{}", payment.payment.id);
        let shown: PaymentSummary = staff.calls.get(&path).await.expect(200).read();
        assert_eq!((shown.refunded.amount(), shown.status), (decimal(refunded), PaymentStatus::Refunded));
    }
    assert_eq!(account(&panel, "tax").await, Decimal::ZERO);
    assert_eq!(account(&panel, "suspense").await, decimal("7"), "suspense is not part of the invoice");
    let path = format!("/admin/payments/{}/assign", last.payment.id);
    let whose = json!({ "client_id": ada.id, "reason": "She keeps it" });
    let assigned: PaymentSummary = staff.calls.post_once(&path, whose.clone()).await.expect(200).read();
    assert_eq!(assigned.assigned.amount(), decimal("7"));
    staff.calls.post_once(&path, whose).await.expect(409);
    assert_eq!(account(&panel, "suspense").await, Decimal::ZERO);
    assert_eq!(balance(&panel, &ada).await, decimal("7"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_refunds_are_refused_by_field() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (id, booked) = invoice(&staff, &ada, "100.00").await;
    let long = "1".repeat(40);
    for bad in ["-1", "0", "NaN", "1e3", "", " ", "10.001", "1,5", "123.01", "100000000000", &long] {
        let refused = refund(&staff, id, by_hand(Some(bad))).await.expect(422);
        assert_eq!(refused.refused_fields(), ["amount"], "{bad:?}");
    }
    let but = |name: &str, value: Value| {
        let mut body = by_hand(Some("1.00"));
        body[name] = value;
        body
    };
    for (body, field) in [
        (but("method", json!("wallet")), "method"),
        (but("reason", json!(" ")), "reason"),
        (but("reason", json!("x".repeat(301))), "reason"),
        (but("reference", json!("")), "reference"),
        (but("reference", json!("x".repeat(201))), "reference"),
    ] {
        assert_eq!(refund(&staff, id, body.clone()).await.expect(422).refused_fields(), [field], "{body}");
    }
    refund(&staff, id, but("method", json!("cash"))).await.expect(422);
    let keyless = staff.calls.post(&format!("/admin/documents/{id}/refunds"), by_hand(None)).await;
    assert_eq!(keyless.expect(400).problem().code, Code::IdempotencyKeyMissing);
    refund(&staff, DocumentId::generate(), by_hand(None)).await.expect(404);
    refund(&staff, booked.document.id, by_hand(None)).await.expect(409);
    let unpaid = proforma(&ada, "10").await.document.id;
    refund(&staff, unpaid, by_hand(None)).await.expect(409);
    let may_book = panel.staff(&[Permission::PaymentsBook, Permission::DocumentsView]).await;
    refund(&may_book, id, by_hand(None)).await.expect(403);
    assert_eq!(panel.count("SELECT count(*) AS value FROM refunds").await, 0);

    let done: RefundEffect = refund(&staff, id, by_hand(Some("1.00"))).await.expect(201).read();
    let note = done.credit_note.expect("issued").id;
    refund(&staff, note, by_hand(None)).await.expect(409);
    assert_eq!(panel.count("SELECT count(*) AS value FROM refunds").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_audit_finds_refunds_that_do_not_fit_their_credit_notes() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let (id, _) = invoice(&staff, &ada, "100.00").await;
    refund(&staff, id, by_hand(Some("61.50"))).await.expect(201);
    expect_clean_books(&panel).await;
    for (breaks, mends) in [
        ("UPDATE payments SET refunded = 61", "UPDATE payments SET refunded = 61.5"),
        ("UPDATE refunds SET amount = 61", "UPDATE refunds SET amount = 61.5"),
        (
            "UPDATE documents SET status = 'refunded' WHERE kind = 'invoice'",
            "UPDATE documents SET status = 'paid' WHERE kind = 'invoice'",
        ),
        (
            "UPDATE document_taxes SET amount = amount * 10 FROM documents d WHERE d.id = document_id AND d.kind = 'credit_note'",
            "UPDATE document_taxes SET amount = amount / 10 FROM documents d WHERE d.id = document_id AND d.kind = 'credit_note'",
        ),
        (
            "UPDATE documents SET invoice_id = NULL WHERE kind = 'credit_note'",
            "UPDATE documents n SET invoice_id = i.id FROM documents i WHERE n.kind = 'credit_note' AND i.kind = 'invoice'",
        ),
    ] {
        panel.sql_past_guards(breaks).await;
        let report = hostwright::billing::audit::verify(&mut *panel.conn().await).await.expect("verified");
        assert!(!report.is_clean(), "{breaks}");
        panel.sql_past_guards(mends).await;
        expect_clean_books(&panel).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_from_the_wallet_goes_back_there_whatever_came_for_its_proforma_later() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    let asked = proforma(&ada, "100.00").await.document;
    book(&staff, asked.id, json!({ "amount": asked.total.amount().to_string() })).await.expect(201);
    let lines = json!([{ "description": "Repair", "quantity": "1", "unit": "h", "unit_price": "40.00" }]);
    let written: DocumentDetail = staff
        .calls
        .post_once("/admin/documents/drafts", json!({ "client_id": ada.id, "lines": lines }))
        .await
        .expect(201)
        .read();
    let asked = written.document.id;
    let path = format!("/admin/documents/{asked}/issue");
    staff.calls.post_once(&path, json!({ "version": written.version })).await.expect(200);
    let path = format!("/admin/documents/{asked}/pay-from-wallet");
    let paid: shared::billing::payment::PaidFromWallet =
        staff.calls.post_once(&path, json!({})).await.expect(200).read();
    assert_eq!(balance(&panel, &ada).await, decimal("60"));
    book(&staff, asked, json!({ "amount": "49.20" })).await.expect(201);

    let body = json!({ "amount": null, "method": "wallet", "reason": "Not needed", "reference": "" });
    assert_eq!(
        refund(&staff, paid.invoice.as_ref().expect("paid whole").id, by_hand(None))
            .await
            .expect(422)
            .refused_fields(),
        ["method"]
    );
    let done: RefundEffect =
        refund(&staff, paid.invoice.as_ref().expect("paid whole").id, body).await.expect(201).read();
    assert_eq!(done.document.status, DocumentStatus::Refunded);
    assert_eq!(balance(&panel, &ada).await, decimal("100"));
    expect_clean_books(&panel).await;
}

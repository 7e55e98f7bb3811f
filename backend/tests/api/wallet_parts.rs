//! A document that the wallet pays in part: what is left, what bears tax, and how it goes back.

use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::DocumentStatus;
use shared::billing::document::{DocumentAction, DocumentDetail};
use shared::billing::ledger::{TransactionDetail, TransactionPage};
use shared::billing::payment::{BookedPayment, PaidFromWallet, PaymentPage};
use shared::billing::refund::{RefundEffect, RefundMethod};
use shared::{Code, DocumentId};

use crate::documents::{balance, book, decimal, expect_clean_books, text_of};
use crate::drafts::{draft, issue};
use crate::harness::{ClientAccount, Panel, StaffMember};
use crate::refunds::{by_hand, detail, invoice, refund};

/// A document over 100 net and 23 tax.
async fn hundred(staff: &StaffMember, client: &ClientAccount) -> DocumentId {
    let lines = json!([{ "description": "Repair", "quantity": "2", "unit_price": "50.00" }]);
    issue(staff, &draft(staff, client, lines).await).await.document.id
}

fn own(client: &ClientAccount, id: DocumentId) -> String {
    format!("/clients/{}/documents/{id}/pay-from-wallet", client.id)
}

async fn pay(client: &ClientAccount, id: DocumentId, amount: &str) -> PaidFromWallet {
    client.calls.post_once(&own(client, id), json!({ "amount": amount })).await.expect(200).read()
}

async fn tax_owed(panel: &Panel) -> Decimal {
    panel.amount("SELECT coalesce(sum(amount), 0) AS value FROM ledger_transfers WHERE kind = 'tax'").await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_wallet_did_not_pay_comes_through_a_gateway_with_the_tax_on_it() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    invoice(&staff, &ada, "40.00").await;
    let id = hundred(&staff, &ada).await;
    let page_of = format!("/clients/{}/documents/{id}/payment-methods", ada.id);
    let page: PaymentPage = ada.calls.get(&page_of).await.expect(200).read();
    assert!(page.wallet.is_some_and(|wallet| !wallet.covered && wallet.amount.amount() == decimal("100.00")));

    let paid = pay(&ada, id, "40.00").await;
    assert_eq!((paid.document.status, paid.invoice), (DocumentStatus::PartiallyPaid, None));
    assert_eq!((paid.amount.amount(), paid.balance_after.amount()), (decimal("40.00"), Decimal::ZERO));
    // 60.00 and 13.80 of tax.
    assert_eq!(
        (paid.document.paid.amount(), paid.document.due.amount()),
        (decimal("40.00"), decimal("73.80"))
    );
    let page: PaymentPage = ada.calls.get(&page_of).await.expect(200).read();
    assert!(page.wallet.is_some_and(|wallet| wallet.amount.amount() == decimal("60.00")));
    assert!(page.methods[0].details.iter().any(|detail| detail.value == "73.80 EUR"));
    let shown = detail(&staff, id).await;
    assert!(shown.actions.contains(&DocumentAction::PayFromWallet));
    assert!(!shown.actions.contains(&DocumentAction::Cancel));
    let listed: TransactionPage =
        ada.calls.get(&format!("/clients/{}/transactions", ada.id)).await.expect(200).read();
    let row = &listed.items[0];
    let path = format!("/clients/{}/transactions/{}", ada.id, row.id);
    let why: TransactionDetail = ada.calls.get(&path).await.expect(200).read();
    assert_eq!((row.amount, why.lines[0].amount), (decimal("-40"), decimal("-40")));
    expect_clean_books(&panel).await;

    // A first bank payment, and the rest: the wallet has had its turn.
    let some: BookedPayment = book(&staff, id, json!({ "amount": "36.90" })).await.expect(201).read();
    assert_eq!(some.document.due.amount(), decimal("36.90"));
    let refused = ada.calls.post_once(&own(&ada, id), json!({ "amount": "1.00" })).await.expect(409);
    assert_eq!(refused.problem().code, Code::Conflict);
    let booked: BookedPayment = book(&staff, id, json!({ "amount": "36.90" })).await.expect(201).read();
    assert_eq!(booked.document.status, DocumentStatus::Invoiced);
    assert_eq!(
        tax_owed(&panel).await,
        decimal("23.00"),
        "9.20 of the top-up and 13.80: as if one way had paid it"
    );
    let of = booked.invoice.expect("nothing is due any more").id;
    let shown: DocumentDetail = detail(&staff, of).await;
    let head = &shown.document;
    assert_eq!(
        (head.net.amount(), head.tax.amount(), head.total.amount()),
        (decimal("100.00"), decimal("13.80"), decimal("113.80"))
    );
    assert_eq!(shown.taxes[0].base.amount(), decimal("60.00"));
    let amounts: Vec<Decimal> = shown.lines.iter().map(|line| line.amount.amount()).collect();
    assert_eq!(amounts, ["100.00", "-40.00", "40.00"].map(decimal));
    let text = text_of(&staff.calls.get(&format!("/admin/documents/{of}/pdf")).await.expect(200).bytes);
    assert!(text.contains("Paid from the account balance") && text.contains("113.80"), "{text}");
    for format in ["cii", "ubl"] {
        let xml = staff.calls.get(&format!("/admin/documents/{of}/xml?format={format}")).await.expect(200);
        let xml = String::from_utf8(xml.bytes).unwrap();
        for part in ["-40.00", "60.00", "13.80", "113.80"] {
            assert!(xml.contains(part), "{format}: {part} is missing in:\n{xml}");
        }
    }
    expect_clean_books(&panel).await;

    // Paid back whole, each part goes where it came from.
    let back: RefundEffect = refund(&staff, of, by_hand(None)).await.expect(201).read();
    let ways: Vec<_> = back.ways.iter().map(|way| (way.method, way.amount.amount())).collect();
    assert_eq!(
        ways,
        [
            (RefundMethod::ByHand, decimal("36.90")),
            (RefundMethod::ByHand, decimal("36.90")),
            (RefundMethod::Wallet, decimal("40.00"))
        ]
    );
    assert_eq!((back.balance_after.amount(), balance(&panel, &ada).await), (decimal("40"), decimal("40")));
    assert_eq!(detail(&staff, id).await.document.status, DocumentStatus::Refunded);
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_at_once_never_come_to_more_than_the_document() {
    let panel = Panel::start().await;
    let (ada, staff) = (panel.client("Ada").await, panel.super_admin().await);
    invoice(&staff, &ada, "500.00").await;
    let id = hundred(&staff, &ada).await;
    let path = format!("/admin/documents/{id}/pay-from-wallet");
    let both = async |amount: &str| {
        let calls = (0..2).map(|_| staff.calls.post_once(&path, json!({ "amount": amount })));
        let mut answers: Vec<u16> =
            futures::future::join_all(calls).await.into_iter().map(|answer| answer.status).collect();
        answers.sort_unstable();
        answers
    };
    assert_eq!(both("60.00").await, [200, 422], "40.00 are left for the second");
    assert_eq!(both("10.00").await, [200, 200]);
    assert_eq!(detail(&staff, id).await.document.paid.amount(), decimal("80.00"));
    expect_clean_books(&panel).await;

    // Without an amount it is all that is left; out of the wallet alone, nothing of it bears tax.
    let rest: PaidFromWallet = staff.calls.post_once(&path, json!({})).await.expect(200).read();
    assert_eq!((rest.amount.amount(), rest.document.status), (decimal("20.00"), DocumentStatus::Invoiced));
    let of = detail(&staff, rest.invoice.expect("whole").id).await;
    assert_eq!((of.document.total.amount(), of.taxes.len(), of.lines.len()), (decimal("100.00"), 0, 1));
    assert_eq!(balance(&panel, &ada).await, decimal("400"));
    expect_clean_books(&panel).await;

    let body = json!({ "method": "wallet", "reason": "Not done" });
    refund(&staff, of.document.id, body).await.expect(201);
    assert_eq!(balance(&panel, &ada).await, decimal("500"));
    expect_clean_books(&panel).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_paid_once_and_refused_by_field() {
    let panel = Panel::start().await;
    let (ada, eve, staff) = (panel.client("Ada").await, panel.client("Eve").await, panel.super_admin().await);
    invoice(&staff, &ada, "50.00").await;
    let id = hundred(&staff, &ada).await;
    let path = own(&ada, id);
    let body = json!({ "amount": "20.00" });
    let first: PaidFromWallet = ada.calls.post_with_key(&path, body.clone(), "one").await.expect(200).read();
    let again: PaidFromWallet = ada.calls.post_with_key(&path, body, "one").await.expect(200).read();
    assert_eq!(first, again);
    ada.calls.post_with_key(&path, json!({ "amount": "21.00" }), "one").await.expect(422);
    assert_eq!(balance(&panel, &ada).await, decimal("30"));

    for bad in [json!("0"), json!("-1"), json!("1.001"), json!("x"), json!("80.01")] {
        let refused = ada.calls.post_once(&path, json!({ "amount": bad })).await.expect(422);
        assert_eq!(refused.refused_fields(), ["amount"], "{bad}");
    }
    for more in [json!("30.01"), Value::Null] {
        let refused = ada.calls.post_once(&path, json!({ "amount": more })).await.expect(409);
        assert_eq!(refused.problem().code, Code::CreditTooLow);
    }
    eve.calls.post_once(&own(&eve, id), json!({ "amount": "1.00" })).await.expect(404);
    assert_eq!(detail(&staff, id).await.document.paid.amount(), decimal("20.00"));
    expect_clean_books(&panel).await;
}

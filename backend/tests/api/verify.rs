//! The checks of the books: each finds the fault that it is there for, and nothing else is found.

use serde_json::json;

use crate::books::broken;
use crate::documents::proforma;
use crate::harness::Panel;
use crate::selling::{charge, pay};
use crate::services::Running;

const BALANCES: &str = "Every wallet's balance is the sum of its movements";
const CHAIN: &str = "Balances before and after movements form one unbroken chain for each wallet";
const TOLD: &str = "Every movement of a wallet tells the balance after it";
const HOLDS: &str = "What is set aside in every wallet is the sum of its open holds";
const CURRENCIES: &str = "Both sides of every movement are accounts of its currency";
const CAUSES: &str = "Every event was posted once, under its own cause";
const OVERLAPS: &str = "No two charges of a service overlap in time";
const GAPS: &str =
    "Running services are charged without a gap, except while they were suspended or another client's";
const WATERMARK: &str = "Every service that is charged by the hour is charged up to its wallet's watermark";
const NEXT_DUE: &str = "Every wallet is looked at when its next charge is due";
const CHARGES: &str = "Charges of services add up to what left the wallet";
const SUMS: &str = "Lines and taxes of every document add up to its total";
const PAPERS: &str = "The paper of every document is the one that was frozen";
const PAID: &str = "Documents show as paid what payments brought, or the wallet";
const BOOKED: &str = "Every payment is booked whole: wallet, tax and money kept aside";
const STOCK: &str = "What is taken of every product's stock is what its living services hold";

/// The first, second and last of the three charges.
const FIRST: &str = "period_from = (SELECT min(period_from) FROM charges)";
const SECOND: &str = "period_from = (SELECT period_from FROM charges ORDER BY 1 OFFSET 1 LIMIT 1)";
const LAST: &str = "period_from = (SELECT max(period_from) FROM charges)";

/// One client who was given money, paid a proforma and charged for three hours, and for whom money is set aside.
async fn books_with_everything(panel: &Panel) {
    let it = Running::start(panel, "20", json!({}), "monthly").await;
    for _ in 0..2 {
        panel.advance_hours(1).await;
        charge(panel).await;
    }
    let issued = proforma(&it.client, "100.00").await.document.id;
    pay(panel, &it.staff, issued, "123.00").await;
    it.staff.get(&format!("/admin/documents/{issued}/pdf")).await.expect(200);
    let product = it.detail().await.service.product_id;
    let waits = json!({ "items": [{ "product": product, "period": "hourly" }] });
    it.client.calls.post_once(&format!("/clients/{}/orders", it.client.id), waits).await.expect(201);
    for (what, rows) in [("charges", 3), ("document_files", 1), ("holds WHERE state = 'open'", 1)] {
        assert_eq!(panel.count(&format!("SELECT count(*) AS value FROM {what}")).await, rows, "{what}");
    }
}

/// A statement that moves 1.00 out of the wallet and back under one cause. `posting` and the balances after are SQL over the
/// gift `g` and its wallet `w`.
fn out_and_back(posting: &str, after: [&str; 2]) -> String {
    let row = |debit: &str, credit: &str, after: &str| {
        format!(
            "SELECT gen_random_uuid(), g.at, {posting}, g.{debit}, g.{credit}, 1, g.currency, 'adjustment', g.client_id,
                 g.actor, g.explanation, {after}, 'charge:twice'
             FROM ledger_transfers g JOIN wallets w ON w.client_id = g.client_id WHERE g.cause LIKE 'gift:%'"
        )
    };
    format!(
        "INSERT INTO ledger_transfers (id, at, posting_id, debit_account, credit_account, amount, currency, kind, client_id,
             actor, explanation, balance_after, cause)
         {} UNION ALL {}",
        row("credit_account", "debit_account", after[0]),
        row("debit_account", "credit_account", after[1])
    )
}

/// A fault: what finds it, how it is made, how it is mended.
type Fault = (&'static [&'static str], String, String);

fn fault(found_by: &'static [&'static str], breaks: &str, mends: &str) -> Fault {
    (found_by, breaks.to_owned(), mends.to_owned())
}

fn faults_of_the_ledger() -> Vec<Fault> {
    let gift = "ledger_transfers SET balance_after = balance_after";
    let undone = "DELETE FROM ledger_transfers WHERE cause = 'charge:twice'";
    vec![
        fault(
            &[BALANCES, CHAIN],
            "UPDATE wallets SET balance = balance + 1",
            "UPDATE wallets SET balance = balance - 1",
        ),
        fault(
            &[CHAIN],
            &format!("UPDATE {gift} + 1 WHERE cause LIKE 'gift:%'"),
            &format!("UPDATE {gift} - 1 WHERE cause LIKE 'gift:%'"),
        ),
        fault(&[TOLD], &out_and_back("g.posting_id", ["NULL::numeric", "NULL::numeric"]), undone),
        fault(&[CAUSES], &out_and_back("gen_random_uuid()", ["w.balance - 1", "w.balance"]), undone),
        fault(
            &[CAUSES],
            "DELETE FROM ledger_causes WHERE cause LIKE 'gift:%'",
            "INSERT INTO ledger_causes (cause, posting_id, at)
             SELECT cause, posting_id, at FROM ledger_transfers WHERE cause LIKE 'gift:%'",
        ),
        fault(&[HOLDS], "UPDATE wallets SET held = held + 1", "UPDATE wallets SET held = held - 1"),
        fault(
            &[HOLDS],
            "UPDATE holds SET state = 'released' WHERE state = 'open'",
            "UPDATE holds SET state = 'open' WHERE state = 'released'",
        ),
        fault(
            &[CURRENCIES],
            "UPDATE ledger_accounts SET currency = 'PLN' WHERE kind = 'goodwill'",
            "UPDATE ledger_accounts SET currency = 'EUR' WHERE kind = 'goodwill'",
        ),
    ]
}

fn faults_of_charges() -> Vec<Fault> {
    let until =
        |by: &str, which: &str| format!("UPDATE charges SET period_to = period_to {by} WHERE {which}");
    let (later, earlier) = ("+ interval '1 minute'", "- interval '1 minute'");
    let moved = |by: &str| format!("UPDATE wallets SET next_due_at = next_due_at {by}");
    let amount = |by: &str| format!("UPDATE charges SET amount = amount {by} WHERE {LAST}");
    vec![
        (&[OVERLAPS], until(later, FIRST), until(earlier, FIRST)),
        (&[GAPS], until(earlier, FIRST), until(later, FIRST)),
        (&[GAPS], until(earlier, SECOND), until(later, SECOND)),
        (&[WATERMARK], until(earlier, LAST), until(later, LAST)),
        (&[NEXT_DUE], moved(later), moved(earlier)),
        (&[CHARGES], amount("+ 1"), amount("- 1")),
        fault(
            &[CHARGES],
            &format!("UPDATE charges SET transfer_id = NULL WHERE {LAST}"),
            "UPDATE charges SET transfer_id = (SELECT id FROM ledger_transfers t
                 WHERE kind = 'charge' AND explanation ? 'charges'
                     AND NOT EXISTS (SELECT FROM charges c WHERE c.transfer_id = t.id))
             WHERE transfer_id IS NULL",
        ),
    ]
}

fn faults_of_documents() -> Vec<Fault> {
    let adds = |found_by: &'static [&'static str], table: &str, column: &str| -> Fault {
        let change = |by: &str| format!("UPDATE {table} SET {column} = {column} {by}");
        (found_by, change("+ 1"), change("- 1"))
    };
    vec![
        adds(&[SUMS], "document_lines", "amount"),
        adds(&[SUMS], "document_taxes", "amount"),
        adds(&[SUMS], "documents", "total"),
        adds(&[BOOKED], "payments", "gross"),
        fault(
            &[PAPERS],
            "UPDATE document_files SET sha256 = sha256('')",
            "UPDATE document_files SET sha256 = sha256(bytes)",
        ),
        fault(
            &[PAID],
            "UPDATE documents SET paid = paid - 1 WHERE kind = 'proforma'",
            "UPDATE documents SET paid = paid + 1 WHERE kind = 'proforma'",
        ),
    ]
}

fn faults_of_stock() -> Vec<Fault> {
    let used = |by: &str| format!("UPDATE products SET stock_used = stock_used {by}");
    vec![
        (&[STOCK], used("+ 1"), used("- 1")),
        fault(
            &[STOCK],
            "UPDATE services SET stock_taken = true WHERE ended_at IS NULL",
            "UPDATE services SET stock_taken = false",
        ),
    ]
}

#[actix_web::test]
async fn each_check_of_the_books_finds_its_fault_and_no_other_does() {
    let panel = Panel::start().await;
    books_with_everything(&panel).await;
    assert_eq!(broken(&panel).await, []);
    let faults =
        [faults_of_the_ledger(), faults_of_charges(), faults_of_documents(), faults_of_stock()].concat();
    for (found_by, breaks, mends) in faults {
        panel.sql_past_guards(&breaks).await;
        let found = broken(&panel).await;
        let titles: Vec<&str> = found.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, found_by, "{breaks}: {found:?}");
        assert!(found.iter().all(|(_, samples)| !samples.is_empty()), "{breaks}: {found:?}");
        panel.sql_past_guards(&mends).await;
        assert_eq!(broken(&panel).await, [], "{mends}");
    }
}

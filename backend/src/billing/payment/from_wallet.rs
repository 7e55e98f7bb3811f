//! Paying a document out of the wallet, whole or in part.
//!
//! Money in a wallet has borne its tax: the invoice of its top-up says so. Out of it only the net of a document is taken, and
//! that part bears no tax again (`docs/decisions/paid-from-the-wallet.md`).

use anyhow::anyhow;
use jiff::Timestamp;
use rules::document::TaxAmount;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::document::{DocumentLink, DocumentPurpose};
use shared::billing::payment::{PaidFromWallet, PayFromWallet};
use shared::billing::{AccountKind, DocumentKind, DocumentStatus, TransferKind};
use shared::{ClientId, Code, DocumentId, Money};

use crate::audit::{self, Actor, Entry};
use crate::billing::document::store::Tax;
use crate::billing::document::{self, Document, Terms, credit_note};
use crate::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use crate::billing::notices;
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::words;

/// Whether a document can be paid out of the wallet: one over lines of which nothing was paid through a gateway.
pub fn payable(row: &Document) -> bool {
    row.purpose == DocumentPurpose::Lines
        && rules::states::document_payable(row.kind, row.status)
        && row.paid == row.from_wallet
}

/// What the wallet can still pay of a document: its net.
pub fn open(row: &Document) -> Decimal {
    row.net - row.from_wallet
}

/// The taxes of a document, counted on what the wallet did not pay.
pub fn taxes_left(row: &Document, taxes: Vec<Tax>) -> Result<Vec<Tax>> {
    let frozen: Vec<TaxAmount> = taxes
        .iter()
        .map(|tax| TaxAmount { name: tax.name.clone(), rate: tax.rate, base: tax.base, amount: tax.amount })
        .collect();
    let left = rules::document::taxes_beside_wallet(row.net, &frozen, row.from_wallet, row.currency)
        .map_err(anyhow::Error::new)?;
    Ok(taxes
        .into_iter()
        .zip(left)
        .map(|(tax, left)| Tax { base: left.base, amount: left.amount, ..tax })
        .collect())
}

/// Reads how much is paid. Nothing said: all that is open.
fn read(row: &Document, input: &PayFromWallet) -> Result<Decimal> {
    let open = open(row);
    let Some(text) = &input.amount else { return Ok(open) };
    let mut fields = Fields::new();
    let amount = fields.positive_money("amount", text, row.currency).map(Money::amount);
    if amount.is_some_and(|amount| amount > open) {
        let open = Money::rounded(open, row.currency);
        fields.add("amount", "out_of_range", format!("Only {open} net of it is left to pay."));
    }
    // Its tax is on the books: a credit note over a part of it would have to follow each part.
    let is_part = amount.is_some_and(|amount| amount < open);
    fields.check(
        row.kind != DocumentKind::Invoice || !is_part,
        "amount",
        "out_of_range",
        "An invoice is paid out of the wallet whole.",
    );
    fields.finish()?;
    Ok(amount.ok_or_else(|| anyhow!("an amount without a fault is read"))?)
}

fn not_payable(row: &Document) -> Refusal {
    let detail = match (row.purpose, row.status) {
        (DocumentPurpose::Funds, _) => "This adds funds to the wallet; it is not paid out of it.".to_owned(),
        (_, DocumentStatus::PartiallyPaid) => {
            "A part of it was paid through a gateway; the rest has to come the same way.".to_owned()
        }
        (_, status) => format!("Only what is unpaid is paid out of the wallet; this one is {status}."),
    };
    Refusal::because(Code::Conflict, detail)
}

/// Pays a document of this client out of its wallet, whole or a part of it. When nothing is due any more, its invoice is
/// issued; otherwise the rest comes out of the wallet, too, or through a gateway with the tax on it. Of what is an invoice
/// itself a credit note takes the tax back.
///
/// Locks the wallet, then the document. Refuses what is not paid that way, more than is open, and with `CreditTooLow` what
/// the wallet does not cover.
pub async fn pay(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    id: DocumentId,
    input: &PayFromWallet,
) -> Result<PaidFromWallet> {
    let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let row = document::store::lock(tx, id).await?.filter(|row| row.client_id == client);
    let row = row.filter(|row| row.status != DocumentStatus::Draft).ok_or_else(Refusal::not_found)?;
    if !payable(&row) {
        return Err(not_payable(&row).into());
    }
    let net = read(&row, input)?;

    let posting = posting(tx, now, actor, &row, net).await?;
    let Posted::Now(..) = ledger::post(tx, &posting).await? else {
        return Err(anyhow!("this part of document {id} was paid before").into());
    };
    let after = Document { from_wallet: row.from_wallet + net, ..row.clone() };
    let left: Decimal =
        taxes_left(&after, document::store::taxes(tx, id).await?)?.iter().map(|tax| tax.amount).sum();
    let settled = open(&after).is_zero();
    let status = match (settled, row.kind) {
        (false, _) => DocumentStatus::PartiallyPaid,
        (true, DocumentKind::Proforma) => DocumentStatus::Invoiced,
        (true, _) => DocumentStatus::Paid,
    };
    document::store::add_from_wallet(tx, now, &row, status, net, row.tax - left).await?;
    let (invoice, note) = match status {
        DocumentStatus::Invoiced => {
            (Some(document::invoice::issue_untaxed(tx, now, actor, &row).await?), None)
        }
        DocumentStatus::Paid => (None, credit_note::of_tax(tx, now, actor, &row).await?),
        _ => (None, None),
    };
    if let Some(note) = &note {
        let reason = words::of(row.language).documents.paid_from_balance;
        notices::corrected(tx, now, note, &row, reason).await?;
    }

    tell(tx, now, actor, &row, net, invoice.as_ref().or(note.as_ref())).await?;
    let today = Terms::load(tx).await?.today(now);
    let row = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(PaidFromWallet {
        document: document::show::summary(&row, today),
        invoice: invoice.map(link),
        credit_note: note.map(link),
        amount: Money::rounded(net, row.currency),
        balance_after: Money::ledger(wallet.balance - net, row.currency),
    })
}

fn link(row: Document) -> DocumentLink {
    DocumentLink { id: row.id, kind: row.kind, number: row.number }
}

async fn posting(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    row: &Document,
    net: Decimal,
) -> Result<Posting> {
    let (company, currency) = (row.company_id, row.currency);
    let revenue = ledger::company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    let from = row.client_id.wallet_account();
    let transfer = NewTransfer {
        client: Some(row.client_id),
        document: Some(row.id),
        explanation: json!({ "document": row.number, "net": row.net, "paid_before": row.from_wallet }),
        ..NewTransfer::new(TransferKind::Charge, from, revenue, net, currency)
    };
    // Each part is another event: it begins where the one before it ended.
    let cause = match row.from_wallet {
        before if before.is_zero() => format!("document:{}", row.id),
        before => format!("document:{}:{}", row.id, before.normalize()),
    };
    Ok(Posting {
        cause,
        at: now,
        actor: actor.to_string(),
        spending: Spending::WithinLimits,
        transfers: vec![transfer],
    })
}

/// Leaves the trail.
async fn tell(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    row: &Document,
    net: Decimal,
    followed: Option<&Document>,
) -> Result<()> {
    let amount = Money::rounded(net, row.currency);
    let number = row.number.as_deref().unwrap_or_default();
    let description = match net == open(row) {
        true => format!("{number} paid from the wallet: {amount}"),
        false => format!("{number} paid from the wallet in part: {amount}"),
    };
    let entry = Entry {
        action: "document.paid_from_wallet",
        description,
        client: Some(row.client_id),
        subject: Some(("document", row.id.0)),
        new: Some(json!({ "amount": amount, "issued": followed.map(|document| &document.number) })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    Ok(())
}

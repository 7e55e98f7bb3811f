//! Paying a document out of the wallet.
//!
//! Money in a wallet has borne its tax: the invoice of its top-up says so. Out of it only the net of a document is taken,
//! and its invoice is issued without tax (`docs/decisions/paid-from-the-wallet.md`).

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::json;
use shared::billing::document::{DocumentLink, DocumentPurpose};
use shared::billing::payment::PaidFromWallet;
use shared::billing::{AccountKind, DocumentKind, DocumentStatus, TransferKind};
use shared::{ClientId, Code, DocumentId, Money};

use crate::audit::{self, Actor, Entry};
use crate::billing::document::{self, Document, Terms};
use crate::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Whether a document can be paid out of the wallet: one over lines of which nothing was paid through a gateway.
pub fn payable(row: &Document) -> bool {
    row.kind == DocumentKind::Proforma
        && row.purpose == DocumentPurpose::Lines
        && row.status == DocumentStatus::Unpaid
}

/// Pays a document of this client out of its wallet, whole, and issues its invoice.
///
/// Locks the wallet, then the document. Refuses what is not paid that way, and with `CreditTooLow` what the wallet does not
/// cover.
pub async fn pay(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    id: DocumentId,
) -> Result<PaidFromWallet> {
    let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let row = document::store::lock(tx, id).await?.filter(|row| row.client_id == client);
    let row = row.filter(|row| row.status != DocumentStatus::Draft).ok_or_else(Refusal::not_found)?;
    if !payable(&row) {
        let detail = match (row.purpose, row.status) {
            (DocumentPurpose::Funds, _) => {
                "This adds funds to the wallet; it is not paid out of it.".to_owned()
            }
            (_, DocumentStatus::PartiallyPaid) => {
                "A part of it was paid through a gateway; the rest has to come the same way.".to_owned()
            }
            (_, status) => {
                format!("Only an unpaid proforma is paid out of the wallet; this one is {status}.")
            }
        };
        return Err(Refusal::because(Code::Conflict, detail).into());
    }

    let (company, currency) = (row.company_id, row.currency);
    let revenue = ledger::company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    let transfer = NewTransfer {
        client: Some(client),
        document: Some(id),
        explanation: json!({ "document": row.number, "net": row.net }),
        ..NewTransfer::new(TransferKind::Charge, client.wallet_account(), revenue, row.net, currency)
    };
    let posting = Posting {
        cause: format!("document:{id}"),
        at: now,
        actor: actor.to_string(),
        spending: Spending::WithinLimits,
        transfers: vec![transfer],
    };
    let Posted::Now(..) = ledger::post(tx, &posting).await? else {
        return Err(anyhow!("document {id} was paid before").into());
    };
    document::store::add_paid(tx, now, &row, DocumentStatus::Invoiced, row.net, &[]).await?;
    let invoice = document::invoice::issue_untaxed(tx, now, actor, &row).await?;

    let amount = Money::rounded(row.net, currency);
    let number = row.number.as_deref().unwrap_or_default();
    let entry = Entry {
        action: "document.paid_from_wallet",
        description: format!("{number} paid from the wallet: {amount}"),
        client: Some(client),
        subject: Some(("document", id.0)),
        new: Some(json!({ "amount": amount, "invoice": invoice.number })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    let today = Terms::load(tx).await?.today(now);
    let row = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(PaidFromWallet {
        document: document::show::summary(&row, today),
        invoice: DocumentLink { id: invoice.id, kind: invoice.kind, number: invoice.number },
        amount,
        balance_after: Money::ledger(wallet.balance - row.net, currency),
    })
}

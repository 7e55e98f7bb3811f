//! Changing a balance by hand.

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::json;
use shared::billing::ledger::{AdjustmentKind, NewAdjustment};
use shared::billing::{AccountKind, TransferKind};
use shared::{ClientId, Currency, Money, TransferId};
use uuid::Uuid;

use super::{NewTransfer, Posted, Posting, Spending, company_account, post};
use crate::audit::{self, Actor, Entry};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::jobs::{Job, outbox};

/// Checks what staff wrote against the wallet's currency.
fn read(wanted: &NewAdjustment, currency: Currency) -> Result<Money> {
    let mut fields = Fields::new();
    fields.required("reason", &wanted.reason, 300);
    fields.check(
        wanted.currency == currency,
        "currency",
        "invalid",
        &format!("The wallet is in {currency}."),
    );
    let amount = fields.positive_money("amount", &wanted.amount, currency);
    fields.finish()?;
    Ok(amount.ok_or_else(|| anyhow!("a checked amount is there"))?)
}

/// Gives credit or corrects a balance. Locks the wallet.
pub async fn adjust(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    wanted: &NewAdjustment,
) -> Result<TransferId> {
    let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let amount = read(wanted, wallet.currency)?;

    let (company, currency, own) = (wallet.company_id, wallet.currency, client.wallet_account());
    let (kind, account) = match wanted.kind {
        AdjustmentKind::Goodwill => (TransferKind::Credit, AccountKind::Goodwill),
        AdjustmentKind::CorrectUp | AdjustmentKind::CorrectDown => {
            (TransferKind::Adjustment, AccountKind::WriteOff)
        }
    };
    let other = company_account(tx, company, currency, account, "", now).await?;
    let (debit, credit) =
        if wanted.kind == AdjustmentKind::CorrectDown { (own, other) } else { (other, own) };
    let explanation = json!({ "reason": wanted.reason.trim(), "adjustment": wanted.kind });
    let transfer = NewTransfer {
        client: Some(client),
        explanation,
        ..NewTransfer::new(kind, debit, credit, amount.amount(), currency)
    };
    let posting = Posting {
        cause: format!("adjustment:{}", Uuid::now_v7()),
        at: now,
        actor: actor.to_string(),
        spending: Spending::IntoDebt,
        transfers: vec![transfer],
    };
    let Posted::Now(_, ids) = post(tx, &posting).await? else {
        return Err(anyhow!("a new cause was posted before").into());
    };
    let id = *ids.first().ok_or_else(|| anyhow!("one transfer was posted"))?;
    let entry = Entry {
        action: "balance.adjusted",
        description: format!("{}: {amount}, {}", wanted.kind, wanted.reason.trim()),
        client: Some(client),
        subject: Some(("transfer", id.0)),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    if wanted.kind != AdjustmentKind::CorrectDown {
        let tags = outbox::Tags { client: Some(client), ..outbox::Tags::default() };
        outbox::send(tx, now, &Job::WalletToppedUp { client }, tags).await?;
    }
    Ok(id)
}

//! Changing a balance by hand.

use anyhow::anyhow;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::ledger::{AdjustmentKind, NewAdjustment};
use shared::billing::{AccountKind, TransferKind};
use shared::money::AMOUNT_MAX;
use shared::{ClientId, Currency, Effect, EffectKind, LedgerAccountId, Money, Rehearsal, TransferId};
use uuid::Uuid;

use super::{NewTransfer, Posted, Posting, Spending, company_account, post, reversal, store, words};
use crate::audit::{self, Actor, Entry};
use crate::billing::wallet::{self, Wallet};
use crate::db::{self, Conn};
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::jobs::{Job, outbox};

/// Checks what staff wrote against the wallet's currency. A transaction that is taken back may be finer than the currency.
fn read(wanted: &NewAdjustment, currency: Currency) -> Result<Decimal> {
    let mut fields = Fields::new();
    fields.required("reason", &wanted.reason, 300);
    fields.check(
        wanted.currency == currency,
        "currency",
        "invalid",
        &format!("The wallet is in {currency}."),
    );
    let amount = if wanted.reverses.is_some() {
        fields.decimal("amount", &wanted.amount, 4, Decimal::new(1, 4), AMOUNT_MAX)
    } else {
        fields.positive_money("amount", &wanted.amount, currency).map(Money::amount)
    };
    fields.finish()?;
    Ok(amount.ok_or_else(|| anyhow!("a checked amount is there"))?)
}

/// Between which accounts an adjustment moves, and as what.
struct Way {
    kind: TransferKind,
    debit: LedgerAccountId,
    credit: LedgerAccountId,
}

async fn way(tx: &mut Conn, now: Timestamp, wallet: &Wallet, kind: AdjustmentKind) -> Result<Way> {
    let (transfer, account) = match kind {
        AdjustmentKind::Goodwill => (TransferKind::Credit, AccountKind::Goodwill),
        AdjustmentKind::CorrectUp | AdjustmentKind::CorrectDown => {
            (TransferKind::Adjustment, AccountKind::WriteOff)
        }
    };
    let own = wallet.client_id.wallet_account();
    let other = company_account(tx, wallet.company_id, wallet.currency, account, "", now).await?;
    let (debit, credit) = if kind == AdjustmentKind::CorrectDown { (own, other) } else { (other, own) };
    Ok(Way { kind: transfer, debit, credit })
}

/// Gives credit or corrects a balance, or takes a transaction back between its own accounts. Locks the wallet.
pub async fn adjust(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    wanted: &NewAdjustment,
) -> Result<TransferId> {
    let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let amount = read(wanted, wallet.currency)?;

    let Way { kind, debit, credit } = match wanted.reverses {
        None => way(tx, now, &wallet, wanted.kind).await?,
        Some(id) => {
            let row = reversal::find(tx, client, id, wanted, amount).await?;
            Way { kind: TransferKind::Adjustment, debit: row.credit_account, credit: row.debit_account }
        }
    };
    let cause = wanted.reverses.map_or_else(|| format!("adjustment:{}", Uuid::now_v7()), reversal::cause);
    let explanation = json!({ "reason": wanted.reason.trim(), "adjustment": wanted.kind });
    let transfer = NewTransfer {
        client: Some(client),
        explanation,
        reverses: wanted.reverses,
        ..NewTransfer::new(kind, debit, credit, amount, wallet.currency)
    };
    let posting = Posting {
        cause,
        at: now,
        actor: actor.to_string(),
        spending: Spending::IntoDebt,
        transfers: vec![transfer],
    };
    let Posted::Now(_, ids) = post(tx, &posting).await? else {
        return Err(reversal::taken_back_before());
    };
    let id = *ids.first().ok_or_else(|| anyhow!("one transfer was posted"))?;
    let entry = Entry {
        action: "balance.adjusted",
        description: format!(
            "{}: {}, {}",
            wanted.kind,
            Money::ledger(amount, wallet.currency),
            wanted.reason.trim()
        ),
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

/// Says what an adjustment would do. Refuses what `adjust` refuses.
pub(super) async fn rehearse(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    wanted: &NewAdjustment,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let id = adjust(tx, now, actor, client, wanted).await?;
        let row = store::find(tx, client, id).await?.ok_or_else(Refusal::not_found)?;
        let gained = words::change(&row);
        let (code, message) = if gained > Decimal::ZERO {
            (EffectKind::WalletCredited, "The client's wallet is credited")
        } else {
            (EffectKind::WalletPays, "The client's wallet pays")
        };
        let amount = Money::ledger(gained.abs(), row.currency);
        Ok(Rehearsal { effects: vec![Effect::new(code, format!("{message}: {amount}.")).of(amount)] })
    })
    .await
}

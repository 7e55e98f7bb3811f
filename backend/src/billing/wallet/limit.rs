//! The credit limit: how far a wallet may go into debt.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::wallet::CreditLimitChange;
use shared::money::AMOUNT_MAX;
use shared::{ClientId, Code, Currency, Effect, EffectKind, Money, Rehearsal};

use super::{Wallet, store};
use crate::audit::{self, Actor, Entry};
use crate::db::{self, Conn};
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::jobs::{Job, outbox};

/// The limit that is wanted, and the one that was read, against the wallet's currency.
fn read(change: &CreditLimitChange, currency: Currency) -> Result<(Option<Decimal>, Option<Decimal>)> {
    let mut fields = Fields::new();
    let mut amount =
        |field: &str, text: &str| fields.decimal(field, text, currency.decimals(), Decimal::ZERO, AMOUNT_MAX);
    let limit = amount("credit_limit", &change.credit_limit);
    let was = change.was.as_deref().and_then(|was| amount("was", was));
    fields.finish()?;
    Ok((limit, was))
}

/// Sets how far a client may go into debt. Locks the wallet. Refuses with `VersionConflict` what somebody changed meanwhile.
pub(super) async fn set(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    change: &CreditLimitChange,
) -> Result<Wallet> {
    let wallet = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let (limit, was) = read(change, wallet.currency)?;
    if was.is_some_and(|was| was != wallet.credit_limit) {
        return Err(Refusal::new(Code::VersionConflict).into());
    }
    let limit = limit.unwrap_or(wallet.credit_limit);
    store::set_credit_limit(tx, client, limit).await?;
    let entry = Entry {
        action: "credit_limit.changed",
        description: format!("Credit limit is {limit} {}", wallet.currency),
        client: Some(client),
        old: Some(json!({ "credit_limit": wallet.credit_limit })),
        new: Some(json!({ "credit_limit": limit })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    if limit > wallet.credit_limit {
        // More can be spent: what lacked money goes on.
        let tags = outbox::Tags { client: Some(client), ..outbox::Tags::default() };
        outbox::send(tx, now, &Job::WalletToppedUp { client }, tags).await?;
    }
    Ok(Wallet { credit_limit: limit, ..wallet })
}

/// Says what setting a credit limit would do: nothing when it is that already. Refuses what `set` refuses.
pub(super) async fn rehearse(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    change: &CreditLimitChange,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let before = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let wallet = set(tx, now, actor, client, change).await?;
        let limit = Money::ledger(wallet.credit_limit, wallet.currency);
        let effect = Effect::new(EffectKind::CreditLimitSet, format!("The credit limit becomes {limit}."));
        let changed = wallet.credit_limit != before.credit_limit;
        Ok(Rehearsal { effects: changed.then(|| effect.of(limit)).into_iter().collect() })
    })
    .await
}

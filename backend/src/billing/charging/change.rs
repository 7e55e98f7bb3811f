//! Changing the options of a running service: what it costs, and taking it.

use anyhow::anyhow;
use jiff::Timestamp;
use rules::charging::{HOUR, OptionChange, hour_slices, nth_start, option_change};
use rules::pricing::Total;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::TransferKind;
use shared::services::ChargeBy;
use shared::{ClientId, Code, ServiceId};

use super::actions::{fee, settle};
use super::store::{self, ServiceMoney, hourly_price};
use crate::billing::ledger::{self, NewTransfer, Posting, Spending};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// What changing to the prices `new` costs at `now`: the switch fee and the difference for the rest of the paid period.
pub async fn preview(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
    switch_fee: Decimal,
    new: &Total,
) -> Result<OptionChange> {
    let wallet = wallet::store::find(conn, client).await?.ok_or_else(Refusal::not_found)?;
    let service = store::find(conn, client, service).await?.ok_or_else(Refusal::not_found)?;
    arithmetic(conn, &service, wallet.charged_to, now, switch_fee, new).await
}

/// Takes (or gives back) what a change of options costs, under the wallet's lock. `key` names the change.
///
/// Call it before the new prices are written; the hours from here on cost the new price. The hold of the service ends. The
/// module has done its part, so the money is taken even if it is not all there any more.
pub async fn charge(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
    switch_fee: Decimal,
    new: &Total,
    key: &str,
) -> Result<OptionChange> {
    // What is set aside for the change stays out of reach of the hours that are due.
    settle(tx, now, client).await?;
    wallet::holds::capture(tx, now, client, service).await?;
    let wallet = wallet::store::find(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let service = store::lock(tx, client, service).await?.ok_or_else(Refusal::not_found)?;
    let change = arithmetic(tx, &service, wallet.charged_to, now, switch_fee, new).await?;
    if change.due_now.is_zero() {
        return Ok(change);
    }
    let explanation = json!({ "change": change, "price_version": service.price_version });
    let taken = fee(tx, &service, change.due_now.abs(), now, explanation).await?;
    let transfer = if change.due_now > Decimal::ZERO {
        taken
    } else {
        let (debit, credit) = (taken.credit, taken.debit);
        NewTransfer { debit, credit, kind: TransferKind::Refund, ..taken }
    };
    let posting = Posting {
        cause: format!("change:{}:{key}", service.id),
        at: now,
        actor: "system".to_owned(),
        spending: Spending::IntoDebt,
        transfers: vec![transfer],
    };
    ledger::post(tx, &posting).await?;
    Ok(change)
}

async fn arithmetic(
    conn: &mut Conn,
    service: &ServiceMoney,
    charged_to: Timestamp,
    now: Timestamp,
    switch_fee: Decimal,
    new: &Total,
) -> Result<OptionChange> {
    let rule = |error: rules::RuleError| anyhow!(error);
    let Some(until) = service.paid_until(charged_to)? else {
        return Err(Refusal::because(Code::Conflict, "Nothing is paid in advance for this service.").into());
    };
    // A period is changed at the price it was paid at: it may have become idle, or awake, since.
    let idle = match service.charge_by {
        ChargeBy::Periods => store::paid_idle(conn, service.id).await?,
        ChargeBy::Hours | ChargeBy::Once => service.idle,
    };
    let price = |base: Decimal, idle_price: Option<Decimal>| match idle_price {
        Some(price) if idle => price,
        _ => base,
    };
    let (old_price, new_price) = (price(service.base, service.idle_price), price(new.base, new.idle));
    let (from, old, new) = match service.charge_by {
        ChargeBy::Once => {
            return Err(Refusal::because(Code::Conflict, "A one-time service has no paid period.").into());
        }
        ChargeBy::Hours => {
            let from = Timestamp::from_second(until.as_second() - HOUR).map_err(|error| anyhow!(error))?;
            let hour = |price| -> Result<Decimal> {
                let slices = hour_slices(hourly_price(service.period, price), from, 1).map_err(rule)?;
                Ok(slices.iter().map(|slice| slice.amount).sum())
            };
            (from, hour(old_price)?, hour(new_price)?)
        }
        ChargeBy::Periods => {
            let anchor = service.anchor_at.ok_or_else(|| anyhow!("service {} has no anchor", service.id))?;
            let from = nth_start(anchor, service.period, service.periods_charged - 1).map_err(rule)?;
            (from, old_price, new_price)
        }
    };
    Ok(option_change(switch_fee, old, new, from, until, now).map_err(rule)?)
}

//! The money side of what happens to a service. Each takes the wallet's lock and settles the client first.

use anyhow::anyhow;
use jiff::Timestamp;
use rules::charging::whole_second;
use rules::starting::first_charge;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::{AccountKind, TransferKind};
use shared::services::{ChargeBy, ServiceState};
use shared::{ClientId, Code, ServiceId, TransferId};

use super::batch::{self, Until};
use super::quote::{resume_cost, time_left};
use super::short::{self, Also};
use super::store::{self, NewCharge, ServiceMoney, Standing};
use crate::billing::ledger::{self, NewTransfer, Posted, Posting, Spending};
use crate::billing::wallet::{self, holds};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Charges everything that is due of a client up to `now`, under the wallet's lock.
///
/// Call it in the transaction that changes a service's price, options or idleness, before the change.
pub async fn settle(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    if batch::settle(tx, client, now).await? {
        return Ok(());
    }
    Err(anyhow!("client {client} has no wallet").into())
}

/// Charges what began before `instant`, under the wallet's lock: what begins from then on is charged at the price that is
/// written afterwards. What was charged beyond it stays as it is.
pub async fn settle_before(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    instant: Timestamp,
) -> Result<()> {
    let upto = rules::charging::second_before(whole_second(instant)).min(whole_second(now));
    if batch::settle_until(tx, client, Until { upto, at: now }).await? {
        return Ok(());
    }
    Err(anyhow!("client {client} has no wallet").into())
}

async fn settled(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<ServiceMoney> {
    settle(tx, now, client).await?;
    store::lock(tx, client, service).await?.ok_or_else(|| Refusal::not_found().into())
}

/// Charges setup and the first period of a service that was delivered, and lets it run: how much was taken.
///
/// The service is `active` already. Its hold is captured. The money was promised, so it is taken even if a fraction of it is
/// not there any more. Doing it twice takes it once.
pub async fn activate(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<Decimal> {
    let start = whole_second(now);
    let service = settled(tx, now, client, service).await?;
    require_active(&service)?;
    let cause = format!("activate:{}", service.id);
    if ledger::posting::posting_of(tx, &cause).await?.is_some() {
        return Ok(Decimal::ZERO);
    }
    holds::capture(tx, now, client, service.id).await?;

    let (first, until) = first_period(&service, start)?;
    let mut transfers = Vec::new();
    if service.setup > Decimal::ZERO {
        let explanation = json!({ "fee": "setup", "price_version": service.price_version });
        transfers.push(fee(tx, &service, service.setup, now, explanation).await?);
    }
    if first > Decimal::ZERO {
        let explanation = json!({ "charges": 1, "price_version": service.price_version });
        let charge = fee(tx, &service, first, now, explanation).await?;
        transfers.push(NewTransfer { period: Some((start, until)), ..charge });
    }
    let posting =
        Posting { cause, at: now, actor: "system".to_owned(), spending: Spending::IntoDebt, transfers };
    let posted = ledger::post(tx, &posting).await?;
    let transfer = match &posted {
        Posted::Now(_, ids) if first > Decimal::ZERO => ids.last().copied(),
        _ => None,
    };
    charge_row(tx, &service, start, until, first, transfer).await?;

    let mut standing = Standing::of(&service);
    match service.charge_by {
        ChargeBy::Once => {}
        ChargeBy::Hours => standing.stream_from = Some(until),
        ChargeBy::Periods => {
            standing.anchor_at = Some(start);
            standing.periods_charged = 1;
            standing.paid_until = Some(until);
        }
    }
    store::stand(tx, service.id, standing).await?;
    store::refresh_next_due(tx, client).await?;
    Ok(service.setup + first)
}

/// The first period from `start`: what it costs and when it ends.
fn first_period(service: &ServiceMoney, start: Timestamp) -> Result<(Decimal, Timestamp)> {
    let rule = |error: rules::RuleError| anyhow!(error);
    let first = first_charge(service.price(), service.period, service.charge_by, start).map_err(rule)?;
    // What is charged once is charged for an hour: the table wants an end, and it is never charged again.
    let until = first.to.map_or_else(|| rules::charging::hours_later(start, 1), Ok).map_err(rule)?;
    Ok((first.amount, until))
}

async fn charge_row(
    tx: &mut Conn,
    service: &ServiceMoney,
    from: Timestamp,
    to: Timestamp,
    amount: Decimal,
    transfer: Option<TransferId>,
) -> Result<()> {
    let row = NewCharge {
        client_id: service.client_id,
        service_id: service.id,
        period_from: from,
        period_to: to,
        amount,
        price_version: service.price_version,
        transfer_id: transfer,
    };
    Ok(store::insert_charges(tx, vec![row]).await?)
}

/// A movement from the wallet to revenue for one service.
pub(crate) async fn fee(
    tx: &mut Conn,
    service: &ServiceMoney,
    amount: Decimal,
    now: Timestamp,
    explanation: serde_json::Value,
) -> Result<NewTransfer> {
    let wallet = wallet::store::find(tx, service.client_id).await?;
    let wallet = wallet.ok_or_else(|| anyhow!("client {} has no wallet", service.client_id))?;
    let (company, currency) = (wallet.company_id, wallet.currency);
    let revenue = ledger::company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    let from = service.client_id.wallet_account();
    Ok(NewTransfer {
        client: Some(service.client_id),
        service: Some(service.id),
        explanation,
        ..NewTransfer::new(TransferKind::Charge, from, revenue, amount, currency)
    })
}

fn require_active(service: &ServiceMoney) -> Result<()> {
    if service.state == ServiceState::Active {
        return Ok(());
    }
    Err(Refusal::because(Code::Conflict, format!("The service is {}.", service.state)).into())
}

/// Stops charging a service that is about to be suspended or terminated: until when it is paid.
///
/// Call it while the service is still `active`.
pub async fn stop(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<Option<Timestamp>> {
    let service = settled(tx, now, client, service).await?;
    let wallet =
        wallet::store::find(tx, client).await?.ok_or_else(|| anyhow!("client {client} has no wallet"))?;
    let paid_until = service.paid_until(wallet.charged_to)?;
    store::stand(tx, service.id, Standing { stream_from: None, paid_until, ..Standing::of(&service) })
        .await?;
    store::refresh_next_due(tx, client).await?;
    Ok(paid_until)
}

/// Charges a service nothing beyond what is paid, because it ends then: when that is. Undone by `go_on`.
///
/// Write `terminate_at` in the same transaction, before it; the service stays `active`.
pub async fn run_out(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<Option<Timestamp>> {
    stop(tx, now, client, service).await
}

/// Charges an active service on from where it is paid until: after its termination was withdrawn.
///
/// What the wallet does not cover of the time since then becomes past due.
pub async fn go_on(tx: &mut Conn, now: Timestamp, client: ClientId, service: ServiceId) -> Result<()> {
    let service = settled(tx, now, client, service).await?;
    require_active(&service)?;
    short::settle_also(tx, client, Until::now(now), Also::One(service.id)).await?;
    Ok(())
}

/// Money came in: charges services that are past due but still run, from where they stopped. What is covered runs on.
pub async fn recover(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    settle(tx, now, client).await?;
    short::settle_also(tx, client, Until::now(now), Also::PastDue).await?;
    Ok(())
}

/// Lets a suspended service run again, from now on; time suspended is not charged.
///
/// Call it when its state is `active` again, with the instant at which it was suspended. Paid time that was left then is
/// left now; otherwise a new hour or period begins and is charged. Its hold is captured. The module has done its part, so
/// the money is taken even if a fraction of it is not there any more: set it aside before.
pub async fn resume(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
    suspended_at: Option<Timestamp>,
) -> Result<Decimal> {
    let wallet = wallet::store::lock(tx, client).await?;
    let wallet = wallet.ok_or_else(|| anyhow!("client {client} has no wallet"))?;
    // Hours at or before the watermark count as charged: it begins behind it, though the run came first.
    let start = whole_second(now.max(wallet.charged_to));
    let sleeping = store::lock(tx, client, service).await?.ok_or_else(Refusal::not_found)?;
    require_active(&sleeping)?;
    // The client is settled without it: the periods that it slept through are not due.
    let aside = Standing { past_due_since: Some(start), ..Standing::of(&sleeping) };
    if sleeping.stream_from.is_none() {
        store::stand(tx, service, aside).await?;
    }
    let service = settled(tx, now, client, service).await?;
    if service.stream_from.is_some() {
        return Ok(Decimal::ZERO);
    }
    let mut standing = Standing { past_due_since: None, ..Standing::of(&service) };
    let left = time_left(service.paid_until, suspended_at);
    let cost = resume_cost(&service, suspended_at, start)?;
    if service.charge_by == ChargeBy::Once {
        store::stand(tx, service.id, standing).await?;
        return Ok(Decimal::ZERO);
    }
    if left > 0 {
        let begins = Timestamp::from_second(start.as_second() + left).map_err(|error| anyhow!(error))?;
        match service.charge_by {
            ChargeBy::Hours => (standing.stream_from, standing.paid_until) = (Some(begins), None),
            _ => {
                standing.anchor_at = Some(begins);
                standing.periods_charged = 0;
                standing.paid_until = Some(begins);
            }
        }
    } else {
        // Released only with the service's own charge: the money set aside for resuming it.
        holds::capture(tx, now, client, service.id).await?;
        let (first, until) = first_period(&service, start)?;
        let mut transfers = Vec::new();
        if first > Decimal::ZERO {
            let explanation =
                json!({ "charges": 1, "price_version": service.price_version, "resumed": true });
            let charge = fee(tx, &service, first, now, explanation).await?;
            transfers.push(NewTransfer { period: Some((start, until)), ..charge });
        }
        let cause = format!("resume:{}:{}", service.id, start.as_second());
        let actor = "system".to_owned();
        let posting = Posting { cause, at: now, actor, spending: Spending::IntoDebt, transfers };
        let transfer = match ledger::post(tx, &posting).await? {
            Posted::Now(_, ids) => ids.first().copied(),
            Posted::Before(_) => {
                return Err(Refusal::because(Code::Conflict, "Resumed this second already.").into());
            }
        };
        charge_row(tx, &service, start, until, first, transfer).await?;
        match service.charge_by {
            ChargeBy::Hours => (standing.stream_from, standing.paid_until) = (Some(until), None),
            _ => {
                standing.anchor_at = Some(start);
                standing.periods_charged = 1;
                standing.paid_until = Some(until);
            }
        }
    }
    store::stand(tx, service.id, standing).await?;
    store::refresh_next_due(tx, client).await?;
    Ok(cost)
}

/// Charges the uninstall fee of a service that ends, even into debt. Doing it twice takes it once.
pub async fn uninstall(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<Decimal> {
    let service = settled(tx, now, client, service).await?;
    if service.uninstall <= Decimal::ZERO {
        return Ok(Decimal::ZERO);
    }
    let explanation = json!({ "fee": "uninstall", "price_version": service.price_version });
    let transfers = vec![fee(tx, &service, service.uninstall, now, explanation).await?];
    let cause = format!("uninstall:{}", service.id);
    let actor = "system".to_owned();
    let posting = Posting { cause, at: now, actor, spending: Spending::IntoDebt, transfers };
    match ledger::post(tx, &posting).await? {
        Posted::Now(..) => Ok(service.uninstall),
        Posted::Before(_) => Ok(Decimal::ZERO),
    }
}

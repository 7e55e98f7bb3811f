//! A client whose wallet does not cover everything: oldest charges first, and what is left over becomes past due.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::charging::{
    Due, DuePlan, PeriodStart, Settled, due_hours, due_periods, hour_slices, settle_short_wallet,
};
use rust_decimal::Decimal;
use schema::{ledger_transfers, wallets};
use serde_json::json;
use shared::billing::{AccountKind, TransferKind};
use shared::services::ChargeBy;
use shared::{ClientId, PostingId, ServiceId, TransferId};

use super::batch::Until;
use super::store::{self, NewCharge, ServiceMoney, Standing};
use crate::billing::ledger;
use crate::billing::ledger::posting::Row;
use crate::billing::wallet::{self, Wallet};
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::{Job, outbox};

/// Which services are looked at besides those that run on normally.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Also {
    Nothing,
    /// Those past due: charged from where they stopped, when the wallet covers it now.
    PastDue,
    /// One that left the stream and enters it again.
    One(ServiceId),
}

/// Something a service owes.
struct Owing {
    service: ServiceMoney,
    plan: DuePlan,
    periods: Vec<PeriodStart>,
}

/// Charges what the wallet covers. Returns how many charges were written. The wallet is locked.
pub(crate) async fn settle(tx: &mut Conn, client: ClientId, until: Until) -> Result<i64> {
    settle_also(tx, client, until, Also::Nothing).await
}

pub(crate) async fn settle_also(tx: &mut Conn, client: ClientId, until: Until, also: Also) -> Result<i64> {
    let wallet =
        wallet::store::lock(tx, client).await?.ok_or_else(|| anyhow!("client {client} has no wallet"))?;
    let mut owing = Vec::new();
    // Hours at or before the watermark count as charged: what enters the stream again owes them as well.
    let upto = match also {
        Also::Nothing => until.upto,
        Also::PastDue | Also::One(_) => until.upto.max(wallet.charged_to),
    };
    for service in store::running(tx, client).await? {
        owing.extend(owed(service, &wallet, upto, also)?);
    }
    let due: Vec<Due> =
        owing.iter().map(|one| Due { service: one.service.id, plan: one.plan.clone() }).collect();
    let settled = settle_short_wallet(wallet.available(), &due).map_err(|error| anyhow!(error))?;
    write(tx, &wallet, until, &owing, &settled).await
}

/// What a service owes by now; nothing for those that are not looked at.
fn owed(service: ServiceMoney, wallet: &Wallet, now: Timestamp, also: Also) -> Result<Option<Owing>> {
    let wanted = match also {
        Also::Nothing => service.past_due_since.is_none(),
        Also::PastDue => true,
        Also::One(id) => service.past_due_since.is_none() || service.id == id,
    };
    let rule = |error: rules::RuleError| anyhow!(error);
    if !wanted {
        return Ok(None);
    }
    if service.charge_by == ChargeBy::Hours {
        let reenters = match also {
            Also::Nothing => false,
            Also::PastDue => service.past_due_since.is_some(),
            Also::One(id) => service.id == id,
        };
        let due = match (service.stream_from, service.paid_until) {
            (Some(from), _) => due_hours(from, wallet.charged_to, now).map_err(rule)?,
            // Out of the stream: paid until then, whatever the watermark says.
            (None, Some(until)) if reenters => {
                let before = rules::charging::second_before(until);
                Some(due_hours(until, before, now).map_err(rule)?.unwrap_or((until, 0)))
            }
            _ => None,
        };
        let Some((from, count)) = due else { return Ok(None) };
        let plan = DuePlan::Hours { price: service.hourly_price(), from, count };
        return Ok(Some(Owing { service, plan, periods: Vec::new() }));
    }
    let (Some(anchor), Some(until)) = (service.anchor_at, service.paid_until) else { return Ok(None) };
    if service.terminate_at.is_some_and(|at| at <= until) {
        return Ok(None);
    }
    let periods = due_periods(anchor, service.period, service.periods_charged, now).map_err(rule)?;
    if periods.is_empty() && service.past_due_since.is_none() {
        return Ok(None);
    }
    let starts = periods.iter().map(|period| period.from).collect();
    let plan = DuePlan::Periods { price: service.price(), starts };
    Ok(Some(Owing { service, plan, periods }))
}

async fn write(
    tx: &mut Conn,
    wallet: &Wallet,
    until: Until,
    owing: &[Owing],
    settled: &[Settled],
) -> Result<i64> {
    let now = until.at.max(wallet.updated_at);
    let amount: Decimal = settled.iter().map(|one| one.amount).sum();
    let transfer = (amount > Decimal::ZERO).then(TransferId::generate);
    let mut rows = Vec::new();
    for (owing, settled) in owing.iter().zip(settled) {
        rows.extend(charges(owing, settled, wallet.client_id, transfer)?);
    }
    let written = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    if let (Some(oldest), Some(latest)) =
        (rows.iter().map(|row| row.period_from).min(), rows.iter().map(|row| row.period_to).max())
    {
        store::ensure_partitions_from(tx, oldest, now).await?;
        if let Some(id) = transfer {
            let explanation = json!({ "charges": written });
            insert_transfer(tx, wallet, now, id, amount, (oldest, latest), explanation, None).await?;
        }
    }
    store::insert_charges(tx, rows).await?;
    for (owing, settled) in owing.iter().zip(settled) {
        stand(tx, wallet.client_id, now, owing, settled).await?;
    }
    advance(tx, wallet, until.upto, now, amount).await?;
    store::refresh_next_due(tx, wallet.client_id).await?;
    Ok(written)
}

/// Takes an amount and moves the watermark.
async fn advance(
    tx: &mut Conn,
    wallet: &Wallet,
    upto: Timestamp,
    now: Timestamp,
    amount: Decimal,
) -> Result<()> {
    let charged_to = wallet.charged_to.max(upto);
    diesel::update(wallets::table.find(wallet.client_id))
        .set((
            wallets::balance.eq(wallets::balance - amount),
            wallets::charged_to.eq(jiff_diesel::Timestamp::from(charged_to)),
            wallets::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    if amount > Decimal::ZERO {
        diesel::update(wallets::table.find(wallet.client_id)).set(wallets::used.eq(true)).execute(tx).await?;
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "one row of the ledger; they differ in type")]
async fn insert_transfer(
    tx: &mut Conn,
    wallet: &Wallet,
    now: Timestamp,
    id: TransferId,
    amount: Decimal,
    period: (Timestamp, Timestamp),
    explanation: serde_json::Value,
    service: Option<ServiceId>,
) -> Result<()> {
    let (company, currency) = (wallet.company_id, wallet.currency);
    let revenue = ledger::company_account(tx, company, currency, AccountKind::Revenue, "", now).await?;
    let row = Row {
        id,
        at: now,
        posting_id: PostingId(id.0),
        debit_account: wallet.client_id.wallet_account(),
        credit_account: revenue,
        amount,
        currency,
        kind: TransferKind::Charge,
        client_id: Some(wallet.client_id),
        service_id: service,
        document_id: None,
        payment_id: None,
        period_from: Some(period.0),
        period_to: Some(period.1),
        actor: "system".to_owned(),
        explanation,
        balance_after: Some(wallet.balance - amount),
        cause: format!("charge:{}:{}:{id}", wallet.client_id, now.as_second()),
        reverses: None,
    };
    diesel::insert_into(ledger_transfers::table).values(row).execute(tx).await?;
    Ok(())
}

/// The rows of what is covered.
fn charges(
    owing: &Owing,
    settled: &Settled,
    client: ClientId,
    transfer: Option<TransferId>,
) -> Result<Vec<NewCharge>> {
    let service = &owing.service;
    let row = |from: Timestamp, to: Timestamp, amount: Decimal| NewCharge {
        client_id: client,
        service_id: service.id,
        period_from: from,
        period_to: to,
        amount,
        price_version: service.price_version,
        transfer_id: transfer,
    };
    Ok(match &owing.plan {
        DuePlan::Hours { price, from, .. } => hour_slices(*price, *from, settled.covered)
            .map_err(|error| anyhow!(error))?
            .into_iter()
            .map(|slice| row(slice.from, slice.to, slice.amount))
            .collect(),
        DuePlan::Periods { price, .. } => owing
            .periods
            .iter()
            .take(usize::try_from(settled.covered).unwrap_or(0))
            .map(|period| row(period.from, period.to, *price))
            .collect(),
    })
}

/// Writes where a service stands afterwards; tells when it became past due.
async fn stand(
    tx: &mut Conn,
    client: ClientId,
    now: Timestamp,
    owing: &Owing,
    settled: &Settled,
) -> Result<()> {
    let service = &owing.service;
    let mut standing = Standing::of(service);
    standing.past_due_since = settled.past_due_since;
    match &owing.plan {
        DuePlan::Hours { from, count, .. } => match settled.past_due_since {
            Some(since) => {
                standing.stream_from = None;
                standing.paid_until = Some(since);
            }
            // In the stream the watermark tells all.
            None if service.stream_from.is_some() => return Ok(()),
            None => {
                standing.stream_from =
                    Some(rules::charging::hours_later(*from, *count).map_err(|e| anyhow!(e))?);
                standing.paid_until = None;
            }
        },
        DuePlan::Periods { .. } => {
            let covered = usize::try_from(settled.covered).unwrap_or(0);
            standing.periods_charged += i32::try_from(covered).unwrap_or(0);
            if let Some(last) = covered.checked_sub(1).and_then(|last| owing.periods.get(last)) {
                standing.paid_until = Some(last.to);
            }
        }
    }
    store::stand(tx, service.id, standing).await?;
    if settled.past_due_since.is_some() && service.past_due_since.is_none() {
        let tags = outbox::Tags { client: Some(client), service: Some(service.id), document: None };
        outbox::send(tx, now, &Job::ServicePastDue { service: service.id }, tags).await?;
        tracing::info!(client.id = %client, service.id = %service.id, "a service became past due");
    }
    Ok(())
}

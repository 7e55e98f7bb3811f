//! What the services of a client cost, and how long its wallet lasts.

use anyhow::anyhow;
use diesel::QueryResult;
use jiff::{Timestamp, ToSpan};
use rules::charging::{
    Running, TopUpLimits, balances_ahead, cost_until, lasts_until, recommended, recurring_cost,
};
use rust_decimal::Decimal;
use shared::ClientId;
use shared::billing::wallet::CostSummary;
use shared::services::{ChargeBy, ServiceState};
use shared::settings::FinanceSettings;

use super::{Wallet, holds, store};
use crate::billing::charging;
use crate::billing::charging::store::ServiceMoney;
use crate::billing::document::Limits;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Days that the recommended top-up covers, and that the balance is told of.
const DAYS_COVERED: i64 = 30;
/// Days that the forecast looks ahead.
const DAYS_AHEAD: i64 = 365;

/// What a service costs from now on; `None` when it costs nothing more as it stands.
fn running(service: &ServiceMoney, wallet: &Wallet) -> Option<Running> {
    match service.charge_by {
        ChargeBy::Once => None,
        ChargeBy::Hours => {
            // Past due: it would go on from where it stopped.
            let stream_from = service.stream_from.or(service.past_due_since)?;
            let charged_to = match service.stream_from {
                Some(_) => wallet.charged_to,
                None => rules::charging::second_before(stream_from),
            };
            Some(Running::Hours { price: service.hourly_price(), stream_from, charged_to })
        }
        ChargeBy::Periods => Some(Running::Periods {
            price: service.price(),
            period: service.period,
            anchor: service.anchor_at?,
            charged: service.periods_charged,
        }),
    }
}

/// What a service costs that begins, or goes on, at an instant when `paid` of its periods are paid.
fn from(service: &ServiceMoney, begins: Timestamp, paid: i32) -> Result<Option<Running>> {
    Ok(match service.charge_by {
        ChargeBy::Once => None,
        ChargeBy::Hours => {
            let stream_from = rules::charging::hours_later(begins, i64::from(paid));
            let stream_from = stream_from.map_err(|error| anyhow!(error))?;
            Some(Running::Hours {
                price: service.hourly_price(),
                stream_from,
                charged_to: rules::charging::second_before(stream_from),
            })
        }
        ChargeBy::Periods => Some(Running::Periods {
            price: service.price(),
            period: service.period,
            anchor: begins,
            charged: paid,
        }),
    })
}

/// What a service costs that stopped because the wallet was empty, once money comes in at `now`: time suspended is free.
fn resumed(service: &ServiceMoney, now: Timestamp) -> Result<Option<Running>> {
    let left = charging::quote::time_left(service.paid_until, service.suspended_at);
    let start = rules::charging::whole_second(now);
    let begins = Timestamp::from_second(start.as_second() + left).map_err(|error| anyhow!(error))?;
    from(service, begins, 0)
}

/// What a service costs that is ordered: once, and while it runs. What is set aside for its delivery is not in the wallet any
/// more.
fn ordered(service: &ServiceMoney, now: Timestamp) -> Result<(Decimal, Option<Running>)> {
    let start = rules::charging::whole_second(now);
    if service.state == ServiceState::Provisioning {
        return Ok((Decimal::ZERO, from(service, start, 1)?));
    }
    let price = if service.charge_by == ChargeBy::Once { service.price() } else { Decimal::ZERO };
    Ok((service.setup + price, from(service, start, 0)?))
}

/// The services that go on: those with a termination request cost nothing later.
async fn going_on(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceMoney>> {
    let services = charging::store::running(conn, client).await?;
    Ok(services.into_iter().filter(|service| service.terminate_at.is_none()).collect())
}

/// When the wallet of a client first lacks money; `None`: not within a year.
pub async fn forecast(conn: &mut Conn, now: Timestamp, wallet: &Wallet) -> Result<Option<Timestamp>> {
    let services = going_on(conn, wallet.client_id).await?;
    let running: Vec<Running> = services.iter().filter_map(|service| running(service, wallet)).collect();
    last(&running, wallet, now)
}

fn last(running: &[Running], wallet: &Wallet, now: Timestamp) -> Result<Option<Timestamp>> {
    let horizon = now.checked_add((24 * DAYS_AHEAD).hours()).map_err(|error| anyhow!(error))?;
    Ok(lasts_until(wallet.available(), running, now, horizon).map_err(|error| anyhow!(error))?)
}

/// What the dashboard shows of a client's money.
pub async fn summary(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    finance: &FinanceSettings,
) -> Result<CostSummary> {
    let wallet = store::find(conn, client).await?.ok_or_else(Refusal::not_found)?;
    let services = going_on(conn, client).await?;
    let rule = |error: rules::RuleError| anyhow!(error);
    let cost =
        recurring_cost(services.iter().map(|service| (service.price(), service.period))).map_err(rule)?;
    let running: Vec<Running> = services.iter().filter_map(|service| running(service, &wallet)).collect();
    let month_later = now.checked_add((24 * DAYS_COVERED).hours()).map_err(|error| anyhow!(error))?;
    let mut month = running.clone();
    let mut once = Decimal::ZERO;
    for service in charging::store::ordered(conn, client).await? {
        let (fees, running) = ordered(&service, now)?;
        once += fees;
        month.extend(running);
    }
    for service in charging::store::starved(conn, client).await? {
        month.extend(resumed(&service, now)?);
    }
    // What begins when they are over is not one of them.
    let due = cost_until(&month, rules::charging::second_before(month_later)).map_err(rule)?;
    let next_30_days = due + once;
    // What is set aside for resuming is money for what they cost.
    let there = wallet.balance - wallet.held + holds::of_starved(conn, client).await?;
    let limits = Limits::of(finance, wallet.currency)?;
    let limits = TopUpLimits { min: limits.min, max: limits.max, room: limits.balance_max - wallet.balance };
    Ok(CostSummary {
        services: i64::try_from(services.len()).unwrap_or(i64::MAX),
        hourly: cost.hourly,
        daily: cost.daily,
        weekly: cost.weekly,
        monthly: cost.monthly,
        yearly: cost.yearly,
        next_30_days,
        recommended: recommended(next_30_days, there, limits),
        lasts_until: last(&running, &wallet, now)?,
        forecast: balances_ahead(wallet.balance - wallet.held, &running, now, DAYS_COVERED).map_err(rule)?,
        wallet: wallet.into(),
    })
}

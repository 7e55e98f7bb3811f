//! What the services of a client cost, and how long its wallet lasts.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::{Timestamp, ToSpan};
use rules::charging::{Running, TopUpLimits, cost_until, lasts_until, recommended, recurring_cost};
use rust_decimal::Decimal;
use schema::orders;
use shared::ClientId;
use shared::billing::wallet::CostSummary;
use shared::services::{ChargeBy, OrderStatus};
use shared::settings::FinanceSettings;

use super::{Wallet, store};
use crate::billing::charging;
use crate::billing::charging::store::ServiceMoney;
use crate::billing::document::Limits;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Days that the recommended top-up covers.
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

/// What a service costs that stopped because the wallet was empty, once money comes in at `now`: time suspended is free.
fn resumed(service: &ServiceMoney, now: Timestamp) -> Result<Option<Running>> {
    let left = charging::quote::time_left(service.paid_until, service.suspended_at);
    let start = rules::charging::whole_second(now);
    let begins = Timestamp::from_second(start.as_second() + left).map_err(|error| anyhow!(error))?;
    Ok(match service.charge_by {
        ChargeBy::Once => None,
        ChargeBy::Hours => Some(Running::Hours {
            price: service.hourly_price(),
            stream_from: begins,
            charged_to: rules::charging::second_before(begins),
        }),
        ChargeBy::Periods => Some(Running::Periods {
            price: service.price(),
            period: service.period,
            anchor: begins,
            charged: 0,
        }),
    })
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
    let waiting: Option<Decimal> = orders::table
        .filter(orders::client_id.eq(client).and(orders::status.eq(OrderStatus::Pending)))
        .select(diesel::dsl::sum(orders::due_now))
        .first(conn)
        .await?;
    let rule = |error: rules::RuleError| anyhow!(error);
    let cost =
        recurring_cost(services.iter().map(|service| (service.price(), service.period))).map_err(rule)?;
    let running: Vec<Running> = services.iter().filter_map(|service| running(service, &wallet)).collect();
    let month_later = now.checked_add((24 * DAYS_COVERED).hours()).map_err(|error| anyhow!(error))?;
    let mut month = running.clone();
    for service in charging::store::starved(conn, client).await? {
        month.extend(resumed(&service, now)?);
    }
    let due = cost_until(&month, month_later).map_err(rule)?;
    let next_30_days = due + waiting.unwrap_or_default();
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
        recommended: recommended(next_30_days, wallet.balance - wallet.held, limits),
        lasts_until: last(&running, &wallet, now)?,
        wallet: wallet.into(),
    })
}

//! What a service was charged day by day: the picture on its page.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use shared::billing::ledger::ServiceCharges;
use shared::{ClientId, Currency, Money, ServiceId};

use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Days that are told of: these before the present one, and it.
const DAYS_BEFORE: i64 = 29;
const DAYS: usize = 30;

/// A day on which the service was charged; without any there is one row without a day.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Nullable<Text>)]
    currency: Option<Currency>,
    #[diesel(sql_type = Nullable<SqlDate>, deserialize_as = jiff_diesel::NullableDate)]
    day: Option<Date>,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
}

/// What a service was charged to these clients in the last thirty days of UTC, each charge on the day on which its period began.
/// Of a service that moved to another currency only what it was charged in the present one. One statement.
pub(super) async fn of(
    conn: &mut Conn,
    now: Timestamp,
    clients: &[ClientId],
    service: ServiceId,
) -> Result<ServiceCharges> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let from = today.checked_sub(DAYS_BEFORE.days()).map_err(|error| anyhow!(error))?;
    let begin = from.to_zoned(TimeZone::UTC).map_err(|error| anyhow!(error))?.timestamp();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT p.currency, t.day, coalesce(t.amount, 0) AS amount
         FROM (SELECT coalesce((SELECT currency FROM services WHERE id = $2 AND client_id = ANY ($1)),
                               (SELECT currency FROM wallets WHERE client_id = ANY ($1) LIMIT 1)) AS currency) p
         LEFT JOIN LATERAL (
             SELECT (c.period_from AT TIME ZONE 'UTC')::date AS day, sum(c.amount) AS amount
             FROM charges c JOIN wallets w ON w.client_id = c.client_id AND w.currency = p.currency
             WHERE c.client_id = ANY ($1) AND c.service_id = $2 AND c.period_from >= $3 AND c.period_from <= $4
             GROUP BY 1) t ON true",
    )
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<SqlUuid, _>(service)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(begin))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(conn)
    .await?;
    let currency = rows.as_slice().first().and_then(|row| row.currency).ok_or_else(Refusal::not_found)?;
    let mut days = vec![Decimal::ZERO; DAYS];
    let mut total = Money::zero(currency);
    for row in rows {
        let place = row.day.and_then(|day| usize::try_from((day - from).get_days()).ok());
        if let Some(day) = place.and_then(|place| days.get_mut(place)) {
            *day = row.amount;
            total = total.checked_add(Money::ledger(row.amount, currency))?;
        }
    }
    Ok(ServiceCharges { from, days, total })
}

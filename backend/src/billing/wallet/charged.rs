//! What clients were charged day by day: the small lines in the list of clients.

use std::collections::BTreeSet;

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::sql_types::{Array, Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use shared::billing::wallet::ClientCharges;
use shared::{ClientId, Currency, Money};

use crate::db::Conn;
use crate::http::error::Result;

/// Days that are told of: these before the present one, and it.
const DAYS_BEFORE: i64 = 29;
const DAYS: usize = 30;

/// A day on which a client was charged; a client that never was has one row without a day.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    client_id: ClientId,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Nullable<SqlDate>, deserialize_as = jiff_diesel::NullableDate)]
    day: Option<Date>,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
}

/// What left the wallets of these clients for services in the last thirty days of UTC, by client. Those that do not exist are
/// left out. One statement.
pub async fn of(conn: &mut Conn, now: Timestamp, clients: &BTreeSet<ClientId>) -> Result<Vec<ClientCharges>> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let from = today.checked_sub(DAYS_BEFORE.days()).map_err(|error| anyhow!(error))?;
    let begin = from.to_zoned(TimeZone::UTC).map_err(|error| anyhow!(error))?.timestamp();
    let clients: Vec<ClientId> = clients.iter().copied().collect();
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT w.client_id, w.currency, t.day, coalesce(t.amount, 0) AS amount
         FROM wallets w LEFT JOIN LATERAL (
             SELECT (c.at AT TIME ZONE 'UTC')::date AS day, sum(c.amount) AS amount FROM ledger_transfers c
             WHERE c.client_id = w.client_id AND c.at >= $2 AND c.at <= $3 AND c.kind = 'charge'
               AND c.debit_account = w.client_id
             GROUP BY 1) t ON true
         WHERE w.client_id = ANY ($1) ORDER BY w.client_id",
    )
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(begin))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(conn)
    .await?;
    gather(rows, from)
}

/// Rows of a client stand together.
fn gather(rows: Vec<Row>, from: Date) -> Result<Vec<ClientCharges>> {
    let mut all: Vec<ClientCharges> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|last| last.client_id != row.client_id) {
            let (days, total) = (vec![Decimal::ZERO; DAYS], Money::zero(row.currency));
            all.push(ClientCharges { client_id: row.client_id, from, days, total });
        }
        let place = row.day.and_then(|day| usize::try_from((day - from).get_days()).ok());
        let client = all.last_mut().filter(|client| place.is_some_and(|place| place < client.days.len()));
        if let (Some(place), Some(client)) = (place, client) {
            client.days[place] = row.amount;
            client.total = client.total.checked_add(Money::ledger(row.amount, row.currency))?;
        }
    }
    Ok(all)
}

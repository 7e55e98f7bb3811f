//! Tells clients whose wallet runs dry soon, so that nothing stops by surprise.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::{Timestamp, ToSpan};
use serde_json::json;
use shared::{ClientId, Money};
use uuid::Uuid;

use super::{Wallet, costs, store};
use crate::App;
use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::notify::{Event, Letter};
use crate::settings;

#[derive(Debug, QueryableByName)]
struct Suspect {
    #[diesel(sql_type = SqlUuid)]
    client_id: Uuid,
    /// The last movement that was no charge: a warning holds until money comes in.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    last_income: Option<Uuid>,
}

/// Clients that could lack money within so many hours, by a rough and generous sum; the exact forecast decides.
async fn suspects(
    conn: &mut Conn,
    after: Uuid,
    hours: u32,
    until: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Suspect>> {
    diesel::sql_query(
        "SELECT w.client_id, (SELECT t.id FROM ledger_transfers t
                 WHERE t.client_id = w.client_id AND t.balance_after IS NOT NULL AND t.kind <> 'charge'
                 ORDER BY t.at DESC, t.id DESC LIMIT 1) AS last_income
         FROM wallets w
         WHERE w.client_id > $1 AND w.next_due_at <= $3
           AND w.balance - w.held + w.credit_limit <= (
               SELECT sum(CASE WHEN s.charge_by = 'periods' THEN s.rate * ($2 / 24 + 2)
                               WHEN s.period = 'hourly' THEN s.rate * ($2 + 1) ELSE s.rate * ($2 + 1) / 672 END)
               FROM services s WHERE s.client_id = w.client_id AND s.state = 'active' AND s.charge_by <> 'once')
         ORDER BY w.client_id LIMIT $4",
    )
    .bind::<SqlUuid, _>(after)
    .bind::<BigInt, _>(i64::from(hours))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// Clients looked at with one query.
const BATCH: i64 = 500;

/// Looks ahead for every client and tells those whose wallet lasts for fewer hours than the settings say: once for each
/// of the thresholds, until money comes in.
pub async fn warn(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let mut thresholds = settings::load(&mut conn).await?.finance.wallet_low_hours;
    thresholds.sort_unstable();
    let Some(widest) = thresholds.last().copied() else { return Ok(()) };
    let until = now.checked_add(i64::from(widest).hours()).map_err(anyhow::Error::new)?;
    let mut after = Uuid::nil();
    loop {
        let batch = suspects(&mut conn, after, widest, until, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = last.client_id;
        for suspect in &batch {
            warn_one(&mut conn, now, suspect, &thresholds).await?;
        }
    }
}

async fn warn_one(conn: &mut Conn, now: Timestamp, suspect: &Suspect, thresholds: &[u32]) -> Result<()> {
    let client = ClientId(suspect.client_id);
    let Some(wallet): Option<Wallet> = store::find(conn, client).await? else { return Ok(()) };
    let Some(until) = costs::forecast(conn, now, &wallet).await? else { return Ok(()) };
    let left = (until.as_second() - now.as_second()) / 3600;
    let Some(threshold) = thresholds.iter().copied().find(|hours| left < i64::from(*hours)) else {
        return Ok(());
    };
    let income = suspect.last_income.map_or_else(String::new, |id| id.to_string());
    let params = json!({
        "balance": Money::ledger(wallet.balance, wallet.currency),
        "hours": left,
    });
    let letter =
        Letter::new(Event::WalletLow, params).once(format!("wallet-low:{client}:{threshold}:{income}"));
    conn.transaction::<_, Error, _>(async |tx| letter.client(tx, now, client).await).await
}

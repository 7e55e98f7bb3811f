//! What waits for money: found by SQL in one pass, so that a minute in which nothing can go on costs next to nothing.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use shared::ClientId;

use crate::db::Conn;
use crate::http::error::Result;

/// Clients whose wallet covers an order that waits, or a service that was suspended for lack of money.
///
/// Top-ups wake them at once; this finds those that money reached another way: released holds, automation switched on again.
pub async fn covered(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<ClientId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        client_id: ClientId,
    }
    let now = now.as_second();
    let (month, hours) = rules::charging::month_of(now).map_err(|error| anyhow!(error))?;
    let hour = (now - month) / rules::charging::HOUR + 1;
    let rows: Vec<Found> = diesel::sql_query(include_str!("covered.sql"))
        .bind::<BigInt, _>(hour)
        .bind::<BigInt, _>(hours)
        .bind::<BigInt, _>(limit)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| row.client_id).collect())
}

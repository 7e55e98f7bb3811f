//! What is kept of archived months as rows: for lists of charges, for the "why?" of a movement, for statements.

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Bool, Date as SqlDate, Integer, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::billing::ledger::ChargeFilter;
use shared::{ClientId, Currency, Month, ServiceId, TransferId};

use crate::db::Conn;

/// What is kept of a service's archived month.
#[derive(Clone, Debug, QueryableByName)]
pub struct Kept {
    #[diesel(sql_type = SqlDate)]
    month: jiff_diesel::Date,
    #[diesel(sql_type = BigInt)]
    pub charges: i64,
    #[diesel(sql_type = Numeric)]
    pub amount: Decimal,
    /// Of the client it was taken from.
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    #[diesel(sql_type = Timestamptz)]
    first_from: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    last_to: jiff_diesel::Timestamp,
    #[diesel(sql_type = Integer)]
    pub price_version: i32,
    #[diesel(sql_type = Timestamptz)]
    archived_at: jiff_diesel::Timestamp,
    /// How many single charges of the service are newer, among those that were asked for.
    #[diesel(sql_type = BigInt)]
    pub newer: i64,
}

impl Kept {
    pub fn month(&self) -> Month {
        Month::containing(self.month.to_jiff())
    }

    /// From the first charge to the end of the last one.
    pub fn period(&self) -> (Timestamp, Timestamp) {
        (self.first_from.to_jiff(), self.last_to.to_jiff())
    }

    pub fn archived_at(&self) -> Timestamp {
        self.archived_at.to_jiff()
    }
}

/// The archived months of a service that was these clients', the newest first; whole ones, also where the range cuts them.
pub async fn kept_of_service(
    conn: &mut Conn,
    clients: &[ClientId],
    service: ServiceId,
    range: ChargeFilter,
) -> QueryResult<Vec<Kept>> {
    diesel::sql_query(
        "SELECT a.month, a.charges, a.amount, w.currency, a.first_from, a.last_to, a.price_version, m.archived_at,
                (SELECT count(*) FROM charges c WHERE c.client_id = ANY($1) AND c.service_id = a.service_id
                     AND c.period_from > a.first_from AND ($3 IS NULL OR c.period_from >= $3)
                     AND ($4 IS NULL OR c.period_from < $4)) AS newer
         FROM archived_charges a JOIN archived_months m ON m.month = a.month JOIN wallets w ON w.client_id = a.client_id
         WHERE a.client_id = ANY($1) AND a.service_id = $2
             AND ($3 IS NULL OR a.last_from >= $3) AND ($4 IS NULL OR a.first_from < $4)
         ORDER BY a.first_from DESC",
    )
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<SqlUuid, _>(service)
    .bind::<Nullable<Timestamptz>, _>(range.from.map(jiff_diesel::Timestamp::from))
    .bind::<Nullable<Timestamptz>, _>(range.to.map(jiff_diesel::Timestamp::from))
    .load(conn)
    .await
}

/// Which part of a movement is in files.
#[derive(Clone, Debug, QueryableByName)]
pub struct OfTransfer {
    #[diesel(sql_type = SqlDate)]
    month: jiff_diesel::Date,
    #[diesel(sql_type = BigInt)]
    pub charges: i64,
    #[diesel(sql_type = Numeric)]
    pub amount: Decimal,
    #[diesel(sql_type = Timestamptz)]
    archived_at: jiff_diesel::Timestamp,
}

impl OfTransfer {
    pub fn month(&self) -> Month {
        Month::containing(self.month.to_jiff())
    }

    pub fn archived_at(&self) -> Timestamp {
        self.archived_at.to_jiff()
    }
}

/// The archived charges of a movement of this client, by month.
pub async fn kept_of_transfer(
    conn: &mut Conn,
    client: ClientId,
    transfer: TransferId,
) -> QueryResult<Vec<OfTransfer>> {
    diesel::sql_query(
        "SELECT m.month, coalesce(p.charges, (t.explanation->>'charges')::bigint) AS charges,
                coalesce(p.amount, t.amount) AS amount, m.archived_at
         FROM ledger_transfers t CROSS JOIN archived_months m
         LEFT JOIN archived_splits p ON p.transfer_id = t.id AND p.month = m.month
         WHERE t.client_id = $1 AND t.id = $2 AND t.kind = 'charge' AND t.explanation ? 'charges'
           AND (p.transfer_id IS NOT NULL OR (m.month = date_trunc('month', t.period_from AT TIME ZONE 'UTC')::date
               AND NOT EXISTS (SELECT FROM archived_splits o WHERE o.transfer_id = t.id)))
         ORDER BY m.month",
    )
    .bind::<SqlUuid, _>(client)
    .bind::<SqlUuid, _>(transfer)
    .load(conn)
    .await
}

/// Whether single charges behind a client's movements between two instants are in files.
pub async fn detail_in_files(
    conn: &mut Conn,
    client: ClientId,
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let row: Row = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM ledger_transfers t JOIN archived_months m
             ON t.period_from < (m.month + interval '1 month') AT TIME ZONE 'UTC'
             AND t.period_to > m.month::timestamp AT TIME ZONE 'UTC'
             WHERE t.client_id = $1 AND t.at >= $2 AND t.at < $3 AND t.kind = 'charge' AND t.explanation ? 'charges'
               AND (EXISTS (SELECT FROM archived_splits p WHERE p.transfer_id = t.id)
                   OR m.month = date_trunc('month', t.period_from AT TIME ZONE 'UTC')::date)) AS found",
    )
    .bind::<SqlUuid, _>(client)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
    .get_result(conn)
    .await?;
    Ok(row.found)
}

//! Archived months as rows, and the month itself. The only file here that speaks diesel.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Bool, Date as SqlDate, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz,
    Uuid as SqlUuid,
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures::TryStreamExt;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use rust_decimal::Decimal;
use schema::archived_months;
use shared::{ClientId, Currency, Month, ServiceId, TransferId};

use crate::db::Conn;

/// A month in files, as the database knows it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = archived_months, check_for_backend(diesel::pg::Pg))]
pub struct Archived {
    #[diesel(deserialize_as = jiff_diesel::Date)]
    month: Date,
    pub charges: i64,
    /// `Figures::sums`.
    pub sums: serde_json::Value,
    pub sha256: Vec<u8>,
    #[diesel(deserialize_as = jiff_diesel::Date)]
    pub sealed_to: Date,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub archived_at: Timestamp,
}

impl Archived {
    pub fn month(&self) -> Month {
        Month::containing(self.month)
    }
}

/// What the charges of a month come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub charges: i64,
    /// By currency: `EUR`, `12.3400`.
    pub sums: BTreeMap<String, String>,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn day(month: Month) -> jiff_diesel::Date {
    month.first_day().into()
}

/// The partition of a month: `charges_2026_01`.
fn partition(month: Month) -> String {
    format!("charges_{}", month.to_string().replace('-', "_"))
}

/// Charges whose period begins in the month of $1.
const IN_MONTH: &str = "c.period_from >= $1::timestamp AT TIME ZONE 'UTC' AND c.period_from < ($1 + interval '1 month') AT TIME ZONE 'UTC'";

/// All archived months, the first one first.
pub async fn all(conn: &mut Conn) -> QueryResult<Vec<Archived>> {
    archived_months::table.order(archived_months::month).select(Archived::as_select()).load(conn).await
}

pub(super) async fn find(conn: &mut Conn, month: Month) -> QueryResult<Option<Archived>> {
    archived_months::table.find(day(month)).select(Archived::as_select()).first(conn).await.optional()
}

/// Counts and adds up the charges of a month, each in the currency of the client it was taken from: that of its service may be
/// another one since.
pub(super) async fn figures(conn: &mut Conn, month: Month) -> QueryResult<Figures> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        currency: String,
        #[diesel(sql_type = BigInt)]
        charges: i64,
        #[diesel(sql_type = Text)]
        sum: String,
    }
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT w.currency, count(*) AS charges, sum(c.amount)::text AS sum
         FROM charges c JOIN wallets w ON w.client_id = c.client_id WHERE {IN_MONTH} GROUP BY 1"
    ))
    .bind::<SqlDate, _>(day(month))
    .load(conn)
    .await?;
    let charges = rows.iter().map(|row| row.charges).sum();
    Ok(Figures { charges, sums: rows.into_iter().map(|row| (row.currency, row.sum)).collect() })
}

/// Gives every charge of a month as a line of CSV, in the order of its key.
pub(super) async fn each_line(
    conn: &mut Conn,
    month: Month,
    mut take: impl FnMut(&str) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let instant =
        |column: &str| format!("to_char(c.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
    let mut lines = diesel::sql_query(format!(
        "SELECT concat_ws(',', c.client_id, c.service_id, {}, {}, c.amount, c.price_version,
                coalesce(c.transfer_id::text, '')) AS line
         FROM charges c WHERE {IN_MONTH} ORDER BY c.client_id, c.service_id, c.period_from",
        instant("period_from"),
        instant("period_to")
    ))
    .bind::<SqlDate, _>(day(month))
    .load_stream::<Line>(conn)
    .await?;
    while let Some(line) = lines.try_next().await? {
        take(&line.line)?;
    }
    Ok(())
}

/// Services that may still be charged for a month: they run, and are not paid to its end. A few of them.
pub(super) async fn behind(conn: &mut Conn, ends: Timestamp) -> QueryResult<Vec<ServiceId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: ServiceId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT s.id FROM services s JOIN wallets w ON w.client_id = s.client_id
         WHERE s.state = 'active' AND s.charge_by <> 'once'
           AND service_paid_until(s.paid_until, s.stream_from, w.charged_to) < $1
         ORDER BY s.id LIMIT 5",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(ends))
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The last day on which the ledger took any charge of a month. `None`: it took none.
pub(super) async fn taken_to(conn: &mut Conn, month: Month) -> QueryResult<Option<Date>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<SqlDate>)]
        day: Option<jiff_diesel::Date>,
    }
    let row: Row = diesel::sql_query(format!(
        "SELECT (max(t.at) AT TIME ZONE 'UTC')::date AS day
         FROM charges c JOIN ledger_transfers t ON t.client_id = c.client_id AND t.id = c.transfer_id WHERE {IN_MONTH}"
    ))
    .bind::<SqlDate, _>(day(month))
    .get_result(conn)
    .await?;
    Ok(row.day.map(|day| day.to_jiff()))
}

/// The seal of a day. `None`: it has none yet.
pub(super) async fn seal(conn: &mut Conn, on: Date) -> QueryResult<Option<Vec<u8>>> {
    use schema::ledger_seals;
    ledger_seals::table
        .find(jiff_diesel::Date::from(on))
        .select(ledger_seals::hash)
        .first(conn)
        .await
        .optional()
}

/// Lets nobody write into a month any more; waits ten seconds at most for whoever has it, here and later in this transaction.
pub(super) async fn hold_still(tx: &mut Conn, month: Month) -> QueryResult<()> {
    tx.batch_execute(&format!(
        "SET LOCAL lock_timeout = '10s'; LOCK TABLE {} IN SHARE MODE",
        partition(month)
    ))
    .await
}

/// Writes what stays of a month.
pub(super) async fn keep(
    tx: &mut Conn,
    now: Timestamp,
    month: Month,
    figures: &Figures,
    sha256: &[u8],
    sealed: (Date, &[u8]),
) -> anyhow::Result<()> {
    diesel::sql_query(
        "INSERT INTO archived_months (month, charges, sums, sha256, sealed_to, seal, archived_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<SqlDate, _>(day(month))
    .bind::<BigInt, _>(figures.charges)
    .bind::<Jsonb, _>(serde_json::to_value(&figures.sums)?)
    .bind::<Binary, _>(sha256)
    .bind::<SqlDate, _>(jiff_diesel::Date::from(sealed.0))
    .bind::<Binary, _>(sealed.1)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(tx)
    .await?;
    diesel::sql_query(format!(
        "INSERT INTO archived_charges (client_id, service_id, month, charges, amount, first_from, last_from, last_to,
             price_version)
         SELECT c.client_id, c.service_id, $1, count(*), sum(c.amount), min(c.period_from), max(c.period_from),
                max(c.period_to), (array_agg(c.price_version ORDER BY c.period_from DESC))[1]
         FROM charges c WHERE {IN_MONTH} GROUP BY 1, 2"
    ))
    .bind::<SqlDate, _>(day(month))
    .execute(tx)
    .await?;
    diesel::sql_query(format!(
        "INSERT INTO archived_splits (transfer_id, month, client_id, charges, amount)
         SELECT p.transfer_id, $1, p.client_id, p.charges, p.amount
         FROM (SELECT c.transfer_id, c.client_id, count(*) AS charges, sum(c.amount) AS amount
               FROM charges c WHERE {IN_MONTH} AND c.transfer_id IS NOT NULL GROUP BY 1, 2) p
         JOIN ledger_transfers t ON t.client_id = p.client_id AND t.id = p.transfer_id
         WHERE p.amount <> t.amount OR p.charges <> (t.explanation->>'charges')::bigint
            OR date_trunc('month', t.period_from AT TIME ZONE 'UTC')::date IS DISTINCT FROM $1"
    ))
    .bind::<SqlDate, _>(day(month))
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes a month out of `charges` and drops it.
pub(super) async fn drop_month(tx: &mut Conn, month: Month) -> QueryResult<()> {
    let name = partition(month);
    tx.batch_execute(&format!("ALTER TABLE charges DETACH PARTITION {name}; DROP TABLE {name}")).await
}

/// Makes the table of a month, apart from the others.
pub(super) async fn create_month(tx: &mut Conn, month: Month) -> QueryResult<()> {
    let name = partition(month);
    tx.batch_execute(&format!(
        "SET LOCAL lock_timeout = '10s';
         CREATE TABLE {name} (LIKE charges INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE);
         CREATE TRIGGER not_emptied BEFORE TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    ))
    .await
}

/// The columns of charges, in the order of the file; each has as many values as there are rows.
pub(super) type Columns = [Vec<String>; 7];

/// Writes rows of the file into the table of a month.
pub(super) async fn insert(tx: &mut Conn, month: Month, columns: &Columns) -> QueryResult<()> {
    let [clients, services, from, to, amounts, versions, transfers] = columns;
    diesel::sql_query(format!(
        "INSERT INTO {} (client_id, service_id, period_from, period_to, amount, price_version, transfer_id)
         SELECT r.client::uuid, r.service::uuid, r.first::timestamptz, r.last::timestamptz, r.amount::numeric,
                r.version::integer, nullif(r.transfer, '')::uuid
         FROM unnest($1, $2, $3, $4, $5, $6, $7) AS r (client, service, first, last, amount, version, transfer)",
        partition(month)
    ))
    .bind::<Array<Text>, _>(clients)
    .bind::<Array<Text>, _>(services)
    .bind::<Array<Text>, _>(from)
    .bind::<Array<Text>, _>(to)
    .bind::<Array<Text>, _>(amounts)
    .bind::<Array<Text>, _>(versions)
    .bind::<Array<Text>, _>(transfers)
    .execute(tx)
    .await?;
    Ok(())
}

/// Puts the table of a month back among the charges, and forgets what was kept in its place.
pub(super) async fn attach_month(tx: &mut Conn, month: Month) -> QueryResult<()> {
    let first = month.first_day();
    tx.batch_execute(&format!(
        "ALTER TABLE charges ATTACH PARTITION {} FOR VALUES FROM ('{first} 00:00:00+00') TO ('{} 00:00:00+00')",
        partition(month),
        first.last_of_month().saturating_add(1.day())
    ))
    .await?;
    diesel::delete(archived_months::table.find(day(month))).execute(tx).await?;
    Ok(())
}

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

/// The archived months of a service that was these clients', the newest first.
pub async fn kept_of_service(
    conn: &mut Conn,
    clients: &[ClientId],
    service: ServiceId,
) -> QueryResult<Vec<Kept>> {
    diesel::sql_query(
        "SELECT a.month, a.charges, a.amount, w.currency, a.first_from, a.last_to, a.price_version, m.archived_at,
                (SELECT count(*) FROM charges c WHERE c.client_id = ANY($1) AND c.service_id = a.service_id
                     AND c.period_from > a.first_from) AS newer
         FROM archived_charges a JOIN archived_months m ON m.month = a.month JOIN wallets w ON w.client_id = a.client_id
         WHERE a.client_id = ANY($1) AND a.service_id = $2 ORDER BY a.first_from DESC",
    )
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<SqlUuid, _>(service)
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

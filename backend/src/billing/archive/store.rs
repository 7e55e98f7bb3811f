//! Archived months as rows, and the month itself.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Date as SqlDate, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use futures::TryStreamExt;
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use schema::archived_months;
use shared::{Month, ServiceId};

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

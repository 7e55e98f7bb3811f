//! Statements as rows, and what the ledger says for them.

use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Date as SqlDate, Integer, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::{statement_files, statements};
use serde_json::Value;
use shared::billing::statement::{StatementItem, StatementSummary};
use shared::services::ChargeBy;
use shared::{ClientId, CompanyId, Currency, Language, Money, Month, ServiceId};

use crate::db::Conn;
use crate::http::Paging;

pub const SORTS: &[&str] = &["-month"];

/// A frozen statement as stored.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = statements, check_for_backend(diesel::pg::Pg))]
pub struct Statement {
    pub client_id: ClientId,
    #[diesel(deserialize_as = jiff_diesel::Date, serialize_as = jiff_diesel::Date)]
    pub month: jiff::civil::Date,
    pub company_id: CompanyId,
    pub currency: Currency,
    pub charged: Decimal,
    pub returned: Decimal,
    pub services: i32,
    pub language: Language,
    pub seller: Value,
    pub buyer: Value,
    pub content: Value,
    #[diesel(deserialize_as = jiff_diesel::Timestamp, serialize_as = jiff_diesel::Timestamp)]
    pub made_at: Timestamp,
}

fn day(month: Month) -> jiff_diesel::Date {
    month.first_day().into()
}

/// The frozen statement of a client's month.
pub async fn find(conn: &mut Conn, client: ClientId, month: Month) -> QueryResult<Option<Statement>> {
    statements::table.find((client, day(month))).select(Statement::as_select()).first(conn).await.optional()
}

/// The frozen statements of a client.
pub async fn list(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<StatementSummary>, i64)> {
    type Row = (jiff_diesel::Date, i32, Currency, Decimal, Decimal, jiff_diesel::Timestamp, Option<Vec<u8>>);
    let mut query = statements::table
        .left_join(
            statement_files::table.on(statement_files::client_id
                .eq(statements::client_id)
                .and(statement_files::month.eq(statements::month))),
        )
        .filter(statements::client_id.eq(client))
        .select((
            statements::month,
            statements::services,
            statements::currency,
            statements::charged,
            statements::returned,
            statements::made_at,
            statement_files::sha256.nullable(),
        ))
        .limit(paging.limit())
        .offset(paging.offset())
        .into_boxed();
    query = if paging.descending {
        query.order(statements::month.desc())
    } else {
        query.order(statements::month.asc())
    };
    let rows: Vec<Row> = query.load(conn).await?;
    let total: i64 =
        statements::table.filter(statements::client_id.eq(client)).count().get_result(conn).await?;
    let summary = |(month, services, currency, charged, returned, made_at, sha256): Row| StatementSummary {
        month: Month::containing(month.to_jiff()),
        services,
        charged: Money::ledger(charged, currency),
        returned: Money::ledger(returned, currency),
        total: Money::ledger(charged - returned, currency),
        made_at: made_at.to_jiff(),
        pdf_sha256: sha256.map(|sha256| data_encoding::HEXLOWER.encode(&sha256)),
    };
    Ok((rows.into_iter().map(summary).collect(), total))
}

/// Freezes a statement; `false`: it was frozen before.
pub async fn insert(tx: &mut Conn, statement: Statement) -> QueryResult<bool> {
    let written =
        diesel::insert_into(statements::table).values(statement).on_conflict_do_nothing().execute(tx).await?;
    Ok(written > 0)
}

/// The frozen paper: its SHA-256 and bytes.
pub async fn file(
    conn: &mut Conn,
    client: ClientId,
    month: Month,
) -> QueryResult<Option<(Vec<u8>, Vec<u8>)>> {
    statement_files::table
        .find((client, day(month)))
        .select((statement_files::sha256, statement_files::bytes))
        .first(conn)
        .await
        .optional()
}

pub async fn file_hash(conn: &mut Conn, client: ClientId, month: Month) -> QueryResult<Option<Vec<u8>>> {
    statement_files::table
        .find((client, day(month)))
        .select(statement_files::sha256)
        .first(conn)
        .await
        .optional()
}

/// Freezes a paper; the first one stays.
pub async fn insert_file(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    month: Month,
    sha256: &[u8],
    bytes: &[u8],
) -> QueryResult<()> {
    diesel::insert_into(statement_files::table)
        .values((
            statement_files::client_id.eq(client),
            statement_files::month.eq(day(month)),
            statement_files::sha256.eq(sha256),
            statement_files::bytes.eq(bytes),
            statement_files::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(())
}

/// A client that was charged in a month and has no statement of it, and who sells to it.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Lacking {
    #[diesel(sql_type = SqlUuid)]
    pub client_id: ClientId,
    #[diesel(sql_type = SqlUuid)]
    pub company_id: CompanyId,
}

/// Clients that lack the statement of a month, by id, behind `after`.
pub async fn lacking(
    conn: &mut Conn,
    month: Month,
    from: Timestamp,
    to: Timestamp,
    after: Option<ClientId>,
    limit: i64,
) -> QueryResult<Vec<Lacking>> {
    diesel::sql_query(
        "SELECT w.client_id, w.company_id FROM wallets w
         WHERE w.used AND ($1 IS NULL OR w.client_id > $1)
           AND EXISTS (SELECT FROM ledger_transfers t WHERE t.client_id = w.client_id AND t.at >= $2 AND t.at < $3
               AND t.document_id IS NULL AND (t.kind = 'charge' OR (t.kind = 'refund' AND t.explanation ? 'change')))
           AND NOT EXISTS (SELECT FROM statements s WHERE s.client_id = w.client_id AND s.month = $4)
         ORDER BY w.client_id LIMIT $5",
    )
    .bind::<Nullable<SqlUuid>, _>(after)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
    .bind::<SqlDate, _>(day(month))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// What one service was charged for one thing at one price.
#[derive(Clone, Debug, QueryableByName)]
pub struct Line {
    #[diesel(sql_type = SqlUuid)]
    pub client_id: ClientId,
    #[diesel(sql_type = SqlUuid)]
    pub service_id: ServiceId,
    #[diesel(sql_type = Text)]
    pub label: String,
    #[diesel(sql_type = Jsonb)]
    pub product_texts: Value,
    #[diesel(sql_type = Text)]
    pub product_key: String,
    #[diesel(sql_type = Text)]
    pub charge_by: ChargeBy,
    #[diesel(sql_type = Text)]
    pub what: StatementItem,
    #[diesel(sql_type = Nullable<Integer>)]
    pub price_version: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    pub period_from: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    pub period_to: jiff_diesel::Timestamp,
    #[diesel(sql_type = BigInt)]
    pub charges: i64,
    #[diesel(sql_type = BigInt)]
    pub seconds: i64,
    #[diesel(sql_type = Numeric)]
    pub amount: Decimal,
}

/// The lines of some clients' statements: by client, label, service and time.
pub async fn lines(
    conn: &mut Conn,
    clients: &[ClientId],
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<Vec<Line>> {
    diesel::sql_query(concat!(
        "WITH ",
        include_str!("moved.sql"),
        "SELECT g.client_id, g.service_id, s.label, p.texts AS product_texts, p.key AS product_key, s.charge_by, g.what,
                g.price_version, g.period_from, g.period_to, g.charges, g.seconds, g.amount
         FROM (SELECT client_id, service_id, what, price_version, min(period_from) AS period_from,
                      max(period_to) AS period_to, count(*) AS charges, sum(amount) AS amount,
                      sum(extract(epoch FROM period_to - period_from))::bigint AS seconds
               FROM single GROUP BY client_id, service_id, what, price_version) g
         JOIN services s ON s.id = g.service_id
         JOIN products p ON p.id = s.product_id
         ORDER BY g.client_id, s.label, g.service_id, g.period_from, g.what"
    ))
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
    .load(conn)
    .await
}

/// What the ledger took from a client for services, and gave back.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Sums {
    #[diesel(sql_type = SqlUuid)]
    pub client_id: ClientId,
    #[diesel(sql_type = Numeric)]
    pub charged: Decimal,
    #[diesel(sql_type = Numeric)]
    pub returned: Decimal,
}

/// The sums of the ledger, without looking at any service: what the lines have to come to.
pub async fn sums(
    conn: &mut Conn,
    clients: &[ClientId],
    from: Timestamp,
    to: Timestamp,
) -> QueryResult<Vec<Sums>> {
    diesel::sql_query(
        "SELECT t.client_id, coalesce(sum(t.amount) FILTER (WHERE t.kind = 'charge'), 0) AS charged,
                coalesce(sum(t.amount) FILTER (WHERE t.kind = 'refund'), 0) AS returned
         FROM unnest($1) AS c (client_id)
         JOIN ledger_transfers t ON t.client_id = c.client_id AND t.at >= $2 AND t.at < $3
             AND t.document_id IS NULL AND (t.kind = 'charge' OR (t.kind = 'refund' AND t.explanation ? 'change'))
         GROUP BY t.client_id",
    )
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(to))
    .load(conn)
    .await
}

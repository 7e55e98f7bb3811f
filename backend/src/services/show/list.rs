//! Lists of services: two queries for a page.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::services::{ChargeBy, ServiceFilter, ServiceState, ServiceSummary, SuspensionReason};
use shared::{ClientId, Currency, Language, Money, OrderId, Period, ProductId, ServiceId};

use crate::catalog::{quote, text};
use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::list::{self, List, Sql};
use crate::http::Paging;
use crate::http::error::{Refusal, Result};

/// A service of a list.
#[derive(Debug, QueryableByName)]
pub(super) struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: ServiceId,
    #[diesel(sql_type = SqlUuid)]
    client_id: ClientId,
    #[diesel(sql_type = Text)]
    client_name: String,
    #[diesel(sql_type = SqlUuid)]
    product_id: ProductId,
    #[diesel(sql_type = Text)]
    product_key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Text)]
    icon: String,
    #[diesel(sql_type = Text)]
    label: String,
    #[diesel(sql_type = Text)]
    state: ServiceState,
    #[diesel(sql_type = Bool)]
    idle: bool,
    #[diesel(sql_type = Bool)]
    manual: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    past_due_since: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Nullable<Text>)]
    suspension_reason: Option<SuspensionReason>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    termination_requested_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    terminate_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Text)]
    period: Period,
    #[diesel(sql_type = Text)]
    charge_by: ChargeBy,
    #[diesel(sql_type = Numeric)]
    rate: Decimal,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    paid_until: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    activated_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

impl Row {
    pub(super) fn summary(self, language: Language) -> Result<ServiceSummary> {
        Ok(ServiceSummary {
            id: self.id,
            client_id: self.client_id,
            client_name: self.client_name,
            product_id: self.product_id,
            product_name: text::name(&self.texts, language, &self.product_key),
            product_key: self.product_key,
            icon: self.icon,
            label: self.label,
            state: self.state,
            idle: self.idle,
            manual: self.manual,
            past_due_since: self.past_due_since.to_jiff(),
            suspension_reason: self.suspension_reason,
            termination_requested_at: self.termination_requested_at.to_jiff(),
            terminate_at: self.terminate_at.to_jiff(),
            period: self.period,
            charge_by: self.charge_by,
            rate: Money::ledger(self.rate, self.currency),
            hourly: quote::hourly(self.rate, self.period, self.currency)?,
            paid_until: self.paid_until.to_jiff(),
            activated_at: self.activated_at.to_jiff(),
            created_at: self.created_at.to_jiff(),
        })
    }
}

const COLUMNS: &str = "s.id, s.client_id, coalesce(nullif(c.company_name, ''), c.first_name || ' ' || c.last_name) AS client_name,
    s.product_id, p.key AS product_key, p.texts, p.icon, s.label, s.state, s.idle, s.manual, s.past_due_since, s.suspension_reason,
    s.termination_requested_at, s.terminate_at, s.currency, s.period, s.charge_by, s.rate,
    service_paid_until(s.paid_until, s.stream_from, w.charged_to) AS paid_until, s.activated_at, s.created_at";
/// There is always one of each; said as `LEFT JOIN`, what only counts need not read them.
const TABLES: &str =
    "services s LEFT JOIN products p ON p.id = s.product_id LEFT JOIN clients c ON c.id = s.client_id
    LEFT JOIN wallets w ON w.client_id = s.client_id";
const WHERE: &str = "($1::uuid IS NULL OR s.client_id = $1) AND ($2::text IS NULL OR s.state = $2)
    AND ($3::uuid IS NULL OR s.product_id = $3)
    AND ($4::uuid IS NULL OR EXISTS (SELECT 1 FROM product_group_products g WHERE g.product_id = s.product_id AND g.group_id = $4))
    AND ($5::text IS NULL OR s.module = $5) AND ($6::bool IS NULL OR (s.past_due_since IS NOT NULL) = $6)
    AND ($7::bool IS NULL OR (s.termination_requested_at IS NOT NULL) = $7) AND ($8::bool IS NULL OR s.manual = $8)
    AND ($9::bool IS NULL OR (s.ended_at IS NULL) = $9)
    AND ($10::text IS NULL OR s.label ILIKE $10 OR s.id BETWEEN first_id($10) AND last_id($10)
         OR s.product_id IN (SELECT id FROM products WHERE key ILIKE $10)
         OR s.client_id IN (SELECT id FROM clients WHERE company_name ILIKE $10
             OR (first_name || ' ' || last_name) ILIKE $10 OR email ILIKE $10))";

/// What the list sorts by; the first is the default.
pub const SORTS: &[&str] = &[
    "-created_at",
    "label",
    "state",
    "client_name",
    "product_key",
    "rate",
    "paid_until",
    "terminate_at",
    "activated_at",
];

fn order(paging: &Paging) -> String {
    let column = match paging.sort {
        column @ ("client_name" | "product_key" | "paid_until") => column.to_owned(),
        column => format!("s.{column}"),
    };
    // Those that may be missing come last both ways; the others keep to their indexes.
    let nulls = match paging.sort {
        "paid_until" | "terminate_at" | "activated_at" => " NULLS LAST",
        _ => "",
    };
    let direction = paging.direction();
    format!("{column} {direction}{nulls}, s.id {direction}")
}

fn filtered<'q>(sql: String, paging: &Paging, filter: &'q ServiceFilter) -> Sql<'q> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Nullable<SqlUuid>, _>(filter.client)
        .bind::<Nullable<Text>, _>(filter.state.map(ServiceState::as_str))
        .bind::<Nullable<SqlUuid>, _>(filter.product)
        .bind::<Nullable<SqlUuid>, _>(filter.group)
        .bind::<Nullable<Text>, _>(&filter.module)
        .bind::<Nullable<Bool>, _>(filter.past_due)
        .bind::<Nullable<Bool>, _>(filter.termination_requested)
        .bind::<Nullable<Bool>, _>(filter.manual)
        .bind::<Nullable<Bool>, _>(filter.living)
        .bind::<Nullable<Text>, _>(paging.pattern())
}

/// A page of services. The filter's `client` is the caller's own in the client area.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &ServiceFilter,
    language: Language,
) -> Result<(Vec<ServiceSummary>, i64)> {
    let from = format!("{TABLES} WHERE {WHERE}");
    let list = List { columns: COLUMNS, from: &from, order: &order(paging) };
    let (rows, total) = list::page(conn, paging, list, |sql| filtered(sql, paging, filter)).await?;
    let items: Result<Vec<_>> = rows.into_iter().map(|row: Row| row.summary(language)).collect();
    Ok((items?, total))
}

/// All services that the filter lets through. Its `client` is the caller's own in the client area.
pub(super) async fn all(tx: &mut Conn, paging: &Paging, filter: &ServiceFilter) -> QueryResult<Cursor<Row>> {
    let from = format!("{TABLES} WHERE {WHERE}");
    let list = List { columns: COLUMNS, from: &from, order: &order(paging) };
    list::all(tx, list, |sql| filtered(sql, paging, filter)).await
}

pub(super) async fn summary(conn: &mut Conn, id: ServiceId, language: Language) -> Result<ServiceSummary> {
    let row: Option<Row> = diesel::sql_query(format!("SELECT {COLUMNS} FROM {TABLES} WHERE s.id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    row.ok_or_else(Refusal::not_found)?.summary(language)
}

pub(super) async fn of_order(
    conn: &mut Conn,
    id: OrderId,
    language: Language,
) -> Result<Vec<ServiceSummary>> {
    let rows: Vec<Row> =
        diesel::sql_query(format!("SELECT {COLUMNS} FROM {TABLES} WHERE s.order_id = $1 ORDER BY s.id"))
            .bind::<SqlUuid, _>(id)
            .load(conn)
            .await?;
    rows.into_iter().map(|row| row.summary(language)).collect()
}

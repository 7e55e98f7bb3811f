//! Orders as rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::{clients, documents, orders};
use shared::billing::DocumentStatus;
use shared::services::{OrderFilter, OrderStatus, OrderSummary};
use shared::{ClientId, CompanyId, Currency, DocumentId, Money, OrderId};

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::list::{self, List, Sql};
use crate::http::Paging;

/// An order as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = orders, check_for_backend(diesel::pg::Pg))]
pub struct Order {
    pub id: OrderId,
    pub client_id: ClientId,
    pub status: OrderStatus,
    pub currency: Currency,
    pub due_now: Decimal,
    pub proforma_id: Option<DocumentId>,
    pub placed_by: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub cancel_at: Option<Timestamp>,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    pub terms_version: Option<i32>,
}

/// What ordering needs to know of a client.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = clients, check_for_backend(diesel::pg::Pg))]
pub struct Customer {
    pub id: ClientId,
    pub status: String,
    pub currency: Currency,
    pub company_id: CompanyId,
}

pub async fn customer(conn: &mut Conn, client: ClientId) -> QueryResult<Option<Customer>> {
    clients::table.find(client).select(Customer::as_select()).first(conn).await.optional()
}

/// Any order.
pub async fn find_for_staff(conn: &mut Conn, id: OrderId) -> QueryResult<Option<Order>> {
    orders::table.find(id).select(Order::as_select()).first(conn).await.optional()
}

/// One of the client's orders.
pub async fn find(conn: &mut Conn, client: ClientId, id: OrderId) -> QueryResult<Option<Order>> {
    orders::table
        .filter(orders::id.eq(id).and(orders::client_id.eq(client)))
        .select(Order::as_select())
        .first(conn)
        .await
        .optional()
}

/// Locks an order until the transaction ends; its client's wallet is locked before.
pub async fn lock(tx: &mut Conn, id: OrderId) -> QueryResult<Option<Order>> {
    orders::table.find(id).select(Order::as_select()).for_update().first(tx).await.optional()
}

/// Orders of a client that wait for money, the oldest first.
pub async fn pending_of(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<OrderId>> {
    orders::table
        .filter(orders::client_id.eq(client).and(orders::status.eq(OrderStatus::Pending)))
        .order((orders::created_at, orders::id))
        .select(orders::id)
        .load(conn)
        .await
}

/// How many orders of a client wait for money.
pub async fn count_pending(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    orders::table
        .filter(orders::client_id.eq(client).and(orders::status.eq(OrderStatus::Pending)))
        .count()
        .get_result(conn)
        .await
}

/// Orders that were not paid in time. A proforma that is paid in part keeps its order waiting.
pub async fn to_cancel(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<OrderId>> {
    let paid_in_part = documents::table
        .filter(documents::id.nullable().eq(orders::proforma_id))
        .filter(documents::status.eq(DocumentStatus::PartiallyPaid));
    orders::table
        .filter(orders::status.eq(OrderStatus::Pending))
        .filter(diesel::dsl::not(diesel::dsl::exists(paid_in_part)))
        .filter(orders::cancel_at.le(jiff_diesel::NullableTimestamp::from(Some(now))))
        .order((orders::cancel_at, orders::id))
        .limit(limit)
        .select(orders::id)
        .load(conn)
        .await
}

/// An order to be written.
#[derive(Debug)]
pub struct NewOrderRow<'a> {
    pub id: OrderId,
    pub customer: &'a Customer,
    pub due_now: Decimal,
    pub placed_by: String,
    pub cancel_at: Timestamp,
    pub terms_version: Option<i32>,
}

pub async fn insert(tx: &mut Conn, now: Timestamp, new: &NewOrderRow<'_>) -> QueryResult<()> {
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(orders::table)
        .values((
            orders::id.eq(new.id),
            orders::client_id.eq(new.customer.id),
            orders::status.eq(OrderStatus::Pending),
            orders::currency.eq(new.customer.currency),
            orders::due_now.eq(new.due_now),
            orders::placed_by.eq(&new.placed_by),
            orders::cancel_at.eq(jiff_diesel::NullableTimestamp::from(Some(new.cancel_at))),
            orders::terms_version.eq(new.terms_version),
            orders::created_at.eq(at),
            orders::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes the status; an order that does not wait any more is not cancelled by the clock.
pub async fn set_status(tx: &mut Conn, now: Timestamp, id: OrderId, status: OrderStatus) -> QueryResult<()> {
    diesel::update(orders::table.find(id))
        .set((
            orders::status.eq(status),
            orders::cancel_at.eq(jiff_diesel::NullableTimestamp::from(None)),
            orders::version.eq(orders::version + 1),
            orders::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes what all that waits of an order costs.
pub async fn set_due(tx: &mut Conn, now: Timestamp, id: OrderId, due: Decimal) -> QueryResult<()> {
    diesel::update(orders::table.find(id))
        .set((
            orders::due_now.eq(due),
            orders::version.eq(orders::version + 1),
            orders::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Names the proforma that pays for an order.
pub async fn set_proforma(
    tx: &mut Conn,
    now: Timestamp,
    id: OrderId,
    proforma: DocumentId,
) -> QueryResult<()> {
    diesel::update(orders::table.find(id))
        .set((
            orders::proforma_id.eq(proforma),
            orders::version.eq(orders::version + 1),
            orders::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// An order of the list.
#[derive(Debug, QueryableByName)]
pub struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: OrderId,
    #[diesel(sql_type = SqlUuid)]
    client_id: ClientId,
    #[diesel(sql_type = Text)]
    client_name: String,
    #[diesel(sql_type = Text)]
    status: OrderStatus,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Numeric)]
    due_now: Decimal,
    #[diesel(sql_type = BigInt)]
    services: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    cancel_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

/// What the list sorts by; the first is the default.
pub const SORTS: &[&str] = &["-created_at", "due_now", "status", "client_name"];

impl From<SummaryRow> for OrderSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: row.id,
            client_id: row.client_id,
            client_name: row.client_name,
            status: row.status,
            due_now: Money::ledger(row.due_now, row.currency),
            services: row.services,
            cancel_at: row.cancel_at.to_jiff(),
            created_at: row.created_at.to_jiff(),
        }
    }
}

const COLUMNS: &str =
    "o.id, o.client_id, coalesce(nullif(c.company_name, ''), c.first_name || ' ' || c.last_name) AS client_name,
     o.status, o.currency, o.due_now, (SELECT count(*) FROM services s WHERE s.order_id = o.id) AS services,
     o.cancel_at, o.created_at";
/// There is always a client; said as `LEFT JOIN`, what only counts need not read it.
const FROM: &str = "orders o LEFT JOIN clients c ON c.id = o.client_id
     WHERE ($1::uuid IS NULL OR o.client_id = $1) AND ($2::text IS NULL OR o.status = $2)
       AND ($3::text IS NULL OR o.id BETWEEN first_id($3) AND last_id($3)
            OR o.client_id IN (SELECT id FROM clients WHERE company_name ILIKE $3
                OR (first_name || ' ' || last_name) ILIKE $3 OR email ILIKE $3))";

fn order(paging: &Paging) -> String {
    let column = match paging.sort {
        "client_name" => "client_name".to_owned(),
        column => format!("o.{column}"),
    };
    let direction = paging.direction();
    format!("{column} {direction}, o.id {direction}")
}

fn filtered(sql: String, paging: &Paging, filter: &OrderFilter) -> Sql<'static> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Nullable<SqlUuid>, _>(filter.client)
        .bind::<Nullable<Text>, _>(filter.status.map(OrderStatus::as_str))
        .bind::<Nullable<Text>, _>(paging.pattern())
}

/// A page of orders; the filter may name the client.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &OrderFilter,
) -> QueryResult<(Vec<OrderSummary>, i64)> {
    let list = List { columns: COLUMNS, from: FROM, order: &order(paging) };
    let (rows, total): (Vec<SummaryRow>, i64) =
        list::page(conn, paging, list, |sql| filtered(sql, paging, filter)).await?;
    Ok((rows.into_iter().map(OrderSummary::from).collect(), total))
}

/// All orders that the filter lets through.
pub async fn all(tx: &mut Conn, paging: &Paging, filter: &OrderFilter) -> QueryResult<Cursor<SummaryRow>> {
    let list = List { columns: COLUMNS, from: FROM, order: &order(paging) };
    list::all(tx, list, |sql| filtered(sql, paging, filter)).await
}

//! Payments as rows.

use diesel::prelude::*;
use diesel::sql_types::{
    BigInt, Bool, Date as SqlDate, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schema::{gateways, payments};
use serde_json::Value;
use shared::billing::payment::{PaymentFilter, PaymentStatus, PaymentSummary};
use shared::{ClientId, CompanyId, Currency, DocumentId, GatewayId, Language, Money, PaymentId, PostingId};

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::list::Sql;
use crate::http::Paging;

/// What lists sort by; the first is the default.
pub const SORTS: &[&str] = &["-created_at", "received_on", "gross"];

/// A payment of a list.
#[derive(Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: PaymentId,
    #[diesel(sql_type = SqlUuid)]
    client_id: ClientId,
    #[diesel(sql_type = Text)]
    client_name: String,
    #[diesel(sql_type = SqlUuid)]
    company_id: CompanyId,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    document_id: Option<DocumentId>,
    #[diesel(sql_type = Nullable<Text>)]
    document_number: Option<String>,
    #[diesel(sql_type = SqlUuid)]
    gateway_id: GatewayId,
    #[diesel(sql_type = Text)]
    gateway_name: String,
    #[diesel(sql_type = Text)]
    external_id: String,
    #[diesel(sql_type = Text)]
    status: PaymentStatus,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Numeric)]
    gross: Decimal,
    #[diesel(sql_type = Numeric)]
    fee: Decimal,
    #[diesel(sql_type = Numeric)]
    to_wallet: Decimal,
    #[diesel(sql_type = Numeric)]
    to_tax: Decimal,
    #[diesel(sql_type = Numeric)]
    to_suspense: Decimal,
    #[diesel(sql_type = Numeric)]
    assigned: Decimal,
    #[diesel(sql_type = Numeric)]
    refunded: Decimal,
    #[diesel(sql_type = SqlDate)]
    received_on: jiff_diesel::Date,
    #[diesel(sql_type = Text)]
    note: String,
    #[diesel(sql_type = Text)]
    booked_by: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

impl From<Row> for PaymentSummary {
    fn from(row: Row) -> Self {
        let money = |amount: Decimal| Money::rounded(amount, row.currency);
        Self {
            id: row.id,
            client_id: row.client_id,
            client_name: row.client_name,
            company_id: row.company_id,
            document_id: row.document_id,
            document_number: row.document_number,
            gateway_id: row.gateway_id,
            gateway_name: row.gateway_name,
            external_id: row.external_id,
            status: row.status,
            gross: money(row.gross),
            fee: money(row.fee),
            to_wallet: money(row.to_wallet),
            to_tax: money(row.to_tax),
            to_suspense: money(row.to_suspense),
            assigned: money(row.assigned),
            refunded: money(row.refunded),
            received_on: row.received_on.to_jiff(),
            note: row.note,
            booked_by: row.booked_by,
            created_at: row.created_at.to_jiff(),
        }
    }
}

/// `$1` is the language that gateways are named in.
const SELECT: &str = "SELECT p.id, p.client_id, p.company_id, p.document_id, d.number AS document_number, p.gateway_id,
        coalesce(nullif(c.company_name, ''), trim(c.first_name || ' ' || c.last_name)) AS client_name,
        coalesce(g.texts->$1->>'name', g.texts->'en'->>'name', g.key) AS gateway_name,
        p.external_id, p.status, p.currency, p.gross, p.fee, p.to_wallet, p.to_tax, p.to_suspense, p.assigned, p.refunded,
        p.received_on, p.note, p.booked_by, p.created_at
    FROM payments p LEFT JOIN clients c ON c.id = p.client_id LEFT JOIN gateways g ON g.id = p.gateway_id
    LEFT JOIN documents d ON d.id = p.document_id";

/// Payments of one document, oldest first; at most 200.
pub async fn of_document(
    conn: &mut Conn,
    document: DocumentId,
    language: Language,
) -> QueryResult<Vec<PaymentSummary>> {
    let rows: Vec<Row> =
        diesel::sql_query(format!("{SELECT} WHERE p.document_id = $2 ORDER BY p.created_at, p.id LIMIT 200"))
            .bind::<Text, _>(language)
            .bind::<SqlUuid, _>(document)
            .load(conn)
            .await?;
    Ok(rows.into_iter().map(PaymentSummary::from).collect())
}

/// A payment of any client.
pub async fn find_for_staff(
    conn: &mut Conn,
    id: PaymentId,
    language: Language,
) -> QueryResult<Option<PaymentSummary>> {
    let row: Option<Row> = diesel::sql_query(format!("{SELECT} WHERE p.id = $2"))
        .bind::<Text, _>(language)
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(PaymentSummary::from))
}

const WHERE: &str = "WHERE ($2::uuid IS NULL OR p.client_id = $2) AND ($3::uuid IS NULL OR p.company_id = $3)
        AND ($4::uuid IS NULL OR p.gateway_id = $4) AND ($5::text IS NULL OR p.status = $5)
        AND ($6::date IS NULL OR p.received_on >= $6) AND ($7::date IS NULL OR p.received_on <= $7)
        AND ($8::boolean IS NULL OR (p.to_suspense > p.assigned) = $8)
        AND ($9::text IS NULL OR p.external_id ILIKE $9
            OR p.document_id IN (SELECT id FROM documents WHERE number ILIKE $9)
            OR p.client_id IN (SELECT id FROM clients WHERE company_name ILIKE $9
                OR (first_name || ' ' || last_name) ILIKE $9 OR email ILIKE $9))";

fn filtered(sql: String, paging: &Paging, filter: &PaymentFilter, language: Language) -> Sql<'static> {
    let date = |on: Option<Date>| on.map(jiff_diesel::Date::from);
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Text, _>(language)
        .bind::<Nullable<SqlUuid>, _>(filter.client)
        .bind::<Nullable<SqlUuid>, _>(filter.company)
        .bind::<Nullable<SqlUuid>, _>(filter.gateway)
        .bind::<Nullable<Text>, _>(filter.status)
        .bind::<Nullable<SqlDate>, _>(date(filter.received_from))
        .bind::<Nullable<SqlDate>, _>(date(filter.received_to))
        .bind::<Nullable<Bool>, _>(filter.suspense)
        .bind::<Nullable<Text>, _>(paging.pattern())
}

/// All rows that the filter lets through, in order.
fn listed(paging: &Paging) -> String {
    let direction = paging.direction();
    // `sort` is one of `SORTS`.
    format!("{SELECT} {WHERE} ORDER BY p.{} {direction}, p.id {direction}", paging.sort)
}

/// A page of payments, and how many there are.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &PaymentFilter,
    language: Language,
) -> QueryResult<(Vec<PaymentSummary>, i64)> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let page = format!("{} LIMIT $10 OFFSET $11", listed(paging));
    let rows: Vec<Row> = filtered(page, paging, filter, language)
        .bind::<BigInt, _>(paging.limit())
        .bind::<BigInt, _>(paging.offset())
        .load(conn)
        .await?;
    let count = format!(
        "SELECT count(*) AS count FROM payments p LEFT JOIN clients c ON c.id = p.client_id
         LEFT JOIN documents d ON d.id = p.document_id {WHERE} AND $1::text IS NOT NULL"
    );
    let counted: Count = filtered(count, paging, filter, language).get_result(conn).await?;
    Ok((rows.into_iter().map(PaymentSummary::from).collect(), counted.count))
}

/// All payments that the filter lets through.
pub async fn all(
    tx: &mut Conn,
    paging: &Paging,
    filter: &PaymentFilter,
    language: Language,
) -> QueryResult<Cursor<Row>> {
    Cursor::open(tx, filtered(listed(paging), paging, filter, language)).await
}

/// A payment to be written.
#[derive(Clone, Debug)]
pub struct NewRow {
    pub id: PaymentId,
    pub gateway: GatewayId,
    pub company: CompanyId,
    pub client: ClientId,
    pub document: DocumentId,
    pub external_id: String,
    pub gross: Decimal,
    pub fee: Decimal,
    pub currency: Currency,
    pub to_wallet: Decimal,
    pub to_tax: Decimal,
    pub to_suspense: Decimal,
    pub received_on: Date,
    pub note: String,
    pub booked_by: String,
    pub posting: PostingId,
}

/// Writes a payment. False: the gateway's id of it was booked before.
pub async fn insert(tx: &mut Conn, now: Timestamp, row: &NewRow) -> QueryResult<bool> {
    let at = jiff_diesel::Timestamp::from(now);
    let written = diesel::insert_into(payments::table)
        .values((
            (
                payments::id.eq(row.id),
                payments::gateway_id.eq(row.gateway),
                payments::company_id.eq(row.company),
                payments::client_id.eq(row.client),
                payments::document_id.eq(row.document),
                payments::external_id.eq(&row.external_id),
                payments::gross.eq(row.gross),
                payments::fee.eq(row.fee),
                payments::currency.eq(row.currency),
                payments::status.eq(PaymentStatus::Succeeded),
            ),
            (
                payments::to_wallet.eq(row.to_wallet),
                payments::to_tax.eq(row.to_tax),
                payments::to_suspense.eq(row.to_suspense),
                payments::received_on.eq(jiff_diesel::Date::from(row.received_on)),
                payments::note.eq(&row.note),
                payments::booked_by.eq(&row.booked_by),
                payments::posting_id.eq(row.posting),
                payments::created_at.eq(at),
                payments::updated_at.eq(at),
            ),
        ))
        .on_conflict((payments::gateway_id, payments::external_id))
        .do_nothing()
        .execute(tx)
        .await?;
    Ok(written > 0)
}

/// Whether the gateway's id of a payment was booked before.
pub async fn is_booked(conn: &mut Conn, gateway: GatewayId, external_id: &str) -> QueryResult<bool> {
    let found =
        payments::table.filter(payments::gateway_id.eq(gateway).and(payments::external_id.eq(external_id)));
    diesel::select(diesel::dsl::exists(found)).get_result(conn).await
}

/// A payment that is locked, as far as assigning it needs.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = payments, check_for_backend(diesel::pg::Pg))]
pub struct Locked {
    pub company_id: CompanyId,
    pub status: PaymentStatus,
    pub currency: Currency,
    pub to_suspense: Decimal,
    /// What of `to_suspense` was taken out since.
    pub assigned: Decimal,
    /// What went back of the rest; what waits in suspense is no part of it.
    pub refunded: Decimal,
}

/// Locks a payment until the transaction ends.
pub async fn lock(tx: &mut Conn, id: PaymentId) -> QueryResult<Option<Locked>> {
    payments::table.find(id).select(Locked::as_select()).for_update().first(tx).await.optional()
}

pub async fn set_assigned(
    tx: &mut Conn,
    now: Timestamp,
    id: PaymentId,
    assigned: Decimal,
) -> QueryResult<()> {
    diesel::update(payments::table.find(id))
        .set((payments::assigned.eq(assigned), payments::updated_at.eq(jiff_diesel::Timestamp::from(now))))
        .execute(tx)
        .await?;
    Ok(())
}

/// A gateway as payments see it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = gateways, check_for_backend(diesel::pg::Pg))]
pub struct Gateway {
    pub id: GatewayId,
    pub company_id: CompanyId,
    pub key: String,
    pub module: String,
    pub currencies: Vec<String>,
    pub texts: Value,
    pub settings: Value,
    pub enabled: bool,
}

impl Gateway {
    /// Whether it takes this currency; an empty list takes all.
    pub fn takes(&self, currency: Currency) -> bool {
        self.currencies.is_empty() || self.currencies.iter().any(|code| code == currency.code())
    }
}

pub async fn gateway(conn: &mut Conn, id: GatewayId) -> QueryResult<Option<Gateway>> {
    gateways::table.find(id).select(Gateway::as_select()).first(conn).await.optional()
}

/// The enabled gateways of a company, in the order that clients see them.
pub async fn gateways_of(conn: &mut Conn, company: CompanyId) -> QueryResult<Vec<Gateway>> {
    gateways::table
        .filter(gateways::company_id.eq(company).and(gateways::enabled))
        .order_by((gateways::sort, gateways::key))
        .select(Gateway::as_select())
        .load(conn)
        .await
}

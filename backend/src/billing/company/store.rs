//! Home companies as rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{clients, companies, documents, number_runs, number_series};
use serde_json::Value;
use shared::billing::company::{CompanyInput, CompanySummary, LogoType, NumberSeriesInput, Paper};
use shared::billing::{DocumentKind, NumberReset};
use shared::{CompanyId, Currency};

use crate::db::Conn;
use crate::http::Paging;
use crate::http::error::Result;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = companies, check_for_backend(diesel::pg::Pg))]
pub struct Company {
    pub id: CompanyId,
    name: String,
    line1: String,
    line2: String,
    city: String,
    postcode: String,
    country: String,
    region: Option<String>,
    email: String,
    phone: String,
    website: String,
    pub is_default: bool,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub archived_at: Option<Timestamp>,
    currency: Currency,
    vat_id: String,
    tax_ids: Value,
    fallback_rates: Value,
    bank: Value,
    pub logo_type: Option<LogoType>,
    item_texts: Value,
    pay_to: String,
    footer: String,
    paper: Paper,
    sender_name: String,
    sender_email: String,
    due_days: Option<i32>,
    embed_einvoice: bool,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl Company {
    /// As staff edit it.
    pub fn input(&self) -> Result<CompanyInput> {
        Ok(CompanyInput {
            version: Some(self.version),
            name: self.name.clone(),
            line1: self.line1.clone(),
            line2: self.line2.clone(),
            city: self.city.clone(),
            postcode: self.postcode.clone(),
            country: self.country.clone(),
            region: self.region.clone(),
            email: self.email.clone(),
            phone: self.phone.clone(),
            website: self.website.clone(),
            currency: self.currency,
            vat_id: self.vat_id.clone(),
            tax_ids: serde_json::from_value(self.tax_ids.clone())?,
            fallback_rates: serde_json::from_value(self.fallback_rates.clone())?,
            bank: serde_json::from_value(self.bank.clone())?,
            item_texts: serde_json::from_value(self.item_texts.clone())?,
            pay_to: self.pay_to.clone(),
            footer: self.footer.clone(),
            paper: self.paper,
            sender_name: self.sender_name.clone(),
            sender_email: self.sender_email.clone(),
            due_days: self.due_days,
            embed_einvoice: self.embed_einvoice,
        })
    }
}

/// A counter of numbers.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = number_series, check_for_backend(diesel::pg::Pg))]
pub struct Series {
    pub kind: DocumentKind,
    pub format: String,
    pub next_number: i64,
    pub reset: NumberReset,
    pub counting: String,
    pub version: i32,
}

#[derive(QueryableByName)]
struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: CompanyId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    city: String,
    #[diesel(sql_type = Text)]
    country: String,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Bool)]
    is_default: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    archived_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Bool)]
    has_logo: bool,
    #[diesel(sql_type = BigInt)]
    clients: i64,
    #[diesel(sql_type = BigInt)]
    documents: i64,
    #[diesel(sql_type = BigInt)]
    gateways: i64,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

/// What the list sorts by; the first is the default.
pub const SORTS: &[&str] = &["name", "created_at", "country", "clients", "documents"];

/// A page of home companies with their counts.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    archived: Option<bool>,
) -> QueryResult<(Vec<CompanySummary>, i64)> {
    // `sort` is one of `SORTS`.
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let rows: Vec<SummaryRow> = diesel::sql_query(format!(
        "SELECT c.id, c.name, c.city, c.country, c.currency, c.is_default, c.archived_at, c.logo IS NOT NULL AS has_logo,
                (SELECT count(*) FROM clients k WHERE k.company_id = c.id) AS clients,
                (SELECT count(*) FROM documents d WHERE d.company_id = c.id) AS documents,
                (SELECT count(*) FROM gateways g WHERE g.company_id = c.id) AS gateways, c.created_at
         FROM companies c
         WHERE ($1::text IS NULL OR c.name ILIKE $1 OR c.city ILIKE $1 OR c.vat_id ILIKE $1)
             AND ($2::boolean IS NULL OR (c.archived_at IS NOT NULL) = $2)
         ORDER BY {} {direction}, c.id LIMIT $3 OFFSET $4",
        paging.sort
    ))
    .bind::<Nullable<Text>, _>(paging.pattern())
    .bind::<Nullable<Bool>, _>(archived)
    .bind::<BigInt, _>(paging.limit())
    .bind::<BigInt, _>(paging.offset())
    .load(conn)
    .await?;
    let mut count = companies::table.count().into_boxed();
    if let Some(pattern) = paging.pattern() {
        count = count.filter(
            companies::name
                .ilike(pattern.clone())
                .or(companies::city.ilike(pattern.clone()))
                .or(companies::vat_id.ilike(pattern)),
        );
    }
    match archived {
        Some(true) => count = count.filter(companies::archived_at.is_not_null()),
        Some(false) => count = count.filter(companies::archived_at.is_null()),
        None => {}
    }
    let total = count.get_result(conn).await?;
    let items = rows
        .into_iter()
        .map(|row| CompanySummary {
            id: row.id,
            name: row.name,
            city: row.city,
            country: row.country,
            currency: row.currency,
            is_default: row.is_default,
            archived_at: row.archived_at.map(jiff_diesel::Timestamp::to_jiff),
            has_logo: row.has_logo,
            clients: row.clients,
            documents: row.documents,
            gateways: row.gateways,
            created_at: row.created_at.to_jiff(),
        })
        .collect();
    Ok((items, total))
}

pub async fn find(conn: &mut Conn, id: CompanyId) -> QueryResult<Option<Company>> {
    companies::table.find(id).select(Company::as_select()).first(conn).await.optional()
}

/// Locks a company until the transaction ends.
pub async fn lock(tx: &mut Conn, id: CompanyId) -> QueryResult<Option<Company>> {
    companies::table.find(id).select(Company::as_select()).for_update().first(tx).await.optional()
}

/// How many clients and documents a company has.
pub async fn counts(conn: &mut Conn, id: CompanyId) -> QueryResult<(i64, i64)> {
    let clients = clients::table.filter(clients::company_id.eq(id)).count().get_result(conn).await?;
    let documents = documents::table.filter(documents::company_id.eq(id)).count().get_result(conn).await?;
    Ok((clients, documents))
}

pub async fn any(conn: &mut Conn) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(companies::table.select(companies::id))).get_result(conn).await
}

/// The default company and its name. `None`: there is no company at all.
pub async fn default(conn: &mut Conn) -> QueryResult<Option<(CompanyId, String)>> {
    companies::table
        .filter(companies::is_default)
        .select((companies::id, companies::name))
        .first(conn)
        .await
        .optional()
}

macro_rules! columns {
    ($input:expr) => {
        (
            (
                companies::name.eq($input.name.trim()),
                companies::line1.eq(&$input.line1),
                companies::line2.eq(&$input.line2),
                companies::city.eq(&$input.city),
                companies::postcode.eq(&$input.postcode),
                companies::country.eq(&$input.country),
                companies::region.eq(&$input.region),
                companies::email.eq(&$input.email),
                companies::phone.eq(&$input.phone),
                companies::website.eq(&$input.website),
                companies::currency.eq($input.currency),
                companies::vat_id.eq(&$input.vat_id),
            ),
            (
                companies::tax_ids.eq(serde_json::to_value(&$input.tax_ids)?),
                companies::fallback_rates.eq(serde_json::to_value(&$input.fallback_rates)?),
                companies::bank.eq(serde_json::to_value(&$input.bank)?),
                companies::item_texts.eq(serde_json::to_value(&$input.item_texts)?),
                companies::pay_to.eq(&$input.pay_to),
                companies::footer.eq(&$input.footer),
                companies::paper.eq($input.paper),
                companies::sender_name.eq(&$input.sender_name),
                companies::sender_email.eq(&$input.sender_email),
                companies::due_days.eq($input.due_days),
                companies::embed_einvoice.eq($input.embed_einvoice),
            ),
        )
    };
}

pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    id: CompanyId,
    is_default: bool,
    input: &CompanyInput,
) -> Result<()> {
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(companies::table)
        .values((
            companies::id.eq(id),
            companies::is_default.eq(is_default),
            companies::created_at.eq(at),
            companies::updated_at.eq(at),
            columns!(input),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn update(tx: &mut Conn, now: Timestamp, id: CompanyId, input: &CompanyInput) -> Result<()> {
    diesel::update(companies::table.find(id))
        .set((
            columns!(input),
            companies::version.eq(companies::version + 1),
            companies::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Makes one company the default instead of another.
pub async fn set_default(tx: &mut Conn, now: Timestamp, id: CompanyId) -> QueryResult<()> {
    let at = jiff_diesel::Timestamp::from(now);
    let bump = (companies::version.eq(companies::version + 1), companies::updated_at.eq(at));
    diesel::update(companies::table.filter(companies::is_default))
        .set((companies::is_default.eq(false), bump))
        .execute(tx)
        .await?;
    diesel::update(companies::table.find(id)).set((companies::is_default.eq(true), bump)).execute(tx).await?;
    Ok(())
}

pub async fn set_archived(
    tx: &mut Conn,
    now: Timestamp,
    id: CompanyId,
    archived_at: Option<Timestamp>,
) -> QueryResult<()> {
    diesel::update(companies::table.find(id))
        .set((
            companies::archived_at.eq(archived_at.map(jiff_diesel::Timestamp::from)),
            companies::version.eq(companies::version + 1),
            companies::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Deletes a company that nothing refers to. Refused by the database when something does.
pub async fn delete(tx: &mut Conn, id: CompanyId) -> QueryResult<()> {
    diesel::delete(number_runs::table.filter(number_runs::company_id.eq(id))).execute(tx).await?;
    diesel::delete(number_series::table.filter(number_series::company_id.eq(id))).execute(tx).await?;
    diesel::delete(companies::table.find(id)).execute(tx).await?;
    Ok(())
}

pub async fn logo(conn: &mut Conn, id: CompanyId) -> QueryResult<Option<(LogoType, Vec<u8>)>> {
    let found: Option<(Option<LogoType>, Option<Vec<u8>>)> = companies::table
        .find(id)
        .select((companies::logo_type, companies::logo))
        .first(conn)
        .await
        .optional()?;
    Ok(found.and_then(|(kind, bytes)| Some((kind?, bytes?))))
}

pub async fn set_logo(
    tx: &mut Conn,
    now: Timestamp,
    id: CompanyId,
    logo: Option<(LogoType, &[u8])>,
) -> QueryResult<()> {
    diesel::update(companies::table.find(id))
        .set((
            companies::logo_type.eq(logo.map(|(kind, _)| kind)),
            companies::logo.eq(logo.map(|(_, bytes)| bytes)),
            companies::version.eq(companies::version + 1),
            companies::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// The numbering of a company: proforma, invoice, credit note.
pub async fn series(conn: &mut Conn, company: CompanyId) -> QueryResult<Vec<Series>> {
    let mut series: Vec<Series> = number_series::table
        .filter(number_series::company_id.eq(company))
        .select(Series::as_select())
        .load(conn)
        .await?;
    series.sort_by_key(|one| one.kind);
    Ok(series)
}

pub async fn lock_series(
    tx: &mut Conn,
    company: CompanyId,
    kind: DocumentKind,
) -> QueryResult<Option<Series>> {
    number_series::table
        .find((company, kind))
        .select(Series::as_select())
        .for_update()
        .first(tx)
        .await
        .optional()
}

pub async fn insert_series(
    tx: &mut Conn,
    company: CompanyId,
    kind: DocumentKind,
    format: &str,
) -> QueryResult<()> {
    diesel::insert_into(number_series::table)
        .values((
            number_series::company_id.eq(company),
            number_series::kind.eq(kind),
            number_series::format.eq(format),
            number_series::reset.eq(NumberReset::Monthly),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Changes a counter; `counting` names the month or year that `next_number` counts in.
pub async fn update_series(
    tx: &mut Conn,
    company: CompanyId,
    kind: DocumentKind,
    input: &NumberSeriesInput,
    counting: &str,
) -> QueryResult<()> {
    diesel::update(number_series::table.find((company, kind)))
        .set((
            number_series::format.eq(&input.format),
            number_series::next_number.eq(input.next_number),
            number_series::reset.eq(input.reset),
            number_series::counting.eq(counting),
            number_series::version.eq(number_series::version + 1),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

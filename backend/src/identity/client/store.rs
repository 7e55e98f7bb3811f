//! Clients and their addresses as rows.

use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Int4, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use rust_decimal::Decimal;
use schema::{client_addresses, clients, companies, currencies, ledger_accounts, wallets};
use shared::identity::{
    AddressKind, ClientAddress, ClientFilter, ClientStatus, ClientSummary, PostalAddress, UserName,
};
use shared::{AddressId, ClientId, CompanyId, Currency, Language, Money, UserId};

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::list::Sql;
use crate::http::Paging;
use crate::identity::client::tax_id;
use crate::identity::contact::given;

/// What a client is called: the company's name, or the person's.
pub const NAME: &str =
    "coalesce(nullif(c.company_name, ''), nullif(trim(c.first_name || ' ' || c.last_name), ''), c.email)";

/// What clients are called, for a page of rows about them. Nothing is asked when there are none.
pub async fn names(conn: &mut Conn, ids: &[ClientId]) -> QueryResult<HashMap<ClientId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(ClientId, String, String, String)> = clients::table
        .filter(clients::id.eq_any(ids))
        .select((clients::id, clients::company_name, clients::first_name, clients::last_name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, company, first, last)| (id, called(company, &first, &last))).collect())
}

/// What one is called: the company's name, or the person's.
pub fn called(company: String, first: &str, last: &str) -> String {
    if company.is_empty() { format!("{first} {last}").trim().to_owned() } else { company }
}

/// A home company, as far as clients need it.
#[derive(Debug, Queryable)]
pub struct HomeCompany {
    pub id: CompanyId,
    pub currency: Currency,
}

/// The home company that sells to a country: one that sits there, else the default. `None`: there is none at all.
pub async fn company_for(conn: &mut Conn, country: &str) -> QueryResult<Option<HomeCompany>> {
    companies::table
        .filter(companies::archived_at.is_null())
        .filter(companies::country.eq(country).or(companies::is_default))
        .order((companies::country.eq(country).desc(), companies::is_default.desc(), companies::created_at))
        .select((companies::id, companies::currency))
        .first(conn)
        .await
        .optional()
}

/// A home company that still sells.
pub async fn company(conn: &mut Conn, id: CompanyId) -> QueryResult<Option<HomeCompany>> {
    companies::table
        .find(id)
        .filter(companies::archived_at.is_null())
        .select((companies::id, companies::currency))
        .first(conn)
        .await
        .optional()
}

pub async fn is_currency_enabled(conn: &mut Conn, currency: Currency) -> QueryResult<bool> {
    let found: Option<bool> =
        currencies::table.find(currency).select(currencies::enabled).first(conn).await.optional()?;
    Ok(found.unwrap_or(false))
}

/// A client to be written.
#[derive(Debug)]
pub struct NewRow<'a> {
    pub status: ClientStatus,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub company_name: &'a str,
    pub tax_id: &'a str,
    pub email: &'a str,
    pub phone_country: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub language: Language,
    pub currency: Currency,
    pub company: CompanyId,
}

/// Writes a client with its wallet.
pub async fn insert(tx: &mut Conn, now: Timestamp, new: &NewRow<'_>) -> QueryResult<ClientId> {
    let id = ClientId::generate();
    let at = now.to_diesel();
    diesel::insert_into(clients::table)
        .values((
            clients::id.eq(id),
            clients::status.eq(new.status),
            clients::first_name.eq(new.first_name),
            clients::last_name.eq(new.last_name),
            clients::company_name.eq(new.company_name),
            clients::tax_id.eq(new.tax_id),
            clients::email.eq(new.email),
            clients::phone_country.eq(new.phone_country),
            clients::phone.eq(new.phone),
            clients::language.eq(new.language),
            clients::currency.eq(new.currency),
            clients::company_id.eq(new.company),
            clients::created_at.eq(at),
            clients::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    diesel::insert_into(ledger_accounts::table)
        .values((
            ledger_accounts::id.eq(id.wallet_account()),
            ledger_accounts::kind.eq("wallet"),
            ledger_accounts::client_id.eq(id),
            ledger_accounts::currency.eq(new.currency),
            ledger_accounts::created_at.eq(at),
        ))
        .execute(tx)
        .await?;
    diesel::insert_into(wallets::table)
        .values((
            wallets::client_id.eq(id),
            wallets::company_id.eq(new.company),
            wallets::currency.eq(new.currency),
            wallets::charged_to.eq(at),
            wallets::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

/// Gives a client whose wallet was never used another currency or home company.
pub async fn move_wallet(
    tx: &mut Conn,
    id: ClientId,
    currency: Currency,
    company: CompanyId,
) -> QueryResult<()> {
    diesel::update(wallets::table.find(id))
        .set((wallets::currency.eq(currency), wallets::company_id.eq(company)))
        .execute(tx)
        .await?;
    diesel::update(ledger_accounts::table.find(id.wallet_account()))
        .set(ledger_accounts::currency.eq(currency))
        .execute(tx)
        .await?;
    Ok(())
}

/// A client of the list.
#[derive(Debug, QueryableByName)]
pub struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: ClientId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    company_name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    status: ClientStatus,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    owner_id: Option<UserId>,
    #[diesel(sql_type = Nullable<Text>)]
    owner_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    owner_email: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    city: Option<String>,
    #[diesel(sql_type = Numeric)]
    balance: Decimal,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = SqlUuid)]
    company_id: CompanyId,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl From<SummaryRow> for ClientSummary {
    fn from(row: SummaryRow) -> Self {
        let owner = match (row.owner_id, row.owner_name, row.owner_email) {
            (Some(id), Some(name), Some(email)) => Some(UserName { id, name, email }),
            _ => None,
        };
        Self {
            id: row.id,
            name: row.name,
            company_name: row.company_name,
            email: row.email,
            status: row.status,
            owner,
            country: row.country,
            city: row.city,
            balance: Money::ledger(row.balance, row.currency),
            company: row.company_id,
            created_at: row.created_at,
        }
    }
}

/// Columns that the list sorts by.
pub const SORTS: &[&str] = &["-created_at", "name", "email", "status", "balance", "country"];

/// There is always a wallet; said as `LEFT JOIN`, what only counts need not read it.
const FROM: &str = "FROM clients c LEFT JOIN wallets w ON w.client_id = c.id
     LEFT JOIN client_addresses a ON a.client_id = c.id AND a.kind = 'billing'
     WHERE ($1::text IS NULL OR c.email ILIKE $1 OR c.company_name ILIKE $1 OR (c.first_name || ' ' || c.last_name) ILIKE $1
            OR c.tax_id ILIKE $1 OR c.phone ILIKE $1 OR c.id BETWEEN first_id($1) AND last_id($1))
       AND (c.status = $2 OR ($2::text IS NULL AND c.status <> 'deleted'))
       AND ($3::text IS NULL OR a.country = $3) AND ($4::text IS NULL OR c.currency = $4)
       AND ($5::uuid IS NULL OR c.company_id = $5) AND ($6::boolean IS NULL OR (w.balance < 0) = $6)
       AND ($7::timestamptz IS NULL OR c.created_at >= $7) AND ($8::timestamptz IS NULL OR c.created_at < $8)";

macro_rules! filtered {
    ($sql:expr, $paging:expr, $filter:expr) => {
        diesel::sql_query($sql)
            .into_boxed::<Pg>()
            .bind::<Nullable<Text>, _>($paging.pattern())
            .bind::<Nullable<Text>, _>($filter.status)
            .bind::<Nullable<Text>, _>($filter.country.clone())
            .bind::<Nullable<Text>, _>($filter.currency)
            .bind::<Nullable<SqlUuid>, _>($filter.company)
            .bind::<Nullable<Bool>, _>($filter.in_debt)
            .bind::<Nullable<Timestamptz>, _>($filter.created_from.map(ToDiesel::to_diesel))
            .bind::<Nullable<Timestamptz>, _>($filter.created_to.map(ToDiesel::to_diesel))
    };
}

/// Clients that the filter lets through, in the order of the page. Without a limit: all.
fn listed(paging: &Paging, filter: &ClientFilter, limit: Option<i64>, offset: i64) -> Sql<'static> {
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let sort = match paging.sort {
        "name" => NAME,
        "email" => "c.email",
        "status" => "c.status",
        "balance" => "w.balance",
        "country" => "a.country",
        _ => "c.created_at",
    };
    let sql = format!(
        "SELECT c.id, {NAME} AS name, c.company_name, c.email, c.status, u.id AS owner_id,
             trim(u.first_name || ' ' || u.last_name) AS owner_name, u.email AS owner_email, page.country, page.city,
             page.balance, c.currency, c.company_id, c.created_at
         FROM (SELECT c.id, a.country, a.city, w.balance, {sort} AS sorted
               {FROM} ORDER BY sorted {direction}, c.id {direction} LIMIT $9 OFFSET $10) page
         JOIN clients c ON c.id = page.id
         LEFT JOIN client_users m ON m.client_id = c.id AND m.role = 'owner' LEFT JOIN users u ON u.id = m.user_id
         ORDER BY page.sorted {direction}, page.id {direction}"
    );
    filtered!(sql, paging, filter).bind::<Nullable<BigInt>, _>(limit).bind::<BigInt, _>(offset)
}

/// A page of clients.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &ClientFilter,
) -> QueryResult<Vec<ClientSummary>> {
    let page = listed(paging, filter, Some(paging.limit()), paging.offset());
    let rows: Vec<SummaryRow> = page.load(conn).await?;
    Ok(rows.into_iter().map(ClientSummary::from).collect())
}

/// All clients that the filter lets through.
pub async fn all(tx: &mut Conn, paging: &Paging, filter: &ClientFilter) -> QueryResult<Cursor<SummaryRow>> {
    Cursor::open(tx, listed(paging, filter, None, 0)).await
}

/// How many clients the filter lets through.
pub async fn count(conn: &mut Conn, paging: &Paging, filter: &ClientFilter) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let row: Row =
        filtered!(format!("SELECT count(*) AS total {FROM}"), paging, filter).get_result(conn).await?;
    Ok(row.total)
}

/// A client with its wallet.
#[derive(Debug, QueryableByName)]
pub struct Client {
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub status: ClientStatus,
    #[diesel(sql_type = Nullable<Text>)]
    pub status_reason: Option<String>,
    #[diesel(sql_type = Text)]
    pub first_name: String,
    #[diesel(sql_type = Text)]
    pub last_name: String,
    #[diesel(sql_type = Text)]
    pub company_name: String,
    #[diesel(sql_type = Text)]
    pub tax_id: String,
    #[diesel(sql_type = Nullable<Bool>)]
    pub tax_id_valid: Option<bool>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub tax_id_checked_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Text>)]
    pub tax_id_consultation: Option<String>,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub phone_country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub phone: Option<String>,
    #[diesel(sql_type = Text)]
    pub language: Language,
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    #[diesel(sql_type = SqlUuid)]
    pub company_id: CompanyId,
    #[diesel(sql_type = Text)]
    pub company_label: String,
    #[diesel(sql_type = Text)]
    company_country: String,
    #[diesel(sql_type = Text)]
    company_vat_id: String,
    #[diesel(sql_type = Bool)]
    pub enforce_two_factor: bool,
    #[diesel(sql_type = Numeric)]
    pub balance: Decimal,
    #[diesel(sql_type = Numeric)]
    pub held: Decimal,
    #[diesel(sql_type = Numeric)]
    pub credit_limit: Decimal,
    /// There is a ledger entry, a document or a service: currency and home company are fixed.
    #[diesel(sql_type = Bool)]
    pub wallet_used: bool,
    /// Services that are not terminated, cancelled or failed.
    #[diesel(sql_type = BigInt)]
    pub services: i64,
    /// Of them, those that would be suspended with the client.
    #[diesel(sql_type = BigInt)]
    pub active_services: i64,
    /// Services that an action on the client suspended.
    #[diesel(sql_type = BigInt)]
    pub suspended_services: i64,
    #[diesel(sql_type = BigInt)]
    pub unpaid_documents: i64,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl Client {
    /// Its tax id decides about reverse charge for this country, and nobody has answered about it yet.
    pub fn tax_id_awaited(&self, country: &str) -> bool {
        let decides = rules::tax::crosses(&self.company_country, &self.company_vat_id, country);
        decides && !self.tax_id.is_empty() && self.tax_id_valid.is_none()
    }
}

fn client_sql(tail: &str) -> String {
    format!(
        "SELECT {NAME} AS name, c.status, c.status_reason, c.first_name, c.last_name, c.company_name, c.tax_id, c.tax_id_valid,
             c.tax_id_checked_at, c.tax_id_evidence ->> 'consultation' AS tax_id_consultation, c.email, c.phone_country, c.phone,
             c.language, c.currency, c.company_id, h.name AS company_label, h.country AS company_country, h.vat_id AS company_vat_id,
             c.enforce_two_factor, w.balance, w.held, w.credit_limit,
             w.used OR EXISTS (SELECT FROM documents d WHERE d.client_id = c.id)
                 OR EXISTS (SELECT FROM services s WHERE s.client_id = c.id) AS wallet_used,
             (SELECT count(*) FROM services s WHERE s.client_id = c.id
              AND s.state NOT IN ('terminated', 'cancelled', 'failed')) AS services,
             (SELECT count(*) FROM services s WHERE s.client_id = c.id AND s.state = 'active') AS active_services,
             (SELECT count(*) FROM services s WHERE s.client_id = c.id AND s.state = 'suspended'
              AND s.suspension_reason = 'client_suspended') AS suspended_services,
             (SELECT count(*) FROM documents d WHERE d.client_id = c.id AND d.status IN ('unpaid', 'partially_paid')) AS unpaid_documents,
             c.version, c.created_at, c.updated_at
         FROM clients c JOIN wallets w ON w.client_id = c.id JOIN companies h ON h.id = c.company_id WHERE c.id = $1 {tail}"
    )
}

pub async fn find(conn: &mut Conn, id: ClientId) -> QueryResult<Option<Client>> {
    diesel::sql_query(client_sql("")).bind::<SqlUuid, _>(id).get_result(conn).await.optional()
}

/// Locks a client until the transaction ends. Rows that refer to it can still be written: their writers hold its wallet.
pub async fn lock(tx: &mut Conn, id: ClientId) -> QueryResult<Option<Client>> {
    let query = client_sql("FOR NO KEY UPDATE OF c");
    diesel::sql_query(query).bind::<SqlUuid, _>(id).get_result(tx).await.optional()
}

/// Locks the client, then its wallet, and reads both: `wallet_used` cannot become true until the transaction ends.
pub async fn lock_with_wallet(tx: &mut Conn, id: ClientId) -> QueryResult<Option<Client>> {
    if lock(tx, id).await?.is_none() {
        return Ok(None);
    }
    wallets::table.find(id).select(wallets::client_id).for_update().first::<ClientId>(tx).await?;
    find(tx, id).await
}

/// What of a client changes.
#[derive(Debug)]
pub struct Changed<'a> {
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub company_name: &'a str,
    pub tax_id: &'a str,
    pub email: &'a str,
    pub phone_country: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub language: Language,
    pub currency: Currency,
    pub company: CompanyId,
    pub enforce_two_factor: bool,
    /// The tax id is another one: what was found out about the old one is void.
    pub tax_id_changed: bool,
}

pub async fn update(tx: &mut Conn, now: Timestamp, id: ClientId, changed: &Changed<'_>) -> QueryResult<()> {
    diesel::update(clients::table.find(id))
        .set((
            clients::first_name.eq(changed.first_name),
            clients::last_name.eq(changed.last_name),
            clients::company_name.eq(changed.company_name),
            clients::tax_id.eq(changed.tax_id),
            clients::email.eq(changed.email),
            clients::phone_country.eq(changed.phone_country),
            clients::phone.eq(changed.phone),
            clients::language.eq(changed.language),
            clients::currency.eq(changed.currency),
            clients::company_id.eq(changed.company),
            clients::enforce_two_factor.eq(changed.enforce_two_factor),
            clients::version.eq(clients::version + 1),
            clients::updated_at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await?;
    if changed.tax_id_changed {
        tax_id::forget(tx, id).await?;
    }
    Ok(())
}

/// Keeps the state of a client.
pub async fn set_status(
    tx: &mut Conn,
    now: Timestamp,
    id: ClientId,
    status: ClientStatus,
    reason: Option<&str>,
) -> QueryResult<()> {
    diesel::update(clients::table.find(id))
        .set((
            clients::status.eq(status),
            clients::status_reason.eq(reason),
            clients::version.eq(clients::version + 1),
            clients::updated_at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Raises the version of a client whose addresses change.
pub async fn touch(tx: &mut Conn, now: Timestamp, id: ClientId) -> QueryResult<()> {
    diesel::update(clients::table.find(id))
        .set((clients::version.eq(clients::version + 1), clients::updated_at.eq(now.to_diesel())))
        .execute(tx)
        .await?;
    Ok(())
}

type AddressRow =
    (AddressId, AddressKind, String, String, String, String, String, Option<String>, jiff_diesel::Timestamp);

/// The addresses of a client.
pub async fn addresses(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ClientAddress>> {
    use client_addresses as a;
    let rows: Vec<AddressRow> = a::table
        .filter(a::client_id.eq(client))
        .order(a::kind)
        .select((
            a::id,
            a::kind,
            a::line1,
            a::line2,
            a::city,
            a::postcode,
            a::country,
            a::region,
            a::updated_at,
        ))
        .load(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, kind, line1, line2, city, postcode, country, region, updated_at)| ClientAddress {
            id,
            kind,
            address: PostalAddress { line1, line2, city, postcode, country, region },
            updated_at: updated_at.to_jiff(),
        })
        .collect())
}

/// Writes the address of a kind, in place of the one before. Billed in another country, the client has no checked tax id.
pub async fn put_address(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    kind: AddressKind,
    address: &PostalAddress,
) -> QueryResult<()> {
    use client_addresses as a;
    if kind == AddressKind::Billing {
        let before: Option<String> = a::table
            .filter(a::client_id.eq(client).and(a::kind.eq(kind)))
            .select(a::country)
            .first(tx)
            .await
            .optional()?;
        if before.is_some_and(|country| country != address.country) {
            tax_id::forget(tx, client).await?;
        }
    }
    let values = (
        a::line1.eq(address.line1.trim().to_owned()),
        a::line2.eq(address.line2.trim().to_owned()),
        a::city.eq(address.city.trim().to_owned()),
        a::postcode.eq(address.postcode.trim().to_owned()),
        a::country.eq(address.country.clone()),
        a::region.eq(given(address.region.as_deref()).map(str::to_owned)),
        a::updated_at.eq(now.to_diesel()),
    );
    diesel::insert_into(a::table)
        .values((a::id.eq(AddressId::generate()), a::client_id.eq(client), a::kind.eq(kind), values.clone()))
        .on_conflict((a::client_id, a::kind))
        .do_update()
        .set(values)
        .execute(tx)
        .await?;
    Ok(())
}

/// Deletes the address of a kind. False when there was none.
pub async fn delete_address(tx: &mut Conn, client: ClientId, kind: AddressKind) -> QueryResult<bool> {
    use client_addresses as a;
    let deleted =
        diesel::delete(a::table.filter(a::client_id.eq(client).and(a::kind.eq(kind)))).execute(tx).await?;
    Ok(deleted > 0)
}

/// The client as people call it.
pub async fn name(conn: &mut Conn, client: ClientId) -> QueryResult<String> {
    let (company, first, last): (String, String, String) = clients::table
        .find(client)
        .select((clients::company_name, clients::first_name, clients::last_name))
        .first(conn)
        .await?;
    Ok(if company.is_empty() { format!("{first} {last}").trim().to_owned() } else { company })
}

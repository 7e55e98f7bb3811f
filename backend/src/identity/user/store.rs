//! Users as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::users;
use shared::identity::{
    ClientRole, ClientStatus, UserClient, UserDetail, UserFilter, UserStatus, UserSummary,
};
use shared::{ClientId, Language, UserId};

use crate::db::cursor::Cursor;
use crate::db::list::{self, List, Sql};
use crate::db::{self, Conn};
use crate::http::Paging;
use crate::identity::session::store::permissions_of_role;

/// A user to be written.
#[derive(Debug)]
pub struct NewRow<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub phone_country: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub language: Language,
    pub status: UserStatus,
    pub email_verified: bool,
    pub password_hash: Option<&'a str>,
    pub notes: &'a str,
}

/// Writes a user. `None`: the address has one already.
pub async fn insert(tx: &mut Conn, now: Timestamp, new: &NewRow<'_>) -> QueryResult<Option<UserId>> {
    let id = UserId::generate();
    let at = now.to_diesel();
    let written = diesel::insert_into(users::table)
        .values((
            users::id.eq(id),
            users::email.eq(new.email),
            users::first_name.eq(new.first_name),
            users::last_name.eq(new.last_name),
            users::phone_country.eq(new.phone_country),
            users::phone.eq(new.phone),
            users::language.eq(new.language),
            users::status.eq(new.status),
            users::email_verified_at.eq(new.email_verified.then_some(at)),
            users::password_hash.eq(new.password_hash),
            users::password_changed_at.eq(new.password_hash.is_some().then_some(at)),
            users::notes.eq(new.notes),
            users::created_at.eq(at),
            users::updated_at.eq(at),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok((written > 0).then_some(id))
}

/// A user of the list.
#[derive(Debug, QueryableByName)]
pub struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: UserId,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    first_name: String,
    #[diesel(sql_type = Text)]
    last_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    phone_country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    phone: Option<String>,
    #[diesel(sql_type = Text)]
    status: UserStatus,
    #[diesel(sql_type = Bool)]
    email_verified: bool,
    #[diesel(sql_type = Bool)]
    two_factor: bool,
    #[diesel(sql_type = BigInt)]
    clients: i64,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_sign_in_at: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

/// Columns that the list sorts by.
pub const SORTS: &[&str] = &["-created_at", "email", "last_name", "status", "last_sign_in_at", "clients"];

impl From<SummaryRow> for UserSummary {
    fn from(row: SummaryRow) -> Self {
        Self {
            id: row.id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            phone_country: row.phone_country,
            phone: row.phone,
            status: row.status,
            email_verified: row.email_verified,
            two_factor: row.two_factor,
            clients: row.clients,
            last_sign_in_at: row.last_sign_in_at,
            created_at: row.created_at,
        }
    }
}

const COLUMNS: &str = "u.id, u.email, u.first_name, u.last_name, u.phone_country, u.phone, u.status,
         u.email_verified_at IS NOT NULL AS email_verified, u.two_factor,
         (SELECT count(*) FROM client_users m WHERE m.user_id = u.id) AS clients, u.last_sign_in_at, u.created_at";
const FROM: &str = "users u
         WHERE ($1::text IS NULL OR u.email ILIKE $1 OR (u.first_name || ' ' || u.last_name) ILIKE $1 OR u.phone ILIKE $1
                OR u.id BETWEEN first_id($1) AND last_id($1))
           AND ($2::text IS NULL OR u.status = $2) AND ($3::boolean IS NULL OR u.two_factor = $3)
           AND ($4::uuid IS NULL OR EXISTS (SELECT FROM client_users m WHERE m.user_id = u.id AND m.client_id = $4))";

fn order(paging: &Paging) -> String {
    let direction = match paging.sort {
        "last_sign_in_at" => paging.direction_nulls_low(),
        _ => paging.direction(),
    };
    format!("{} {direction}, id {}", paging.sort, paging.direction())
}

fn filtered(sql: String, paging: &Paging, filter: &UserFilter) -> Sql<'static> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Nullable<Text>, _>(paging.pattern())
        .bind::<Nullable<Text>, _>(filter.status)
        .bind::<Nullable<Bool>, _>(filter.two_factor)
        .bind::<Nullable<SqlUuid>, _>(filter.client)
}

/// One page of users and how many there are.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &UserFilter,
) -> QueryResult<(Vec<UserSummary>, i64)> {
    let list = List { columns: COLUMNS, from: FROM, order: &order(paging) };
    let (rows, total): (Vec<SummaryRow>, i64) =
        list::page(conn, paging, list, |sql| filtered(sql, paging, filter)).await?;
    Ok((rows.into_iter().map(UserSummary::from).collect(), total))
}

/// All users that the filter lets through.
pub async fn all(tx: &mut Conn, paging: &Paging, filter: &UserFilter) -> QueryResult<Cursor<SummaryRow>> {
    let list = List { columns: COLUMNS, from: FROM, order: &order(paging) };
    list::all(tx, list, |sql| filtered(sql, paging, filter)).await
}

/// A user.
#[derive(Debug, QueryableByName)]
pub struct User {
    #[diesel(sql_type = SqlUuid)]
    pub id: UserId,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Text)]
    pub first_name: String,
    #[diesel(sql_type = Text)]
    pub last_name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub phone_country: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub phone: Option<String>,
    #[diesel(sql_type = Text)]
    pub language: Language,
    #[diesel(sql_type = Text)]
    pub status: UserStatus,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub email_verified_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub phone_verified_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub password_changed_at: Option<Timestamp>,
    #[diesel(sql_type = Bool)]
    pub two_factor: bool,
    #[diesel(sql_type = Text)]
    pub notes: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub terms_version: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub terms_accepted_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_sign_in_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Text>)]
    pub last_sign_in_ip: Option<String>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl User {
    pub fn detail(self, clients: Vec<UserClient>) -> UserDetail {
        UserDetail {
            id: self.id,
            email: self.email,
            first_name: self.first_name,
            last_name: self.last_name,
            phone_country: self.phone_country,
            phone: self.phone,
            language: self.language,
            status: self.status,
            email_verified: self.email_verified_at.is_some(),
            phone_verified: self.phone_verified_at.is_some(),
            two_factor: self.two_factor,
            notes: self.notes,
            terms_version: self.terms_version,
            terms_accepted_at: self.terms_accepted_at,
            clients,
            last_sign_in_at: self.last_sign_in_at,
            last_sign_in_ip: self.last_sign_in_ip,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

const USER: &str = "SELECT id, email, first_name, last_name, phone_country, phone, language, status, email_verified_at,
     phone_verified_at, password_changed_at, two_factor, notes, terms_version, terms_accepted_at, last_sign_in_at, last_sign_in_ip,
     version, created_at, updated_at FROM users WHERE id = $1";

pub async fn find(conn: &mut Conn, id: UserId) -> QueryResult<Option<User>> {
    diesel::sql_query(USER).bind::<SqlUuid, _>(id).get_result(conn).await.optional()
}

/// Locks a user until the transaction ends.
pub async fn lock(tx: &mut Conn, id: UserId) -> QueryResult<Option<User>> {
    diesel::sql_query(format!("{USER} FOR UPDATE")).bind::<SqlUuid, _>(id).get_result(tx).await.optional()
}

/// The clients that a user acts for, as staff see them.
pub async fn clients_of(conn: &mut Conn, id: UserId) -> QueryResult<Vec<UserClient>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: ClientId,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        status: ClientStatus,
        #[diesel(sql_type = Text)]
        role: ClientRole,
        #[diesel(sql_type = Array<Text>)]
        permissions: Vec<String>,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id, coalesce(nullif(c.company_name, ''), trim(c.first_name || ' ' || c.last_name)) AS name, c.status, m.role,
             m.permissions
         FROM client_users m JOIN clients c ON c.id = m.client_id WHERE m.user_id = $1 ORDER BY m.created_at, c.id",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| UserClient {
            id: row.id,
            name: row.name,
            status: row.status,
            role: row.role,
            permissions: permissions_of_role(row.role, &row.permissions),
        })
        .collect())
}

/// What of a user changes.
#[derive(Debug)]
pub struct Changed<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub phone_country: Option<&'a str>,
    pub phone: Option<&'a str>,
    pub language: Language,
    pub status: UserStatus,
    pub email_verified_at: Option<Timestamp>,
    pub phone_verified_at: Option<Timestamp>,
    pub notes: &'a str,
}

/// Writes what changes. False: another got the address meanwhile.
pub async fn update(tx: &mut Conn, now: Timestamp, id: UserId, changed: &Changed<'_>) -> QueryResult<bool> {
    let written = diesel::update(users::table.find(id))
        .set((
            users::email.eq(changed.email),
            users::first_name.eq(changed.first_name),
            users::last_name.eq(changed.last_name),
            users::phone_country.eq(changed.phone_country),
            users::phone.eq(changed.phone),
            users::language.eq(changed.language),
            users::status.eq(changed.status),
            users::email_verified_at.eq(changed.email_verified_at.to_diesel()),
            users::phone_verified_at.eq(changed.phone_verified_at.to_diesel()),
            users::notes.eq(changed.notes),
            users::version.eq(users::version + 1),
            users::updated_at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await;
    Ok(db::unless_taken(written, "users_email")?.is_some())
}

/// Notes that a user accepted the terms, and which version; `None`: none was published here.
pub async fn accept_terms(
    tx: &mut Conn,
    now: Timestamp,
    id: UserId,
    version: Option<i32>,
) -> QueryResult<()> {
    diesel::update(users::table.find(id))
        .set((users::terms_version.eq(version), users::terms_accepted_at.eq(now.to_diesel())))
        .execute(tx)
        .await?;
    Ok(())
}

/// Deletes a user; sessions, factors, links and tokens go with him.
pub async fn delete(tx: &mut Conn, id: UserId) -> QueryResult<()> {
    diesel::sql_query("DELETE FROM preferences WHERE person_id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(tx)
        .await?;
    diesel::delete(users::table.find(id)).execute(tx).await?;
    Ok(())
}

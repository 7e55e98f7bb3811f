//! Sessions and credentials as rows.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Bytea, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel;
use schema::{client_users, clients, sessions};
use shared::identity::{
    ClientAccess, ClientPermission, ClientRole, ClientStatus, SessionSummary, SignedInAdmin, SignedInUser,
    UserStatus,
};
use shared::settings::SecuritySettings;
use shared::{AdminId, ClientId, Currency, Language, SessionId, SupportVisitId, UserId};
use uuid::Uuid;

use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::access::client_rights;
use crate::http::cookies::Portal;
use crate::identity::access::{fingerprint, note_address};
use crate::identity::person::Person;
use crate::identity::random;

/// How long a half-finished sign-in waits for its second step.
const SECOND_STEP_MINUTES: i64 = 15;

/// What proves a person.
#[derive(Debug, QueryableByName)]
pub struct Credentials {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub password_hash: Option<String>,
    /// `active` or `disabled`; `new`, `active` or `inactive`.
    #[diesel(sql_type = Text)]
    pub status: String,
    #[diesel(sql_type = Bool)]
    pub two_factor: bool,
    #[diesel(sql_type = Text)]
    pub first_name: String,
    #[diesel(sql_type = Text)]
    pub last_name: String,
    #[diesel(sql_type = Text)]
    pub language: Language,
}

impl Credentials {
    pub fn may_sign_in(&self) -> bool {
        !matches!(self.status.as_str(), "disabled" | "inactive")
    }
}

const CREDENTIALS: &str =
    "SELECT id, email, password_hash, status, two_factor, first_name, last_name, language FROM";

pub async fn credentials_by_email(
    conn: &mut Conn,
    portal: Portal,
    email: &str,
) -> QueryResult<Option<Credentials>> {
    let table = Person::of(portal, Uuid::nil()).table();
    diesel::sql_query(format!("{CREDENTIALS} {table} WHERE email = $1"))
        .bind::<Text, _>(email)
        .get_result(conn)
        .await
        .optional()
}

pub async fn credentials(conn: &mut Conn, person: Person) -> QueryResult<Option<Credentials>> {
    diesel::sql_query(format!("{CREDENTIALS} {} WHERE id = $1", person.table()))
        .bind::<SqlUuid, _>(person.uuid())
        .get_result(conn)
        .await
        .optional()
}

/// A session just begun, with what the browser gets.
#[derive(Debug)]
pub struct Begun {
    pub id: SessionId,
    pub token: String,
    pub csrf: String,
    pub expires_at: Timestamp,
    /// How long the cookie is kept; `None`: until the browser closes.
    pub keep_seconds: Option<i64>,
}

/// How long sessions of a portal live: until when, how long idle, how long the cookie is kept.
struct Lifetime {
    expires_at: Timestamp,
    idle_seconds: i32,
    keep_seconds: Option<i64>,
}

fn lifetime(now: Timestamp, portal: Portal, remember: bool, settings: &SecuritySettings) -> Lifetime {
    let (hours, idle_minutes) = match (portal, remember) {
        (_, true) => (settings.remember_days * 24, settings.remember_days * 24 * 60),
        (Portal::Admin, false) => (settings.staff_session_hours, settings.staff_idle_minutes),
        (Portal::Client, false) => (settings.user_session_hours, settings.user_idle_minutes),
    };
    let lasts = SignedDuration::from_hours(i64::from(hours));
    Lifetime {
        expires_at: now.checked_add(lasts).unwrap_or(now),
        idle_seconds: i32::try_from(idle_minutes * 60).unwrap_or(i32::MAX),
        keep_seconds: remember.then_some(lasts.as_secs()),
    }
}

/// A new session to write.
#[derive(Debug)]
pub struct NewSession<'a> {
    pub person: Person,
    pub complete: bool,
    pub remember: bool,
    pub user_agent: &'a str,
    pub ip: &'a str,
}

pub async fn begin(
    tx: &mut Conn,
    now: Timestamp,
    new: &NewSession<'_>,
    settings: &SecuritySettings,
) -> anyhow::Result<Begun> {
    let (id, token, csrf) = (SessionId::generate(), random::token()?, random::token()?);
    let lifetime = lifetime(now, new.person.portal(), new.remember, settings);
    let expires_at = if new.complete {
        lifetime.expires_at
    } else {
        now.checked_add(SignedDuration::from_mins(SECOND_STEP_MINUTES)).unwrap_or(now)
    };
    let (admin, user) = match new.person {
        Person::Admin(id) => (Some(id), None),
        Person::User(id) => (None, Some(id)),
    };
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::token_hash.eq(fingerprint(&token)),
            sessions::portal.eq(new.person.portal().as_str()),
            sessions::admin_id.eq(admin),
            sessions::user_id.eq(user),
            sessions::csrf_token.eq(&csrf),
            sessions::complete.eq(new.complete),
            sessions::remember.eq(new.remember),
            sessions::user_agent.eq(new.user_agent),
            sessions::ip.eq(new.ip),
            sessions::idle_seconds.eq(lifetime.idle_seconds),
            sessions::created_at.eq(now.to_diesel()),
            sessions::last_seen_at.eq(now.to_diesel()),
            sessions::expires_at.eq(expires_at.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(Begun { id, token, csrf, expires_at, keep_seconds: lifetime.keep_seconds })
}

/// Makes a half-finished session whole, under new bits.
pub async fn complete(
    tx: &mut Conn,
    now: Timestamp,
    id: SessionId,
    portal: Portal,
    remember: bool,
    settings: &SecuritySettings,
) -> anyhow::Result<Begun> {
    let (token, csrf) = (random::token()?, random::token()?);
    let lifetime = lifetime(now, portal, remember, settings);
    diesel::update(sessions::table.find(id))
        .set((
            sessions::token_hash.eq(fingerprint(&token)),
            sessions::csrf_token.eq(&csrf),
            sessions::complete.eq(true),
            sessions::factor_failures.eq(0),
            sessions::last_seen_at.eq(now.to_diesel()),
            sessions::expires_at.eq(lifetime.expires_at.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(Begun { id, token, csrf, expires_at: lifetime.expires_at, keep_seconds: lifetime.keep_seconds })
}

/// Locks a live session and says how many wrong codes it has seen and whether it is remembered. `None`: ended meanwhile.
pub async fn lock(tx: &mut Conn, id: SessionId) -> QueryResult<Option<(i32, bool)>> {
    sessions::table
        .find(id)
        .filter(sessions::ended_at.is_null())
        .select((sessions::factor_failures, sessions::remember))
        .for_update()
        .first(tx)
        .await
        .optional()
}

pub async fn count_failure(tx: &mut Conn, id: SessionId) -> QueryResult<()> {
    diesel::update(sessions::table.find(id))
        .set(sessions::factor_failures.eq(sessions::factor_failures + 1))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn end(conn: &mut Conn, now: Timestamp, id: SessionId) -> QueryResult<()> {
    diesel::update(sessions::table.find(id).filter(sessions::ended_at.is_null()))
        .set(sessions::ended_at.eq(now.to_diesel()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends what a person has half signed in to.
pub async fn end_half(conn: &mut Conn, now: Timestamp, person: Person) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE sessions SET ended_at = $2 WHERE {} = $1 AND NOT complete AND ended_at IS NULL",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the session of a cookie that is about to be replaced, and the visit of support that it was.
pub async fn end_by_token(conn: &mut Conn, now: Timestamp, token: &str) -> QueryResult<()> {
    diesel::sql_query(
        "WITH ended AS (UPDATE sessions SET ended_at = $2 WHERE token_hash = $1 AND ended_at IS NULL RETURNING visit_id)
         UPDATE support_visits v SET ended_at = $2 FROM ended WHERE v.id = ended.visit_id AND v.ended_at IS NULL",
    )
    .bind::<Bytea, _>(fingerprint(token))
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the live sessions of a person but `except`. Returns how many.
pub async fn end_others(
    conn: &mut Conn,
    now: Timestamp,
    person: Person,
    except: Option<SessionId>,
) -> QueryResult<u64> {
    let ended = diesel::sql_query(format!(
        "UPDATE sessions SET ended_at = $2 WHERE {} = $1 AND ended_at IS NULL AND expires_at > $2
         AND id IS DISTINCT FROM $3",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Nullable<SqlUuid>, _>(except)
    .execute(conn)
    .await?;
    Ok(u64::try_from(ended).unwrap_or(u64::MAX))
}

/// Ends one session of a person. False when he has no such live session.
pub async fn end_own(conn: &mut Conn, now: Timestamp, person: Person, id: SessionId) -> QueryResult<bool> {
    let ended = diesel::sql_query(format!(
        "UPDATE sessions SET ended_at = $2 WHERE {} = $1 AND id = $3 AND ended_at IS NULL",
        person.column()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<SqlUuid, _>(id)
    .execute(conn)
    .await?;
    Ok(ended > 0)
}

pub async fn grant_sudo(conn: &mut Conn, id: SessionId, until: Timestamp) -> QueryResult<()> {
    diesel::update(sessions::table.find(id))
        .set(sessions::sudo_until.eq(until.to_diesel()))
        .execute(conn)
        .await?;
    Ok(())
}

/// Until when the password counts as just given, and whether the session is of staff inside a client's portal.
pub async fn sudo_until(conn: &mut Conn, id: SessionId) -> QueryResult<(Option<Timestamp>, bool)> {
    let row: Option<(jiff_diesel::NullableTimestamp, Option<SupportVisitId>)> = sessions::table
        .find(id)
        .select((sessions::sudo_until, sessions::visit_id))
        .first(conn)
        .await
        .optional()?;
    Ok(row.map_or((None, false), |(until, visit)| (until.to_jiff(), visit.is_some())))
}

pub async fn note_sign_in(tx: &mut Conn, now: Timestamp, person: Person, ip: &str) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE {} SET last_sign_in_at = $2, last_sign_in_ip = $3 WHERE id = $1",
        person.table()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Timestamptz, _>(now.to_diesel())
    .bind::<Text, _>(ip)
    .execute(tx)
    .await?;
    if let Person::Admin(admin) = person {
        note_address(tx, now, admin, ip).await?;
    }
    Ok(())
}

pub async fn set_password(tx: &mut Conn, now: Timestamp, person: Person, hash: &str) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE {} SET password_hash = $2, password_changed_at = $3, updated_at = $3 WHERE id = $1",
        person.table()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Text, _>(hash)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    Ok(())
}

/// Replaces a hash by a stronger one of the same password, unless it was changed meanwhile.
pub async fn strengthen(conn: &mut Conn, person: Person, before: &str, hash: &str) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE {} SET password_hash = $2 WHERE id = $1 AND password_hash = $3",
        person.table()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .bind::<Text, _>(hash)
    .bind::<Text, _>(before)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether every client of the user is banned or marked as fraud; false when he has none.
pub async fn is_shut_out(conn: &mut Conn, user: UserId) -> QueryResult<bool> {
    let statuses: Vec<String> = client_users::table
        .inner_join(clients::table)
        .filter(client_users::user_id.eq(user).and(clients::status.ne("deleted")))
        .select(clients::status)
        .load(conn)
        .await?;
    Ok(!statuses.is_empty() && statuses.iter().all(|status| matches!(status.as_str(), "banned" | "fraud")))
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = SqlUuid)]
    id: SessionId,
    #[diesel(sql_type = Text)]
    user_agent: String,
    #[diesel(sql_type = Text)]
    ip: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    last_seen_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    ended_at: Option<Timestamp>,
}

/// Sessions of a person, newest first, and how many there are.
pub async fn list(
    conn: &mut Conn,
    person: Person,
    current: Option<SessionId>,
    paging: &Paging,
) -> QueryResult<(Vec<SessionSummary>, i64)> {
    const COLUMNS: &str = "id, user_agent, ip, created_at, last_seen_at, expires_at, ended_at";
    let from = format!(
        "sessions WHERE {} = $1 AND complete AND ($2::text IS NULL OR ip ILIKE $2 OR user_agent ILIKE $2)",
        person.column(),
    );
    let direction = paging.direction();
    let order = format!("{} {direction}, id {direction}", paging.sort);
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total): (Vec<SessionRow>, i64) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(person.uuid())
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let items = rows
        .into_iter()
        .map(|row| SessionSummary {
            id: row.id,
            current: current == Some(row.id),
            user_agent: row.user_agent,
            ip: row.ip,
            created_at: row.created_at,
            last_seen_at: row.last_seen_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        })
        .collect();
    Ok((items, total))
}

/// When a session expires.
pub async fn expires_at(conn: &mut Conn, id: SessionId) -> QueryResult<Timestamp> {
    let at: jiff_diesel::Timestamp =
        sessions::table.find(id).select(sessions::expires_at).first(conn).await?;
    Ok(at.to_jiff())
}

pub fn signed_in_admin(row: Credentials) -> SignedInAdmin {
    SignedInAdmin {
        id: AdminId(row.id),
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        language: row.language,
        two_factor: row.two_factor,
    }
}

/// The signed-in user as his pages see him.
pub async fn signed_in_user(conn: &mut Conn, user: UserId) -> QueryResult<Option<SignedInUser>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(sql_type = Text)]
        first_name: String,
        #[diesel(sql_type = Text)]
        last_name: String,
        #[diesel(sql_type = Text)]
        language: Language,
        #[diesel(sql_type = Text)]
        status: UserStatus,
        #[diesel(sql_type = Bool)]
        email_verified: bool,
        #[diesel(sql_type = Bool)]
        two_factor: bool,
    }
    let row: Option<Row> = diesel::sql_query(
        "SELECT email, first_name, last_name, language, status, email_verified_at IS NOT NULL AS email_verified, two_factor
         FROM users WHERE id = $1",
    )
    .bind::<SqlUuid, _>(user)
    .get_result(conn)
    .await
    .optional()?;
    Ok(row.map(|row| SignedInUser {
        id: user,
        email: row.email,
        first_name: row.first_name,
        last_name: row.last_name,
        language: row.language,
        status: row.status,
        email_verified: row.email_verified,
        two_factor: row.two_factor,
    }))
}

/// What a role allows; `stored` are the permissions of `custom`.
pub fn permissions_of_role(role: ClientRole, stored: &[String]) -> Vec<ClientPermission> {
    client_rights::ALL
        .iter()
        .filter(|key| match role {
            ClientRole::Owner => true,
            ClientRole::Manager => **key != "users",
            ClientRole::Custom => **key == "overview" || stored.iter().any(|held| held == *key),
        })
        .filter_map(|key| key.parse().ok())
        .collect()
}

/// The clients that a user acts for; banned and deleted ones are left out.
pub async fn accesses(conn: &mut Conn, user: UserId) -> QueryResult<Vec<ClientAccess>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: ClientId,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        status: ClientStatus,
        #[diesel(sql_type = Nullable<Text>)]
        status_reason: Option<String>,
        #[diesel(sql_type = Text)]
        currency: Currency,
        #[diesel(sql_type = Text)]
        role: ClientRole,
        #[diesel(sql_type = diesel::sql_types::Array<Text>)]
        permissions: Vec<String>,
        #[diesel(sql_type = Bool)]
        second_factor_required: bool,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id, coalesce(nullif(c.company_name, ''), trim(c.first_name || ' ' || c.last_name)) AS name, c.status,
             c.status_reason, c.currency, m.role, m.permissions, c.enforce_two_factor AND NOT u.two_factor AS second_factor_required
         FROM client_users m JOIN clients c ON c.id = m.client_id JOIN users u ON u.id = m.user_id
         WHERE m.user_id = $1 AND m.disabled_at IS NULL AND c.status NOT IN ('banned', 'fraud', 'deleted')
         ORDER BY m.role = 'owner' DESC, m.created_at, c.id",
    )
    .bind::<SqlUuid, _>(user)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ClientAccess {
            id: row.id,
            name: row.name,
            status: row.status,
            status_reason: row.status_reason,
            currency: row.currency,
            role: row.role,
            permissions: permissions_of_role(row.role, &row.permissions),
            second_factor_required: row.second_factor_required,
        })
        .collect())
}

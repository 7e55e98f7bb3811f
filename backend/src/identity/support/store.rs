//! Support access, visits and their requests as rows. The only file here that speaks diesel.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::{support_access, support_requests, support_visits};
use shared::identity::{SupportAccess, SupportRequest, SupportRequestFilter, SupportVisit};
use shared::{AdminId, ClientId, SessionId, SupportVisitId, UserId};
use uuid::Uuid;

use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::{Paging, request};
use crate::identity::access::fingerprint;
use crate::identity::random;
use crate::identity::session::store::Begun;

/// A visit as a request meets it.
#[derive(Debug, QueryableByName)]
pub struct GoingOn {
    #[diesel(sql_type = SqlUuid)]
    pub client_id: ClientId,
    #[diesel(sql_type = SqlUuid)]
    pub user_id: UserId,
    #[diesel(sql_type = SqlUuid)]
    pub admin_id: AdminId,
    #[diesel(sql_type = Text)]
    pub admin_name: String,
    #[diesel(sql_type = Bool)]
    pub uninvited: bool,
}

/// A visit that has neither ended nor expired, whose session of the admin portal lives, and whose client still allows it.
pub(super) async fn going_on(
    conn: &mut Conn,
    now: Timestamp,
    id: SupportVisitId,
) -> QueryResult<Option<GoingOn>> {
    diesel::sql_query(
        "SELECT v.client_id, v.user_id, v.admin_id, v.admin_name, v.uninvited
         FROM support_visits v JOIN sessions s ON s.id = v.staff_session_id AND s.ended_at IS NULL AND s.expires_at > $2
         LEFT JOIN support_access a ON a.client_id = v.client_id AND a.expires_at > $2
         WHERE v.id = $1 AND v.ended_at IS NULL AND v.expires_at > $2 AND v.user_id IS NOT NULL AND v.admin_id IS NOT NULL
             AND (v.uninvited OR a.client_id IS NOT NULL)",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await
    .optional()
}

/// Writes a request of a visit down before it is answered.
pub(super) async fn note_request(
    conn: &mut Conn,
    now: Timestamp,
    visit: SupportVisitId,
    method: &str,
    path: &str,
) -> QueryResult<Uuid> {
    let id = Uuid::now_v7();
    diesel::insert_into(support_requests::table)
        .values((
            support_requests::id.eq(id),
            support_requests::visit_id.eq(visit),
            support_requests::at.eq(now.to_diesel()),
            support_requests::method.eq(method),
            support_requests::path.eq(path.chars().take(1000).collect::<String>()),
            support_requests::request_id.eq(request::current_id()),
        ))
        .execute(conn)
        .await?;
    Ok(id)
}

pub(super) async fn note_answer(conn: &mut Conn, id: Uuid, status: i32) -> QueryResult<()> {
    diesel::update(support_requests::table.find(id))
        .set(support_requests::status.eq(status))
        .execute(conn)
        .await?;
    Ok(())
}

/// Until when the client lets support in. `None`: it does not.
pub(super) async fn allowed_until(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
) -> QueryResult<Option<Timestamp>> {
    let until: Option<jiff_diesel::Timestamp> = support_access::table
        .find(client)
        .filter(support_access::expires_at.gt(now.to_diesel()))
        .select(support_access::expires_at)
        .first(conn)
        .await
        .optional()?;
    Ok(until.map(jiff_diesel::Timestamp::to_jiff))
}

pub(super) async fn access(conn: &mut Conn, now: Timestamp, client: ClientId) -> QueryResult<SupportAccess> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
        expires_at: Option<Timestamp>,
        #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
        allowed_at: Option<Timestamp>,
        #[diesel(sql_type = Nullable<Text>)]
        allowed_by: Option<String>,
        #[diesel(sql_type = BigInt)]
        inside: i64,
    }
    let row: Row = diesel::sql_query(
        "SELECT a.expires_at, a.allowed_at, coalesce(nullif(trim(u.first_name || ' ' || u.last_name), ''), u.email) AS allowed_by,
             (SELECT count(*) FROM support_visits v
              JOIN sessions s ON s.id = v.staff_session_id AND s.ended_at IS NULL AND s.expires_at > $2
              WHERE v.client_id = $1 AND v.ended_at IS NULL AND v.expires_at > $2) AS inside
         FROM (SELECT $1::uuid AS client_id) c LEFT JOIN support_access a ON a.client_id = c.client_id AND a.expires_at > $2
         LEFT JOIN users u ON u.id = a.allowed_by",
    )
    .bind::<SqlUuid, _>(client)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await?;
    Ok(SupportAccess {
        allowed_until: row.expires_at,
        allowed_at: row.allowed_at,
        allowed_by: row.allowed_by,
        inside: row.inside,
    })
}

/// Lets support in until `until`.
pub(super) async fn allow(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    by: UserId,
    until: Timestamp,
) -> QueryResult<()> {
    let row = (
        support_access::allowed_by.eq(by),
        support_access::allowed_at.eq(now.to_diesel()),
        support_access::expires_at.eq(until.to_diesel()),
    );
    diesel::insert_into(support_access::table)
        .values((support_access::client_id.eq(client), row))
        .on_conflict(support_access::client_id)
        .do_update()
        .set(row)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn extend(tx: &mut Conn, client: ClientId, until: Timestamp) -> QueryResult<()> {
    diesel::update(support_access::table.find(client))
        .set(support_access::expires_at.eq(until.to_diesel()))
        .execute(tx)
        .await?;
    Ok(())
}

/// Lets support in no longer, and ends the visits that came by it. Returns how many were going on.
pub(super) async fn end(tx: &mut Conn, now: Timestamp, client: ClientId) -> QueryResult<usize> {
    diesel::delete(support_access::table.find(client)).execute(tx).await?;
    diesel::update(
        support_visits::table
            .filter(support_visits::client_id.eq(client).and(support_visits::uninvited.eq(false)))
            .filter(support_visits::ended_at.is_null().and(support_visits::expires_at.gt(now.to_diesel()))),
    )
    .set(support_visits::ended_at.eq(now.to_diesel()))
    .execute(tx)
    .await
}

/// Ends the visits of a session that is signed out: its own one, or those that came from it.
pub async fn left(conn: &mut Conn, now: Timestamp, session: SessionId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE support_visits SET ended_at = $2 WHERE ended_at IS NULL AND expires_at > $2
         AND (staff_session_id = $1 OR id = (SELECT visit_id FROM sessions WHERE id = $1))",
    )
    .bind::<SqlUuid, _>(session)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(conn)
    .await?;
    Ok(())
}

/// A visit to begin.
#[derive(Debug)]
pub(super) struct NewVisit<'a> {
    pub(super) client: ClientId,
    pub(super) user: UserId,
    pub(super) admin: AdminId,
    pub(super) admin_name: &'a str,
    pub(super) staff_session: SessionId,
    pub(super) reason: &'a str,
    pub(super) uninvited: bool,
    pub(super) until: Timestamp,
    /// Ends after so long without a request.
    pub(super) idle_seconds: i32,
    pub(super) user_agent: &'a str,
    pub(super) ip: &'a str,
}

/// Writes a visit and its session.
pub(super) async fn begin(tx: &mut Conn, now: Timestamp, new: &NewVisit<'_>) -> anyhow::Result<Begun> {
    use schema::sessions;
    let visit = SupportVisitId::generate();
    let (id, token, csrf) = (SessionId::generate(), random::token()?, random::token()?);
    diesel::insert_into(support_visits::table)
        .values((
            support_visits::id.eq(visit),
            support_visits::client_id.eq(new.client),
            support_visits::user_id.eq(new.user),
            support_visits::admin_id.eq(new.admin),
            support_visits::admin_name.eq(new.admin_name),
            support_visits::staff_session_id.eq(new.staff_session),
            support_visits::reason.eq(new.reason),
            support_visits::uninvited.eq(new.uninvited),
            support_visits::began_at.eq(now.to_diesel()),
            support_visits::expires_at.eq(new.until.to_diesel()),
        ))
        .execute(tx)
        .await?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(id),
            sessions::token_hash.eq(fingerprint(&token)),
            sessions::portal.eq("support"),
            sessions::visit_id.eq(visit),
            sessions::csrf_token.eq(&csrf),
            sessions::complete.eq(true),
            sessions::user_agent.eq(new.user_agent),
            sessions::ip.eq(new.ip),
            sessions::idle_seconds.eq(new.idle_seconds),
            sessions::created_at.eq(now.to_diesel()),
            sessions::last_seen_at.eq(now.to_diesel()),
            sessions::expires_at.eq(new.until.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(Begun { id, token, csrf, expires_at: new.until, keep_seconds: None })
}

#[derive(QueryableByName)]
struct VisitRow {
    #[diesel(sql_type = SqlUuid)]
    id: SupportVisitId,
    #[diesel(sql_type = Text)]
    admin_name: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Bool)]
    uninvited: bool,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    began_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    ends_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    viewed: i64,
    #[diesel(sql_type = BigInt)]
    changed: i64,
}

/// Columns that the list of visits sorts by.
pub(super) const VISIT_SORTS: &[&str] = &["-began_at", "ends_at", "staff"];

/// Who was inside the portal of a client.
pub(super) async fn visits(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<SupportVisit>, i64)> {
    // With the session of the admin portal that it came from, at the latest. That one's row may be gone by then.
    const COLUMNS: &str = "v.id, v.admin_name, v.reason, v.uninvited, v.began_at,
         least(coalesce(v.ended_at, v.expires_at), coalesce(s.ended_at, s.expires_at)) AS ends_at,
         (SELECT count(*) FROM support_requests r WHERE r.visit_id = v.id AND r.method IN ('GET', 'HEAD')) AS viewed,
         (SELECT count(*) FROM support_requests r
          WHERE r.visit_id = v.id AND r.method NOT IN ('GET', 'HEAD') AND r.status < 400) AS changed";
    const FROM: &str = "support_visits v LEFT JOIN sessions s ON s.id = v.staff_session_id
         WHERE v.client_id = $1 AND ($2::text IS NULL OR v.admin_name ILIKE $2 OR v.reason ILIKE $2)";
    let sort = match paging.sort {
        "staff" => "lower(v.admin_name)",
        "ends_at" => "least(coalesce(v.ended_at, v.expires_at), coalesce(s.ended_at, s.expires_at))",
        _ => "v.began_at",
    };
    let direction = paging.direction();
    let order = format!("{sort} {direction}, v.id {direction}");
    let list = List { columns: COLUMNS, from: FROM, order: &order };
    let (rows, total): (Vec<VisitRow>, i64) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let visit = |row: VisitRow| SupportVisit {
        id: row.id,
        staff: row.admin_name,
        reason: row.reason,
        uninvited: row.uninvited,
        began_at: row.began_at,
        inside: row.ends_at > now,
        ends_at: row.ends_at,
        viewed: row.viewed,
        changed: row.changed,
    };
    Ok((rows.into_iter().map(visit).collect(), total))
}

/// Whether this client had that visit.
pub(super) async fn has_visit(conn: &mut Conn, client: ClientId, visit: SupportVisitId) -> QueryResult<bool> {
    let visit = support_visits::table.find(visit).filter(support_visits::client_id.eq(client));
    diesel::select(diesel::dsl::exists(visit)).get_result(conn).await
}

#[derive(QueryableByName)]
struct RequestRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    at: Timestamp,
    #[diesel(sql_type = Text)]
    method: String,
    #[diesel(sql_type = Text)]
    path: String,
    #[diesel(sql_type = Nullable<Integer>)]
    status: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    did: Option<String>,
}

/// Columns that the list of requests sorts by.
pub(super) const REQUEST_SORTS: &[&str] = &["-at", "path"];

/// What was asked for in a visit of a client, and what it changed as the activity log tells it.
pub(super) async fn requests(
    conn: &mut Conn,
    client: ClientId,
    visit: SupportVisitId,
    filter: &SupportRequestFilter,
    paging: &Paging,
) -> QueryResult<(Vec<SupportRequest>, i64)> {
    const COLUMNS: &str = "r.id, r.at, r.method, r.path, r.status,
         (SELECT string_agg(l.description, '; ' ORDER BY l.id) FROM activity_log l
          WHERE r.method NOT IN ('GET', 'HEAD') AND l.client_id = v.client_id AND l.request_id = r.request_id AND l.admin_id = v.admin_id
              AND l.at >= r.at - interval '1 minute' AND l.at < r.at + interval '10 minutes') AS did";
    const FROM: &str = "support_requests r JOIN support_visits v ON v.id = r.visit_id
         WHERE v.client_id = $1 AND v.id = $2 AND ($3::text IS NULL OR r.path ILIKE $3)
             AND ($4::boolean IS NULL OR $4 = (r.method NOT IN ('GET', 'HEAD')))";
    let sort = if paging.sort == "path" { "r.path" } else { "r.at" };
    let direction = paging.direction();
    let order = format!("{sort} {direction}, r.id {direction}");
    let list = List { columns: COLUMNS, from: FROM, order: &order };
    let (rows, total): (Vec<RequestRow>, i64) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<SqlUuid, _>(visit)
            .bind::<Nullable<Text>, _>(paging.pattern())
            .bind::<Nullable<Bool>, _>(filter.changes)
    })
    .await?;
    let request = |row: RequestRow| SupportRequest {
        id: row.id,
        at: row.at,
        method: row.method,
        path: row.path,
        status: row.status,
        did: row.did,
    };
    Ok((rows.into_iter().map(request).collect(), total))
}

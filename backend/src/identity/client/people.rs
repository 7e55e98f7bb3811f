//! The users of a client, notes about it, and where it is signed in.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::{client_notes, client_users};
use shared::identity::{
    ClientNote, ClientPermission, ClientRole, ClientSession, ClientUser, UserName, UserStatus,
};
use shared::{AdminId, ClientId, Code, SessionId, UserId};
use uuid::Uuid;

use super::{status, store};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::{Fields, Paging};
use crate::identity::session::store::permissions_of_role;
use crate::identity::user::store as users;

#[derive(QueryableByName)]
struct UserRow {
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    first_name: String,
    #[diesel(sql_type = Text)]
    last_name: String,
    #[diesel(sql_type = Text)]
    status: UserStatus,
    #[diesel(sql_type = Bool)]
    two_factor: bool,
    #[diesel(sql_type = Text)]
    role: ClientRole,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_sign_in_at: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

/// The users of a client, the owner first.
pub(super) async fn list(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ClientUser>> {
    let rows: Vec<UserRow> = diesel::sql_query(
        "SELECT m.user_id, u.email, u.first_name, u.last_name, u.status, u.two_factor, m.role, m.permissions, u.last_sign_in_at,
             m.created_at
         FROM client_users m JOIN users u ON u.id = m.user_id WHERE m.client_id = $1
         ORDER BY m.role = 'owner' DESC, m.created_at, u.id LIMIT 500",
    )
    .bind::<SqlUuid, _>(client)
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| ClientUser {
            user: row.user_id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            status: row.status,
            two_factor: row.two_factor,
            role: row.role,
            permissions: permissions_of_role(row.role, &row.permissions),
            last_sign_in_at: row.last_sign_in_at,
            created_at: row.created_at,
        })
        .collect())
}

/// The last sign-in of any user of a client.
#[derive(Debug, QueryableByName)]
pub(super) struct LastSignIn {
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    pub(super) at: Timestamp,
    #[diesel(sql_type = Text)]
    pub(super) ip: String,
}

pub(super) async fn last_sign_in(conn: &mut Conn, client: ClientId) -> QueryResult<Option<LastSignIn>> {
    diesel::sql_query(
        "SELECT u.last_sign_in_at AS at, coalesce(u.last_sign_in_ip, '') AS ip
         FROM client_users m JOIN users u ON u.id = m.user_id
         WHERE m.client_id = $1 AND u.last_sign_in_at IS NOT NULL ORDER BY u.last_sign_in_at DESC LIMIT 1",
    )
    .bind::<SqlUuid, _>(client)
    .get_result(conn)
    .await
    .optional()
}

/// The owner with his address.
pub(super) async fn owner(conn: &mut Conn, client: ClientId) -> QueryResult<Option<(UserId, String)>> {
    client_users::table
        .inner_join(schema::users::table)
        .filter(client_users::client_id.eq(client).and(client_users::role.eq("owner")))
        .select((client_users::user_id, schema::users::email))
        .first(conn)
        .await
        .optional()
}

pub(super) async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    user: UserId,
    role: ClientRole,
    permissions: &[ClientPermission],
) -> QueryResult<bool> {
    let kept: Vec<&str> = permissions.iter().map(|permission| permission.as_str()).collect();
    let written = diesel::insert_into(client_users::table)
        .values((
            client_users::client_id.eq(client),
            client_users::user_id.eq(user),
            client_users::role.eq(role),
            client_users::permissions.eq(kept),
            client_users::created_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(written > 0)
}

fn entry(client: ClientId, action: &'static str, description: String) -> Entry<'static> {
    Entry {
        action,
        description,
        client: Some(client),
        subject: Some(("client", client.0)),
        ..Entry::default()
    }
}

fn check_role(role: ClientRole) -> Result<()> {
    if role == ClientRole::Owner {
        return Err(Refusal::field("role", "invalid", "Switch the owner instead.").into());
    }
    Ok(())
}

/// Lets a user act for a client.
pub(super) async fn associate(
    app: &App,
    actor: &Actor,
    client: ClientId,
    new: &shared::identity::NewClientUser,
) -> Result<Vec<ClientUser>> {
    check_role(new.role)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let user = users::find(tx, new.user).await?;
        let user = user.ok_or_else(|| Refusal::field("user", "unknown", "There is no such user."))?;
        if !insert(tx, now, client, new.user, new.role, &new.permissions).await? {
            return Err(Refusal::field("user", "taken", "This user acts for the client already.").into());
        }
        let text = format!("Let {} act for the client as {}", user.email, new.role);
        audit::record(tx, actor, now, entry(client, "client.user_added", text)).await?;
        Ok(list(tx, client).await?)
    })
    .await
}

async fn lock_member(tx: &mut Conn, client: ClientId, user: UserId) -> Result<ClientRole> {
    store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let role: Option<ClientRole> = client_users::table
        .find((client, user))
        .select(client_users::role)
        .for_update()
        .first(tx)
        .await
        .optional()?;
    role.ok_or_else(|| Refusal::not_found().into())
}

/// Changes what a user may do for a client.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    client: ClientId,
    user: UserId,
    change: &shared::identity::ClientUserChange,
) -> Result<Vec<ClientUser>> {
    check_role(change.role)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let before = lock_member(tx, client, user).await?;
        if before == ClientRole::Owner {
            return Err(Refusal::because(Code::Conflict, "Switch the owner first.").into());
        }
        let kept: Vec<&str> = change.permissions.iter().map(|permission| permission.as_str()).collect();
        diesel::update(client_users::table.find((client, user)))
            .set((client_users::role.eq(change.role), client_users::permissions.eq(kept)))
            .execute(tx)
            .await?;
        let text = format!("Changed a user of the client from {before} to {}", change.role);
        let entry =
            Entry { new: Some(serde_json::to_value(change)?), ..entry(client, "client.user_changed", text) };
        audit::record(tx, actor, now, entry).await?;
        Ok(list(tx, client).await?)
    })
    .await
}

/// Takes a user from a client; his tokens for it end. The owner stays.
pub(super) async fn detach(
    app: &App,
    actor: &Actor,
    client: ClientId,
    user: UserId,
) -> Result<Vec<ClientUser>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        if lock_member(tx, client, user).await? == ClientRole::Owner {
            return Err(Refusal::because(Code::Conflict, "A client keeps its owner. Switch the owner first.").into());
        }
        diesel::delete(client_users::table.find((client, user))).execute(tx).await?;
        diesel::sql_query(
            "UPDATE api_tokens SET revoked_at = $3 WHERE client_id = $1 AND user_id = $2 AND revoked_at IS NULL",
        )
        .bind::<SqlUuid, _>(client)
        .bind::<SqlUuid, _>(user)
        .bind::<Timestamptz, _>(now.to_diesel())
        .execute(tx)
        .await?;
        audit::record(tx, actor, now, entry(client, "client.user_removed", "Detached a user".to_owned())).await?;
        Ok(list(tx, client).await?)
    })
    .await
}

/// Makes another user of the client its owner; the one before stays as manager.
pub(super) async fn switch_owner(
    app: &App,
    actor: &Actor,
    client: ClientId,
    user: UserId,
) -> Result<Vec<ClientUser>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let members = list(tx, client).await?;
        let next = members.iter().find(|member| member.user == user);
        let next = next.ok_or_else(|| Refusal::field("user", "unknown", "Associate this user first."))?;
        if !status::may_own(next.status) {
            return Err(Refusal::field("user", "invalid", "This user is inactive.").into());
        }
        if next.role != ClientRole::Owner {
            diesel::update(
                client_users::table
                    .filter(client_users::client_id.eq(client).and(client_users::role.eq("owner"))),
            )
            .set(client_users::role.eq(ClientRole::Manager))
            .execute(tx)
            .await?;
            diesel::update(client_users::table.find((client, user)))
                .set(client_users::role.eq(ClientRole::Owner))
                .execute(tx)
                .await?;
            let text = format!("Made {} the owner", next.email);
            audit::record(tx, actor, now, entry(client, "client.owner_switched", text)).await?;
        }
        Ok(list(tx, client).await?)
    })
    .await
}

#[derive(QueryableByName)]
struct NoteRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    admin_id: AdminId,
    #[diesel(sql_type = Text)]
    author_name: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    at: Timestamp,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Notes about a client, newest first.
pub(super) async fn notes(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientNote>, i64)> {
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let rows: Vec<NoteRow> = diesel::sql_query(format!(
        "SELECT n.id, n.admin_id, coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email) AS author_name,
             n.text, n.at, count(*) OVER () AS total
         FROM client_notes n JOIN admins a ON a.id = n.admin_id WHERE n.client_id = $1 AND ($4::text IS NULL OR n.text ILIKE $4)
         ORDER BY n.at {direction}, n.id {direction} LIMIT $2 OFFSET $3"
    ))
    .bind::<SqlUuid, _>(client)
    .bind::<BigInt, _>(paging.limit())
    .bind::<BigInt, _>(paging.offset())
    .bind::<Nullable<Text>, _>(paging.pattern())
    .load(conn)
    .await?;
    let total = match (rows.last(), paging.first_when_empty()) {
        (Some(row), _) => row.total,
        (None, Some(first)) => Box::pin(notes(conn, client, &first)).await?.1,
        (None, None) => 0,
    };
    let note = |row: NoteRow| ClientNote {
        id: row.id,
        author: row.admin_id,
        author_name: row.author_name,
        text: row.text,
        at: row.at,
    };
    Ok((rows.into_iter().map(note).collect(), total))
}

/// Writes a note; it stays as it is.
pub(super) async fn add_note(
    app: &App,
    admin: AdminId,
    actor: &Actor,
    client: ClientId,
    text: &str,
) -> Result<ClientNote> {
    let mut fields = Fields::new();
    fields.required("text", text, 10_000);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let id = Uuid::now_v7();
        diesel::insert_into(client_notes::table)
            .values((
                client_notes::id.eq(id),
                client_notes::client_id.eq(client),
                client_notes::admin_id.eq(admin),
                client_notes::text.eq(text),
                client_notes::at.eq(now.to_diesel()),
            ))
            .execute(tx)
            .await?;
        audit::record(tx, actor, now, entry(client, "client.note_added", "Wrote a note".to_owned())).await?;
        let (first, last, email): (String, String, String) = schema::admins::table
            .find(admin)
            .select((schema::admins::first_name, schema::admins::last_name, schema::admins::email))
            .first(tx)
            .await?;
        let name = format!("{first} {last}").trim().to_owned();
        let author_name = if name.is_empty() { email } else { name };
        Ok(ClientNote { id, author: admin, author_name, text: text.to_owned(), at: now })
    })
    .await
}

#[derive(QueryableByName)]
struct SessionRow {
    #[diesel(sql_type = SqlUuid)]
    id: SessionId,
    #[diesel(sql_type = SqlUuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    user_agent: String,
    #[diesel(sql_type = Text)]
    ip: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    last_seen_at: Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    ended_at: Option<Timestamp>,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Where the users of a client are or were signed in.
pub(super) async fn sessions(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientSession>, i64)> {
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let rows: Vec<SessionRow> = diesel::sql_query(format!(
        "SELECT s.id, u.id AS user_id, trim(u.first_name || ' ' || u.last_name) AS name, u.email, s.user_agent, s.ip, s.created_at,
             s.last_seen_at, s.ended_at, s.expires_at, count(*) OVER () AS total
         FROM client_users m JOIN users u ON u.id = m.user_id JOIN sessions s ON s.user_id = u.id
         WHERE m.client_id = $1 AND s.complete AND ($4::text IS NULL OR s.ip ILIKE $4 OR u.email ILIKE $4)
         ORDER BY s.{} {direction}, s.id {direction} LIMIT $2 OFFSET $3",
        paging.sort,
    ))
    .bind::<SqlUuid, _>(client)
    .bind::<BigInt, _>(paging.limit())
    .bind::<BigInt, _>(paging.offset())
    .bind::<Nullable<Text>, _>(paging.pattern())
    .load(conn)
    .await?;
    let total = match (rows.last(), paging.first_when_empty()) {
        (Some(row), _) => row.total,
        (None, Some(first)) => Box::pin(sessions(conn, client, &first)).await?.1,
        (None, None) => 0,
    };
    let session = |row: SessionRow| ClientSession {
        id: row.id,
        user: UserName { id: row.user_id, name: row.name, email: row.email },
        user_agent: row.user_agent,
        ip: row.ip,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        ended_at: row.ended_at,
        expires_at: row.expires_at,
    };
    Ok((rows.into_iter().map(session).collect(), total))
}

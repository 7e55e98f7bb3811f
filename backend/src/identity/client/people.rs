//! What is done to the users of a client, and where they are signed in.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::client_users;
use shared::identity::{ClientPermission, ClientRole, ClientSession, ClientUser, UserName};
use shared::{ClientId, Code, Effect, EffectKind, Rehearsal, SessionId, UserId};

use super::{members, status, store};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::list::{self, List};
use crate::db::{self, Conn};
use crate::http::Paging;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::user::store as users;

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
pub(in crate::identity) async fn owner(
    conn: &mut Conn,
    client: ClientId,
) -> QueryResult<Option<(UserId, String)>> {
    client_users::table
        .inner_join(schema::users::table)
        .filter(client_users::client_id.eq(client).and(client_users::role.eq("owner")))
        .select((client_users::user_id, schema::users::email))
        .first(conn)
        .await
        .optional()
}

pub(in crate::identity) async fn insert(
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

pub(in crate::identity) fn entry(
    client: ClientId,
    action: &'static str,
    description: String,
) -> Entry<'static> {
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
        Ok(members::list(tx, client).await?)
    })
    .await
}

/// Changes what a user may do for a client. Refuses a version that is not the present one.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    client: ClientId,
    user: UserId,
    change: &shared::identity::ClientUserChange,
) -> Result<Vec<ClientUser>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let before = members::lock(tx, client, user).await?;
        change_within(tx, now, actor, client, &before, change).await?;
        Ok(members::list(tx, client).await?)
    })
    .await
}

/// The same within a transaction that has locked the client.
pub(super) async fn change_within(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    before: &ClientUser,
    change: &shared::identity::ClientUserChange,
) -> Result<()> {
    check_role(change.role)?;
    Refusal::if_changed(before.version, change.version)?;
    if before.role == ClientRole::Owner {
        return Err(Refusal::because(Code::Conflict, "Switch the owner first.").into());
    }
    let kept: Vec<&str> = change.permissions.iter().map(|permission| permission.as_str()).collect();
    diesel::update(client_users::table.find((client, before.user)))
        .set((
            client_users::role.eq(change.role),
            client_users::permissions.eq(kept),
            client_users::version.eq(client_users::version + 1),
        ))
        .execute(tx)
        .await?;
    let text = format!("Changed {} from {} to {}", before.email, before.role, change.role);
    let entry = Entry {
        old: Some(serde_json::json!({ "role": before.role, "permissions": before.permissions })),
        new: Some(serde_json::to_value(change)?),
        ..entry(client, "client.user_changed", text)
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// Whether a user may act for a client for the time being.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Acting {
    Enabled,
    Disabled,
}

/// Keeps a user from acting for a client, or lets him again. The owner cannot be kept out.
pub(super) async fn set_acting(
    app: &App,
    actor: &Actor,
    client: ClientId,
    user: UserId,
    acting: Acting,
) -> Result<ClientUser> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let before = members::lock(tx, client, user).await?;
        set_acting_within(tx, now, actor, client, before, acting).await
    })
    .await
}

/// The same within a transaction that has locked the client.
pub(super) async fn set_acting_within(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    before: ClientUser,
    acting: Acting,
) -> Result<ClientUser> {
    if before.role == ClientRole::Owner {
        return Err(
            Refusal::because(Code::Conflict, "A client keeps its owner. Switch the owner first.").into()
        );
    }
    let disabled_at = (acting == Acting::Disabled).then(|| before.disabled_at.unwrap_or(now));
    if disabled_at == before.disabled_at {
        return Ok(before);
    }
    diesel::update(client_users::table.find((client, before.user)))
        .set(client_users::disabled_at.eq(disabled_at.to_diesel()))
        .execute(tx)
        .await?;
    let (action, text) = match acting {
        Acting::Disabled => {
            ("client.user_disabled", format!("Kept {} from acting for the client", before.email))
        }
        Acting::Enabled => ("client.user_enabled", format!("Let {} act for the client again", before.email)),
    };
    audit::record(tx, actor, now, entry(client, action, text)).await?;
    Ok(ClientUser { disabled_at, ..before })
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
        let before = members::lock(tx, client, user).await?;
        detach_within(tx, now, actor, client, &before).await?;
        Ok(members::list(tx, client).await?)
    })
    .await
}

/// The same within a transaction that has locked the client.
pub(super) async fn detach_within(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    before: &ClientUser,
) -> Result<()> {
    if before.role == ClientRole::Owner {
        return Err(
            Refusal::because(Code::Conflict, "A client keeps its owner. Switch the owner first.").into()
        );
    }
    diesel::delete(client_users::table.find((client, before.user))).execute(tx).await?;
    diesel::sql_query(
        "UPDATE api_tokens SET revoked_at = $3 WHERE client_id = $1 AND user_id = $2 AND revoked_at IS NULL",
    )
    .bind::<SqlUuid, _>(client)
    .bind::<SqlUuid, _>(before.user)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    let text = format!("Detached {}", before.email);
    Ok(audit::record(tx, actor, now, entry(client, "client.user_removed", text)).await?)
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
        switch_owner_within(tx, now, actor, client, user).await?;
        Ok(members::list(tx, client).await?)
    })
    .await
}

/// Says what switching the owner would do: nothing when he is it already. Refuses what `switch_owner` refuses.
pub(super) async fn rehearse_switch_owner(
    app: &App,
    actor: &Actor,
    client: ClientId,
    user: UserId,
) -> Result<Rehearsal> {
    let now = app.clock.now();
    db::rehearse(&mut *app.db.get().await?, async |tx| {
        let before = owner(tx, client).await?;
        switch_owner_within(tx, now, actor, client, user).await?;
        let after = owner(tx, client).await?;
        let mut effects = Vec::new();
        if before != after {
            effects.extend(after.map(|(_, email)| {
                Effect::new(EffectKind::OwnerBecomes, format!("{email} becomes the owner.")).named(email)
            }));
            effects.extend(before.map(|(_, email)| {
                let message = format!("{email} stays as a manager.");
                Effect::new(EffectKind::OwnerStaysManager, message).named(email)
            }));
        }
        Ok(Rehearsal { effects })
    })
    .await
}

/// The same within a transaction. Locks the client.
pub(super) async fn switch_owner_within(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    user: UserId,
) -> Result<()> {
    store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let next = members::find(tx, client, user).await?;
    let next = next.ok_or_else(|| Refusal::field("user", "unknown", "Associate this user first."))?;
    if !status::may_own(next.status) || next.disabled_at.is_some() {
        return Err(Refusal::field("user", "invalid", "This user is inactive.").into());
    }
    if next.role == ClientRole::Owner {
        return Ok(());
    }
    let of_client = client_users::table.filter(client_users::client_id.eq(client));
    let raised = || client_users::version.eq(client_users::version + 1);
    diesel::update(of_client.filter(client_users::role.eq(ClientRole::Owner)))
        .set((client_users::role.eq(ClientRole::Manager), raised()))
        .execute(tx)
        .await?;
    diesel::update(client_users::table.find((client, user)))
        .set((client_users::role.eq(ClientRole::Owner), raised()))
        .execute(tx)
        .await?;
    let text = format!("Made {} the owner", next.email);
    Ok(audit::record(tx, actor, now, entry(client, "client.owner_switched", text)).await?)
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
}

/// Where the users of a client are or were signed in.
pub(super) async fn sessions(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientSession>, i64)> {
    const COLUMNS: &str =
        "s.id, u.id AS user_id, trim(u.first_name || ' ' || u.last_name) AS name, u.email, s.user_agent,
         s.ip, s.created_at, s.last_seen_at, s.ended_at, s.expires_at";
    const FROM: &str = "client_users m JOIN users u ON u.id = m.user_id JOIN sessions s ON s.user_id = u.id
         WHERE m.client_id = $1 AND s.complete AND ($2::text IS NULL OR s.ip ILIKE $2 OR u.email ILIKE $2)";
    let direction = paging.direction();
    let order = format!("s.{} {direction}, s.id {direction}", paging.sort);
    let list = List { columns: COLUMNS, from: FROM, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
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

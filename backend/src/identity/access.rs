//! What the extractors of `http::access` ask: sessions, tokens, permissions, memberships. One query each.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use schema::{admin_addresses, api_tokens, client_users, clients, sessions, users};
use sha2::{Digest, Sha256};
use shared::identity::ClientRole;
use shared::{AdminId, ClientId, Code, Permission, ServiceId, SessionId, SupportVisitId, TokenId, UserId};

use crate::db::Conn;
use crate::http::cookies::Portal;
use crate::http::error::{Refusal, Result};
use crate::http::network;
use crate::identity::support::Visit;

/// Effective permissions of a member of staff.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions {
    /// Holds everything, also what later versions add.
    pub all: bool,
    pub keys: BTreeSet<Permission>,
}

impl Permissions {
    pub fn contains(&self, permission: Permission) -> bool {
        self.all || self.keys.contains(&permission)
    }

    /// As a list, for answers.
    pub fn list(&self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|permission| self.contains(*permission)).collect()
    }
}

/// A live session.
#[derive(Clone, Debug)]
pub struct Session {
    pub id: SessionId,
    pub admin: Option<AdminId>,
    pub user: Option<UserId>,
    pub csrf_token: String,
    pub complete: bool,
    pub sudo_until: Option<Timestamp>,
    /// Of staff inside a client's portal: the row that says so, and, once asked, how it is.
    pub visit_id: Option<SupportVisitId>,
    pub visit: Option<Visit>,
}

/// A secret as we keep it: SHA-256 of its text.
pub fn fingerprint(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

type SessionRow = (
    SessionId,
    Option<AdminId>,
    Option<UserId>,
    String,
    bool,
    jiff_diesel::NullableTimestamp,
    jiff_diesel::Timestamp,
    Option<SupportVisitId>,
);

/// Finds a session that has neither ended, expired nor idled away, and notes at most once a minute that it was seen, of staff
/// also from where.
pub async fn find_session(
    conn: &mut Conn,
    now: Timestamp,
    portal: Portal,
    token: &str,
    ip: &str,
) -> QueryResult<Option<Session>> {
    let at = jiff_diesel::Timestamp::from(now);
    let row: Option<SessionRow> = sessions::table
        .filter(sessions::token_hash.eq(fingerprint(token)).and(sessions::portal.eq_any(portal.kinds())))
        .filter(sessions::ended_at.is_null().and(sessions::expires_at.gt(at)))
        .filter(
            sql::<Bool>("(idle_seconds IS NULL OR last_seen_at + idle_seconds * interval '1 second' > ")
                .bind::<Timestamptz, _>(at)
                .sql(")"),
        )
        .select((
            sessions::id,
            sessions::admin_id,
            sessions::user_id,
            sessions::csrf_token,
            sessions::complete,
            sessions::sudo_until,
            sessions::last_seen_at,
            sessions::visit_id,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some((id, admin, user, csrf_token, complete, sudo_until, seen, visit_id)) = row else {
        return Ok(None);
    };
    if now.duration_since(seen.to_jiff()) > SignedDuration::from_mins(1) {
        diesel::update(sessions::table.find(id)).set(sessions::last_seen_at.eq(at)).execute(conn).await?;
        if let (Some(admin), true) = (admin, complete) {
            note_address(conn, now, admin, ip).await?;
        }
    }
    let sudo_until = sudo_until.to_jiff();
    Ok(Some(Session { id, admin, user, csrf_token, complete, sudo_until, visit_id, visit: None }))
}

/// Notes where staff came from; such a note is kept as long as the account.
pub async fn note_address(conn: &mut Conn, now: Timestamp, admin: AdminId, ip: &str) -> QueryResult<()> {
    if ip.is_empty() {
        return Ok(());
    }
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(admin_addresses::table)
        .values((
            admin_addresses::admin_id.eq(admin),
            admin_addresses::ip.eq(ip),
            admin_addresses::first_at.eq(at),
            admin_addresses::last_at.eq(at),
        ))
        .on_conflict((admin_addresses::admin_id, admin_addresses::ip))
        .do_update()
        .set(admin_addresses::last_at.eq(at))
        .execute(conn)
        .await?;
    Ok(())
}

/// Effective permissions: the union over all groups, also nested ones. Disabled staff have none.
pub async fn permissions_of(conn: &mut Conn, admin: AdminId) -> QueryResult<Permissions> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        permission: Option<String>,
    }
    // A row without a permission stands for "all".
    let rows: Vec<Row> = diesel::sql_query(
        "WITH RECURSIVE member AS (
             SELECT m.group_id FROM admin_group_members m JOIN admins a ON a.id = m.admin_id
             WHERE m.admin_id = $1 AND a.status = 'active'
             UNION SELECT g.member_id FROM admin_group_groups g JOIN member ON member.group_id = g.group_id)
         SELECT p.permission FROM admin_group_permissions p JOIN member USING (group_id)
         UNION SELECT NULL FROM admin_groups g JOIN member ON member.group_id = g.id WHERE g.grants_all",
    )
    .bind::<SqlUuid, _>(admin)
    .load(conn)
    .await?;
    let all = rows.iter().any(|row| row.permission.is_none());
    // Keys of older versions that guard nothing any more are passed over.
    let keys = rows.iter().filter_map(|row| row.permission.as_deref()?.parse().ok()).collect();
    Ok(Permissions { all, keys })
}

/// What decides whether staff are let in at all.
#[derive(Debug, QueryableByName)]
pub struct AdminState {
    /// Staff are obliged to a second factor, and this one has none.
    #[diesel(sql_type = Bool)]
    pub must_set_up_factor: bool,
    /// The list of networks that staff may come from, as the settings have it.
    #[diesel(sql_type = Nullable<Jsonb>)]
    networks: Option<serde_json::Value>,
}

impl AdminState {
    /// Refuses with `NetworkNotAllowed` who does not come from where staff may come from.
    pub fn need_network(&self, ip: &str) -> Result<()> {
        match &self.networks {
            Some(networks) => network::need(&serde_json::from_value::<Vec<String>>(networks.clone())?, ip),
            None => Ok(()),
        }
    }
}

/// The state of a member of staff; `None` for one who is disabled or gone.
pub async fn admin_state(conn: &mut Conn, admin: AdminId) -> QueryResult<Option<AdminState>> {
    diesel::sql_query(
        "SELECT NOT a.two_factor AND coalesce((s.value->'security'->>'enforce_staff_two_factor')::boolean, false) AS must_set_up_factor,
             s.value->'security'->'staff_networks' AS networks
         FROM admins a LEFT JOIN settings s ON s.key = 'settings' WHERE a.id = $1 AND a.status = 'active'",
    )
    .bind::<SqlUuid, _>(admin)
    .get_result(conn)
    .await
    .optional()
}

/// What a token of staff opens.
#[derive(Debug)]
pub struct AdminToken {
    pub admin: AdminId,
    pub token: TokenId,
    pub permissions: Permissions,
}

/// What a token of a user opens.
#[derive(Debug)]
pub struct UserToken {
    pub user: UserId,
    pub client: ClientId,
    pub token: TokenId,
    pub scopes: Vec<String>,
    pub service: Option<ServiceId>,
}

#[derive(Queryable)]
struct TokenRow {
    id: TokenId,
    admin: Option<AdminId>,
    user: Option<UserId>,
    client: Option<ClientId>,
    scopes: Vec<String>,
    networks: Vec<String>,
    service: Option<ServiceId>,
    last_used: jiff_diesel::NullableTimestamp,
}

async fn find_token(conn: &mut Conn, now: Timestamp, token: &str, ip: &str) -> Result<Option<TokenRow>> {
    let at = jiff_diesel::Timestamp::from(now);
    let row: Option<TokenRow> = api_tokens::table
        .filter(api_tokens::token_hash.eq(fingerprint(token)).and(api_tokens::revoked_at.is_null()))
        .filter(api_tokens::expires_at.is_null().or(api_tokens::expires_at.gt(at)))
        .select((
            api_tokens::id,
            api_tokens::admin_id,
            api_tokens::user_id,
            api_tokens::client_id,
            api_tokens::scopes,
            api_tokens::networks,
            api_tokens::service_id,
            api_tokens::last_used_at,
        ))
        .first(conn)
        .await
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    if !network::allows(&row.networks, ip) {
        return Err(
            Refusal::because(Code::NotAllowed, "This token may not be used from your network.").into()
        );
    }
    if row.last_used.to_jiff().is_none_or(|used| now.duration_since(used) > SignedDuration::from_mins(1)) {
        diesel::update(api_tokens::table.find(row.id))
            .set((api_tokens::last_used_at.eq(at), api_tokens::last_used_ip.eq(ip)))
            .execute(conn)
            .await?;
    }
    Ok(Some(row))
}

/// A token of staff: its admin's permissions, narrowed to the token's scopes (`area:read`, `area:write`).
pub async fn admin_by_token(
    conn: &mut Conn,
    now: Timestamp,
    token: &str,
    ip: &str,
    writes: bool,
) -> Result<Option<AdminToken>> {
    let Some(row) = find_token(conn, now, token, ip).await? else { return Ok(None) };
    let Some(admin) = row.admin else { return Ok(None) };
    let held = permissions_of(conn, admin).await?;
    let scopes: Vec<&str> = row.scopes.iter().map(String::as_str).collect();
    let keys = held
        .list()
        .into_iter()
        .filter(|permission| {
            let area = permission.area();
            scopes.iter().any(|scope| {
                scope.split_once(':').is_some_and(|(name, mode)| name == area && (mode == "write" || !writes))
            })
        })
        .collect();
    Ok(Some(AdminToken { admin, token: row.id, permissions: Permissions { all: false, keys } }))
}

/// A token of a user.
pub async fn user_by_token(
    conn: &mut Conn,
    now: Timestamp,
    token: &str,
    ip: &str,
) -> Result<Option<UserToken>> {
    let Some(row) = find_token(conn, now, token, ip).await? else { return Ok(None) };
    let (Some(user), Some(client)) = (row.user, row.client) else { return Ok(None) };
    let scopes = row.scopes;
    Ok(Some(UserToken { user, client, token: row.id, scopes, service: row.service }))
}

/// How a user belongs to a client.
#[derive(Clone, Debug)]
pub struct Membership {
    pub role: ClientRole,
    pub permissions: Vec<String>,
    pub client_status: String,
    pub status_reason: Option<String>,
    /// Where the client may be used from; empty: anywhere.
    networks: Vec<String>,
    /// The owner asks for a second factor, and this user has none.
    pub must_set_up_factor: bool,
}

/// The membership of a user; `None` when he does not belong to that client, or was disabled in it.
pub async fn membership(conn: &mut Conn, client: ClientId, user: UserId) -> QueryResult<Option<Membership>> {
    #[expect(clippy::type_complexity, reason = "a row as it is read, taken apart at once")]
    let row: Option<(ClientRole, Vec<String>, String, Option<String>, Vec<String>, bool, bool)> =
        client_users::table
            .inner_join(clients::table)
            .inner_join(users::table)
            .filter(client_users::client_id.eq(client).and(client_users::user_id.eq(user)))
            .filter(users::status.ne("inactive").and(client_users::disabled_at.is_null()))
            .select((
                client_users::role,
                client_users::permissions,
                clients::status,
                clients::status_reason,
                clients::networks,
                clients::enforce_two_factor,
                users::two_factor,
            ))
            .first(conn)
            .await
            .optional()?;
    Ok(row.map(|(role, permissions, client_status, status_reason, networks, enforced, two_factor)| {
        Membership {
            role,
            permissions,
            client_status,
            status_reason,
            networks,
            must_set_up_factor: enforced && !two_factor,
        }
    }))
}

impl Membership {
    /// Refuses with `NetworkNotAllowed` who does not come from where the client may be used.
    pub fn need_network(&self, ip: &str) -> Result<()> {
        network::need(&self.networks, ip)
    }

    /// Refuses what the role, or the state of the client, does not allow.
    pub fn check(&self, right: &str, while_suspended: bool, writes: bool) -> Result<()> {
        match self.client_status.as_str() {
            "banned" | "fraud" | "deleted" => return Err(Refusal::not_found().into()),
            "closed" if writes => {
                return Err(Refusal::because(Code::Conflict, "This account is closed.").into());
            }
            "suspended" if !while_suspended => {
                let detail = self.status_reason.clone().unwrap_or_default();
                return Err(Refusal::because(Code::AccountSuspended, detail).into());
            }
            "pending" if writes && right != "profile" => {
                return Err(Refusal::new(Code::EmailNotConfirmed).into());
            }
            _ => {}
        }
        if self.must_set_up_factor {
            return Err(Refusal::new(Code::SecondFactorRequired).into());
        }
        let allowed = match self.role {
            ClientRole::Owner => true,
            ClientRole::Manager => right != "users",
            ClientRole::Custom => right == "overview" || self.permissions.iter().any(|held| held == right),
        };
        if allowed { Ok(()) } else { Err(Refusal::new(Code::NotAllowed).into()) }
    }
}

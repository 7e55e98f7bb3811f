//! Tokens as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::{api_tokens, services};
use shared::identity::{NewToken, TokenSummary};
use shared::{AdminId, ClientId, ServiceId, TokenId, UserId};

use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::identity::access::fingerprint;
use crate::identity::person::Person;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: TokenId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    prefix: String,
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = Array<Text>)]
    scopes: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    networks: Vec<String>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    service_id: Option<ServiceId>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    expires_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    last_used_at: Option<Timestamp>,
    #[diesel(sql_type = Nullable<Text>)]
    last_used_ip: Option<String>,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

/// Whose tokens are listed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whose {
    Admin(AdminId),
    /// Of all its users.
    Client(ClientId),
}

/// Tokens that hold.
pub(super) async fn list(
    conn: &mut Conn,
    whose: Whose,
    paging: &Paging,
) -> QueryResult<(Vec<TokenSummary>, i64)> {
    const COLUMNS: &str =
        "t.id, t.name, t.prefix, coalesce(a.email, u.email) AS owner, t.scopes, t.networks, t.service_id,
         t.expires_at, t.last_used_at, t.last_used_ip, t.created_at";
    let (column, id) = match whose {
        Whose::Admin(id) => ("admin_id", id.0),
        Whose::Client(id) => ("client_id", id.0),
    };
    let from = format!(
        "api_tokens t LEFT JOIN admins a ON a.id = t.admin_id LEFT JOIN users u ON u.id = t.user_id
         WHERE t.{column} = $1 AND t.revoked_at IS NULL AND ($2::text IS NULL OR t.name ILIKE $2 OR u.email ILIKE $2)"
    );
    let order = format!("t.{} {}, t.id", paging.sort, paging.direction_nulls_low());
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<SqlUuid, _>(id).bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let summary = |row: Row| TokenSummary {
        id: row.id,
        name: row.name,
        prefix: row.prefix,
        owner: row.owner,
        scopes: row.scopes,
        networks: row.networks,
        service: row.service_id,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
        last_used_ip: row.last_used_ip,
        created_at: row.created_at,
    };
    Ok((rows.into_iter().map(summary).collect(), total))
}

/// How many tokens of a person hold.
pub(super) async fn count(conn: &mut Conn, person: Person) -> QueryResult<i64> {
    let held = api_tokens::revoked_at.is_null();
    match person {
        Person::Admin(id) => {
            api_tokens::table.filter(held.and(api_tokens::admin_id.eq(id))).count().get_result(conn).await
        }
        Person::User(id) => {
            api_tokens::table.filter(held.and(api_tokens::user_id.eq(id))).count().get_result(conn).await
        }
    }
}

/// Whether the service belongs to the client.
pub(super) async fn has_service(conn: &mut Conn, client: ClientId, service: ServiceId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        services::table.filter(services::id.eq(service).and(services::client_id.eq(client))),
    ))
    .get_result(conn)
    .await
}

/// Writes a token for `secret`.
pub(super) async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    client: Option<ClientId>,
    new: &NewToken,
    secret: &str,
) -> QueryResult<TokenId> {
    let id = TokenId::generate();
    let (admin, user) = match person {
        Person::Admin(id) => (Some(id), None),
        Person::User(id) => (None, Some(id)),
    };
    diesel::insert_into(api_tokens::table)
        .values((
            api_tokens::id.eq(id),
            api_tokens::token_hash.eq(fingerprint(secret)),
            api_tokens::prefix.eq(secret.chars().take(9).collect::<String>()),
            api_tokens::admin_id.eq(admin),
            api_tokens::user_id.eq(user),
            api_tokens::client_id.eq(client),
            api_tokens::name.eq(new.name.trim()),
            api_tokens::scopes.eq(&new.scopes),
            api_tokens::networks.eq(&new.networks),
            api_tokens::service_id.eq(new.service),
            api_tokens::expires_at.eq(new.expires_at.to_diesel()),
            api_tokens::created_at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

/// Revokes a token of staff. Returns its name; `None` when there is no such one.
pub(super) async fn revoke_of_admin(
    tx: &mut Conn,
    now: Timestamp,
    admin: shared::AdminId,
    id: TokenId,
) -> QueryResult<Option<String>> {
    diesel::update(
        api_tokens::table
            .find(id)
            .filter(api_tokens::admin_id.eq(admin).and(api_tokens::revoked_at.is_null())),
    )
    .set(api_tokens::revoked_at.eq(now.to_diesel()))
    .returning(api_tokens::name)
    .get_result(tx)
    .await
    .optional()
}

/// Revokes a token of a client: one's own, or any for its owner. Returns its name.
pub(super) async fn revoke_of_client(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    user: UserId,
    id: TokenId,
) -> QueryResult<Option<String>> {
    #[derive(QueryableByName)]
    struct Name {
        #[diesel(sql_type = Text)]
        name: String,
    }
    let row: Option<Name> = diesel::sql_query(
        "UPDATE api_tokens t SET revoked_at = $4 WHERE t.id = $1 AND t.client_id = $2 AND t.revoked_at IS NULL
           AND (t.user_id = $3 OR EXISTS (SELECT FROM client_users m
                WHERE m.client_id = $2 AND m.user_id = $3 AND m.role = 'owner'))
         RETURNING t.name",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(client)
    .bind::<SqlUuid, _>(user)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(tx)
    .await
    .optional()?;
    Ok(row.map(|row| row.name))
}

/// Revokes a token of a client, whosever it is. Returns its name and the address of its user.
pub(super) async fn revoke_for_staff(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    id: TokenId,
) -> QueryResult<Option<(String, String)>> {
    #[derive(QueryableByName)]
    struct Revoked {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        email: String,
    }
    let row: Option<Revoked> = diesel::sql_query(
        "UPDATE api_tokens t SET revoked_at = $3 FROM users u
         WHERE t.id = $1 AND t.client_id = $2 AND t.revoked_at IS NULL AND u.id = t.user_id
         RETURNING t.name, u.email",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(client)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(tx)
    .await
    .optional()?;
    Ok(row.map(|row| (row.name, row.email)))
}

/// Revokes staff's tokens of this name.
pub(super) async fn revoke_named(
    tx: &mut Conn,
    now: Timestamp,
    admin: AdminId,
    name: &str,
) -> QueryResult<()> {
    diesel::update(api_tokens::table.filter(api_tokens::admin_id.eq(admin).and(api_tokens::name.eq(name))))
        .set(api_tokens::revoked_at.eq(now.to_diesel()))
        .execute(tx)
        .await?;
    Ok(())
}

/// Revokes the tokens of a client that are for one service alone. Returns how many.
pub async fn revoke_of_service(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> QueryResult<usize> {
    diesel::update(
        api_tokens::table
            .filter(api_tokens::client_id.eq(client).and(api_tokens::service_id.eq(service)))
            .filter(api_tokens::revoked_at.is_null()),
    )
    .set(api_tokens::revoked_at.eq(now.to_diesel()))
    .execute(tx)
    .await
}

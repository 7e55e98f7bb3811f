//! The users of a client as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Int4, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use shared::identity::{ClientRole, ClientUser, UserStatus};
use shared::{ClientId, UserId};

use super::store;
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::error::{Refusal, Result};
use crate::identity::session::store::permissions_of_role;

#[derive(QueryableByName)]
struct Row {
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
    #[diesel(sql_type = Nullable<Timestamptz>, deserialize_as = jiff_diesel::NullableTimestamp)]
    disabled_at: Option<Timestamp>,
    #[diesel(sql_type = Int4)]
    version: i32,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
}

impl From<Row> for ClientUser {
    fn from(row: Row) -> Self {
        Self {
            user: row.user_id,
            email: row.email,
            first_name: row.first_name,
            last_name: row.last_name,
            status: row.status,
            two_factor: row.two_factor,
            role: row.role,
            permissions: permissions_of_role(row.role, &row.permissions),
            last_sign_in_at: row.last_sign_in_at,
            disabled_at: row.disabled_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

const COLUMNS: &str =
    "m.user_id, u.email, u.first_name, u.last_name, u.status, u.two_factor, m.role, m.permissions,
     u.last_sign_in_at, m.disabled_at, m.version, m.created_at";
/// Of one client.
const FROM: &str = "client_users m JOIN users u ON u.id = m.user_id WHERE m.client_id = $1";

/// The owner, managers, others.
const BY_ROLE: &str = "array_position(ARRAY['owner', 'manager', 'custom'], m.role)";

/// The users of a client, the owner first; at most 500.
pub(super) async fn list(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ClientUser>> {
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT {COLUMNS} FROM {FROM} ORDER BY m.role = 'owner' DESC, m.created_at, u.id LIMIT 500"
    ))
    .bind::<SqlUuid, _>(client)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(ClientUser::from).collect())
}

/// Columns that the list sorts by.
pub(super) const SORTS: &[&str] = &["role", "name", "email", "last_sign_in_at", "created_at"];

/// One page of the users of a client, and how many there are.
pub(super) async fn page(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientUser>, i64)> {
    let sort = match paging.sort {
        "name" => "lower(u.first_name || ' ' || u.last_name)",
        "email" => "u.email",
        "last_sign_in_at" => "u.last_sign_in_at",
        "created_at" => "m.created_at",
        _ => BY_ROLE,
    };
    let from = format!(
        "{FROM} AND ($2::text IS NULL OR u.email ILIKE $2 OR (u.first_name || ' ' || u.last_name) ILIKE $2)"
    );
    let order = format!("{sort} {}, m.created_at, u.id", paging.direction_nulls_low());
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total): (Vec<Row>, i64) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    Ok((rows.into_iter().map(ClientUser::from).collect(), total))
}

/// One user of a client.
pub(super) async fn find(conn: &mut Conn, client: ClientId, user: UserId) -> QueryResult<Option<ClientUser>> {
    let row: Option<Row> = diesel::sql_query(format!("SELECT {COLUMNS} FROM {FROM} AND m.user_id = $2"))
        .bind::<SqlUuid, _>(client)
        .bind::<SqlUuid, _>(user)
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(ClientUser::from))
}

/// Whether a client has a user with that address.
pub(in crate::identity) async fn has_email(
    conn: &mut Conn,
    client: ClientId,
    email: &str,
) -> QueryResult<bool> {
    let found = diesel::sql_query(format!("SELECT {COLUMNS} FROM {FROM} AND u.email = $2"))
        .bind::<SqlUuid, _>(client)
        .bind::<Text, _>(email)
        .execute(conn)
        .await?;
    Ok(found > 0)
}

/// Locks the client, then reads one of its users: nobody else changes him until the transaction ends.
pub(super) async fn lock(tx: &mut Conn, client: ClientId, user: UserId) -> Result<ClientUser> {
    store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    find(tx, client, user).await?.ok_or_else(|| Refusal::not_found().into())
}

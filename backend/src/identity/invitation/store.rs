//! Invitations as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::client_invitations as invitations;
use shared::identity::{ClientInvitation, ClientPermission, ClientRole, InvitationOffer};
use shared::{ClientId, InvitationId, Language, UserId};

use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::identity::access::fingerprint;
use crate::identity::client::store::NAME;
use crate::identity::session::store::permissions_of_role;

/// Who is called by his name, or by his address.
const INVITER: &str = "coalesce(nullif(trim(i.first_name || ' ' || i.last_name), ''), i.email)";

/// An invitation to be written.
#[derive(Debug)]
pub(super) struct NewRow<'a> {
    pub(super) client: ClientId,
    pub(super) email: &'a str,
    pub(super) role: ClientRole,
    pub(super) permissions: &'a [ClientPermission],
    pub(super) token: &'a str,
    pub(super) by: UserId,
    pub(super) expires_at: Timestamp,
}

/// Writes an invitation. `None`: that address is invited already.
pub(super) async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    new: &NewRow<'_>,
) -> QueryResult<Option<InvitationId>> {
    let id = InvitationId::generate();
    let kept: Vec<&str> = new.permissions.iter().map(|permission| permission.as_str()).collect();
    let written = diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(id),
            invitations::client_id.eq(new.client),
            invitations::email.eq(new.email),
            invitations::role.eq(new.role),
            invitations::permissions.eq(kept),
            invitations::token_hash.eq(fingerprint(new.token)),
            invitations::invited_by.eq(new.by),
            invitations::created_at.eq(now.to_diesel()),
            invitations::sent_at.eq(now.to_diesel()),
            invitations::expires_at.eq(new.expires_at.to_diesel()),
        ))
        .on_conflict((invitations::client_id, invitations::email))
        .do_nothing()
        .execute(tx)
        .await?;
    Ok((written > 0).then_some(id))
}

/// Gives an invitation another link: the one before is void.
pub(super) async fn rotate(
    tx: &mut Conn,
    now: Timestamp,
    id: InvitationId,
    token: &str,
    expires_at: Timestamp,
) -> QueryResult<()> {
    diesel::update(invitations::table.find(id))
        .set((
            invitations::token_hash.eq(fingerprint(token)),
            invitations::sent_at.eq(now.to_diesel()),
            invitations::expires_at.eq(expires_at.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn delete(tx: &mut Conn, id: InvitationId) -> QueryResult<()> {
    diesel::delete(invitations::table.find(id)).execute(tx).await?;
    Ok(())
}

/// How many invitations of a client wait.
pub(super) async fn count(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    invitations::table.filter(invitations::client_id.eq(client)).count().get_result(conn).await
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: InvitationId,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    role: ClientRole,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    invited_by: Option<String>,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    created_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    sent_at: Timestamp,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
}

impl From<Row> for ClientInvitation {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            email: row.email,
            role: row.role,
            permissions: permissions_of_role(row.role, &row.permissions),
            invited_by: row.invited_by,
            created_at: row.created_at,
            sent_at: row.sent_at,
            expires_at: row.expires_at,
        }
    }
}

fn columns() -> String {
    format!(
        "v.id, v.email, v.role, v.permissions, {INVITER} AS invited_by, v.created_at, v.sent_at, v.expires_at"
    )
}

/// Of one client.
const FROM: &str = "client_invitations v LEFT JOIN users i ON i.id = v.invited_by WHERE v.client_id = $1";

/// Columns that the list sorts by.
pub(super) const SORTS: &[&str] = &["-created_at", "email", "expires_at"];

/// One page of the invitations of a client that wait, and how many there are.
pub(super) async fn page(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientInvitation>, i64)> {
    let from = format!("{FROM} AND ($2::text IS NULL OR v.email ILIKE $2)");
    let order = format!("v.{} {}, v.id", paging.sort, paging.direction());
    let list = List { columns: &columns(), from: &from, order: &order };
    let (rows, total): (Vec<Row>, i64) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    Ok((rows.into_iter().map(ClientInvitation::from).collect(), total))
}

/// One invitation of a client.
pub(super) async fn find(
    conn: &mut Conn,
    client: ClientId,
    id: InvitationId,
) -> QueryResult<Option<ClientInvitation>> {
    let row: Option<Row> = diesel::sql_query(format!("SELECT {} FROM {FROM} AND v.id = $2", columns()))
        .bind::<SqlUuid, _>(client)
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    Ok(row.map(ClientInvitation::from))
}

/// What a link opens.
#[derive(Debug, QueryableByName)]
pub(super) struct Open {
    #[diesel(sql_type = SqlUuid)]
    pub(super) id: InvitationId,
    #[diesel(sql_type = SqlUuid)]
    pub(super) client_id: ClientId,
    #[diesel(sql_type = Text)]
    pub(super) client_name: String,
    #[diesel(sql_type = Text)]
    pub(super) email: String,
    #[diesel(sql_type = Text)]
    pub(super) role: ClientRole,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = Nullable<Text>)]
    invited_by: Option<String>,
    #[diesel(sql_type = Bool)]
    has_login: bool,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    expires_at: Timestamp,
}

impl Open {
    /// The permissions of the role `custom`, as they are kept with the user.
    pub(super) fn permissions(&self) -> Vec<ClientPermission> {
        self.permissions.iter().filter_map(|key| key.parse().ok()).collect()
    }

    pub(super) fn offer(self) -> InvitationOffer {
        InvitationOffer {
            permissions: permissions_of_role(self.role, &self.permissions),
            client_name: self.client_name,
            email: self.email,
            role: self.role,
            invited_by: self.invited_by,
            has_login: self.has_login,
            expires_at: self.expires_at,
        }
    }
}

/// The invitation of a link, unless it is unknown, used, replaced or expired, or its client cannot be used any more.
pub(super) async fn by_token(conn: &mut Conn, now: Timestamp, token: &str) -> QueryResult<Option<Open>> {
    diesel::sql_query(format!(
        "SELECT v.id, v.client_id, {NAME} AS client_name, v.email, v.role, v.permissions, {INVITER} AS invited_by,
             EXISTS (SELECT FROM users u WHERE u.email = v.email) AS has_login, v.expires_at
         FROM client_invitations v JOIN clients c ON c.id = v.client_id LEFT JOIN users i ON i.id = v.invited_by
         WHERE v.token_hash = $1 AND v.expires_at > $2 AND c.status NOT IN ('banned', 'closed', 'fraud', 'deleted')"
    ))
    .bind::<Binary, _>(fingerprint(token))
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await
    .optional()
}

/// What the mail of an invitation needs: the client's name and language, and the login of the address when it has one.
#[derive(Debug, QueryableByName)]
pub(super) struct Addressee {
    #[diesel(sql_type = Text)]
    pub(super) client_name: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) user_id: Option<UserId>,
    #[diesel(sql_type = Text)]
    pub(super) language: Language,
}

pub(super) async fn addressee(conn: &mut Conn, client: ClientId, email: &str) -> QueryResult<Addressee> {
    diesel::sql_query(format!(
        "SELECT {NAME} AS client_name, u.id AS user_id, coalesce(u.language, c.language) AS language
         FROM clients c LEFT JOIN users u ON u.email = $2 WHERE c.id = $1"
    ))
    .bind::<SqlUuid, _>(client)
    .bind::<Text, _>(email)
    .get_result(conn)
    .await
}

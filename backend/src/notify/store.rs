//! Messages as rows, and who gets them.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use schema::{admins, client_users, clients, notifications, users};
use serde_json::Value;
use shared::notifications::Audience;
use shared::{AdminId, ClientId, Language, NotificationId, Permission, UserId};

use crate::db::Conn;

/// A message to be kept and sent.
#[derive(Debug, Insertable)]
#[diesel(table_name = notifications)]
pub struct NewNotification<'a> {
    pub id: NotificationId,
    pub event: &'a str,
    pub audience: Audience,
    pub admin_id: Option<AdminId>,
    pub user_id: Option<UserId>,
    pub client_id: Option<ClientId>,
    pub email: &'a str,
    pub language: Language,
    pub params: &'a Value,
    pub secrets_sealed: Option<Vec<u8>>,
    pub bell: bool,
    pub attachments: &'a Value,
    pub dedup_key: Option<&'a str>,
    pub created_at: jiff_diesel::Timestamp,
}

/// A person, or an address without a login, that gets a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub admin: Option<AdminId>,
    pub user: Option<UserId>,
    pub client: Option<ClientId>,
    pub email: String,
    pub language: Language,
}

/// Writes a message. False: this person was told of it before.
pub async fn insert(tx: &mut Conn, notification: NewNotification<'_>) -> QueryResult<bool> {
    let written = diesel::insert_into(notifications::table)
        .values(notification)
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(written > 0)
}

/// Some of the users who act for a client.
#[derive(Clone, Copy, Debug)]
pub enum Acting<'a> {
    Owner,
    /// Those of these ids.
    Chosen(&'a [UserId]),
    /// Owner, managers, and users that hold this right.
    Holding(&'a str),
}

/// Users who act for a client at present.
pub async fn acting(conn: &mut Conn, client: ClientId, who: Acting<'_>) -> QueryResult<Vec<Recipient>> {
    let (roles, ids, rights) = match who {
        Acting::Owner => (vec!["owner"], Vec::new(), Vec::new()),
        Acting::Chosen(ids) => (Vec::new(), ids.to_vec(), Vec::new()),
        Acting::Holding(right) => (vec!["owner", "manager"], Vec::new(), vec![right.to_owned()]),
    };
    let found: Vec<(UserId, String, Language)> = client_users::table
        .inner_join(users::table)
        .filter(client_users::client_id.eq(client).and(client_users::disabled_at.is_null()))
        .filter(users::status.ne("inactive"))
        .filter(
            client_users::role
                .eq_any(roles)
                .or(users::id.eq_any(ids))
                .or(client_users::permissions.overlaps_with(rights)),
        )
        .order(users::id)
        .select((users::id, users::email, users::language))
        .load(conn)
        .await?;
    let of = |(user, email, language)| Recipient {
        admin: None,
        user: Some(user),
        client: Some(client),
        email,
        language,
    };
    Ok(found.into_iter().map(of).collect())
}

/// Who is told of a matter of a client: owner, managers, and users that hold `right`. A client without users has its
/// own address.
pub async fn of_client(conn: &mut Conn, client: ClientId, right: &str) -> QueryResult<Vec<Recipient>> {
    let found = acting(conn, client, Acting::Holding(right)).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let own: Option<(String, Language)> = clients::table
        .find(client)
        .select((clients::email, clients::language))
        .first(conn)
        .await
        .optional()?;
    Ok(own
        .map(|(email, language)| Recipient { admin: None, user: None, client: Some(client), email, language })
        .into_iter()
        .collect())
}

/// One user.
pub async fn user(conn: &mut Conn, user: UserId) -> QueryResult<Vec<Recipient>> {
    let found: Option<(String, Language)> =
        users::table.find(user).select((users::email, users::language)).first(conn).await.optional()?;
    Ok(found
        .map(|(email, language)| Recipient { admin: None, user: Some(user), client: None, email, language })
        .into_iter()
        .collect())
}

/// One member of staff.
pub async fn admin(conn: &mut Conn, admin: AdminId) -> QueryResult<Vec<Recipient>> {
    let found: Option<(String, Language)> =
        admins::table.find(admin).select((admins::email, admins::language)).first(conn).await.optional()?;
    Ok(found
        .map(|(email, language)| Recipient { admin: Some(admin), user: None, client: None, email, language })
        .into_iter()
        .collect())
}

/// Active staff with a permission, directly or through nested groups.
pub async fn staff_with(conn: &mut Conn, permission: Permission) -> QueryResult<Vec<Recipient>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: AdminId,
        #[diesel(sql_type = Text)]
        email: String,
        #[diesel(sql_type = Text)]
        language: Language,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "WITH RECURSIVE granting AS (
             SELECT id FROM admin_groups WHERE grants_all
             UNION SELECT group_id FROM admin_group_permissions WHERE permission = $1),
         holding AS (
             SELECT id AS group_id FROM granting
             UNION SELECT g.group_id FROM admin_group_groups g JOIN holding h ON h.group_id = g.member_id)
         SELECT DISTINCT a.id, a.email, a.language FROM admins a
         JOIN admin_group_members m ON m.admin_id = a.id JOIN holding h USING (group_id)
         WHERE a.status = 'active' ORDER BY a.id",
    )
    .bind::<Text, _>(permission.as_str())
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Recipient {
            admin: Some(row.id),
            user: None,
            client: None,
            email: row.email,
            language: row.language,
        })
        .collect())
}

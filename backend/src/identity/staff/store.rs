//! Staff and groups as rows. The only file here that speaks diesel.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{admin_group_groups, admin_group_members, admin_group_permissions, admin_groups, admins};
use shared::identity::{
    AdminFilter, AdminGroupFilter, AdminGroupKind, AdminGroupName, AdminGroupSummary, AdminName, AdminStatus,
    AdminSummary, KnownAddress,
};
use shared::{AdminGroupId, AdminId, Language, Permission};
use uuid::Uuid;

use crate::db::Conn;
use crate::http::paging::Paging;
use crate::identity::access::Permissions;

pub(super) const ADMIN_SORTS: &[&str] = &["email", "last_name", "created_at", "last_sign_in_at", "status"];
pub(super) const GROUP_SORTS: &[&str] = &["name", "kind", "created_at"];

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = admins)]
pub(super) struct Admin {
    pub id: AdminId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub language: Language,
    pub status: AdminStatus,
    pub two_factor: bool,
    pub notes: String,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_sign_in_at: Option<Timestamp>,
    pub last_sign_in_ip: Option<String>,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = admin_groups)]
pub(super) struct Group {
    pub id: AdminGroupId,
    pub name: String,
    pub description: String,
    pub kind: AdminGroupKind,
    pub grants_all: bool,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

/// Lets changes of staff and groups happen one after the other, until the transaction ends.
pub(super) async fn lock(tx: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(727279)").execute(tx).await?;
    Ok(())
}

pub(super) async fn list_admins(
    conn: &mut Conn,
    paging: &Paging,
    filter: &AdminFilter,
) -> QueryResult<(Vec<AdminSummary>, i64)> {
    let pattern = paging.pattern();
    let matching = || {
        let mut query = admins::table.into_boxed();
        if let Some(pattern) = pattern.clone() {
            query = query.filter(
                admins::email
                    .ilike(pattern.clone())
                    .or(admins::first_name.ilike(pattern.clone()))
                    .or(admins::last_name.ilike(pattern)),
            );
        }
        if let Some(status) = filter.status {
            query = query.filter(admins::status.eq(status));
        }
        if let Some(group) = filter.group {
            let members = admin_group_members::table
                .filter(admin_group_members::group_id.eq(group))
                .select(admin_group_members::admin_id);
            query = query.filter(admins::id.eq_any(members));
        }
        query
    };
    let total = matching().count().get_result(conn).await?;
    let query = match (paging.sort, paging.descending) {
        ("last_name", false) => matching().order((admins::last_name.asc(), admins::id.asc())),
        ("last_name", true) => matching().order((admins::last_name.desc(), admins::id.desc())),
        ("created_at", false) => matching().order((admins::created_at.asc(), admins::id.asc())),
        ("created_at", true) => matching().order((admins::created_at.desc(), admins::id.desc())),
        ("last_sign_in_at", false) => matching().order((admins::last_sign_in_at.asc(), admins::id.asc())),
        ("last_sign_in_at", true) => {
            matching().order((admins::last_sign_in_at.desc().nulls_last(), admins::id.desc()))
        }
        ("status", false) => matching().order((admins::status.asc(), admins::id.asc())),
        ("status", true) => matching().order((admins::status.desc(), admins::id.desc())),
        (_, false) => matching().order(admins::email.asc()),
        (_, true) => matching().order(admins::email.desc()),
    };
    let rows: Vec<Admin> =
        query.select(Admin::as_select()).limit(paging.limit()).offset(paging.offset()).load(conn).await?;
    let mut groups = groups_of(conn, &rows.iter().map(|admin| admin.id).collect::<Vec<_>>()).await?;
    let items = rows
        .into_iter()
        .map(|admin| AdminSummary {
            groups: groups.remove(&admin.id).unwrap_or_default(),
            id: admin.id,
            email: admin.email,
            first_name: admin.first_name,
            last_name: admin.last_name,
            status: admin.status,
            two_factor: admin.two_factor,
            last_sign_in_at: admin.last_sign_in_at,
            created_at: admin.created_at,
        })
        .collect();
    Ok((items, total))
}

/// The groups that each of these admins is in, by name.
pub(super) async fn groups_of(
    conn: &mut Conn,
    of: &[AdminId],
) -> QueryResult<BTreeMap<AdminId, Vec<AdminGroupName>>> {
    let rows: Vec<(AdminId, AdminGroupId, String)> = admin_group_members::table
        .inner_join(admin_groups::table)
        .filter(admin_group_members::admin_id.eq_any(of))
        .order(admin_groups::name.asc())
        .select((admin_group_members::admin_id, admin_groups::id, admin_groups::name))
        .load(conn)
        .await?;
    let mut found: BTreeMap<AdminId, Vec<AdminGroupName>> = BTreeMap::new();
    for (admin, id, name) in rows {
        found.entry(admin).or_default().push(AdminGroupName { id, name });
    }
    Ok(found)
}

pub(super) async fn find_admin(conn: &mut Conn, id: AdminId) -> QueryResult<Option<Admin>> {
    Admin::query().filter(admins::id.eq(id)).first(conn).await.optional()
}

pub(super) async fn email_taken(tx: &mut Conn, email: &str, except: Option<AdminId>) -> QueryResult<bool> {
    let found: Option<AdminId> =
        admins::table.filter(admins::email.eq(email)).select(admins::id).first(tx).await.optional()?;
    Ok(found.is_some_and(|id| Some(id) != except))
}

/// What is written of a member of staff.
pub(super) struct AdminValues<'a> {
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub phone: Option<&'a str>,
    pub language: Language,
    pub status: AdminStatus,
    pub notes: &'a str,
}

pub(super) async fn insert_admin(
    tx: &mut Conn,
    now: Timestamp,
    values: &AdminValues<'_>,
    password_hash: Option<&str>,
) -> QueryResult<AdminId> {
    let id = AdminId::generate();
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(admins::table)
        .values((
            admins::id.eq(id),
            admins::email.eq(values.email),
            admins::first_name.eq(values.first_name),
            admins::last_name.eq(values.last_name),
            admins::phone.eq(values.phone),
            admins::language.eq(values.language),
            admins::status.eq(values.status),
            admins::notes.eq(values.notes),
            admins::password_hash.eq(password_hash),
            admins::password_changed_at.eq(password_hash.map(|_| at)),
            admins::created_at.eq(at),
            admins::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

pub(super) async fn update_admin(
    tx: &mut Conn,
    now: Timestamp,
    id: AdminId,
    values: &AdminValues<'_>,
) -> QueryResult<()> {
    diesel::update(admins::table.find(id))
        .set((
            admins::email.eq(values.email),
            admins::first_name.eq(values.first_name),
            admins::last_name.eq(values.last_name),
            admins::phone.eq(values.phone),
            admins::language.eq(values.language),
            admins::status.eq(values.status),
            admins::notes.eq(values.notes),
            admins::version.eq(admins::version + 1),
            admins::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn delete_admin(tx: &mut Conn, id: AdminId) -> QueryResult<()> {
    diesel::delete(admins::table.find(id)).execute(tx).await?;
    Ok(())
}

/// Whether he wrote notes about clients, which stay with his name.
pub(super) async fn wrote_notes(tx: &mut Conn, id: AdminId) -> QueryResult<bool> {
    use schema::client_notes;
    diesel::select(diesel::dsl::exists(client_notes::table.filter(client_notes::admin_id.eq(id))))
        .get_result(tx)
        .await
}

pub(super) async fn set_groups_of(tx: &mut Conn, id: AdminId, groups: &[AdminGroupId]) -> QueryResult<()> {
    diesel::delete(admin_group_members::table.filter(admin_group_members::admin_id.eq(id)))
        .execute(tx)
        .await?;
    let rows: Vec<_> = groups
        .iter()
        .map(|group| (admin_group_members::admin_id.eq(id), admin_group_members::group_id.eq(*group)))
        .collect();
    diesel::insert_into(admin_group_members::table).values(rows).on_conflict_do_nothing().execute(tx).await?;
    Ok(())
}

/// How many of these groups exist.
pub(super) async fn count_groups(tx: &mut Conn, ids: &[AdminGroupId]) -> QueryResult<i64> {
    admin_groups::table.filter(admin_groups::id.eq_any(ids)).count().get_result(tx).await
}

/// What membership in these groups gives, with everything nested in them.
pub(super) async fn permissions_of_groups(tx: &mut Conn, ids: &[AdminGroupId]) -> QueryResult<Permissions> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        permission: Option<String>,
    }
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<Row> = diesel::sql_query(
        "WITH RECURSIVE member AS (
             SELECT unnest($1) AS group_id
             UNION SELECT g.member_id FROM admin_group_groups g JOIN member ON member.group_id = g.group_id)
         SELECT p.permission FROM admin_group_permissions p JOIN member USING (group_id)
         UNION SELECT NULL FROM admin_groups g JOIN member ON member.group_id = g.id WHERE g.grants_all",
    )
    .bind::<Array<SqlUuid>, _>(ids)
    .load(tx)
    .await?;
    let all = rows.iter().any(|row| row.permission.is_none());
    let keys = rows.iter().filter_map(|row| row.permission.as_deref()?.parse().ok()).collect();
    Ok(Permissions { all, keys })
}

/// Every effective permission of an admin with the names of the groups that hold it. `None`: the group holds all.
pub(super) async fn origins(conn: &mut Conn, id: AdminId) -> QueryResult<Vec<(Option<Permission>, String)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Nullable<Text>)]
        permission: Option<String>,
        #[diesel(sql_type = Text)]
        name: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "WITH RECURSIVE member AS (
             SELECT group_id FROM admin_group_members WHERE admin_id = $1
             UNION SELECT g.member_id FROM admin_group_groups g JOIN member ON member.group_id = g.group_id)
         SELECT p.permission, g.name FROM admin_group_permissions p JOIN member USING (group_id) JOIN admin_groups g ON g.id = p.group_id
         UNION SELECT NULL, g.name FROM admin_groups g JOIN member ON member.group_id = g.id WHERE g.grants_all
         ORDER BY 2",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    let read = rows.into_iter().filter_map(|row| match row.permission {
        None => Some((None, row.name)),
        Some(key) => key.parse().ok().map(|key| (Some(key), row.name)),
    });
    Ok(read.collect())
}

/// Active staff that hold everything.
pub(super) async fn count_super(tx: &mut Conn) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let row: Row = diesel::sql_query(
        "WITH RECURSIVE holder AS (
             SELECT id AS group_id FROM admin_groups WHERE grants_all
             UNION SELECT g.group_id FROM admin_group_groups g JOIN holder ON holder.group_id = g.member_id)
         SELECT count(DISTINCT a.id) AS count FROM admins a JOIN admin_group_members m ON m.admin_id = a.id
         JOIN holder USING (group_id) WHERE a.status = 'active'",
    )
    .get_result(tx)
    .await?;
    Ok(row.count)
}

/// Staff whose permissions come, also through other groups, from this one.
pub(super) async fn reached_by(tx: &mut Conn, group: AdminGroupId) -> QueryResult<Vec<AdminId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: AdminId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "WITH RECURSIVE holder AS (
             SELECT $1 AS group_id
             UNION SELECT g.group_id FROM admin_group_groups g JOIN holder ON holder.group_id = g.member_id)
         SELECT DISTINCT m.admin_id AS id FROM admin_group_members m JOIN holder USING (group_id)",
    )
    .bind::<SqlUuid, _>(group)
    .load(tx)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Whether the groups inside a group lead back to it.
pub(super) async fn has_cycle(tx: &mut Conn, group: AdminGroupId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let row: Row = diesel::sql_query(
        "WITH RECURSIVE inside AS (
             SELECT member_id FROM admin_group_groups WHERE group_id = $1
             UNION SELECT g.member_id FROM admin_group_groups g JOIN inside ON inside.member_id = g.group_id)
         SELECT EXISTS (SELECT FROM inside WHERE member_id = $1) AS found",
    )
    .bind::<SqlUuid, _>(group)
    .get_result(tx)
    .await?;
    Ok(row.found)
}

/// Every address that he ever came from, the last one first.
pub(super) async fn addresses(conn: &mut Conn, id: AdminId) -> QueryResult<Vec<KnownAddress>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        ip: String,
        #[diesel(sql_type = Timestamptz)]
        first_at: jiff_diesel::Timestamp,
        #[diesel(sql_type = Timestamptz)]
        last_at: jiff_diesel::Timestamp,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT ip, first_at, last_at FROM admin_addresses WHERE admin_id = $1 ORDER BY last_at DESC, ip LIMIT 1000",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    let known = |row: Row| KnownAddress {
        ip: row.ip,
        first_at: row.first_at.to_jiff(),
        last_at: row.last_at.to_jiff(),
    };
    Ok(rows.into_iter().map(known).collect())
}

pub(super) async fn list_groups(
    conn: &mut Conn,
    paging: &Paging,
    filter: &AdminGroupFilter,
) -> QueryResult<(Vec<AdminGroupSummary>, i64)> {
    let pattern = paging.pattern();
    let matching = || {
        let mut query = admin_groups::table.into_boxed();
        if let Some(pattern) = pattern.clone() {
            query = query.filter(
                admin_groups::name.ilike(pattern.clone()).or(admin_groups::description.ilike(pattern)),
            );
        }
        if let Some(kind) = filter.kind {
            query = query.filter(admin_groups::kind.eq(kind));
        }
        query
    };
    let total = matching().count().get_result(conn).await?;
    let query = match (paging.sort, paging.descending) {
        ("kind", false) => matching().order((admin_groups::kind.asc(), admin_groups::id.asc())),
        ("kind", true) => matching().order((admin_groups::kind.desc(), admin_groups::id.desc())),
        ("created_at", false) => matching().order((admin_groups::created_at.asc(), admin_groups::id.asc())),
        ("created_at", true) => matching().order((admin_groups::created_at.desc(), admin_groups::id.desc())),
        (_, false) => matching().order(admin_groups::name.asc()),
        (_, true) => matching().order(admin_groups::name.desc()),
    };
    let permissions = admin_group_permissions::table
        .filter(admin_group_permissions::group_id.eq(admin_groups::id))
        .count()
        .single_value();
    let members = admin_group_members::table
        .filter(admin_group_members::group_id.eq(admin_groups::id))
        .count()
        .single_value();
    let rows: Vec<(Group, Option<i64>, Option<i64>)> = query
        .select((Group::as_select(), permissions, members))
        .limit(paging.limit())
        .offset(paging.offset())
        .load(conn)
        .await?;
    let items = rows
        .into_iter()
        .map(|(group, permissions, members)| AdminGroupSummary {
            id: group.id,
            name: group.name,
            description: group.description,
            kind: group.kind,
            grants_all: group.grants_all,
            permissions: permissions.unwrap_or(0),
            members: members.unwrap_or(0),
            created_at: group.created_at,
        })
        .collect();
    Ok((items, total))
}

pub(super) async fn find_group(conn: &mut Conn, id: AdminGroupId) -> QueryResult<Option<Group>> {
    Group::query().filter(admin_groups::id.eq(id)).first(conn).await.optional()
}

pub(super) async fn group_permissions(conn: &mut Conn, id: AdminGroupId) -> QueryResult<Vec<Permission>> {
    let keys: Vec<String> = admin_group_permissions::table
        .filter(admin_group_permissions::group_id.eq(id))
        .order(admin_group_permissions::permission.asc())
        .select(admin_group_permissions::permission)
        .load(conn)
        .await?;
    // Keys of older versions guard nothing any more.
    Ok(keys.iter().filter_map(|key| key.parse().ok()).collect())
}

pub(super) async fn group_groups(conn: &mut Conn, id: AdminGroupId) -> QueryResult<Vec<AdminGroupName>> {
    let rows: Vec<(AdminGroupId, String)> = admin_groups::table
        .filter(
            admin_groups::id.eq_any(
                admin_group_groups::table
                    .filter(admin_group_groups::group_id.eq(id))
                    .select(admin_group_groups::member_id),
            ),
        )
        .order(admin_groups::name.asc())
        .select((admin_groups::id, admin_groups::name))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(id, name)| AdminGroupName { id, name }).collect())
}

pub(super) async fn group_members(conn: &mut Conn, id: AdminGroupId) -> QueryResult<Vec<AdminName>> {
    let rows: Vec<(AdminId, String, String, String)> = admin_group_members::table
        .inner_join(admins::table)
        .filter(admin_group_members::group_id.eq(id))
        .order(admins::email.asc())
        .select((admins::id, admins::first_name, admins::last_name, admins::email))
        .load(conn)
        .await?;
    let name = |first: String, last: String| format!("{first} {last}").trim().to_owned();
    Ok(rows
        .into_iter()
        .map(|(id, first, last, email)| AdminName { id, name: name(first, last), email })
        .collect())
}

pub(super) async fn group_name_taken(
    tx: &mut Conn,
    name: &str,
    except: Option<AdminGroupId>,
) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: AdminGroupId,
    }
    let found: Option<Row> = diesel::sql_query("SELECT id FROM admin_groups WHERE lower(name) = lower($1)")
        .bind::<Text, _>(name)
        .get_result(tx)
        .await
        .optional()?;
    Ok(found.is_some_and(|row| Some(row.id) != except))
}

pub(super) async fn insert_group(
    tx: &mut Conn,
    now: Timestamp,
    (name, description): (&str, &str),
    kind: AdminGroupKind,
    grants_all: bool,
) -> QueryResult<AdminGroupId> {
    let id = AdminGroupId::generate();
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(admin_groups::table)
        .values((
            admin_groups::id.eq(id),
            admin_groups::name.eq(name),
            admin_groups::description.eq(description),
            admin_groups::kind.eq(kind),
            admin_groups::grants_all.eq(grants_all),
            admin_groups::created_at.eq(at),
            admin_groups::updated_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

pub(super) async fn update_group(
    tx: &mut Conn,
    now: Timestamp,
    id: AdminGroupId,
    (name, description): (&str, &str),
) -> QueryResult<()> {
    diesel::update(admin_groups::table.find(id))
        .set((
            admin_groups::name.eq(name),
            admin_groups::description.eq(description),
            admin_groups::version.eq(admin_groups::version + 1),
            admin_groups::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn delete_group(tx: &mut Conn, id: AdminGroupId) -> QueryResult<()> {
    diesel::delete(admin_groups::table.find(id)).execute(tx).await?;
    Ok(())
}

/// Writes what a group holds.
pub(super) async fn set_contents(
    tx: &mut Conn,
    id: AdminGroupId,
    permissions: &[Permission],
    groups: &[AdminGroupId],
) -> QueryResult<()> {
    diesel::delete(admin_group_permissions::table.filter(admin_group_permissions::group_id.eq(id)))
        .execute(tx)
        .await?;
    let rows: Vec<_> = permissions
        .iter()
        .map(|key| {
            (admin_group_permissions::group_id.eq(id), admin_group_permissions::permission.eq(key.as_str()))
        })
        .collect();
    diesel::insert_into(admin_group_permissions::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    diesel::delete(admin_group_groups::table.filter(admin_group_groups::group_id.eq(id))).execute(tx).await?;
    let rows: Vec<_> = groups
        .iter()
        .filter(|inside| **inside != id)
        .map(|inside| (admin_group_groups::group_id.eq(id), admin_group_groups::member_id.eq(*inside)))
        .collect();
    diesel::insert_into(admin_group_groups::table).values(rows).on_conflict_do_nothing().execute(tx).await?;
    Ok(())
}

/// The group of super administrators, made when it is missing.
pub(super) async fn super_group(tx: &mut Conn, now: Timestamp) -> QueryResult<AdminGroupId> {
    let found: Option<AdminGroupId> = admin_groups::table
        .filter(admin_groups::grants_all)
        .order(admin_groups::created_at.asc())
        .select(admin_groups::id)
        .first(tx)
        .await
        .optional()?;
    match found {
        Some(id) => Ok(id),
        None => {
            let words = ("Super administrators", "Hold every permission, also those of later versions.");
            insert_group(tx, now, words, AdminGroupKind::System, true).await
        }
    }
}

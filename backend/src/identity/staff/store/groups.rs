//! Groups of staff, and what they hold.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{admin_group_groups, admin_group_members, admin_group_permissions, admin_groups, admins};
use shared::identity::{AdminGroupFilter, AdminGroupKind, AdminGroupName, AdminGroupSummary, AdminName};
use shared::{AdminGroupId, AdminId, Permission};

use crate::db::Conn;
use crate::http::paging::Paging;

pub(in crate::identity::staff) const GROUP_SORTS: &[&str] = &["name", "kind", "created_at"];

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = admin_groups)]
pub(in crate::identity::staff) struct Group {
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

pub(in crate::identity::staff) async fn list_groups(
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

pub(in crate::identity::staff) async fn find_group(
    conn: &mut Conn,
    id: AdminGroupId,
) -> QueryResult<Option<Group>> {
    Group::query().filter(admin_groups::id.eq(id)).first(conn).await.optional()
}

pub(in crate::identity::staff) async fn group_permissions(
    conn: &mut Conn,
    id: AdminGroupId,
) -> QueryResult<Vec<Permission>> {
    let keys: Vec<String> = admin_group_permissions::table
        .filter(admin_group_permissions::group_id.eq(id))
        .order(admin_group_permissions::permission.asc())
        .select(admin_group_permissions::permission)
        .load(conn)
        .await?;
    // Keys of older versions guard nothing any more.
    Ok(keys.iter().filter_map(|key| key.parse().ok()).collect())
}

pub(in crate::identity::staff) async fn group_groups(
    conn: &mut Conn,
    id: AdminGroupId,
) -> QueryResult<Vec<AdminGroupName>> {
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

pub(in crate::identity::staff) async fn group_members(
    conn: &mut Conn,
    id: AdminGroupId,
) -> QueryResult<Vec<AdminName>> {
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

pub(in crate::identity::staff) async fn group_name_taken(
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

pub(in crate::identity::staff) async fn insert_group(
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

pub(in crate::identity::staff) async fn update_group(
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

pub(in crate::identity::staff) async fn delete_group(tx: &mut Conn, id: AdminGroupId) -> QueryResult<()> {
    diesel::delete(admin_groups::table.find(id)).execute(tx).await?;
    Ok(())
}

/// How many groups hold this one.
pub(in crate::identity::staff) async fn count_holders(conn: &mut Conn, id: AdminGroupId) -> QueryResult<i64> {
    admin_group_groups::table.filter(admin_group_groups::member_id.eq(id)).count().get_result(conn).await
}

/// Writes what a group holds.
pub(in crate::identity::staff) async fn set_contents(
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
pub(in crate::identity::staff) async fn super_group(
    tx: &mut Conn,
    now: Timestamp,
) -> QueryResult<AdminGroupId> {
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

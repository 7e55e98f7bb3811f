//! Which permissions come from which groups, through any depth.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use schema::admin_groups;
use shared::{AdminGroupId, AdminId, Permission};
use uuid::Uuid;

use crate::db::Conn;
use crate::identity::access::Permissions;

/// How many of these groups exist.
pub(in crate::identity::staff) async fn count_groups(
    tx: &mut Conn,
    ids: &[AdminGroupId],
) -> QueryResult<i64> {
    admin_groups::table.filter(admin_groups::id.eq_any(ids)).count().get_result(tx).await
}

/// What membership in these groups gives, with everything nested in them.
pub(in crate::identity::staff) async fn permissions_of_groups(
    tx: &mut Conn,
    ids: &[AdminGroupId],
) -> QueryResult<Permissions> {
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
pub(in crate::identity::staff) async fn origins(
    conn: &mut Conn,
    id: AdminId,
) -> QueryResult<Vec<(Option<Permission>, String)>> {
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
pub(in crate::identity::staff) async fn count_super(tx: &mut Conn) -> QueryResult<i64> {
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
pub(in crate::identity::staff) async fn reached_by(
    tx: &mut Conn,
    group: AdminGroupId,
) -> QueryResult<Vec<AdminId>> {
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
pub(in crate::identity::staff) async fn has_cycle(tx: &mut Conn, group: AdminGroupId) -> QueryResult<bool> {
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

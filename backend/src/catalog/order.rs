//! The order that staff give the rows of a table.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use shared::Code;
use shared::catalog::NewOrderOfRows;
use uuid::Uuid;

use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// Checks that the new order and the one that was read are of the same rows, each once.
fn check_order(order: &NewOrderOfRows) -> Result<()> {
    let mut fields = Fields::new();
    for (field, ids) in [("ids", &order.ids), ("read", &order.read)] {
        fields.check(ids.len() <= 1000, field, "too_long", "At most 1000 ids.");
        let distinct: BTreeSet<_> = ids.iter().collect();
        fields.check(distinct.len() == ids.len(), field, "taken", "An id is in the list twice.");
    }
    fields.finish()?;
    let (wanted, read): (BTreeSet<_>, BTreeSet<_>) =
        (order.ids.iter().collect(), order.read.iter().collect());
    if wanted != read {
        return Err(Refusal::field("read", "invalid", "Send the same ids in the order that you read.").into());
    }
    Ok(())
}

/// Gives the rows of `table` the order of the ids: all that it has, each once.
///
/// Refuses with `VersionConflict` when they stand in another order than the one that was read.
pub(super) async fn reorder(conn: &mut Conn, table: &'static str, order: &NewOrderOfRows) -> Result<()> {
    check_order(order)?;
    conn.transaction(async |tx| {
        let present = lock_known(tx, table, order).await?;
        if lacks_some(tx, table, "true", &order.ids).await? {
            return Err(Refusal::field("ids", "invalid", "Send all rows.").into());
        }
        replace(tx, table, &present, order).await
    })
    .await
}

/// Gives the rows of one group the order of the ids, as `reorder` does. Refuses rows of several groups.
pub(super) async fn reorder_in_group(
    conn: &mut Conn,
    table: &'static str,
    order: &NewOrderOfRows,
) -> Result<()> {
    check_order(order)?;
    conn.transaction(async |tx| {
        let present = lock_known(tx, table, order).await?;
        if groups_of(tx, table, &order.ids).await? > 1 {
            return Err(Refusal::field("ids", "invalid", "These are not of one group.").into());
        }
        let of_group = format!("t.group_id IN (SELECT o.group_id FROM {table} o WHERE o.id = ANY ($1))");
        if lacks_some(tx, table, &of_group, &order.ids).await? {
            return Err(Refusal::field("ids", "invalid", "Send all rows of the group.").into());
        }
        replace(tx, table, &present, order).await
    })
    .await
}

/// Keeps others from reordering the rows until the transaction ends, and reads them in their present order. Refuses rows that
/// do not exist.
async fn lock_known(tx: &mut Conn, table: &'static str, order: &NewOrderOfRows) -> Result<Vec<Uuid>> {
    lock(tx, table).await?;
    let present = in_order(tx, table, &order.ids).await?;
    if present.len() != order.ids.len() {
        return Err(Refusal::field("ids", "unknown", "One of these does not exist.").into());
    }
    Ok(present)
}

/// Writes the new order over the `present` one, which must be the one that was read.
async fn replace(tx: &mut Conn, table: &'static str, present: &[Uuid], order: &NewOrderOfRows) -> Result<()> {
    if present != order.read {
        return Err(Refusal::new(Code::VersionConflict).into());
    }
    Ok(write(tx, table, &order.ids).await?)
}

/// The place behind the last one.
pub(super) fn after(last: Option<i32>) -> i32 {
    last.map_or(0, |last| last.saturating_add(1))
}

/// Whether `ids` leave out some of the rows `t` of the table that `condition` is true of.
async fn lacks_some(tx: &mut Conn, table: &'static str, condition: &str, ids: &[Uuid]) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        lacks: bool,
    }
    let row: Row = diesel::sql_query(format!(
        "SELECT EXISTS (SELECT FROM {table} t WHERE {condition} AND t.id <> ALL ($1)) AS lacks"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .get_result(tx)
    .await?;
    Ok(row.lacks)
}

/// In how many groups these rows of the table are. None ever leaves its group.
async fn groups_of(tx: &mut Conn, table: &'static str, ids: &[Uuid]) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        groups: i64,
    }
    let row: Row = diesel::sql_query(format!(
        "SELECT count(DISTINCT t.group_id) AS groups FROM {table} t WHERE t.id = ANY ($1)"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .get_result(tx)
    .await?;
    Ok(row.groups)
}

/// Keeps others from reordering the rows of a table until the transaction ends.
async fn lock(tx: &mut Conn, table: &'static str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("order of {table}"))
        .execute(tx)
        .await?;
    Ok(())
}

/// Those of `ids` that the table has, in its order.
async fn in_order(tx: &mut Conn, table: &'static str, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Row> =
        diesel::sql_query(format!("SELECT t.id FROM {table} t WHERE t.id = ANY ($1) ORDER BY t.sort, t.id"))
            .bind::<Array<SqlUuid>, _>(ids)
            .load(tx)
            .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Gives the rows of a table the order of `ids`.
async fn write(tx: &mut Conn, table: &'static str, ids: &[Uuid]) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE {table} t SET sort = o.place::integer FROM unnest($1) WITH ORDINALITY AS o(id, place) WHERE t.id = o.id"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(tx)
    .await?;
    Ok(())
}

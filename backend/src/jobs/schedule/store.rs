//! The schedule as rows. The only file here that speaks diesel.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{schedules, tasks};
use shared::TaskId;
use shared::tasks::TaskState;

use crate::db::Conn;

#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = schedules)]
pub(super) struct Row {
    pub key: String,
    pub cron: String,
    pub time_zone: String,
    pub enabled: bool,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub next_run_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_run_at: Option<Timestamp>,
    pub last_task_id: Option<TaskId>,
    pub version: i32,
    /// As delivered: it keeps to the zone of the installation.
    pub follows_zone: bool,
}

/// How a task went.
#[derive(Clone, Debug, Queryable)]
pub(super) struct TaskRow {
    pub id: TaskId,
    pub state: TaskState,
    pub error: Option<String>,
    pub duration_ms: Option<i64>,
}

pub(super) async fn all(conn: &mut Conn) -> QueryResult<BTreeMap<String, Row>> {
    let rows: Vec<Row> = Row::query().load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}

/// All rows, taken until the transaction ends.
pub(super) async fn lock_all(tx: &mut Conn) -> QueryResult<BTreeMap<String, Row>> {
    let rows: Vec<Row> = Row::query().order(schedules::key.asc()).for_update().load(tx).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}

pub(super) async fn insert(tx: &mut Conn, now: Timestamp, row: &Row) -> QueryResult<()> {
    diesel::insert_into(schedules::table)
        .values((
            schedules::key.eq(&row.key),
            schedules::cron.eq(&row.cron),
            schedules::time_zone.eq(&row.time_zone),
            schedules::enabled.eq(row.enabled),
            schedules::next_run_at.eq(row.next_run_at.map(jiff_diesel::Timestamp::from)),
            schedules::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(())
}

/// Notes a run, or only when and where the next one is.
pub(super) async fn advance(tx: &mut Conn, row: &Row) -> QueryResult<()> {
    diesel::update(schedules::table.find(&row.key))
        .set((
            schedules::time_zone.eq(&row.time_zone),
            schedules::next_run_at.eq(row.next_run_at.map(jiff_diesel::Timestamp::from)),
            schedules::last_run_at.eq(row.last_run_at.map(jiff_diesel::Timestamp::from)),
            schedules::last_task_id.eq(row.last_task_id.map(|id| id.0)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes what staff changed.
pub(super) async fn change(tx: &mut Conn, now: Timestamp, row: &Row) -> QueryResult<()> {
    diesel::update(schedules::table.find(&row.key))
        .set((
            schedules::cron.eq(&row.cron),
            schedules::time_zone.eq(&row.time_zone),
            schedules::enabled.eq(row.enabled),
            schedules::next_run_at.eq(row.next_run_at.map(jiff_diesel::Timestamp::from)),
            schedules::version.eq(schedules::version + 1),
            schedules::follows_zone.eq(row.follows_zone),
            schedules::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// The tasks of the last runs.
pub(super) async fn tasks_of(conn: &mut Conn, ids: &[TaskId]) -> QueryResult<BTreeMap<TaskId, TaskRow>> {
    let rows: Vec<TaskRow> = tasks::table
        .filter(tasks::id.eq_any(ids))
        .select((tasks::id, tasks::state, tasks::error, tasks::duration_ms))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

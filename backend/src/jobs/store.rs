//! Tasks as rows: taken, reported, given back. The lists are in `list.rs`.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{queues, tasks};
use serde_json::Value;
use shared::TaskId;
use shared::tasks::{Queue, TaskState};

use crate::db::Conn;
use crate::jobs::Job;

/// Seconds that a lease holds without being renewed.
pub const LEASE_SECONDS: i64 = 60;

/// A task in the hands of a worker.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub struct Claimed {
    pub id: TaskId,
    pub name: String,
    pub queue: Queue,
    pub attempts: i32,
    pub attempts_max: i32,
    pub input: Value,
    pub request_id: Option<String>,
}

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    Kept,
    /// The lease was lost meanwhile: the row belongs to somebody else.
    Lost,
}

/// The task of this job that is not finished. Jobs without a key have none.
pub async fn unfinished(conn: &mut Conn, job: &Job) -> QueryResult<Option<TaskId>> {
    let states = [TaskState::Queued, TaskState::Pending, TaskState::Processing];
    tasks::table
        .filter(tasks::dedup_key.eq(job.dedup_key()).and(tasks::state.eq_any(states)))
        .select(tasks::id)
        .first(conn)
        .await
        .optional()
}

/// Takes a task that waits and is due. `None`: somebody else has it, its queue is paused, or there is nothing to do.
///
/// One statement decides, so a task never runs twice at once. `real` is real time, `now` the program's clock.
pub async fn claim(
    conn: &mut Conn,
    id: TaskId,
    owner: &str,
    now: Timestamp,
    real: Timestamp,
) -> QueryResult<Option<Claimed>> {
    let now = jiff_diesel::Timestamp::from(now);
    let paused = queues::table.filter(queues::queue.eq(tasks::queue).and(queues::paused));
    diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq_any([TaskState::Queued, TaskState::Pending]).and(tasks::run_at.le(now)))
        .filter(diesel::dsl::not(diesel::dsl::exists(paused)))
        .set((
            tasks::state.eq(TaskState::Processing),
            tasks::attempts.eq(tasks::attempts + 1),
            tasks::lease_owner.eq(owner),
            tasks::leased_until.eq(lease_end(real)),
            tasks::started_at.eq(now),
            tasks::progress.eq(0_i16),
            tasks::step.eq(None::<String>),
        ))
        .returning(Claimed::as_returning())
        .get_result(conn)
        .await
        .optional()
}

fn lease_end(real: Timestamp) -> jiff_diesel::Timestamp {
    real.checked_add(jiff::SignedDuration::from_secs(LEASE_SECONDS)).unwrap_or(real).into()
}

/// Holds the lease for longer. False when it is lost.
pub async fn renew(conn: &mut Conn, id: TaskId, owner: &str, real: Timestamp) -> QueryResult<bool> {
    let renewed = diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq(TaskState::Processing).and(tasks::lease_owner.eq(owner)))
        .set(tasks::leased_until.eq(lease_end(real)))
        .execute(conn)
        .await?;
    Ok(renewed > 0)
}

/// Notes how far the worker is.
pub async fn progress(
    conn: &mut Conn,
    id: TaskId,
    owner: &str,
    percent: i16,
    step: &str,
) -> QueryResult<Reported> {
    let noted = diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq(TaskState::Processing).and(tasks::lease_owner.eq(owner)))
        .set((tasks::progress.eq(percent.clamp(0, 100)), tasks::step.eq(step)))
        .execute(conn)
        .await?;
    Ok(if noted > 0 { Reported::Kept } else { Reported::Lost })
}

/// Says of a task that waits how far the work is that it goes on with.
pub async fn foretell(tx: &mut Conn, id: TaskId, percent: i16, step: Option<&str>) -> QueryResult<()> {
    diesel::update(tasks::table.find(id))
        .set((tasks::progress.eq(percent.clamp(0, 100)), tasks::step.eq(step)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Reports success.
pub async fn complete(
    conn: &mut Conn,
    id: TaskId,
    owner: &str,
    now: Timestamp,
    duration_ms: i64,
    output: Option<Value>,
) -> QueryResult<Reported> {
    let done = diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq(TaskState::Processing).and(tasks::lease_owner.eq(owner)))
        .set((
            tasks::state.eq(TaskState::Completed),
            tasks::progress.eq(100_i16),
            tasks::output.eq(output),
            tasks::error.eq(None::<String>),
            tasks::finished_at.eq(jiff_diesel::Timestamp::from(now)),
            tasks::leased_until.eq(jiff_diesel::NullableTimestamp::from(None)),
            tasks::duration_ms.eq(duration_ms),
        ))
        .execute(conn)
        .await?;
    Ok(if done > 0 { Reported::Kept } else { Reported::Lost })
}

/// Reports a failure: back into the queue for `again_at`, or failed for good.
pub async fn fail(
    conn: &mut Conn,
    id: TaskId,
    owner: &str,
    now: Timestamp,
    duration_ms: i64,
    error: &str,
    again_at: Option<Timestamp>,
) -> QueryResult<Reported> {
    let state = if again_at.is_some() { TaskState::Queued } else { TaskState::Failed };
    let finished = again_at.is_none().then_some(now);
    let changed = diesel::update(tasks::table.find(id))
        .filter(tasks::state.eq(TaskState::Processing).and(tasks::lease_owner.eq(owner)))
        .set((
            tasks::state.eq(state),
            tasks::error.eq(error),
            tasks::run_at.eq(jiff_diesel::Timestamp::from(again_at.unwrap_or(now))),
            tasks::finished_at.eq(jiff_diesel::NullableTimestamp::from(finished)),
            tasks::leased_until.eq(jiff_diesel::NullableTimestamp::from(None)),
            tasks::duration_ms.eq(duration_ms),
        ))
        .execute(conn)
        .await?;
    Ok(if changed > 0 { Reported::Kept } else { Reported::Lost })
}

/// Ids of tasks that are due, oldest first.
pub async fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<TaskId>> {
    tasks::table
        .filter(tasks::state.eq_any([TaskState::Queued, TaskState::Pending]))
        .filter(tasks::run_at.le(jiff_diesel::Timestamp::from(now)))
        .order((tasks::run_at, tasks::id))
        .select(tasks::id)
        .limit(limit)
        .load(conn)
        .await
}

/// A task on its way to Redis.
#[derive(Debug, Clone, QueryableByName)]
pub struct Moved {
    #[diesel(sql_type = SqlUuid)]
    pub id: TaskId,
    #[diesel(sql_type = Text)]
    pub queue: Queue,
}

/// Marks due tasks as given to Redis, in one statement; several relays share the work.
pub async fn take_for_redis(
    conn: &mut Conn,
    now: Timestamp,
    real: Timestamp,
    limit: i64,
) -> QueryResult<Vec<Moved>> {
    diesel::sql_query(
        "WITH due AS (
             SELECT id FROM tasks WHERE state = 'queued' AND run_at <= $1
                 AND queue NOT IN (SELECT queue FROM queues WHERE paused)
             ORDER BY run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
         UPDATE tasks t SET state = 'pending', pushed_at = $2 FROM due WHERE t.id = due.id
         RETURNING t.id, t.queue",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(real))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await
}

/// Puts tasks back that Redis did not take.
pub async fn put_back(conn: &mut Conn, ids: &[TaskId]) -> QueryResult<usize> {
    diesel::update(tasks::table.filter(tasks::id.eq_any(ids).and(tasks::state.eq(TaskState::Pending))))
        .set(tasks::state.eq(TaskState::Queued))
        .execute(conn)
        .await
}

/// Tasks whose worker stopped renewing its lease go back, or fail when they used up their attempts. Real time.
///
/// Manual tasks wait for a person and are left alone. Returns (given back, failed).
pub async fn return_expired(
    conn: &mut Conn,
    now: Timestamp,
    real: Timestamp,
) -> QueryResult<(usize, Vec<(TaskId, String)>)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: TaskId,
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        state: TaskState,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "WITH lost AS (
             SELECT id FROM tasks WHERE state = 'processing' AND NOT manual AND leased_until < $2
             ORDER BY id LIMIT 1000 FOR UPDATE SKIP LOCKED)
         UPDATE tasks t SET
             state = CASE WHEN t.attempts >= t.attempts_max THEN 'failed' ELSE 'queued' END,
             finished_at = CASE WHEN t.attempts >= t.attempts_max THEN $1 END,
             error = 'the worker stopped in the middle', leased_until = NULL
         FROM lost WHERE t.id = lost.id RETURNING t.id, t.name, t.state",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(real))
    .load(conn)
    .await?;
    let failed: Vec<_> = rows
        .iter()
        .filter(|row| row.state == TaskState::Failed)
        .map(|row| (row.id, row.name.clone()))
        .collect();
    Ok((rows.len() - failed.len(), failed))
}

/// Puts tasks back, with all their attempts before them. `$1`: now; a condition follows.
pub const PUT_BACK: &str = "UPDATE tasks SET state = 'queued', attempts = 0, run_at = $1, finished_at = NULL";

/// Puts tasks of these queues back that were given to Redis before `pushed_before` and that nobody took.
pub async fn return_unclaimed(
    conn: &mut Conn,
    queues: &[Queue],
    pushed_before: Timestamp,
) -> QueryResult<usize> {
    let waiting =
        tasks::table.filter(tasks::state.eq(TaskState::Pending)).filter(tasks::queue.eq_any(queues));
    diesel::update(waiting.filter(tasks::pushed_at.lt(jiff_diesel::Timestamp::from(pushed_before))))
        .set(tasks::state.eq(TaskState::Queued))
        .execute(conn)
        .await
}

/// Drops finished tasks older than `before`, a batch at a time. Returns how many.
pub async fn drop_finished(
    conn: &mut Conn,
    states: &[TaskState],
    before: Timestamp,
    limit: i64,
) -> QueryResult<usize> {
    let states: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    diesel::sql_query(
        "DELETE FROM tasks WHERE id IN (
             SELECT id FROM tasks WHERE state = ANY($1) AND created_at < $2 AND finished_at < $2 LIMIT $3)",
    )
    .bind::<Array<Text>, _>(states)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(before))
    .bind::<BigInt, _>(limit)
    .execute(conn)
    .await
}

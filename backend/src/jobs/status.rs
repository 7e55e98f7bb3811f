//! How queues and processes are doing.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use schema::schedules;
use shared::tasks::{
    AutomationProblem, AutomationStatus, Queue, QueueControl, QueueStatus, RunningProcess, TaskCounts,
};

use crate::App;
use crate::db::{self, Conn};
use crate::http::error::Result;
use crate::jobs::process::DEAD_AFTER;
use crate::jobs::queues::share;
use crate::jobs::queues::statistics::Ended;
use crate::jobs::queues::store::controls;

#[derive(QueryableByName)]
struct QueueRow {
    #[diesel(sql_type = Text)]
    queue: Queue,
    #[diesel(sql_type = BigInt)]
    waiting: i64,
    #[diesel(sql_type = BigInt)]
    later: i64,
    #[diesel(sql_type = BigInt)]
    processing: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    oldest: jiff_diesel::NullableTimestamp,
}

/// A queue that staff cannot set: one that the tables do not know.
const UNSET: QueueControl =
    QueueControl { paused: false, concurrency_min: 1, concurrency_max: 1, version: 0 };

/// Every queue, with what waits and what happened in the last 24 hours. `slots` are those of each working process. Three
/// statements.
pub async fn queues(conn: &mut Conn, now: Timestamp, slots: &[usize]) -> QueryResult<Vec<QueueStatus>> {
    let waiting: Vec<QueueRow> = diesel::sql_query(
        "SELECT queue, count(*) FILTER (WHERE state <> 'processing' AND run_at <= $1) AS waiting,
             count(*) FILTER (WHERE state <> 'processing' AND run_at > $1) AS later,
             count(*) FILTER (WHERE state = 'processing' AND NOT manual) AS processing,
             min(run_at) FILTER (WHERE state <> 'processing' AND run_at <= $1) AS oldest
         FROM tasks WHERE state IN ('queued', 'pending', 'processing') GROUP BY queue",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(conn)
    .await?;
    let since = now.checked_sub(SignedDuration::from_hours(24)).unwrap_or(now);
    let day: Vec<Ended> = diesel::sql_query(
        "SELECT queue, count(*) FILTER (WHERE state = 'completed') AS completed,
             count(*) FILTER (WHERE state = 'failed') AS failed
         FROM tasks WHERE state IN ('completed', 'failed') AND finished_at >= $1 GROUP BY queue",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
    .load(conn)
    .await?;
    let controls = controls(conn).await?;
    let in_force = share::in_force(slots, &controls);
    let status = |queue: &Queue| {
        let row = waiting.iter().find(|row| row.queue == *queue);
        let day = day.iter().find(|row| row.queue == *queue);
        let oldest = row.and_then(|row| row.oldest.to_jiff());
        QueueStatus {
            queue: *queue,
            waiting: row.map_or(0, |row| row.waiting),
            later: row.map_or(0, |row| row.later),
            processing: row.map_or(0, |row| row.processing),
            longest_wait_seconds: oldest.map_or(0, |oldest| now.duration_since(oldest).as_secs()),
            completed_day: day.map_or(0, |day| day.completed),
            failed_day: day.map_or(0, |day| day.failed),
            in_force: in_force.iter().find(|(of, _)| of == queue).map_or(0, |(_, most)| *most),
            control: controls.iter().find(|(of, _)| of == queue).map_or(UNSET, |(_, control)| *control),
        }
    };
    Ok(Queue::ALL.iter().map(status).collect())
}

/// Shows the queues at `/metrics`.
pub(super) async fn gauge(conn: &mut Conn, now: Timestamp) -> QueryResult<()> {
    let number = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    for status in queues(conn, now, &[]).await? {
        let queue = status.queue.as_str();
        for (state, value) in
            [("waiting", status.waiting), ("later", status.later), ("processing", status.processing)]
        {
            metrics::gauge!("queue_tasks", "queue" => queue, "state" => state).set(number(value));
        }
        metrics::gauge!("queue_longest_wait_seconds", "queue" => queue)
            .set(number(status.longest_wait_seconds));
    }
    Ok(())
}

/// Tasks in each state.
pub async fn counts(conn: &mut Conn) -> QueryResult<TaskCounts> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        state: String,
        #[diesel(sql_type = BigInt)]
        count: i64,
        #[diesel(sql_type = BigInt)]
        manual: i64,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT state, count(*) AS count, count(*) FILTER (WHERE manual) AS manual FROM tasks GROUP BY state",
    )
    .load(conn)
    .await?;
    let of = |state: &str| rows.iter().find(|row| row.state == state).map_or(0, |row| row.count);
    Ok(TaskCounts {
        queued: of("queued"),
        pending: of("pending"),
        processing: of("processing"),
        completed: of("completed"),
        failed: of("failed"),
        duplicate: of("duplicate"),
        cancelled: of("cancelled"),
        manual: rows.iter().find(|row| row.state == "processing").map_or(0, |row| row.manual),
    })
}

#[derive(QueryableByName)]
struct ProcessRow {
    #[diesel(sql_type = Text)]
    host: String,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Timestamptz)]
    started_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    seen_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Bool)]
    leader: bool,
    #[diesel(sql_type = BigInt)]
    running: i64,
    #[diesel(sql_type = Integer)]
    concurrency: i32,
}

/// Processes that live, and those that stopped without a word a while ago.
async fn processes(conn: &mut Conn, real: Timestamp) -> QueryResult<Vec<RunningProcess>> {
    let rows: Vec<ProcessRow> = diesel::sql_query(
        "SELECT p.host, p.role, p.app_version AS version, p.started_at, p.seen_at, p.leader, p.concurrency,
             (SELECT count(*) FROM tasks t WHERE t.state = 'processing' AND split_part(t.lease_owner, '#', 1) = p.host
                  AND p.role <> 'serve') AS running
         FROM processes p ORDER BY p.started_at LIMIT 100",
    )
    .load(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let alive = real.duration_since(row.seen_at.to_jiff()) < DEAD_AFTER;
            RunningProcess {
                host: row.host,
                role: row.role,
                version: row.version,
                started_at: row.started_at.to_jiff(),
                seen_at: row.seen_at.to_jiff(),
                alive,
                leader: row.leader && alive,
                running: if alive { row.running } else { 0 },
                concurrency: i64::from(row.concurrency),
            }
        })
        .collect())
}

/// Whether a process holds the lock of the schedule's leader in this database.
pub(super) async fn has_leader(conn: &mut Conn) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let row: Row = diesel::sql_query(
        "SELECT count(*) AS count FROM pg_locks l JOIN pg_database d ON d.oid = l.database
         WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database()
           AND (l.classid::bigint << 32 | l.objid::bigint) = $1",
    )
    .bind::<BigInt, _>(db::locks::SCHEDULER)
    .get_result(conn)
    .await?;
    Ok(row.count > 0)
}

/// How the automation is doing.
pub async fn automation(app: &App, conn: &mut Conn) -> Result<AutomationStatus> {
    let (now, real) = (app.clock.now(), app.clock.real_now());
    let processes = processes(conn, real).await?;
    let has_leader = has_leader(conn).await?;
    let last_run: Option<jiff_diesel::NullableTimestamp> =
        schedules::table.select(diesel::dsl::max(schedules::last_run_at)).first(conn).await.optional()?;
    let workers_alive = processes.iter().filter(|process| process.alive && process.role != "serve").count();
    let working = processes.iter().filter(|process| process.alive && process.concurrency > 0);
    let slots: Vec<usize> =
        working.map(|process| usize::try_from(process.concurrency).unwrap_or(usize::MAX)).collect();
    let queues = queues(conn, now, &slots).await?;
    let waits_long = |queue: &QueueStatus| !queue.control.paused && queue.longest_wait_seconds > 300;
    let problems: Vec<AutomationProblem> = [
        (AutomationProblem::NoWorker, workers_alive == 0),
        (AutomationProblem::NoLeader, !has_leader),
        (AutomationProblem::ProcessLost, processes.iter().any(|process| !process.alive)),
        (AutomationProblem::LongWait, queues.iter().any(waits_long)),
    ]
    .into_iter()
    .filter_map(|(problem, holds)| holds.then_some(problem))
    .collect();
    Ok(AutomationStatus {
        healthy: problems.is_empty(),
        problems,
        heartbeat_at: processes.iter().map(|process| process.seen_at).max(),
        last_run_at: last_run.and_then(|at| at.to_jiff()),
        has_leader,
        workers_alive: i64::try_from(workers_alive).unwrap_or(i64::MAX),
        processes,
        queues,
    })
}

//! How queues and processes are doing.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use schema::{processes, schedules};
use shared::tasks::{AutomationStatus, Queue, QueueStatus, RunningProcess, TaskCounts};

use crate::App;
use crate::db::{self, Conn};
use crate::http::error::Result;
use crate::jobs::process::DEAD_AFTER;

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

#[derive(QueryableByName)]
struct DayRow {
    #[diesel(sql_type = Text)]
    queue: Queue,
    #[diesel(sql_type = BigInt)]
    completed: i64,
    #[diesel(sql_type = BigInt)]
    failed: i64,
}

/// Every queue, with what waits and what happened in the last 24 hours. Two statements.
pub async fn queues(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<QueueStatus>> {
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
    let day: Vec<DayRow> = diesel::sql_query(
        "SELECT queue, count(*) FILTER (WHERE state = 'completed') AS completed,
             count(*) FILTER (WHERE state = 'failed') AS failed
         FROM tasks WHERE state IN ('completed', 'failed') AND created_at >= $1 GROUP BY queue",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
    .load(conn)
    .await?;
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
        }
    };
    Ok(Queue::ALL.iter().map(status).collect())
}

/// Shows the queues at `/metrics`.
pub(super) async fn gauge(conn: &mut Conn, now: Timestamp) -> QueryResult<()> {
    let number = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
    for status in queues(conn, now).await? {
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

type ProcessRow = (String, String, String, jiff_diesel::Timestamp, jiff_diesel::Timestamp);

/// Whether a process holds the lock of the schedule's leader in this database.
async fn has_leader(conn: &mut Conn) -> QueryResult<bool> {
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
    let rows: Vec<ProcessRow> = processes::table
        .order(processes::started_at)
        .select((
            processes::host,
            processes::role,
            processes::app_version,
            processes::started_at,
            processes::seen_at,
        ))
        .limit(100)
        .load(conn)
        .await?;
    let has_leader = has_leader(conn).await?;
    let last_run: Option<jiff_diesel::NullableTimestamp> =
        schedules::table.select(diesel::dsl::max(schedules::last_run_at)).first(conn).await.optional()?;
    let processes: Vec<RunningProcess> = rows
        .into_iter()
        .map(|(host, role, version, started, seen)| RunningProcess {
            host,
            role,
            version,
            started_at: started.to_jiff(),
            seen_at: seen.to_jiff(),
            alive: real.duration_since(seen.to_jiff()) < DEAD_AFTER,
        })
        .collect();
    let workers_alive = processes.iter().filter(|process| process.alive).count();
    let queues = queues(conn, now).await?;
    let mut problems = Vec::new();
    if workers_alive == 0 {
        problems.push("No worker is running.".to_owned());
    }
    if !has_leader {
        problems.push("No process leads the schedule.".to_owned());
    }
    if queues.iter().any(|queue| queue.longest_wait_seconds > 300) {
        problems.push("Tasks have waited for more than five minutes.".to_owned());
    }
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

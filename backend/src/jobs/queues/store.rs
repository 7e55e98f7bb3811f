//! What staff set of the queues, as rows; the statements of the charts are in `statistics`.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{queues, tasks};
use shared::tasks::{Queue, QueueControl, TaskState};

use crate::db::Conn;
use crate::jobs::store::PUT_BACK;

type Row = (Queue, bool, i32, i32, i32);

const COLUMNS: (
    queues::queue,
    queues::paused,
    queues::concurrency_min,
    queues::concurrency_max,
    queues::version,
) = (queues::queue, queues::paused, queues::concurrency_min, queues::concurrency_max, queues::version);

fn control((queue, paused, concurrency_min, concurrency_max, version): Row) -> (Queue, QueueControl) {
    (queue, QueueControl { paused, concurrency_min, concurrency_max, version })
}

pub(in crate::jobs) async fn controls(conn: &mut Conn) -> QueryResult<Vec<(Queue, QueueControl)>> {
    let rows: Vec<Row> = queues::table.select(COLUMNS).load(conn).await?;
    Ok(rows.into_iter().map(control).collect())
}

pub(in crate::jobs) async fn lock(tx: &mut Conn, queue: Queue) -> QueryResult<Option<QueueControl>> {
    let row: Option<Row> =
        queues::table.find(queue).select(COLUMNS).for_update().first(tx).await.optional()?;
    Ok(row.map(|row| control(row).1))
}

/// Writes what staff set. Tasks of a paused queue that were given to Redis go back: their messages find nothing to do.
pub(in crate::jobs) async fn change(
    tx: &mut Conn,
    now: Timestamp,
    queue: Queue,
    wanted: QueueControl,
) -> QueryResult<()> {
    diesel::update(queues::table.find(queue))
        .set((
            queues::paused.eq(wanted.paused),
            queues::concurrency_min.eq(wanted.concurrency_min),
            queues::concurrency_max.eq(wanted.concurrency_max),
            queues::version.eq(queues::version + 1),
            queues::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    if wanted.paused {
        diesel::update(tasks::table.filter(tasks::queue.eq(queue).and(tasks::state.eq(TaskState::Pending))))
            .set(tasks::state.eq(TaskState::Queued))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// How much waits or runs in each queue, for workers that share themselves out.
pub(in crate::jobs) async fn demand(conn: &mut Conn, now: Timestamp) -> QueryResult<Vec<(Queue, i64)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        queue: Queue,
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    // A thousand of each state tells enough: the shares are of a few slots.
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT queue, count(*) AS count FROM (
             (SELECT queue FROM tasks WHERE state = 'queued' AND run_at <= $1 LIMIT 1000) UNION ALL
             (SELECT queue FROM tasks WHERE state = 'pending' LIMIT 1000) UNION ALL
             (SELECT queue FROM tasks WHERE state = 'processing' AND NOT manual LIMIT 1000)) t
         GROUP BY queue",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.queue, row.count)).collect())
}

/// Failed tasks of a queue: how many can be put back, and how many do work that waits already under another task.
pub(in crate::jobs) async fn failed(conn: &mut Conn, queue: Queue) -> QueryResult<(i64, i64)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        all: i64,
        #[diesel(sql_type = BigInt)]
        free: i64,
    }
    let row: Row = diesel::sql_query(format!(
        "SELECT (SELECT count(*) FROM tasks WHERE queue = $1 AND state = 'failed' AND NOT manual) AS all,
             (SELECT count(*) FROM ({FREE}) free) AS free"
    ))
    .bind::<Text, _>(queue)
    .bind::<Text, _>(queue)
    .get_result(conn)
    .await?;
    Ok((row.free, row.all - row.free))
}

/// The failed tasks that may be put back: of each key the last one, when none of it is unfinished. `$2`: the queue.
const FREE: &str = "SELECT DISTINCT ON (coalesce(dedup_key, id::text)) id FROM tasks f
     WHERE queue = $2 AND state = 'failed' AND NOT manual
       AND NOT EXISTS (SELECT FROM tasks u WHERE u.dedup_key = f.dedup_key
                       AND u.state IN ('queued', 'pending', 'processing'))
     ORDER BY coalesce(dedup_key, id::text), created_at DESC";

/// Puts them back, with all their attempts before them: how many.
pub(in crate::jobs) async fn retry_failed(tx: &mut Conn, queue: Queue, now: Timestamp) -> QueryResult<i64> {
    let put_back = diesel::sql_query(format!("{PUT_BACK} WHERE id IN ({FREE})"))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .bind::<Text, _>(queue)
        .execute(tx)
        .await?;
    Ok(i64::try_from(put_back).unwrap_or(i64::MAX))
}

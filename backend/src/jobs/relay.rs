//! Carries due tasks from PostgreSQL to Redis, and brings back what was lost on the way.

use std::time::{Duration, Instant};

use apalis_redis::ConnectionManager;
use diesel_async::AsyncConnection;
use jiff::SignedDuration;
use shared::tasks::Queue;
use tokio::sync::watch;

use crate::App;
use crate::http::error::Error;
use crate::jobs::{redis, status, store, worker};

/// How often the relay looks for due tasks.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often lost leases and lost messages are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(5);
/// How long Redis may take to take them.
const PUSHED_WITHIN: Duration = Duration::from_secs(10);
/// Tasks moved in one statement.
const BATCH: i64 = 500;
/// A message that nobody took for so long is taken for lost.
const LOST_AFTER: SignedDuration = SignedDuration::from_mins(5);
/// The same in a queue whose other messages wait to be taken.
const LOST_AFTER_BACKLOG: SignedDuration = SignedDuration::from_hours(1);

/// Relays until `stop` says so; when Redis or PostgreSQL is away, tries again.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    while !is_over(&stop) {
        if let Err(error) = relay(&app, stop.clone()).await {
            tracing::warn!(error = format!("{error:#}"), "tasks cannot be given to Redis, trying again");
        }
        pause(&mut stop, Duration::from_secs(1)).await;
    }
}

/// Whoever would say so may also have gone.
fn is_over(stop: &watch::Receiver<bool>) -> bool {
    *stop.borrow() || stop.has_changed().is_err()
}

/// Waits, but not when it is time to stop.
async fn pause(stop: &mut watch::Receiver<bool>, time: Duration) {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => {}
        () = tokio::time::sleep(time) => {}
    }
}

async fn relay(app: &App, mut stop: watch::Receiver<bool>) -> anyhow::Result<()> {
    let mut connection = tokio::select! {
        _ = stop.wait_for(|stop| *stop) => return Ok(()),
        connection = redis::connect(&app.config) => connection?,
    };
    let mut swept = Instant::now() - SWEEP_EVERY;
    // Only between two rounds: a task that was taken for Redis is given to it, or put back.
    while !is_over(&stop) {
        app.clock.reload(&app.db).await?;
        if swept.elapsed() >= SWEEP_EVERY {
            sweep(app, &mut connection).await?;
            swept = Instant::now();
        }
        if move_due(app, &mut connection).await? < BATCH {
            pause(&mut stop, LOOK_EVERY).await;
        }
    }
    Ok(())
}

/// Gives due tasks to Redis. Returns how many.
async fn move_due(app: &App, connection: &mut ConnectionManager) -> anyhow::Result<i64> {
    let real = app.clock.real_now();
    let moved = store::take_for_redis(&mut *app.db.get().await?, app.clock.now(), real, BATCH).await?;
    if moved.is_empty() {
        return Ok(0);
    }
    let push = redis::push(connection, &app.config, &moved, real.as_microsecond());
    let pushed = tokio::time::timeout(PUSHED_WITHIN, push).await;
    if let Err(error) = pushed.map_err(anyhow::Error::from).flatten() {
        let ids: Vec<_> = moved.iter().map(|task| task.id).collect();
        store::put_back(&mut *app.db.get().await?, &ids).await?;
        return Err(error);
    }
    Ok(i64::try_from(moved.len())?)
}

/// Brings back tasks whose worker died, and tasks whose message is gone.
async fn sweep(app: &App, connection: &mut ConnectionManager) -> anyhow::Result<()> {
    let real = app.clock.real_now();
    let here = redis::check_mark(connection, &app.config).await?;
    let mut conn = app.db.get().await?;
    let now = app.clock.now();
    let (returned, failed) = conn
        .transaction::<_, Error, _>(async |tx| {
            let (returned, failed) = store::return_expired(tx, now, real).await?;
            for (id, name) in &failed {
                worker::tell_staff(tx, now, *id, name, "the worker stopped in the middle").await?;
            }
            Ok((returned, failed.len()))
        })
        .await
        .map_err(|error| anyhow::anyhow!(error.to_string()))?;
    if returned + failed > 0 {
        tracing::warn!(returned, failed, "tasks whose worker stopped were brought back");
    }
    let lost = if here {
        // As long as Redis has messages of a queue, nobody may have come to the others: they are lost only after long. A
        // task that is pushed twice runs once.
        let emptied = redis::empty_queues(connection, &app.config).await?;
        let soon = store::return_unclaimed(&mut conn, &emptied, real.checked_sub(LOST_AFTER)?).await?;
        let busy = real.checked_sub(LOST_AFTER_BACKLOG)?;
        soon + store::return_unclaimed(&mut conn, Queue::ALL, busy).await?
    } else {
        store::return_unclaimed(&mut conn, Queue::ALL, jiff::Timestamp::MAX).await?
    };
    if lost > 0 {
        tracing::warn!(lost, emptied = !here, "messages were lost, their tasks are pushed again");
    }
    redis::trim(connection, &app.config).await?;
    status::gauge(&mut conn, now).await?;
    Ok(())
}

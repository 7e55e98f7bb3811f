//! Runs all due tasks right here, without Redis: for tests and for the demonstration.

use anyhow::Context;
use futures::{StreamExt, TryStreamExt, stream};
use shared::TaskId;

use crate::App;
use crate::http::error::{Error, Result};
use crate::jobs::store;
use crate::jobs::worker::{self, Ran};

/// Rows fetched at a time.
const BATCH: i64 = 100;

/// What was run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    pub completed: usize,
    /// Tasks that failed, with the reason: to be tried again later, or for good.
    pub failed: Vec<(TaskId, String)>,
}

/// Runs every task that is due by the program's clock, and what these leave behind, until nothing is due.
///
/// A failed task waits for its next try like anywhere else, so this always ends unless a job puts itself into the queue
/// for the present instant.
pub async fn drain(app: &App) -> Result<Drained> {
    drain_beside(app, 1).await
}

/// The same with so many tasks at once.
pub async fn drain_beside(app: &App, at_once: usize) -> Result<Drained> {
    let mut drained = Drained::default();
    loop {
        let due = store::due(&mut *app.db.get().await?, app.clock.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(drained);
        }
        let mut ran_any = false;
        let running = stream::iter(due).map(|id| {
            let app = app.clone();
            let running = tokio::spawn(async move { worker::run_task(&app, id, "here").await });
            async move { Ok::<_, Error>((id, running.await.context("a task was taken down")??)) }
        });
        let ran: Vec<(TaskId, Ran)> = running.buffered(at_once).try_collect().await?;
        for (id, ran) in ran {
            match ran {
                Ran::Completed => drained.completed += 1,
                Ran::Retried(error) | Ran::Failed(error) => drained.failed.push((id, error)),
                Ran::NotOurs | Ran::LeaseLost => continue,
            }
            ran_any = true;
        }
        if !ran_any {
            // All of them are with somebody else.
            return Ok(drained);
        }
    }
}

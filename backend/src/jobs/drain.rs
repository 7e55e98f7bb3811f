//! Runs all due tasks right here, without Redis: for tests and for the demonstration.

use shared::TaskId;

use crate::App;
use crate::http::error::Result;
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
    let mut drained = Drained::default();
    loop {
        let due = store::due(&mut *app.db.get().await?, app.clock.now(), BATCH).await?;
        if due.is_empty() {
            return Ok(drained);
        }
        let mut ran_any = false;
        for id in due {
            match worker::run_task(app, id, "here").await? {
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

//! The task that is being run: what a job may say about itself.

use std::cell::{Cell, RefCell};

use serde::Serialize;
use serde_json::Value;
use shared::TaskId;

use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::store;

/// The present task, while it runs.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) task: TaskId,
    pub(super) owner: String,
    output: RefCell<Option<Value>>,
    /// The percent that was noted last.
    noted: Cell<i16>,
}

tokio::task_local! {
    static CURRENT: Current;
}

impl Current {
    pub(super) fn new(task: TaskId, owner: String) -> Self {
        Self { task, owner, output: RefCell::new(None), noted: Cell::new(0) }
    }
}

/// Runs `work` as the task; answers what it returned and what it left as output.
pub(super) async fn within<T>(current: Current, work: impl Future<Output = T>) -> (T, Option<Value>) {
    CURRENT
        .scope(current, async {
            let result = work.await;
            (result, CURRENT.with(|current| current.output.take()))
        })
        .await
}

/// The task being run; `None` outside of any.
pub fn task() -> Option<TaskId> {
    CURRENT.try_with(|current| current.task).ok()
}

/// Leaves what staff shall see as the task's output. Never a secret. Outside of a task it does nothing.
pub fn output(value: &impl Serialize) -> Result<()> {
    let value = serde_json::to_value(value)?;
    // Outside of a task nobody reads it.
    let _outside = CURRENT.try_with(|current| current.output.replace(Some(value)));
    Ok(())
}

/// Notes how far the task is, for the task queue page; `step` goes with the percent. Outside of a task, and when the percent is
/// the one that was noted last, it does nothing.
///
/// Not inside a transaction: nobody would see it, and the lease could not be renewed.
pub async fn progress(conn: &mut Conn, percent: i16, step: &str) -> Result<()> {
    let news = |current: &Current| {
        let news = current.noted.replace(percent) != percent;
        news.then(|| (current.task, current.owner.clone()))
    };
    let Ok(Some((task, owner))) = CURRENT.try_with(news) else { return Ok(()) };
    store::progress(conn, task, &owner, percent, step).await?;
    Ok(())
}

/// A task whose work is known beforehand: so many stages, and so many pieces in the one that it is in.
#[derive(Debug)]
pub struct Walk {
    stages: usize,
    stage: usize,
    name: &'static str,
    pieces: usize,
    done: usize,
}

impl Walk {
    pub fn of(stages: usize) -> Self {
        Self { stages, stage: 0, name: "", pieces: 0, done: 0 }
    }

    /// The next stage, by a name for staff.
    pub fn begin(&mut self, name: &'static str, pieces: usize) {
        *self = Self { stages: self.stages, stage: self.stage + 1, name, pieces, done: 0 };
    }

    /// A piece of the stage is done. Not inside a transaction.
    pub async fn step(&mut self, conn: &mut Conn) -> Result<()> {
        self.done += 1;
        progress(conn, self.percent(), self.name).await
    }

    /// Below 100 until the task is over.
    fn percent(&self) -> i16 {
        let before = self.stage.saturating_sub(1) * 100;
        let share = (self.done * 100).checked_div(self.pieces).unwrap_or(0).min(100);
        let percent = (before + share).checked_div(self.stages).unwrap_or(0);
        i16::try_from(percent).unwrap_or(i16::MAX).min(99)
    }
}

#[cfg(test)]
mod tests {
    use super::Walk;

    #[test]
    fn each_stage_is_an_equal_part_of_the_way() {
        let mut walk = Walk::of(4);
        let mut seen = Vec::new();
        for pieces in [0, 2, 3, 1] {
            walk.begin("on the way", pieces);
            for _ in 0..pieces {
                walk.done += 1;
                seen.push(walk.percent());
            }
        }
        assert_eq!(seen, [37, 50, 58, 66, 75, 99]);
        assert_eq!(Walk::of(0).percent(), 0);
    }
}

//! The task that is being run: what a job may say about itself.

use std::cell::RefCell;

use serde::Serialize;
use serde_json::Value;
use shared::TaskId;

use crate::App;
use crate::http::error::Result;
use crate::jobs::store;

/// The present task, while it runs.
#[derive(Debug)]
pub(super) struct Current {
    pub(super) task: TaskId,
    pub(super) owner: String,
    output: RefCell<Option<Value>>,
}

tokio::task_local! {
    static CURRENT: Current;
}

impl Current {
    pub(super) fn new(task: TaskId, owner: String) -> Self {
        Self { task, owner, output: RefCell::new(None) }
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

/// Notes how far the task is, for the task queue page. Outside of a task it does nothing.
pub async fn progress(app: &App, percent: i16, step: &str) -> Result<()> {
    let Ok((task, owner)) = CURRENT.try_with(|current| (current.task, current.owner.clone())) else {
        return Ok(());
    };
    store::progress(&mut *app.db.get().await?, task, &owner, percent, step).await?;
    Ok(())
}

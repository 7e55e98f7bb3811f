//! What each job does.

use crate::App;
use crate::http::error::Result;
use crate::jobs::Job;

/// Runs one job. An error is kept on the task, which is tried again later.
pub async fn run(_app: &App, job: Job) -> Result<()> {
    match job {
        other => Err(anyhow::anyhow!("no worker knows {}", other.name()).into()),
    }
}

//! What each job does.

use crate::App;
use crate::billing;
use crate::http::error::Result;
use crate::jobs::Job;

/// Runs one job. An error is kept on the task, which is tried again later.
pub async fn run(app: &App, job: Job) -> Result<()> {
    match job {
        Job::Charge => billing::charging::run(app).await.map(|_charged| ()),
        Job::BooksAudit => billing::audit::nightly(app).await,
        Job::WalletForecast => billing::wallet::forecast::warn(app).await,
        Job::TypesetDocument { document } => billing::document::paper::typeset(app, document).await,
        other => Err(anyhow::anyhow!("no worker knows {}", other.name()).into()),
    }
}

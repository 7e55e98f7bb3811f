//! What each job does.

use crate::App;
use crate::billing;
use crate::http::error::Result;
use crate::jobs::{Job, cleanup};
use crate::{catalog, identity, notify, services};

/// Runs one job. An error is kept on the task, which is tried again later.
pub async fn run(app: &App, job: Job) -> Result<()> {
    match job {
        Job::Charge => billing::charging::run(app).await.map(|_charged| ()),
        Job::BooksAudit => billing::audit::nightly(app).await,
        Job::WalletForecast => billing::wallet::forecast::warn(app).await,
        Job::DocumentReminders => billing::document::reminders::run(app).await,
        Job::TypesetDocument { document } => billing::document::paper::typeset(app, document).await,
        Job::Statements => billing::statement::make::run(app).await,
        Job::TypesetStatement { client, month } => {
            billing::statement::paper::typeset(app, client, month).await
        }
        Job::PriceChange { change } => services::price_change::work::run(app, change).await,
        Job::WalletToppedUp { client } => {
            services::automation::topped_up(&mut *app.db.get().await?, app.clock.now(), client).await
        }
        Job::ServicePastDue { service } => {
            services::automation::past_due(&mut *app.db.get().await?, app.clock.now(), service).await
        }
        Job::ServiceDeadlines => services::deadlines::run(&mut *app.db.get().await?, app.clock.now()).await,
        Job::OrderPlaced { order } => services::order::actions::go_on(app, order).await,
        Job::ClientServices { client } => {
            services::automation::client_services(&mut *app.db.get().await?, app.clock.now(), client).await
        }
        Job::Provision { service }
        | Job::ModuleSuspend { service }
        | Job::ModuleResume { service }
        | Job::ModuleTerminate { service }
        | Job::ModuleIdle { service }
        | Job::ModuleChangeOptions { service }
        | Job::ModuleCancel { service } => services::operation::run(app, service).await,
        Job::SendNotification { notification } => notify::send::send(app, notification).await,
        Job::WaitingMail => notify::send::send_waiting(app).await,
        Job::SignInFailed { email, ip, failures, at } => {
            identity::session::alert::sign_in_failed(app, &email, &ip, failures, at).await
        }
        Job::Cleanup => cleanup::run(app).await,
        Job::ConvertPrices => catalog::price::convert::convert(&mut *app.db.get().await?, app.clock.now())
            .await
            .map(|_written| ()),
    }
}

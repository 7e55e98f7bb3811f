//! What each job does.

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;

use crate::App;
use crate::billing;
use crate::billing::charging::batch::Batch;
use crate::http::error::Result;
use crate::jobs::{Job, cleanup, current};
use crate::{catalog, identity, notify, services, settings};

/// Runs one job. An error is kept on the task, which is tried again later.
///
/// Each is boxed apart: what one needs on the way would otherwise be set aside for all of them at once.
pub fn run(app: &App, job: Job) -> BoxFuture<'_, Result<()>> {
    match job {
        Job::Charge => async {
            let billing::charging::Charged { batch, .. } = billing::charging::run(app).await?;
            let Batch { clients, charges, short } = batch;
            current::output(&json!({ "clients": clients, "charges": charges, "short": short }))
        }
        .boxed(),
        Job::BooksAudit => billing::audit::nightly(app).boxed(),
        Job::WalletForecast => billing::wallet::forecast::warn(app).boxed(),
        Job::DocumentReminders => billing::document::reminders::run(app).boxed(),
        Job::TypesetDocument { document } => billing::document::paper::typeset(app, document).boxed(),
        Job::VatCheck { client, since } => billing::tax::vat::check::run(app, client, since).boxed(),
        Job::VatRechecks => {
            async { billing::tax::vat::recheck(&mut *app.db.get().await?, app.clock.now()).await }.boxed()
        }
        Job::Statements => billing::statement::make::run(app).boxed(),
        Job::TypesetStatement { client, month } => {
            billing::statement::paper::typeset(app, client, month).boxed()
        }
        Job::PriceChange { change } => services::price_change::work::run(app, change).boxed(),
        Job::WalletToppedUp { client } => async move {
            services::automation::topped_up(&mut *app.db.get().await?, app.clock.now(), client).await
        }
        .boxed(),
        Job::ServicePastDue { service } => async move {
            services::automation::past_due(&mut *app.db.get().await?, app.clock.now(), service).await
        }
        .boxed(),
        Job::ServiceDeadlines => {
            async { services::deadlines::run(&mut *app.db.get().await?, app.clock.now()).await }.boxed()
        }
        Job::ClientServices { client } => async move {
            services::automation::client_services(&mut *app.db.get().await?, app.clock.now(), client).await
        }
        .boxed(),
        Job::Provision { service }
        | Job::ModuleSuspend { service }
        | Job::ModuleResume { service }
        | Job::ModuleTerminate { service }
        | Job::ModuleIdle { service }
        | Job::ModuleChangeOptions { service }
        | Job::ModuleCancel { service } => services::operation::run(app, service).boxed(),
        Job::ModuleSchedule { module, entry } => {
            async move { services::scheduled::run(app, &module, &entry).await }.boxed()
        }
        Job::SendNotification { notification } => notify::send::send(app, notification).boxed(),
        Job::WaitingMail => notify::send::send_waiting(app).boxed(),
        Job::SignInFailed { email, ip, failures, at } => {
            async move { identity::session::alert::sign_in_failed(app, &email, &ip, failures, at).await }
                .boxed()
        }
        Job::Cleanup => cleanup::run(app).boxed(),
        Job::FetchRates => settings::rates::fetch(app).boxed(),
        Job::ConvertPrices => async {
            let mut conn = app.db.get().await?;
            let written = catalog::price::convert::convert(&mut conn, app.clock.now()).await?;
            current::output(&json!({ "written": written }))
        }
        .boxed(),
    }
}

//! What a module has to do for a service: asked, followed, finished.
//!
//! An operation stands on the service until it is finished, so a call that broke off is made again with the same id, and a
//! service has at most one. The module is called outside of any transaction; what follows from its answer is written in one.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use provisioners::{Call, GivenOption, Operation, Outcome};
use rules::pricing::PriceSnapshot;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::services::{ServiceState, SuspensionReason};
use shared::tasks::TaskState;
use shared::{Code, OptionGroupId, OptionId, Permission, ServiceId};
use uuid::Uuid;

use super::store::{self, Change, Event, Service};
use super::{actions, outcome, price_change};
use crate::App;
use crate::audit::Actor;
use crate::billing::{charging, wallet};
use crate::catalog::module::settings::{self, Settings};
use crate::catalog::module_log::entry::{self, Attempt};
use crate::catalog::{module, module_log, product};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::jobs::outbox::{self, Tags};
use crate::jobs::{self, Job, current};
use crate::notify::{self, Event as Notice};

/// How long a module may take to answer one call.
pub(super) const CALL_SECONDS_MAX: u64 = 120;
/// Calls of one operation that may fail before we give up.
const ATTEMPTS_MAX: u32 = 8;

/// An operation that is not finished.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    pub id: Uuid,
    pub kind: Operation,
    pub since: Timestamp,
    /// Who wanted it, as in columns called `actor`.
    pub actor: String,
    #[serde(default)]
    pub note: String,
    /// `suspend`: why.
    #[serde(default)]
    pub reason: Option<SuspensionReason>,
    /// `change_options`: into what.
    #[serde(default)]
    pub change: Option<OptionsTarget>,
    #[serde(default)]
    pub attempts: u32,
    #[serde(default)]
    pub percent: u8,
    #[serde(default)]
    pub step: Option<String>,
    /// `suspend` for lack of money: the module was called, and may have begun.
    #[serde(default)]
    pub begun: bool,
    #[serde(default)]
    pub by_staff: bool,
    /// The client was suspended or reactivated with its services meanwhile: this one follows when the operation is over.
    #[serde(default)]
    pub follow_client: bool,
}

/// What a change of options leads to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OptionsTarget {
    pub rows: Vec<TargetRow>,
    pub given: Vec<GivenOption>,
    pub snapshot: PriceSnapshot,
    pub switch_fee: Decimal,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TargetRow {
    pub group: OptionGroupId,
    pub option: Option<OptionId>,
    pub quantity: i32,
    pub text: Option<String>,
}

impl Pending {
    pub fn new(now: Timestamp, actor: &Actor, kind: Operation) -> Self {
        Self {
            id: Uuid::now_v7(),
            kind,
            since: now,
            actor: actor.to_string(),
            note: String::new(),
            reason: None,
            change: None,
            attempts: 0,
            percent: 0,
            step: None,
            begun: false,
            by_staff: false,
            follow_client: false,
        }
    }

    pub fn noted(self, note: &str) -> Self {
        Self { note: note.to_owned(), ..self }
    }

    fn job(&self, service: ServiceId) -> Job {
        match self.kind {
            Operation::Create => Job::Provision { service },
            Operation::Suspend => Job::ModuleSuspend { service },
            Operation::Resume => Job::ModuleResume { service },
            Operation::Idle | Operation::Unidle => Job::ModuleIdle { service },
            Operation::ChangeOptions => Job::ModuleChangeOptions { service },
            Operation::Terminate => Job::ModuleTerminate { service },
            Operation::Cancel => Job::ModuleCancel { service },
        }
    }
}

fn tags(service: &Service) -> Tags {
    Tags { client: Some(service.client_id), service: Some(service.id), document: None }
}

/// Asks for an operation; a worker calls the module once the transaction is committed. Refuses while another one runs.
pub async fn start(tx: &mut Conn, now: Timestamp, service: &Service, pending: &Pending) -> Result<()> {
    if let Some(running) = service.pending()? {
        let detail = format!("The service is being worked on ({}).", running.kind.as_str());
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    store::update(tx, service.id, Change::at(now).operation(Some(pending))?).await?;
    outbox::send(tx, now, &pending.job(service.id), tags(service)).await?;
    Ok(())
}

/// Calls the module for the operation that the service waits for. Nothing to do when there is none.
pub async fn run(app: &App, id: ServiceId) -> Result<()> {
    let mut conn = app.db.get().await?;
    let Some(service) = store::find_for_staff(&mut conn, id).await? else { return Ok(()) };
    let Some(pending) = service.pending()? else { return Ok(()) };
    if pending.by_staff {
        return Ok(());
    }
    let now = app.clock.now();
    if lacked_money(&pending)
        && !pending.begun
        && !conn.transaction(async |tx| begin(tx, now, id, pending.id).await).await?
    {
        return Ok(());
    }
    if let Some(step) = &pending.step {
        current::progress(&mut conn, i16::from(pending.percent), step).await?;
    }
    let call = call(app, &mut conn, &service, &pending).await?;
    drop(conn);
    let module =
        provisioners::find(&service.module).ok_or_else(|| anyhow!("no module {}", service.module))?;
    let (began, limit) = (Instant::now(), Duration::from_secs(CALL_SECONDS_MAX));
    let outcome = match tokio::time::timeout(limit, provisioners::run(module, pending.kind, &call)).await {
        Ok(outcome) => outcome,
        Err(_) => {
            Outcome::Failed { retryable: true, reason: "The module did not answer in time.".to_owned() }
        }
    };
    let mut conn = app.db.get().await?;
    let now = app.clock.now();
    // By itself: the call was made, whatever comes of what follows.
    let (info, took) = (module.info(), began.elapsed());
    let outcome = entry::told(&info, &call, outcome);
    let entry = entry::of_call(&info, &call, attempt(&pending), took, &outcome);
    module_log::store::insert(&mut conn, now, &entry).await?;
    conn.transaction(async |tx| apply(tx, now, id, pending.id, outcome.clone()).await).await?;
    current::output(&answered(&pending, &outcome))
}

/// What staff read of the answer in the task.
fn answered(pending: &Pending, outcome: &Outcome) -> Value {
    let answer = match outcome {
        Outcome::Done { .. } => json!({ "answer": "done" }),
        Outcome::InProgress { percent, step, .. } => {
            json!({ "answer": "in_progress", "percent": percent, "step": step })
        }
        Outcome::AskStaff { what } => json!({ "answer": "ask_staff", "what": what }),
        Outcome::Failed { retryable, reason } => {
            json!({ "answer": "failed", "retryable": retryable, "reason": reason })
        }
    };
    json!({ "operation": pending.kind, "attempt": pending.attempts + 1, "module": answer })
}

/// Which attempt at an operation it is that is made now.
fn attempt(pending: &Pending) -> Attempt<'_> {
    let number = pending.attempts + 1;
    Attempt { action: pending.kind.as_str(), number, is_last: number >= ATTEMPTS_MAX }
}

/// A suspension for lack of money.
fn lacked_money(pending: &Pending) -> bool {
    pending.kind == Operation::Suspend && pending.reason == Some(SuspensionReason::InsufficientFunds)
}

/// Whether the money came in before anything was done about its lack: before the module was called, or while staff have yet to do
/// what it left to them. What was begun is finished; the service runs again afterwards.
fn is_outdated(service: &Service, pending: &Pending) -> bool {
    let untouched = pending.attempts == 0 && pending.percent == 0;
    let waits = pending.by_staff || (!pending.begun && pending.step.is_none());
    lacked_money(pending) && service.past_due_since.is_none() && untouched && waits
}

/// Notes that the module is called from now on to suspend the service for lack of money. False when that operation is over, or
/// the money is there by now: then it is taken back.
async fn begin(tx: &mut Conn, now: Timestamp, id: ServiceId, operation: Uuid) -> Result<bool> {
    let Some(service) = lock(tx, now, id).await? else { return Ok(false) };
    let Some(pending) = service.pending()?.filter(|pending| pending.id == operation) else {
        return Ok(false);
    };
    if is_outdated(&service, &pending) {
        withdraw(tx, now, &service).await?;
        follow_client(tx, now, &service).await?;
        return Ok(false);
    }
    let pending = Pending { begun: true, ..pending };
    store::update(tx, id, Change::at(now).operation(Some(&pending))?).await?;
    Ok(true)
}

/// Takes back a suspension for lack of money that waits for staff although the money is there; their task is cancelled.
pub async fn withdraw_outdated(tx: &mut Conn, now: Timestamp, id: ServiceId) -> Result<()> {
    let Some(service) = lock(tx, now, id).await? else { return Ok(()) };
    let Some(pending) = service.pending()? else { return Ok(()) };
    if pending.by_staff && is_outdated(&service, &pending) {
        withdraw(tx, now, &service).await?;
        follow_client(tx, now, &service).await?;
    }
    Ok(())
}

/// Locks the wallet of a service's client, then the service. New prices that are late come first: whatever follows charges
/// what began before them at the old ones, and the rest at the new.
pub async fn lock(tx: &mut Conn, now: Timestamp, id: ServiceId) -> Result<Option<Service>> {
    let Some(found) = store::find_for_staff(tx, id).await? else { return Ok(None) };
    wallet::store::lock(tx, found.client_id)
        .await?
        .ok_or_else(|| anyhow!("client {} has no wallet", found.client_id))?;
    price_change::work::catch_up(tx, now, found.client_id).await?;
    let service = store::lock(tx, id).await?;
    if service.as_ref().is_some_and(|service| service.client_id != found.client_id) {
        // The other wallet is not locked, and comes before the service.
        let detail = "The service has just moved to another client. Try again.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    Ok(service)
}

async fn call(app: &App, conn: &mut Conn, service: &Service, pending: &Pending) -> Result<Call> {
    let product =
        product::store::find(conn, service.product_id).await?.context("a service has its product")?;
    // Another module's settings are none of its business.
    let settings = if product.module == service.module {
        settings::opened(&app.sealer, product.id.0, &product.module_settings)?
    } else {
        Settings::new()
    };
    let configuration = module::actions::configuration(&app.sealer, conn, &service.module).await?;
    let fields: BTreeMap<String, String> = serde_json::from_value(service.module_fields.clone())?;
    let options = match &pending.change {
        Some(change) => change.given.clone(),
        None => store::given_options(conn, service.id).await?,
    };
    Ok(Call {
        operation: pending.id,
        service: service.id,
        client: service.client_id,
        product: product.key,
        label: service.label.clone(),
        configuration,
        settings,
        options,
        fields,
        state: service.module_state.clone(),
    })
}

/// Writes what follows from a module's answer. An answer to an operation that is over changes nothing.
pub async fn apply(
    tx: &mut Conn,
    now: Timestamp,
    id: ServiceId,
    operation: Uuid,
    outcome: Outcome,
) -> Result<()> {
    let Some(service) = lock(tx, now, id).await? else { return Ok(()) };
    let Some(mut pending) = service.pending()?.filter(|pending| pending.id == operation) else {
        return Ok(());
    };
    match outcome {
        Outcome::Done { state } => {
            store::update(tx, id, Change::at(now).module_state(state)).await?;
            finish(tx, now, &Actor::system(), &service, &pending).await
        }
        Outcome::InProgress { again_in, percent, step, state } => {
            pending.percent = percent.min(99);
            pending.step = Some(step);
            store::update(tx, id, Change::at(now).module_state(state).operation(Some(&pending))?).await?;
            again(tx, now, &service, &pending, again_in).await
        }
        Outcome::AskStaff { what } => {
            pending.by_staff = true;
            pending.step = Some(what.clone());
            store::update(tx, id, Change::at(now).operation(Some(&pending))?).await?;
            let task = outbox::ask_staff(tx, now, &pending.job(id), &what, tags(&service)).await?;
            let params = json!({
                "what": what, "service": service.label, "client_name": actions::client_name(tx, &service).await?,
                "task_id": task,
            });
            notify::actions::staff(tx, now, Permission::TasksOperate, Notice::ManualTask, params).await
        }
        Outcome::Failed { retryable: true, reason } if pending.attempts + 1 < ATTEMPTS_MAX => {
            pending.attempts += 1;
            pending.step = Some(format!("Trying again after: {reason}"));
            store::update(tx, id, Change::at(now).operation(Some(&pending))?).await?;
            let wait = Duration::from_secs((30_u64 << pending.attempts.min(7)).min(3600));
            again(tx, now, &service, &pending, wait).await
        }
        Outcome::Failed { reason, .. } => give_up(tx, now, &service, &pending, &reason).await,
    }
}

async fn again(
    tx: &mut Conn,
    now: Timestamp,
    service: &Service,
    pending: &Pending,
    wait: Duration,
) -> Result<()> {
    let wait = SignedDuration::try_from(wait).map_err(|error| anyhow!(error))?;
    let at = now.checked_add(wait).map_err(|error| anyhow!(error))?;
    if let Some(task) = outbox::send_at(tx, now, at, &pending.job(service.id), tags(service)).await? {
        jobs::store::foretell(tx, task, i16::from(pending.percent), pending.step.as_deref()).await?;
    }
    Ok(())
}

/// The client's status changed while the service was being worked on: now it is its turn.
async fn follow_client(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<()> {
    if service.pending()?.is_some_and(|pending| pending.follow_client) {
        outbox::send(tx, now, &Job::ClientServices { client: service.client_id }, tags(service)).await?;
    }
    Ok(())
}

/// The operation succeeded: writes the state that follows and moves the money. The service and its wallet are locked.
pub async fn finish(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    pending: &Pending,
) -> Result<()> {
    store::update(tx, service.id, Change::at(now).no_operation()).await?;
    follow_client(tx, now, service).await?;
    match pending.kind {
        Operation::Create => outcome::activated(tx, now, actor, service).await,
        Operation::Suspend => outcome::suspended(tx, now, actor, service, pending).await,
        Operation::Resume => outcome::resumed(tx, now, actor, service, pending).await,
        Operation::Idle => outcome::idled(tx, now, actor, service, true).await,
        Operation::Unidle => outcome::idled(tx, now, actor, service, false).await,
        Operation::ChangeOptions => super::change::finished(tx, now, actor, service, pending).await,
        Operation::Terminate => {
            outcome::ended(tx, now, actor, service, ServiceState::Terminated, &pending.note).await
        }
        Operation::Cancel => {
            outcome::ended(tx, now, actor, service, ServiceState::Cancelled, &pending.note).await
        }
    }
}

/// The operation failed for good: nothing is taken, staff are told, and automation leaves the service to them.
async fn give_up(
    tx: &mut Conn,
    now: Timestamp,
    service: &Service,
    pending: &Pending,
    reason: &str,
) -> Result<()> {
    wallet::holds::release(tx, now, service.client_id, service.id).await?;
    follow_client(tx, now, service).await?;
    let mut change = Change::at(now).no_operation();
    let mut to = service.state;
    if pending.kind == Operation::Create {
        to = ServiceState::Failed;
        change = change.state(to);
    } else if matches!(pending.kind, Operation::Terminate | Operation::Suspend | Operation::Resume) {
        // Otherwise the schedule would ask again and again.
        change = change.manual(true);
    }
    store::update(tx, service.id, change).await?;
    let what = format!("{}_failed", pending.kind.as_str());
    let event = Event { from: Some(service.state), to, what: &what, reason: reason.to_owned() };
    store::record(tx, now, &Actor::system(), service.client_id, service.id, event).await?;
    if pending.kind == Operation::Create {
        let params = json!({ "service": service.label, "service_id": service.id });
        notify::actions::client(tx, now, service.client_id, Notice::ServiceFailed, params).await?;
        outcome::order_progressed(tx, now, &Actor::system(), service).await?;
    }
    let params = json!({
        "service": service.label, "service_id": service.id, "reason": reason,
        "client_name": actions::client_name(tx, service).await?,
    });
    notify::actions::staff(tx, now, Permission::ServicesOperate, Notice::ServiceOperationFailed, params).await
}

/// Staff cancelled the task that was to call the module: the operation it is about is given up. Nothing to do when that one is
/// over, or goes on with another task.
pub async fn cancelled(tx: &mut Conn, now: Timestamp, service: &Service, task: &str) -> Result<()> {
    match service.pending()?.filter(|pending| !pending.by_staff && pending.job(service.id).name() == task) {
        Some(pending) => give_up(tx, now, service, &pending, "Its task was cancelled.").await,
        None => Ok(()),
    }
}

/// Staff did by hand what the module asked for.
///
/// Refuses when nothing waits for them.
pub async fn manual_done(tx: &mut Conn, now: Timestamp, actor: &Actor, id: ServiceId) -> Result<()> {
    let service = lock(tx, now, id).await?.ok_or_else(Refusal::not_found)?;
    let waiting = service.pending()?.filter(|pending| pending.by_staff);
    let pending = waiting
        .ok_or_else(|| Refusal::because(Code::Conflict, "Nothing of this service waits for staff."))?;
    store::end_manual_tasks(tx, now, id, TaskState::Completed).await?;
    finish(tx, now, actor, &service, &pending).await
}

/// Takes back an operation that was not carried out yet and is not needed any more; its money is released.
pub async fn withdraw(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<()> {
    wallet::holds::release(tx, now, service.client_id, service.id).await?;
    store::end_manual_tasks(tx, now, service.id, TaskState::Cancelled).await?;
    store::update(tx, service.id, Change::at(now).no_operation()).await?;
    Ok(())
}

/// Settles the client before something changes what a service costs.
pub async fn settle(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<()> {
    charging::actions::settle(tx, now, service.client_id).await
}

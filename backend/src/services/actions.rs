//! What happens to a service: what people and the program ask for, and what follows once the module has done it.

use anyhow::anyhow;
use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use provisioners::Operation;
use rust_decimal::Decimal;
use serde_json::json;
use shared::services::{ServiceState, SuspensionReason, TerminationTime};
use shared::tasks::TaskState;
use shared::{ClientId, Code, ServiceId};

pub use super::operation::manual_done;
use super::operation::{self, Pending};
use super::order;
use super::store::{self, Change, Event, Service};
use crate::audit::{self, Actor, Entry};
use crate::billing::{charging, wallet};
use crate::catalog::product;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::notify::{self, Event as Notice};

/// Whose services the caller may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Client(ClientId),
    Staff,
}

/// Locks the wallet, then the service; "not found" when it is not the caller's.
pub async fn locked(tx: &mut Conn, scope: Scope, id: ServiceId) -> Result<Service> {
    if let Scope::Client(client) = scope {
        store::find(tx, client, id).await?.ok_or_else(Refusal::not_found)?;
    }
    Ok(operation::lock(tx, id).await?.ok_or_else(Refusal::not_found)?)
}

pub async fn client_name(conn: &mut Conn, service: &Service) -> Result<String> {
    Ok(store::client_name(conn, service.client_id).await?)
}

fn refuse_state(service: &Service) -> Refusal {
    Refusal::because(Code::Conflict, format!("The service is {}.", service.state))
}

fn require(service: &Service, states: &[ServiceState]) -> Result<()> {
    if states.contains(&service.state) { Ok(()) } else { Err(refuse_state(service).into()) }
}

fn hours_after(at: Timestamp, hours: i32) -> Result<Timestamp> {
    Ok(at.checked_add(SignedDuration::from_hours(i64::from(hours))).map_err(|error| anyhow!(error))?)
}

async fn note(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    to: ServiceState,
    what: &str,
    reason: &str,
) -> Result<()> {
    let event = Event { from: Some(service.state), to, what, reason: reason.to_owned() };
    Ok(store::record(tx, now, actor, service.client_id, service.id, event).await?)
}

async fn tell(tx: &mut Conn, now: Timestamp, service: &Service, notice: Notice) -> Result<()> {
    let params = json!({ "service": service.label, "service_id": service.id });
    notify::actions::client(tx, now, service.client_id, notice, params).await
}

/// Asks the module, and leaves a trail of who wanted it.
async fn ask(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    pending: Pending,
) -> Result<()> {
    operation::start(tx, now, service, &pending).await?;
    let entry = Entry {
        action: "service.operation",
        description: format!("{} asked for: {}", pending.kind.as_str(), service.label),
        client: Some(service.client_id),
        subject: Some(("service", service.id.0)),
        new: Some(json!({ "operation": pending.kind, "note": pending.note, "reason": pending.reason })),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

// What follows from a module's success. Wallet and service are locked, the operation is off the service.

/// Delivered: takes the held money and lets the service run.
pub(super) async fn activated(tx: &mut Conn, now: Timestamp, actor: &Actor, service: &Service) -> Result<()> {
    store::update(tx, service.id, Change::at(now).state(ServiceState::Active).activated(now)).await?;
    charging::actions::activate(tx, now, service.client_id, service.id).await?;
    note(tx, now, actor, service, ServiceState::Active, "activated", "").await?;
    tell(tx, now, service, Notice::ServiceActive).await?;
    order_progressed(tx, now, actor, service).await
}

/// When a service ends that lacks money from now on; `None`: never.
fn end_without_money(now: Timestamp, service: &Service) -> Result<Option<Timestamp>> {
    let end = service.termination_delay_hours.map(|hours| hours_after(now, hours)).transpose()?;
    Ok(end.into_iter().chain(service.terminate_at).min())
}

/// Stopped by the module: charges it no further.
pub(super) async fn suspended(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    pending: &Pending,
) -> Result<()> {
    if service.state != ServiceState::Active {
        return Ok(());
    }
    let reason = pending.reason.unwrap_or(SuspensionReason::Staff);
    charging::actions::stop(tx, now, service.client_id, service.id).await?;
    let mut change = Change::at(now).state(ServiceState::Suspended).suspended(Some((now, reason)));
    // People who suspend decide for themselves when it ends; lack of money ends by itself.
    if reason == SuspensionReason::InsufficientFunds {
        change = change.terminate_at(end_without_money(now, service)?);
    }
    store::update(tx, service.id, change).await?;
    let why =
        if pending.note.is_empty() { reason.to_string() } else { format!("{reason}: {}", pending.note) };
    note(tx, now, actor, service, ServiceState::Suspended, "suspended", &why).await?;
    let params = json!({ "service": service.label, "service_id": service.id, "reason": reason });
    notify::actions::client(tx, now, service.client_id, Notice::ServiceSuspended, params).await?;
    if reason == SuspensionReason::InsufficientFunds {
        // Money may have come in while the module was at work.
        let job = Job::WalletToppedUp { client: service.client_id };
        let tags = Tags { client: Some(service.client_id), service: None, document: None };
        outbox::send(tx, now, &job, tags).await?;
    }
    Ok(())
}

/// Started again by the module: charges it from now on.
pub(super) async fn resumed(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    pending: &Pending,
) -> Result<()> {
    if service.state != ServiceState::Suspended {
        return Ok(());
    }
    let mut change = Change::at(now).state(ServiceState::Active).suspended(None);
    if service.termination_requested_at.is_none() {
        change = change.terminate_at(None);
    }
    store::update(tx, service.id, change).await?;
    charging::actions::resume(tx, now, service.client_id, service.id, service.suspended_at).await?;
    // Money that was set aside and turned out not to be needed.
    wallet::holds::release(tx, now, service.client_id, service.id).await?;
    note(tx, now, actor, service, ServiceState::Active, "resumed", &pending.note).await?;
    tell(tx, now, service, Notice::ServiceResumed).await
}

/// Idle, or back: the other price counts from the next charge on.
pub(super) async fn idled(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    idle: bool,
) -> Result<()> {
    operation::settle(tx, now, service).await?;
    store::update(tx, service.id, Change::at(now).idle(idle)).await?;
    let what = if idle { "idled" } else { "unidled" };
    note(tx, now, actor, service, service.state, what, "").await
}

/// Over: charges it no further, takes the uninstall fee, gives stock and held money back.
pub(in crate::services) async fn ended(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    to: ServiceState,
    why: &str,
) -> Result<()> {
    if service.ended_at.is_some() {
        return Ok(());
    }
    if service.state == ServiceState::Active {
        charging::actions::stop(tx, now, service.client_id, service.id).await?;
    }
    if to == ServiceState::Terminated {
        charging::actions::uninstall(tx, now, service.client_id, service.id).await?;
    }
    wallet::holds::release(tx, now, service.client_id, service.id).await?;
    store::end_manual_tasks(tx, now, service.id, TaskState::Cancelled).await?;
    if service.stock_taken {
        product::store::give_stock(tx, service.product_id, 1).await?;
    }
    let change = Change::at(now).state(to).ended(now).terminate_at(None).stock_given_back().no_operation();
    store::update(tx, service.id, change).await?;
    let (what, notice) = match to {
        ServiceState::Terminated => ("terminated", Notice::ServiceTerminated),
        _ => ("cancelled", Notice::ServiceCancelled),
    };
    note(tx, now, actor, service, to, what, why).await?;
    tell(tx, now, service, notice).await?;
    order_progressed(tx, now, actor, service).await
}

/// Closes the order of a service once nothing of it is on its way any more.
pub(super) async fn order_progressed(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
) -> Result<()> {
    let Some(id) = service.order_id else { return Ok(()) };
    order::actions::progressed(tx, now, actor, id).await
}

// What people ask for.

/// Has a running service suspended by staff.
pub async fn suspend(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    reason: SuspensionReason,
    why: &str,
) -> Result<()> {
    if !matches!(reason, SuspensionReason::Staff | SuspensionReason::Abuse) {
        return Err(Refusal::field("reason", "invalid", "Choose staff or abuse.").into());
    }
    conn.transaction(async |tx| {
        let service = locked(tx, Scope::Staff, id).await?;
        require(&service, &[ServiceState::Active])?;
        let mut pending = Pending::new(now, actor, Operation::Suspend).noted(why);
        pending.reason = Some(reason);
        ask(tx, now, actor, &service, pending).await
    })
    .await
}

/// What resuming a suspended service takes from the wallet at once.
async fn resume_cost(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<Decimal> {
    let money = charging::store::find(tx, service.client_id, service.id)
        .await?
        .ok_or_else(|| anyhow!("service {} is there", service.id))?;
    charging::quote::resume_cost(&money, service.suspended_at, now)
}

/// Sets aside what resuming a suspended service takes. Refuses with `CreditTooLow`.
async fn hold_resume(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<()> {
    let cost = resume_cost(tx, now, service).await?;
    if cost > Decimal::ZERO {
        wallet::holds::place(tx, now, service.client_id, service.id, cost).await?;
    }
    Ok(())
}

/// Sets the money for it aside and has a suspended service resumed. Refuses with `CreditTooLow`.
async fn start_resume(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    why: &str,
) -> Result<()> {
    hold_resume(tx, now, service).await?;
    ask(tx, now, actor, service, Pending::new(now, actor, Operation::Resume).noted(why)).await
}

/// Has a suspended service resumed.
pub async fn resume(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ServiceId, why: &str) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, Scope::Staff, id).await?;
        require(&service, &[ServiceState::Suspended])?;
        start_resume(tx, now, actor, &service, why).await
    })
    .await
}

/// Puts a running service to idle, or back. Clients may where the product allows it.
pub async fn set_idle(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    scope: Scope,
    id: ServiceId,
    operation: Operation,
) -> Result<()> {
    let idle = operation == Operation::Idle;
    conn.transaction(async |tx| {
        let service = locked(tx, scope, id).await?;
        require(&service, &[ServiceState::Active])?;
        if service.idle == idle {
            return Ok(());
        }
        let product = product::store::find(tx, service.product_id).await?.ok_or_else(Refusal::not_found)?;
        let allowed = scope == Scope::Staff || product.allow_idle;
        if idle && (!allowed || service.idle_price.is_none()) {
            return Err(Refusal::because(Code::Conflict, "This service cannot be idle.").into());
        }
        ask(tx, now, actor, &service, Pending::new(now, actor, operation)).await
    })
    .await
}

/// Tries a failed delivery again: sets the money aside once more. Refuses with `CreditTooLow`.
pub async fn retry(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ServiceId) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, Scope::Staff, id).await?;
        require(&service, &[ServiceState::Failed])?;
        order::actions::provision(tx, now, actor, &service).await
    })
    .await
}

/// Ends a service: at once, or when what is paid for is used up.
///
/// A pending one is cancelled; of a failed one the module takes back what is left.
pub async fn terminate(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    scope: Scope,
    id: ServiceId,
    when: TerminationTime,
    why: &str,
) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, scope, id).await?;
        match service.state {
            ServiceState::Pending => {
                return ended(tx, now, actor, &service, ServiceState::Cancelled, why).await;
            }
            ServiceState::Failed => {
                let pending = Pending::new(now, actor, Operation::Cancel).noted(why);
                return ask(tx, now, actor, &service, pending).await;
            }
            ServiceState::Active | ServiceState::Suspended => {}
            _ => return Err(refuse_state(&service).into()),
        }
        operation::settle(tx, now, &service).await?;
        let paid_until = store::paid_until(tx, &service).await?;
        let later = paid_until.filter(|until| {
            when == TerminationTime::EndOfPeriod && service.state == ServiceState::Active && *until > now
        });
        let Some(until) = later else {
            return ask(tx, now, actor, &service, Pending::new(now, actor, Operation::Terminate).noted(why))
                .await;
        };
        let change = Change::at(now).termination_requested(Some(now)).terminate_at(Some(until));
        store::update(tx, id, change).await?;
        charging::actions::run_out(tx, now, service.client_id, id).await?;
        note(tx, now, actor, &service, service.state, "termination_requested", why).await
    })
    .await
}

/// Takes a request for termination back; the service is charged on.
pub async fn withdraw_termination(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    scope: Scope,
    id: ServiceId,
) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, scope, id).await?;
        require(&service, &[ServiceState::Active, ServiceState::Suspended])?;
        if service.termination_requested_at.is_none() {
            return Err(Refusal::because(Code::Conflict, "No termination was requested.").into());
        }
        if service.is_busy() {
            return Err(Refusal::because(Code::Conflict, "The service is being worked on.").into());
        }
        let mut change = Change::at(now).termination_requested(None);
        if service.state == ServiceState::Active {
            change = change.terminate_at(None);
        }
        store::update(tx, id, change).await?;
        if service.state == ServiceState::Active {
            charging::actions::go_on(tx, now, service.client_id, id).await?;
        }
        note(tx, now, actor, &service, service.state, "termination_withdrawn", "").await
    })
    .await
}

/// Sets the state in the database only: the module is not told. Charging follows the state.
///
/// What has ended stays ended.
pub async fn force(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    to: ServiceState,
    why: &str,
) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, Scope::Staff, id).await?;
        if service.ended_at.is_some() || service.state == to {
            return Err(refuse_state(&service).into());
        }
        if service.is_busy() {
            operation::withdraw(tx, now, &service).await?;
        }
        let was_running = matches!(service.state, ServiceState::Active | ServiceState::Suspended);
        match to {
            ServiceState::Active if service.state == ServiceState::Suspended => {
                hold_resume(tx, now, &service).await?;
                store::update(tx, id, Change::at(now).state(to).suspended(None)).await?;
                charging::actions::resume(tx, now, service.client_id, id, service.suspended_at).await?;
                wallet::holds::release(tx, now, service.client_id, id).await?;
            }
            ServiceState::Active => {
                store::update(tx, id, Change::at(now).state(to).activated(now)).await?;
                charging::actions::activate(tx, now, service.client_id, id).await?;
            }
            ServiceState::Suspended if service.state == ServiceState::Active => {
                charging::actions::stop(tx, now, service.client_id, id).await?;
                let since = Some((now, SuspensionReason::Staff));
                store::update(tx, id, Change::at(now).state(to).suspended(since)).await?;
            }
            ServiceState::Terminated if was_running => {
                ended(tx, now, actor, &service, to, why).await?;
            }
            ServiceState::Cancelled if !was_running => {
                ended(tx, now, actor, &service, to, why).await?;
            }
            ServiceState::Failed if !was_running => {
                store::update(tx, id, Change::at(now).state(to)).await?;
            }
            _ => {
                let detail = format!("A service that is {} cannot become {to}.", service.state);
                return Err(Refusal::because(Code::Conflict, detail).into());
            }
        }
        note(tx, now, actor, &service, to, "forced", why).await?;
        order_progressed(tx, now, actor, &service).await?;
        let entry = Entry {
            action: "service.forced",
            description: format!("{} set to {to} in the database only", service.label),
            client: Some(service.client_id),
            subject: Some(("service", id.0)),
            old: Some(json!({ "state": service.state })),
            new: Some(json!({ "state": to, "reason": why })),
            level: audit::Level::Warning,
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Tells automation to keep its hands off a service, or to go on.
pub async fn set_manual(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    manual: bool,
    why: &str,
) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, Scope::Staff, id).await?;
        if service.manual == manual {
            return Ok(());
        }
        store::update(tx, id, Change::at(now).manual(manual)).await?;
        let what = if manual { "manual_on" } else { "manual_off" };
        note(tx, now, actor, &service, service.state, what, why).await
    })
    .await
}

/// Gives a service another label. Refuses a version that is not the present one.
pub async fn rename(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    scope: Scope,
    id: ServiceId,
    version: i32,
    label: &str,
) -> Result<()> {
    conn.transaction(async |tx| {
        let service = locked(tx, scope, id).await?;
        Refusal::if_changed(service.version, version)?;
        store::update(tx, id, Change::at(now).label(label.to_owned())).await?;
        let reason = format!("{} → {label}", service.label);
        note(tx, now, actor, &service, service.state, "renamed", &reason).await
    })
    .await
}

// What the program does by itself.

/// A charge was not covered: suspends once the grace is over, tells the client before.
pub async fn past_due(conn: &mut Conn, now: Timestamp, id: ServiceId) -> Result<()> {
    conn.transaction(async |tx| {
        let Some(service) = operation::lock(tx, id).await? else { return Ok(()) };
        let Some(since) = service.past_due_since.filter(|_| service.state == ServiceState::Active) else {
            return Ok(());
        };
        if service.manual {
            return Ok(());
        }
        let tags = Tags { client: Some(service.client_id), service: Some(id), document: None };
        let until = hours_after(since, service.suspension_grace_hours)?;
        if until > now {
            let left = (until.duration_since(now).as_secs() + 3599) / 3600;
            let params = json!({ "service": service.label, "service_id": id, "hours": left });
            notify::actions::client(tx, now, service.client_id, Notice::ServicePastDue, params).await?;
            outbox::send_at(tx, now, until, &Job::ServicePastDue { service: id }, tags).await?;
            return Ok(());
        }
        if service.is_busy() {
            // Staff or a module are at it; the deadlines come back to it.
            return Ok(());
        }
        let actor = Actor::system();
        let mut pending = Pending::new(now, &actor, Operation::Suspend);
        pending.reason = Some(SuspensionReason::InsufficientFunds);
        ask(tx, now, &actor, &service, pending).await
    })
    .await
}

/// Money came in: charges what is past due, resumes what was suspended for lack of money, goes on with orders.
///
/// One that the money does not cover does not block the others.
pub async fn topped_up(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    conn.transaction(async |tx| charging::actions::recover(tx, now, client).await).await?;
    for found in store::lacking_funds(conn, client).await? {
        conn.transaction(async |tx| {
            let Some(service) = operation::lock(tx, found.id).await? else { return Ok(()) };
            let waits = service.state == ServiceState::Suspended
                && service.suspension_reason == Some(SuspensionReason::InsufficientFunds)
                && !service.manual
                && !service.is_busy();
            let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
            if !waits || wallet.available() < resume_cost(tx, now, &service).await?.max(Decimal::ZERO) {
                return Ok(());
            }
            start_resume(tx, now, &Actor::system(), &service, "").await
        })
        .await?;
    }
    for id in order::store::pending_of(conn, client).await? {
        conn.transaction(async |tx| order::actions::advance(tx, now, &Actor::system(), id).await).await?;
    }
    Ok(())
}

/// A client was suspended together with its services, or reactivated: follows its status.
pub async fn client_services(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    let Some(status) = store::client_status(conn, client).await? else { return Ok(()) };
    let open = status == "active";
    for id in store::living_of_client(conn, client).await? {
        conn.transaction(async |tx| {
            let Some(service) = operation::lock(tx, id).await? else { return Ok(()) };
            if service.manual || service.is_busy() {
                return Ok(());
            }
            let actor = Actor::system();
            let held = service.suspension_reason == Some(SuspensionReason::ClientSuspended);
            match service.state {
                ServiceState::Active if !open => {
                    let mut pending = Pending::new(now, &actor, Operation::Suspend);
                    pending.reason = Some(SuspensionReason::ClientSuspended);
                    ask(tx, now, &actor, &service, pending).await
                }
                ServiceState::Suspended if open && held => {
                    match start_resume(tx, now, &actor, &service, "").await {
                        // It goes on as any other that lacks money.
                        Err(error) if error.code() == Code::CreditTooLow => {
                            let since = service.suspended_at.unwrap_or(now);
                            let reason = SuspensionReason::InsufficientFunds;
                            let end = end_without_money(now, &service)?;
                            let change = Change::at(now).suspended(Some((since, reason))).terminate_at(end);
                            store::update(tx, id, change).await?;
                            let (to, why) = (service.state, reason.to_string());
                            note(tx, now, &actor, &service, to, "suspended", &why).await
                        }
                        other => other,
                    }
                }
                _ => Ok(()),
            }
        })
        .await?;
    }
    Ok(())
}

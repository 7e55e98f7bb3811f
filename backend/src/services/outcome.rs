//! What follows from a module's success. Wallet and service are locked, the operation is off the service.

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::services::{ServiceState, SuspensionReason};
use shared::tasks::TaskState;

use super::actions::note;
use super::operation::{self, Pending};
use super::order;
use super::store::{self, Change, Service};
use crate::audit::Actor;
use crate::billing::{charging, wallet};
use crate::catalog::product;
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::notify::{self, Event as Notice};

pub(super) fn hours_after(at: Timestamp, hours: i32) -> Result<Timestamp> {
    Ok(at.checked_add(SignedDuration::from_hours(i64::from(hours))).map_err(|error| anyhow!(error))?)
}

async fn tell(tx: &mut Conn, now: Timestamp, service: &Service, notice: Notice) -> Result<()> {
    let params = json!({ "service": service.label, "service_id": service.id });
    notify::actions::client(tx, now, service.client_id, notice, params).await
}

/// Delivered: takes the held money and lets the service run.
pub(super) async fn activated(tx: &mut Conn, now: Timestamp, actor: &Actor, service: &Service) -> Result<()> {
    store::update(tx, service.id, Change::at(now).state(ServiceState::Active).activated(now)).await?;
    charging::actions::activate(tx, now, service.client_id, service.id).await?;
    note(tx, now, actor, service, ServiceState::Active, "activated", "").await?;
    tell(tx, now, service, Notice::ServiceActive).await?;
    order_progressed(tx, now, actor, service).await
}

/// When a service ends that lacks money from now on; `None`: never.
pub(super) fn end_without_money(now: Timestamp, service: &Service) -> Result<Option<Timestamp>> {
    let end = service.termination_delay_hours.map(|hours| hours_after(now, hours)).transpose()?;
    Ok(end.into_iter().chain(service.terminate_at).min())
}

/// When a service that is suspended for lack of money ends, if nobody asks for an earlier end; `None`: never.
pub(super) fn end_of_delay(service: &Service) -> Result<Option<Timestamp>> {
    let delay = service.suspended_at.zip(service.termination_delay_hours);
    delay.map(|(since, hours)| hours_after(since, hours)).transpose()
}

/// Lets a suspended service run again and charges it from now on: one whose end was asked for runs out with what is paid.
///
/// The money for it was set aside; what turns out not to be needed is free again.
pub(super) async fn run_again(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<()> {
    let (client, id) = (service.client_id, service.id);
    store::update(tx, id, Change::running_again(now, service)).await?;
    charging::actions::resume(tx, now, client, id, service.suspended_at).await?;
    if service.termination_requested_at.is_some() {
        let running = store::find_for_staff(tx, id).await?.ok_or_else(|| anyhow!("service {id} is there"))?;
        if let Some(until) = store::paid_until(tx, &running).await? {
            store::update(tx, id, Change::at(now).terminate_at(Some(until))).await?;
        }
        charging::actions::run_out(tx, now, client, id).await?;
    }
    wallet::holds::release(tx, now, client, id).await?;
    Ok(())
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
    run_again(tx, now, service).await?;
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
    let what = if to == ServiceState::Terminated { "terminated" } else { "cancelled" };
    ended_as(tx, now, actor, service, to, what, why).await
}

/// As `ended`; `what` stands in the service's history.
pub(super) async fn ended_as(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    to: ServiceState,
    what: &str,
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
        product::stock::give(tx, service.product_id, 1).await?;
    }
    let change = Change::at(now).state(to).ended(now).terminate_at(None).stock_given_back().no_operation();
    store::update(tx, service.id, change).await?;
    let notice = match to {
        ServiceState::Terminated => Notice::ServiceTerminated,
        _ => Notice::ServiceCancelled,
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

//! What people ask of a service.

use anyhow::anyhow;
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::Operation;
use rust_decimal::Decimal;
use serde_json::json;
use shared::services::{ServiceState, SuspensionReason, TerminationTime};
use shared::{ClientId, Code, ServiceId};

pub use super::operation::manual_done;
use super::operation::{self, Pending};
use super::order;
use super::outcome::{self, ended, order_progressed};
use super::store::{self, Change, Event, Service};
use crate::audit::{self, Actor, Entry};
use crate::billing::{charging, wallet};
use crate::catalog::product;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Whose services the caller may touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Client(ClientId),
    Staff,
}

/// Locks the wallet, then the service; "not found" when it is not the caller's.
pub async fn locked(tx: &mut Conn, now: Timestamp, scope: Scope, id: ServiceId) -> Result<Service> {
    if let Scope::Client(client) = scope {
        store::find(tx, client, id).await?.ok_or_else(Refusal::not_found)?;
    }
    Ok(operation::lock(tx, now, id).await?.ok_or_else(Refusal::not_found)?)
}

/// As `locked`. Of a service that waits for money the client is locked first: its order may go on without it.
pub(super) async fn locked_with_order(
    tx: &mut Conn,
    now: Timestamp,
    scope: Scope,
    id: ServiceId,
) -> Result<Service> {
    let found = match scope {
        Scope::Client(client) => store::find(tx, client, id).await?,
        Scope::Staff => store::find_for_staff(tx, id).await?,
    };
    let found = found.ok_or_else(Refusal::not_found)?;
    if found.state == ServiceState::Pending {
        wallet::store::lock_with_client(tx, found.client_id).await?;
    }
    locked(tx, now, scope, id).await
}

/// The order of a service that waited goes on without it.
async fn shrink_order(tx: &mut Conn, now: Timestamp, actor: &Actor, was: &Service) -> Result<()> {
    match was.order_id.filter(|_| was.state == ServiceState::Pending) {
        Some(order) => order::actions::shrink(tx, now, actor, order).await,
        None => Ok(()),
    }
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

/// Writes a line of the service's history.
pub(super) async fn note(
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

/// Asks the module, and leaves a trail of who wanted it.
pub(super) async fn ask(
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
        let service = locked(tx, now, Scope::Staff, id).await?;
        require(&service, &[ServiceState::Active])?;
        let mut pending = Pending::new(now, actor, Operation::Suspend).noted(why);
        pending.reason = Some(reason);
        ask(tx, now, actor, &service, pending).await
    })
    .await
}

/// What resuming a suspended service takes from the wallet at once.
pub(super) async fn resume_cost(tx: &mut Conn, now: Timestamp, service: &Service) -> Result<Decimal> {
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
pub(super) async fn start_resume(
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
        let service = locked(tx, now, Scope::Staff, id).await?;
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
        let service = locked(tx, now, scope, id).await?;
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
        let service = locked(tx, now, Scope::Staff, id).await?;
        require(&service, &[ServiceState::Failed])?;
        order::actions::provision(tx, now, actor, &service).await
    })
    .await
}

/// Ends a service: at once, or when what is paid for is used up.
///
/// A pending one is cancelled, and its order asks for the others alone; of a failed one the module takes back what is left.
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
        let service = locked_with_order(tx, now, scope, id).await?;
        match service.state {
            ServiceState::Pending => {
                ended(tx, now, actor, &service, ServiceState::Cancelled, why).await?;
                return shrink_order(tx, now, actor, &service).await;
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
        let service = locked(tx, now, scope, id).await?;
        require(&service, &[ServiceState::Active, ServiceState::Suspended])?;
        if service.termination_requested_at.is_none() {
            return Err(Refusal::because(Code::Conflict, "No termination was requested.").into());
        }
        if service.is_busy() {
            return Err(Refusal::because(Code::Conflict, "The service is being worked on.").into());
        }
        let end = match service.suspension_reason {
            Some(SuspensionReason::InsufficientFunds) => outcome::end_of_delay(&service)?,
            _ => None,
        };
        let change = Change::at(now).termination_requested(None).terminate_at(end);
        store::update(tx, id, change).await?;
        if service.state == ServiceState::Active {
            charging::actions::go_on(tx, now, service.client_id, id).await?;
        }
        note(tx, now, actor, &service, service.state, "termination_withdrawn", "").await
    })
    .await
}

/// What the history says of a state that was set by hand.
const FORCED: &str = "forced";

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
        let service = locked_with_order(tx, now, Scope::Staff, id).await?;
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
                outcome::run_again(tx, now, &service).await?;
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
                outcome::ended_as(tx, now, actor, &service, to, FORCED, why).await?;
            }
            ServiceState::Cancelled if !was_running => {
                outcome::ended_as(tx, now, actor, &service, to, FORCED, why).await?;
            }
            ServiceState::Failed if !was_running => {
                store::update(tx, id, Change::at(now).state(to)).await?;
            }
            _ => {
                let detail = format!("A service that is {} cannot become {to}.", service.state);
                return Err(Refusal::because(Code::Conflict, detail).into());
            }
        }
        if !matches!(to, ServiceState::Terminated | ServiceState::Cancelled) {
            note(tx, now, actor, &service, to, FORCED, why).await?;
        }
        order_progressed(tx, now, actor, &service).await?;
        shrink_order(tx, now, actor, &service).await?;
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
        let service = locked(tx, now, Scope::Staff, id).await?;
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
        let service = locked(tx, now, scope, id).await?;
        Refusal::if_changed(service.version, version)?;
        store::update(tx, id, Change::at(now).label(label.to_owned())).await?;
        let reason = format!("{} → {label}", service.label);
        note(tx, now, actor, &service, service.state, "renamed", &reason).await
    })
    .await
}

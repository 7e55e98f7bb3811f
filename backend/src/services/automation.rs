//! What the program does with services by itself, when money or a client's status changed.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::Operation;
use rust_decimal::Decimal;
use serde_json::json;
use shared::services::{ServiceState, SuspensionReason};
use shared::{ClientId, Code, ServiceId};

use super::actions::{ask, note, resume_cost, start_resume};
use super::operation::{self, Pending};
use super::outcome::{end_without_money, hours_after};
use super::store::{self, Change};
use super::{order, price_change};
use crate::audit::Actor;
use crate::billing::{charging, wallet};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::notify::{self, Event as Notice};

/// A charge was not covered: suspends once the grace is over, tells the client before.
pub async fn past_due(conn: &mut Conn, now: Timestamp, id: ServiceId) -> Result<()> {
    conn.transaction(async |tx| {
        let Some(service) = operation::lock(tx, now, id).await? else { return Ok(()) };
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
        // Money may have become free without a top-up: a hold that was released.
        charging::actions::recover(tx, now, service.client_id).await?;
        let Some(service) =
            operation::lock(tx, now, id).await?.filter(|service| service.past_due_since.is_some())
        else {
            return Ok(());
        };
        let actor = Actor::system();
        let mut pending = Pending::new(now, &actor, Operation::Suspend);
        pending.reason = Some(SuspensionReason::InsufficientFunds);
        ask(tx, now, &actor, &service, pending).await
    })
    .await
}

/// Money came in: charges what is past due, asks staff no more to suspend what it pays for, resumes what was suspended for lack
/// of money, goes on with orders.
///
/// One that the money does not cover, or whose row is broken, does not block the others: of several errors the last is told.
/// A client whose account is not active gets nothing back by paying.
pub async fn topped_up(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    conn.transaction(async |tx| {
        wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        // What is late of new prices comes first, as before anything else that charges.
        price_change::work::catch_up(tx, now, client).await?;
        charging::actions::recover(tx, now, client).await
    })
    .await?;
    let mut outcome = Ok(());
    for id in store::suspended_by_staff(conn, client).await? {
        let withdrawn = conn.transaction(async |tx| operation::withdraw_outdated(tx, now, id).await).await;
        outcome = withdrawn.and(outcome);
    }
    if store::client_status(conn, client).await?.is_none_or(|status| status != "active") {
        return outcome;
    }
    for found in store::lacking_funds(conn, client).await? {
        let resumed = conn.transaction(async |tx| resume_covered(tx, now, client, found.id).await).await;
        outcome = resumed.and(outcome);
    }
    for id in order::store::pending_of(conn, client).await? {
        let went_on =
            conn.transaction(async |tx| order::actions::advance(tx, now, &Actor::system(), id).await).await;
        outcome = went_on.and(outcome);
    }
    outcome
}

/// Resumes a service that was suspended for lack of money, when the wallet covers it now.
async fn resume_covered(tx: &mut Conn, now: Timestamp, client: ClientId, id: ServiceId) -> Result<()> {
    let Some(service) = operation::lock(tx, now, id).await? else { return Ok(()) };
    let waits = service.state == ServiceState::Suspended
        && service.suspension_reason == Some(SuspensionReason::InsufficientFunds)
        && !service.manual
        && !service.is_busy();
    let wallet = wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    if !waits || wallet.available() < resume_cost(tx, now, &service).await?.max(Decimal::ZERO) {
        return Ok(());
    }
    start_resume(tx, now, &Actor::system(), &service, "").await
}

/// A client was suspended together with its services, or reactivated: follows its status.
pub async fn client_services(conn: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    let Some(status) = store::client_status(conn, client).await? else { return Ok(()) };
    let open = status == "active";
    for id in store::living_of_client(conn, client).await? {
        conn.transaction(async |tx| {
            let Some(service) = operation::lock(tx, now, id).await? else { return Ok(()) };
            // It may have moved to another client meanwhile.
            if service.manual || service.client_id != client {
                return Ok(());
            }
            if let Some(mut pending) = service.pending()? {
                pending.follow_client = true;
                return Ok(store::update(tx, id, Change::at(now).operation(Some(&pending))?).await?);
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

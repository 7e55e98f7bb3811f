//! Moving a service to another client, as staff do it: from here on the other wallet pays.
//!
//! Both clients are settled up to the moment first. What was charged stays with the client it was charged to; the time that is
//! paid for goes with the service. In another currency it gets the prices that the catalogue has there.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use shared::services::{ChargeBy, MoveService, ServiceState};
use shared::{ClientId, Code, Currency, ServiceId};

use super::price_change;
use super::store::{self, Event, Service};
use crate::audit::{self, Actor, Entry};
use crate::billing::{charging, spending, wallet};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::identity::client::store as clients;
use crate::identity::token::store as tokens;
use crate::notify::{self, Event as Notice};

/// What a move came to.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// Until when the service is paid: that time goes with it.
    pub(super) paid_until: Option<Timestamp>,
    /// What the new client pays for a period; `None`: nothing recurs.
    pub(super) rate: Option<Decimal>,
    pub(super) currency: Currency,
    /// It got the prices of another currency.
    pub(super) converted: bool,
    /// Tokens that were for this service alone.
    pub(super) tokens: usize,
}

fn conflict(detail: impl Into<String>) -> Refusal {
    Refusal::because(Code::Conflict, detail)
}

/// Moves a service to another client. Both are told if that is wished.
///
/// Locks both clients, both wallets, then the service. Refuses with `Conflict` what is not running and paid, what is being
/// worked on or ends, and what has money set aside or new prices ahead; and a new client that is not active, or whose currency
/// has no price for it. Refuses with `SpendCapReached` what the spend guard of the new client does not allow.
pub async fn move_to(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    asked: &MoveService,
) -> Result<()> {
    conn.transaction(async |tx| {
        within(tx, now, actor, id, asked).await?;
        Ok(())
    })
    .await
}

/// Locks what a move touches, in the order of all locks, and settles both clients.
async fn lock_all(tx: &mut Conn, now: Timestamp, id: ServiceId, to: ClientId) -> Result<Service> {
    let found = store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let from = found.client_id;
    if from == to {
        return Err(Refusal::field("client", "taken", "The service is this client's already.").into());
    }
    let both = if from < to { [from, to] } else { [to, from] };
    for client in both {
        if clients::lock(tx, client).await?.is_none() {
            return Err(Refusal::field("client", "unknown", "There is no such client.").into());
        }
    }
    for client in both {
        wallet::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    }
    for client in both {
        price_change::work::catch_up(tx, now, client).await?;
        charging::actions::settle(tx, now, client).await?;
    }
    let service = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if service.client_id != from {
        return Err(conflict("The service has just moved to another client.").into());
    }
    Ok(service)
}

/// Refuses what is not simply running, paid and left alone.
async fn require_at_rest(tx: &mut Conn, service: &Service, to: ClientId) -> Result<()> {
    if service.state != ServiceState::Active {
        return Err(conflict(format!("The service is {}; only an active one moves.", service.state)).into());
    }
    if let Some(pending) = service.pending()? {
        let detail = format!("The service is being worked on ({}).", pending.kind.as_str());
        return Err(conflict(detail).into());
    }
    if service.past_due_since.is_some() {
        return Err(conflict("The present client owes for the service. It moves once that is paid.").into());
    }
    if service.termination_requested_at.is_some() || service.terminate_at.is_some() {
        return Err(conflict("The service is about to end. Withdraw its termination first.").into());
    }
    for client in [service.client_id, to] {
        if wallet::holds::open(tx, client, service.id).await?.is_some() {
            return Err(conflict("Money is set aside for the service. It moves once that is over.").into());
        }
    }
    if let Some(at) = price_change::store::awaits(tx, service.id).await? {
        let detail = format!("A new price is on its way to the service, for {at}. It moves after that.");
        return Err(conflict(detail).into());
    }
    Ok(())
}

/// The move itself, in the caller's transaction.
pub(super) async fn within(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    asked: &MoveService,
) -> Result<Moved> {
    let to = asked.client;
    let mut service = lock_all(tx, now, id, to).await?;
    let from = service.client_id;
    let status = store::client_status(tx, to).await?.unwrap_or_default();
    if status != "active" {
        return Err(
            conflict(format!("The new client is {status}; only an active one takes services.")).into()
        );
    }
    require_at_rest(tx, &service, to).await?;
    let wallet = wallet::store::find(tx, to).await?.ok_or_else(Refusal::not_found)?;
    let converted = service.currency != wallet.currency;

    let left = charging::moving::leave(tx, now, from, id).await?;
    if converted {
        service = in_currency(tx, now, &service, wallet.currency).await?;
    }
    spending::actions::require(tx, to, wallet.currency, &[(service.base, service.period)]).await?;
    store::give_to(tx, now, id, &wallet).await?;
    charging::moving::arrive(tx, from, to, id, &left).await?;
    let tokens = tokens::revoke_of_service(tx, now, from, id).await?;
    spending::actions::tell(tx, now, to, wallet.currency).await?;

    trail(tx, now, actor, &service, to, &asked.note).await?;
    if asked.notify {
        let name = json!({ "service": service.label });
        notify::actions::client(tx, now, from, Notice::ServiceMovedAway, name).await?;
        let params = json!({ "service": service.label, "service_id": id });
        notify::actions::client(tx, now, to, Notice::ServiceMovedHere, params).await?;
    }
    let idle = service.idle_price.filter(|_| service.idle);
    Ok(Moved {
        paid_until: left.paid_until,
        rate: (service.charge_by != ChargeBy::Once).then(|| idle.unwrap_or(service.base)),
        currency: wallet.currency,
        converted,
        tokens,
    })
}

/// Gives a service the prices that the catalogue has in another currency.
async fn in_currency(
    tx: &mut Conn,
    now: Timestamp,
    service: &Service,
    currency: Currency,
) -> Result<Service> {
    let prices = price_change::preview::prices_of(tx, service.product_id).await?;
    let (sold, _) = store::snapshot(tx, service).await?;
    let new = sold.in_currency(currency, &prices).map_err(|_| {
        let period = service.period;
        conflict(format!(
            "The catalogue has no {period} price in {currency} for the service and its options."
        ))
    })?;
    store::reprice(tx, now, service, None, &new).await?;
    Ok(store::find_for_staff(tx, service.id).await?.ok_or_else(Refusal::not_found)?)
}

/// The line of the service's history, which its new client sees, and one in the log of each client.
async fn trail(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    to: ClientId,
    note: &str,
) -> Result<()> {
    let (from, label) = (service.client_id, &service.label);
    let event = Event { from: Some(service.state), to: service.state, what: "moved", reason: String::new() };
    store::record(tx, now, actor, to, service.id, event).await?;
    let names = (store::client_name(tx, from).await?, store::client_name(tx, to).await?);
    for (client, action, description) in [
        (from, "service.moved_away", format!("Moved to {}: {label}", names.1)),
        (to, "service.moved_here", format!("Taken over from {}: {label}", names.0)),
    ] {
        let entry = Entry {
            action,
            description,
            client: Some(client),
            subject: Some(("service", service.id.0)),
            old: Some(json!({ "client": from, "order": service.order_id })),
            new: Some(json!({ "client": to, "note": note })),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
    }
    Ok(())
}

//! Placing orders, going on with them, cancelling them.

use anyhow::{Context, anyhow};
use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use provisioners::Operation;
use rules::starting::first_charge;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::DocumentStatus;
use shared::billing::document::CancelDocument;
use shared::catalog::{ExpectedCost, OrderItem};
use shared::services::{OrderStatus, ServiceState};
use shared::{ClientId, Code, Language, Money, OrderId, Permission, ServiceId};

use super::quote as order_quote;
use super::store::{self, NewOrderRow, Order};
use crate::audit::{self, Actor, Entry};
use crate::billing::document::{self, Document};
use crate::billing::{spending, wallet};
use crate::catalog::offer::{self, Buyer, Offer};
use crate::catalog::{product, quote};
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::notify::{self, Event as Notice};
use crate::services::operation::{self, Pending};
use crate::services::outcome;
use crate::services::store::{self as services, Change, Event, NewService, Service};
use crate::settings::terms;

/// Orders of a client that may wait for money at once: each draws the number of a proforma, has it typeset and mailed, and
/// keeps stock. Staff order as they like.
pub const WAITING_MAX: i64 = 20;

/// Who orders for whom, and how he reads.
#[derive(Clone, Copy, Debug)]
pub struct Placing<'a> {
    pub actor: &'a Actor,
    pub client: ClientId,
    pub buyer: Buyer,
    pub language: Language,
    /// The version of the terms that the buyer says to accept.
    pub terms_version: Option<i32>,
    /// What the buyer was shown. `None`: he takes what it costs.
    pub expected: Option<ExpectedCost>,
}

/// Places an order: takes stock, writes the services with what they are sold at, and begins to deliver when the wallet
/// covers setup and first charge of all of them. Otherwise the order waits for the money.
///
/// Refuses what cannot be sold (422, naming the field), what is sold out, what costs more than the buyer was shown, what the
/// spend guard does not allow, a client who did not accept the newest terms, and one with too many orders that wait.
pub async fn place(tx: &mut Conn, now: Timestamp, who: Placing<'_>, items: &[OrderItem]) -> Result<OrderId> {
    // Before the client is read: its currency may change until then.
    wallet::store::lock_with_client(tx, who.client).await?.ok_or_else(Refusal::not_found)?;
    let customer = store::customer(tx, who.client).await?.ok_or_else(Refusal::not_found)?;
    if customer.status != "active" {
        return Err(Refusal::because(Code::Conflict, "This account cannot order now.").into());
    }
    let terms_version = match who.buyer {
        Buyer::Client => {
            require_few_waiting(tx, customer.id).await?;
            terms::accept(tx, who.terms_version).await?
        }
        Buyer::Staff => None,
    };
    let offers = offer::read(tx, customer.currency, items, who.buyer, who.language).await?;
    if let Some(expected) = &who.expected {
        order_quote::require_expected(&offers, customer.currency, now, expected)?;
    }
    spending::actions::require(tx, customer.id, customer.currency, &quote::recurring(&offers)).await?;
    let counted = take_stock(tx, &offers).await?;

    let mut due_now = Decimal::ZERO;
    for offer in &offers {
        let first = quote::first(offer, now)?;
        due_now += (offer.snapshot.total.setup + first.amount) * Decimal::from(offer.quantity);
    }
    let hours = offers.iter().map(|offer| offer.product.cancellation_delay_hours).min().unwrap_or(48);
    let cancel_at =
        now.checked_add(SignedDuration::from_hours(i64::from(hours))).map_err(|error| anyhow!(error))?;
    let id = OrderId::generate();
    let placed_by = who.actor.to_string();
    let new = NewOrderRow { id, customer: &customer, due_now, placed_by, cancel_at, terms_version };
    store::insert(tx, now, &new).await?;
    for (offer, stock_taken) in offers.iter().zip(counted) {
        for _ in 0..offer.quantity {
            let service = ServiceId::generate();
            let new = NewService {
                id: service,
                client: customer.id,
                company: customer.company_id,
                order: id,
                offer,
                stock_taken,
            };
            services::insert(tx, now, &new).await?;
            let event =
                Event { from: None, to: ServiceState::Pending, what: "ordered", reason: String::new() };
            services::record(tx, now, who.actor, customer.id, service, event).await?;
        }
    }
    let entry = Entry {
        action: "order.placed",
        description: format!("Order of {} services", offers.iter().map(|offer| offer.quantity).sum::<i32>()),
        client: Some(customer.id),
        subject: Some(("order", id.0)),
        new: Some(json!({ "items": offers.len(), "due_now": due_now })),
        ..Entry::default()
    };
    audit::record(tx, who.actor, now, entry).await?;

    let total = Money::ledger(due_now, customer.currency);
    let params = json!({ "order_id": id, "total": total });
    notify::actions::client(tx, now, customer.id, Notice::OrderReceived, params).await?;
    let client_name = services::client_name(tx, customer.id).await?;
    let params = json!({ "client_name": client_name, "order_id": id, "total": total });
    notify::actions::staff(tx, now, Permission::ServicesView, Notice::NewOrder, params).await?;
    spending::actions::tell(tx, now, customer.id, customer.currency).await?;
    advance(tx, now, who.actor, id).await?;
    Ok(id)
}

/// Refuses another order of a client whose wallet is locked when as many wait for money as may.
async fn require_few_waiting(tx: &mut Conn, client: ClientId) -> Result<()> {
    if store::count_pending(tx, client).await? < WAITING_MAX {
        return Ok(());
    }
    let detail = format!("{WAITING_MAX} orders wait for money already: pay or cancel some of them first.");
    Err(Refusal::because(Code::Conflict, detail).into())
}

/// Takes what is ordered out of the stock, each product in one statement, in order of their ids. Says of each offer whether
/// its services count.
async fn take_stock(tx: &mut Conn, offers: &[Offer]) -> Result<Vec<bool>> {
    let mut places: Vec<usize> = (0..offers.len()).collect();
    places.sort_by_key(|place| offers[*place].product.id);
    let mut counted = vec![false; offers.len()];
    for place in places {
        let offer = &offers[place];
        if !offer.product.stock_control {
            continue;
        }
        match product::stock::take(tx, offer.product.id, offer.quantity).await? {
            Some(counts) => counted[place] = counts,
            None => {
                let field = offer::out_of_stock(&format!("items.{place}.product"));
                return Err(Refusal { fields: vec![field], ..Refusal::new(Code::OutOfStock) }.into());
            }
        }
    }
    Ok(counted)
}

/// What a service takes from the wallet when its delivery begins: setup and first charge.
fn cost(service: &Service, now: Timestamp) -> Result<Decimal> {
    let first = first_charge(service.base, service.period, service.charge_by, now)
        .context("calculating the first charge")?;
    Ok(service.setup + first.amount)
}

/// What the services of an order that wait for money cost now.
pub fn due(services: &[Service], now: Timestamp) -> Result<Decimal> {
    let mut due = Decimal::ZERO;
    for service in services.iter().filter(|service| service.state == ServiceState::Pending) {
        due += cost(service, now)?;
    }
    Ok(due)
}

/// Sets the money of a service aside and has the module create it. Refuses with `CreditTooLow`.
pub async fn provision(tx: &mut Conn, now: Timestamp, actor: &Actor, service: &Service) -> Result<()> {
    let amount = cost(service, now)?;
    provision_for(tx, now, actor, service, amount).await
}

async fn provision_for(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    service: &Service,
    amount: Decimal,
) -> Result<()> {
    wallet::holds::place(tx, now, service.client_id, service.id, amount).await?;
    if let Some(id) = service.order_id {
        let order = store::lock(tx, id).await?.ok_or_else(|| anyhow!("order {id} is there"))?;
        if order.status != OrderStatus::Processing {
            store::set_status(tx, now, id, OrderStatus::Processing).await?;
        }
    }
    services::update(tx, service.id, Change::at(now).state(ServiceState::Provisioning)).await?;
    let event = Event {
        from: Some(service.state),
        to: ServiceState::Provisioning,
        what: "provisioning",
        reason: String::new(),
    };
    services::record(tx, now, actor, service.client_id, service.id, event).await?;
    operation::start(tx, now, service, &Pending::new(now, actor, Operation::Create)).await
}

/// Locks the proforma that pays for an order, then the order. The wallet is locked: no other proforma takes its place.
async fn lock(tx: &mut Conn, id: OrderId) -> Result<Option<(Order, Option<Document>)>> {
    let Some(found) = store::find_for_staff(tx, id).await? else { return Ok(None) };
    let proforma = match found.proforma_id {
        Some(proforma) => document::store::lock(tx, proforma).await?,
        None => None,
    };
    Ok(store::lock(tx, id).await?.map(|order| (order, proforma)))
}

/// An order that goes on waiting for money.
struct Waiting {
    order: Order,
    proforma: Option<Document>,
    missing: Decimal,
}

/// What the wallet must hold for all that is pending of an order: what was quoted is enough.
pub fn required(order: &Order, services: &[Service], now: Timestamp) -> Result<Decimal> {
    Ok(due(services, now)?.min(order.due_now))
}

/// Delivers all of an order that waits when the wallet covers it. `None`: it does not wait any more.
///
/// What was quoted is enough: a first hour that costs a fraction more by now does not make an order wait again.
async fn deliver(tx: &mut Conn, now: Timestamp, actor: &Actor, id: OrderId) -> Result<Option<Waiting>> {
    let Some(found) = store::find_for_staff(tx, id).await? else { return Ok(None) };
    let wallet = wallet::store::lock_with_client(tx, found.client_id)
        .await?
        .ok_or_else(|| anyhow!("client {} has no wallet", found.client_id))?;
    let waits = |order: &Order| order.status == OrderStatus::Pending;
    let Some((order, proforma)) = lock(tx, id).await?.filter(|(order, _)| waits(order)) else {
        return Ok(None);
    };
    let services = services::of_order(tx, id).await?;
    let required = required(&order, &services, now)?;
    if required > Decimal::ZERO && wallet.available() < required {
        return Ok(Some(Waiting { order, proforma, missing: required - wallet.available() }));
    }
    let mut left = wallet.available().max(Decimal::ZERO);
    for service in services.iter().filter(|service| service.state == ServiceState::Pending) {
        let amount = cost(service, now)?.min(left);
        provision_for(tx, now, actor, service, amount).await?;
        left -= amount;
    }
    Ok(None)
}

/// Goes on with an order that waits for money: delivers all of it when the wallet covers it, otherwise offers a proforma for
/// exactly what is missing. Nothing to do when it does not wait.
pub async fn advance(tx: &mut Conn, now: Timestamp, actor: &Actor, id: OrderId) -> Result<()> {
    match deliver(tx, now, actor, id).await? {
        Some(waiting) => offer_proforma(tx, now, actor, &waiting).await,
        None => Ok(()),
    }
}

/// Issues a proforma over what is missing, unless one can be paid already: running services may have used some of the money
/// that paid the one before.
///
/// A client whose profile lacks what a document needs gets none; a top-up continues the order all the same.
async fn offer_proforma(tx: &mut Conn, now: Timestamp, actor: &Actor, waiting: &Waiting) -> Result<()> {
    if waiting.proforma.as_ref().is_some_and(|proforma| proforma.due() > Decimal::ZERO) {
        return Ok(());
    }
    let Waiting { order, missing, .. } = waiting;
    let net = quote::payable(*missing, order.currency)?;
    match document::actions::issue_funds(tx, now, actor, order.client_id, net, Some(order.id)).await {
        Ok(proforma) => Ok(store::set_proforma(tx, now, order.id, proforma.id).await?),
        Err(Error::Refused(refusal)) if refusal.code == Code::Conflict => Ok(()),
        Err(error) => Err(error),
    }
}

/// Closes an order once nothing of it is on its way any more. A cancelled one asks for no money: its proforma ends, too.
pub async fn progressed(tx: &mut Conn, now: Timestamp, actor: &Actor, id: OrderId) -> Result<()> {
    let Some((order, proforma)) = lock(tx, id).await? else { return Ok(()) };
    if matches!(order.status, OrderStatus::Completed | OrderStatus::Cancelled) {
        return Ok(());
    }
    let all = services::of_order(tx, id).await?;
    let on_its_way =
        |service: &Service| matches!(service.state, ServiceState::Pending | ServiceState::Provisioning);
    if all.iter().any(on_its_way) {
        return Ok(());
    }
    if all.iter().any(|service| service.state != ServiceState::Cancelled) {
        store::set_status(tx, now, id, OrderStatus::Completed).await?;
        // Staff made the others run; what waited for money is gone.
        let unpaid = proforma.filter(|_| order.status == OrderStatus::Pending);
        return end_proforma(tx, now, actor, unpaid, "Nothing of its order waits any more.").await;
    }
    store::set_status(tx, now, id, OrderStatus::Cancelled).await?;
    end_proforma(tx, now, actor, proforma, "Its order was cancelled.").await
}

/// Cancels the proforma of an order, unless somebody has paid for it.
async fn end_proforma(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    proforma: Option<Document>,
    reason: &str,
) -> Result<()> {
    let Some(proforma) = proforma.filter(document::show::cancellable) else { return Ok(()) };
    let input = CancelDocument { version: proforma.version, reason: reason.to_owned() };
    document::actions::cancel(tx, now, actor, proforma.id, &input).await
}

/// A service was taken out of an order: one that goes on waiting asks for no more than the others cost, by another proforma,
/// or is delivered when the wallet covers them. Nothing to do when it does not wait any more.
///
/// The client is locked already, before its wallet. One whose account is not active gets nothing delivered.
pub async fn shrink(tx: &mut Conn, now: Timestamp, actor: &Actor, id: OrderId) -> Result<()> {
    let Some((order, proforma)) = lock(tx, id).await? else { return Ok(()) };
    let due = due(&services::of_order(tx, id).await?, now)?;
    if order.status != OrderStatus::Pending || due >= order.due_now {
        return Ok(());
    }
    store::set_due(tx, now, id, due).await?;
    end_proforma(tx, now, actor, proforma, "A part of its order was taken out.").await?;
    if services::client_status(tx, order.client_id).await?.is_none_or(|status| status != "active") {
        return Ok(());
    }
    advance(tx, now, actor, id).await
}

/// Cancels an order that waits for money. Nothing to do when it does not wait any more.
pub async fn cancel(tx: &mut Conn, now: Timestamp, actor: &Actor, id: OrderId, why: &str) -> Result<()> {
    let Some(found) = store::find_for_staff(tx, id).await? else { return Ok(()) };
    wallet::store::lock(tx, found.client_id).await?;
    if lock(tx, id).await?.is_none_or(|(order, _)| order.status != OrderStatus::Pending) {
        return Ok(());
    }
    let mut waiting = services::lock_of_order(tx, id).await?;
    waiting.retain(|service| service.state == ServiceState::Pending);
    // Stock goes back in the order in which it is taken.
    waiting.sort_by_key(|service| (service.product_id, service.id));
    for service in &waiting {
        outcome::ended(tx, now, actor, service, ServiceState::Cancelled, why).await?;
    }
    Ok(())
}

/// Cancels an order that was not paid in time. One that the wallet covers by now goes on instead, and one whose proforma was
/// paid in part waits for the rest. A client whose account is not active gets nothing delivered.
pub async fn expire(tx: &mut Conn, now: Timestamp, id: OrderId) -> Result<()> {
    let actor = Actor::system();
    let Some(found) = store::find_for_staff(tx, id).await? else { return Ok(()) };
    if services::client_status(tx, found.client_id).await?.is_none_or(|status| status != "active") {
        return cancel(tx, now, &actor, id, "not paid in time").await;
    }
    let Some(waiting) = deliver(tx, now, &actor, id).await? else { return Ok(()) };
    if waiting.proforma.is_some_and(|proforma| proforma.status == DocumentStatus::PartiallyPaid) {
        return Ok(());
    }
    cancel(tx, now, &actor, id, "not paid in time").await
}

/// The order as the caller may see it: one of this client, or any.
pub async fn visible(conn: &mut Conn, client: Option<ClientId>, id: OrderId) -> Result<Order> {
    let found = match client {
        Some(client) => store::find(conn, client, id).await?,
        None => store::find_for_staff(conn, id).await?,
    };
    Ok(found.ok_or_else(Refusal::not_found)?)
}

/// Cancels an order on somebody's wish. Refuses when it does not wait for money any more.
pub async fn cancel_on_wish(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: Option<ClientId>,
    id: OrderId,
    why: &str,
) -> Result<()> {
    conn.transaction(async |tx| {
        let order = visible(tx, client, id).await?;
        if order.status != OrderStatus::Pending {
            let detail = format!("The order is {}.", order.status);
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        cancel(tx, now, actor, id, why).await
    })
    .await
}

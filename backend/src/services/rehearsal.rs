//! What an act would do to services and money, told before it is done: it is carried out, looked at, and taken back.

use anyhow::anyhow;
use jiff::Timestamp;
use provisioners::Operation;
use rust_decimal::Decimal;
use shared::billing::DocumentStatus;
use shared::services::{MoveService, ServiceState, SuspensionReason, TerminationTime};
use shared::{ClientId, Currency, Effect, EffectKind, Money, OrderId, Rehearsal, ServiceId};

use super::actions::{self, Scope};
use super::moving;
use super::order::{self, store::Order};
use super::store::{self, Service};
use crate::audit::Actor;
use crate::billing::document::{self, Document};
use crate::billing::wallet::{self, store::Wallet};
use crate::db::{self, Conn};
use crate::http::error::{Refusal, Result};

async fn wallet_of(tx: &mut Conn, client: ClientId) -> Result<Wallet> {
    Ok(wallet::store::find(tx, client).await?.ok_or_else(|| anyhow!("client {client} has no wallet"))?)
}

/// Effects as they are found, and the wallet as it was before.
struct Notes {
    before: Wallet,
    effects: Vec<Effect>,
}

impl Notes {
    async fn begin(tx: &mut Conn, client: ClientId) -> Result<Self> {
        Ok(Self { before: wallet_of(tx, client).await?, effects: Vec::new() })
    }

    fn currency(&self) -> Currency {
        self.before.currency
    }

    fn add(&mut self, code: EffectKind, message: &str) {
        self.effects.push(Effect::new(code, message));
    }

    fn add_amount(&mut self, code: EffectKind, message: &str, amount: Decimal) {
        if amount > Decimal::ZERO {
            let amount = Money::ledger(amount, self.currency());
            self.effects.push(Effect::new(code, format!("{message}: {amount}.")).of(amount));
        }
    }

    /// What the act did to the wallet so far.
    async fn look(&mut self, tx: &mut Conn) -> Result<()> {
        let after = wallet_of(tx, self.before.client_id).await?;
        let (charged, released) = (self.before.balance - after.balance, self.before.held - after.held);
        self.add_amount(EffectKind::ChargedNow, "What was used so far is charged", charged);
        self.add_amount(EffectKind::HoldReleased, "Money that was set aside is free again", released);
        Ok(())
    }

    fn done(self) -> Rehearsal {
        Rehearsal { effects: self.effects }
    }
}

/// Says what terminating a service would do. Refuses what `actions::terminate` refuses.
pub async fn termination(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    scope: Scope,
    id: ServiceId,
    when: TerminationTime,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let service = actions::locked_with_order(tx, now, scope, id).await?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        let open = match service.order_id.filter(|_| service.state == ServiceState::Pending) {
            Some(id) => {
                let order = order::actions::visible(tx, None, id).await?;
                open_proforma(tx, &order).await?
            }
            None => None,
        };
        actions::terminate(tx, now, actor, scope, id, when, "").await?;
        let after = actions::locked(tx, now, scope, id).await?;
        match service.state {
            ServiceState::Pending => {
                cancelled(&mut notes, 1);
                proforma_ends(tx, &mut notes, open).await?;
            }
            ServiceState::Failed => {
                notes.add(EffectKind::ModuleCleansUp, "The module takes back what the failed delivery left.");
            }
            _ => ending(tx, now, &mut notes, &after).await?,
        }
        notes.look(tx).await?;
        Ok(notes.done())
    })
    .await
}

fn cancelled(notes: &mut Notes, count: i64) {
    let message = if count == 1 {
        "The service is cancelled; it was never delivered.".to_owned()
    } else {
        format!("{count} services are cancelled; they were never delivered.")
    };
    notes.effects.push(Effect::new(EffectKind::ServicesCancelled, message).counted(count));
}

/// The proforma of an order that nobody has paid for.
async fn open_proforma(tx: &mut Conn, order: &Order) -> Result<Option<Document>> {
    let Some(proforma) = order.proforma_id else { return Ok(None) };
    let found = document::store::find_for_staff(tx, proforma).await?;
    Ok(found.filter(document::show::cancellable))
}

/// Says so when the act cancelled a proforma that was open.
async fn proforma_ends(tx: &mut Conn, notes: &mut Notes, open: Option<Document>) -> Result<()> {
    let Some(proforma) = open else { return Ok(()) };
    let after = document::store::find_for_staff(tx, proforma.id).await?;
    if after.is_some_and(|after| after.status == DocumentStatus::Cancelled) {
        let message = "Its proforma is cancelled and asks for no money any more";
        notes.add_amount(EffectKind::ProformaCancelled, message, proforma.total);
    }
    Ok(())
}

/// A delivered service that ends now, or later: as it is after the act.
async fn ending(tx: &mut Conn, now: Timestamp, notes: &mut Notes, service: &Service) -> Result<()> {
    match service.terminate_at.filter(|_| !service.is_busy()) {
        Some(at) => {
            let message = format!("The service runs until {at}, then the module deletes it with its data.");
            notes.effects.push(Effect::new(EffectKind::EndsLater, message).at(at));
        }
        None => {
            notes.add(EffectKind::ModuleDeletes, "The module deletes the service with its data.");
            notes.add(EffectKind::ChargingStops, "It is charged no further.");
            if let Some(until) = store::paid_until(tx, service).await?.filter(|until| *until > now) {
                let message = format!("It is paid until {until}; the rest is not given back.");
                notes.effects.push(Effect::new(EffectKind::PaidTimeLost, message).at(until));
            }
        }
    }
    let (snapshot, _) = store::snapshot(tx, service).await?;
    notes.add_amount(
        EffectKind::UninstallFee,
        "A fee is charged when it is deleted",
        snapshot.total.uninstall,
    );
    Ok(())
}

/// Says what suspending a service would do. Refuses what `actions::suspend` refuses.
pub async fn suspension(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    reason: SuspensionReason,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let service = actions::locked(tx, now, Scope::Staff, id).await?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        actions::suspend(tx, now, actor, id, reason, "").await?;
        notes.add(EffectKind::ModuleStops, "The module stops the service; its data stay.");
        notes.add(EffectKind::ChargingStops, "It is charged no further while it is suspended.");
        notes.add(EffectKind::StaysSuspended, "It stays suspended until staff resume it.");
        Ok(notes.done())
    })
    .await
}

/// Says what resuming a suspended service would do. Refuses what `actions::resume` refuses.
pub async fn resuming(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ServiceId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let service = actions::locked(tx, now, Scope::Staff, id).await?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        actions::resume(tx, now, actor, id, "").await?;
        let held = wallet_of(tx, service.client_id).await?.held - notes.before.held;
        notes.add(EffectKind::ModuleStarts, "The module starts the service again.");
        notes.add_amount(EffectKind::MoneySetAside, "Set aside in the wallet until it runs", held);
        let message = "It is charged again from when it runs; time that is paid for and left counts on.";
        notes.add(EffectKind::ChargedAgain, message);
        Ok(notes.done())
    })
    .await
}

/// Says what marking a service as delivered would do. Refuses what `actions::manual_done` refuses.
pub async fn delivery(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ServiceId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let service = actions::locked(tx, now, Scope::Staff, id).await?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        let asked = service.pending()?.map(|pending| pending.kind);
        actions::manual_done(tx, now, actor, id).await?;
        let after = store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
        became(&mut notes, &service, &after);
        if asked == Some(Operation::ChangeOptions) {
            notes.add(EffectKind::OptionsGiven, "It has the options that were asked for.");
        }
        if period_price(&after) != period_price(&service) {
            notes.add_amount(EffectKind::PriceBecomes, "From now on it costs a period", period_price(&after));
        }
        let wallet = wallet_of(tx, service.client_id).await?;
        let paid = notes.before.balance - wallet.balance;
        let free = notes.before.held - wallet.held - paid;
        notes.add_amount(EffectKind::WalletPays, "The client's wallet pays", paid);
        notes.add_amount(EffectKind::HoldReleased, "Money that was set aside is free again", free);
        Ok(notes.done())
    })
    .await
}

/// What a service costs a period, as it is.
fn period_price(service: &Service) -> Decimal {
    service.idle_price.filter(|_| service.idle).unwrap_or(service.base)
}

/// The state that staff's work led to.
fn became(notes: &mut Notes, before: &Service, after: &Service) {
    if before.state == after.state {
        return;
    }
    match after.state {
        ServiceState::Active => {
            notes.add(EffectKind::RunsNow, "The service is active, and charged from now on.");
        }
        ServiceState::Cancelled => cancelled(notes, 1),
        ServiceState::Terminated => {
            notes.add(EffectKind::Ended, "The service has ended.");
            notes.add(EffectKind::ChargingStops, "It is charged no further.");
        }
        _ => notes.add(EffectKind::ChargingStops, "It is charged no further."),
    }
}

/// Says what setting a service's state would do. Refuses what `actions::force` refuses.
pub async fn forcing(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    to: ServiceState,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let service = actions::locked_with_order(tx, now, Scope::Staff, id).await?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        actions::force(tx, now, actor, id, to, "").await?;
        notes.add(EffectKind::StateSet, "The state is set in the database only; the module is not told.");
        notes.look(tx).await?;
        if service.state == ServiceState::Active {
            notes.add(EffectKind::ChargingStops, "It is charged no further.");
        }
        Ok(notes.done())
    })
    .await
}

/// Says what moving a service to another client would do. Refuses what `moving::move_to` refuses.
pub async fn moving(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ServiceId,
    asked: &MoveService,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let service = store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        let moved = moving::within(tx, now, actor, id, asked).await?;
        notes.look(tx).await?;
        notes.add(EffectKind::ChargesStay, "What was charged so far stays with the present client.");
        if let Some(until) = moved.paid_until {
            let message = format!("It is paid until {until}; that time goes with it.");
            notes.effects.push(Effect::new(EffectKind::PaidTimeGoes, message).at(until));
        }
        if let Some(rate) = moved.rate {
            let rate = Money::ledger(rate, moved.currency);
            if moved.converted {
                let message = format!("It gets the price of the catalogue in {}: {rate}.", moved.currency);
                notes.effects.push(Effect::new(EffectKind::PriceOfCurrency, message).of(rate));
            }
            let from = moved.paid_until.unwrap_or(now);
            let message = format!("From {from} on the wallet of the new client pays: {rate} a period.");
            notes.effects.push(Effect::new(EffectKind::NewClientPays, message).of(rate).at(from));
        }
        let tokens = i64::try_from(moved.tokens).unwrap_or(i64::MAX);
        let what = "API tokens for this service alone stop working.";
        notes.effects.extend(Effect::some(EffectKind::TokensRevoked, tokens, what));
        Ok(notes.done())
    })
    .await
}

/// Says what cancelling an order would do. Refuses what `order::actions::cancel_on_wish` refuses.
pub async fn cancellation(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: Option<ClientId>,
    id: OrderId,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let order = order::actions::visible(tx, client, id).await?;
        let mut notes = Notes::begin(tx, order.client_id).await?;
        let waiting = store::of_order(tx, id).await?;
        let waiting = waiting.iter().filter(|service| service.state == ServiceState::Pending).count();
        let open = open_proforma(tx, &order).await?;
        order::actions::cancel_on_wish(tx, now, actor, client, id, "").await?;
        cancelled(&mut notes, i64::try_from(waiting).unwrap_or(i64::MAX));
        proforma_ends(tx, &mut notes, open).await?;
        notes.look(tx).await?;
        Ok(notes.done())
    })
    .await
}

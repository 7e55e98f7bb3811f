//! What an act would do to services and money, told before it is done: it is carried out, looked at, and taken back.

use anyhow::anyhow;
use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::services::{ServiceState, SuspensionReason, TerminationTime};
use shared::{ClientId, Currency, Effect, EffectKind, Money, OrderId, Rehearsal, ServiceId};

use super::actions::{self, Scope};
use super::order;
use super::store::{self, Service};
use crate::audit::Actor;
use crate::billing::document;
use crate::billing::wallet::{self, store::Wallet};
use crate::db::{self, Conn};
use crate::http::error::Result;

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
        let service = actions::locked(tx, now, scope, id).await?;
        let mut notes = Notes::begin(tx, service.client_id).await?;
        actions::terminate(tx, now, actor, scope, id, when, "").await?;
        let after = actions::locked(tx, now, scope, id).await?;
        match service.state {
            ServiceState::Pending => cancelled(&mut notes, 1),
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
        let open = match order.proforma_id {
            Some(proforma) => document::store::find_for_staff(tx, proforma).await?,
            None => None,
        };
        let open = open.filter(document::show::cancellable);
        order::actions::cancel_on_wish(tx, now, actor, client, id, "").await?;
        cancelled(&mut notes, i64::try_from(waiting).unwrap_or(i64::MAX));
        if let Some(proforma) = open {
            let message = "Its proforma is cancelled and asks for no money any more";
            notes.add_amount(EffectKind::ProformaCancelled, message, proforma.total);
        }
        notes.look(tx).await?;
        Ok(notes.done())
    })
    .await
}

//! What deleting or archiving a home company, making it the default, or deleting a gateway would do, told before it is done.

use jiff::Timestamp;
use shared::{CompanyId, Effect, EffectKind, GatewayId, Rehearsal};

use super::{actions, gateway, store};
use crate::audit::Actor;
use crate::db::{self, Conn};
use crate::http::error::Result;

/// Says what deleting a company would take with it. Refuses what `actions::delete` refuses.
pub async fn deletion(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let series = i64::try_from(store::series(tx, id).await?.len()).unwrap_or(i64::MAX);
        actions::delete(tx, now, actor, id).await?;
        let what = "numberings of documents are deleted with it.";
        let numbering = Effect::some(EffectKind::NumberingDeleted, series, what);
        Ok(Rehearsal { effects: std::iter::once(Effect::deleted()).chain(numbering).collect() })
    })
    .await
}

/// Says what making a company the default would do: nothing when it is that already. Refuses what `actions::make_default`
/// refuses.
pub async fn default(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let before = store::default(tx).await?.filter(|(present, _)| *present != id);
        actions::make_default(tx, now, actor, id).await?;
        let mut effects = Vec::new();
        if let Some((_, name)) = before {
            let message = format!("It becomes the default instead of {name}.");
            effects.push(Effect::new(EffectKind::DefaultInsteadOf, message).named(name));
            let message = "New clients from countries without a home company of their own belong to it.";
            effects.push(Effect::new(EffectKind::NewClientsComeHere, message));
        }
        Ok(Rehearsal { effects })
    })
    .await
}

/// Says what deleting a gateway would take from clients. Refuses what `actions::delete_gateway` refuses.
pub async fn gateway_deletion(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: GatewayId,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let reach = gateway::reach(tx, id).await?;
        actions::delete_gateway(tx, now, actor, id).await?;
        let what = "active clients can no longer pay by it.";
        let lost = Effect::some(EffectKind::PaymentWayLost, reach.clients, what);
        let what = "of them are left without any way to pay.";
        let stranded = Effect::some(EffectKind::NoPaymentWayLeft, reach.stranded, what);
        Ok(Rehearsal { effects: std::iter::once(Effect::deleted()).chain(lost).chain(stranded).collect() })
    })
    .await
}

/// Says what archiving a company would do. Refuses what `actions::archive` refuses.
pub async fn archiving(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        actions::archive(tx, now, actor, id).await?;
        let (_none, documents) = store::counts(tx, id).await?;
        let message = "Nobody new buys from it until it is restored.";
        let sells = Effect::new(EffectKind::SellsNoMore, message);
        let stay = Effect::some(EffectKind::DocumentsStay, documents, "documents stay as they are.");
        Ok(Rehearsal { effects: std::iter::once(sells).chain(stay).collect() })
    })
    .await
}

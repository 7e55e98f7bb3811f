//! Deciding on a change of prices, and cancelling it.

use jiff::{SignedDuration, Timestamp};
use rules::charging::whole_second;
use serde_json::json;
use shared::catalog::{NewPriceChange, PriceChange, PriceChangeState};
use shared::{Code, PriceChangeId, ProductId};

use super::{preview, store};
use crate::audit::{self, Actor, Entry};
use crate::catalog::product;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};

/// How far ahead prices are announced at most.
const AHEAD_MAX: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);

/// Decides that running services of a product cost from an instant on what the catalogue says now. A worker writes whom it
/// reaches and tells them.
///
/// Refuses an instant in the past, a product that has such a change already, and one whose services all pay these prices.
pub async fn plan(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    product: ProductId,
    input: &NewPriceChange,
) -> Result<PriceChange> {
    let now_s = whole_second(now);
    let apply_at = input.apply_at.map_or(now_s, whole_second);
    if apply_at < now_s || apply_at.duration_since(now_s) > AHEAD_MAX {
        let message = "Must lie between now and two years ahead.";
        return Err(Refusal::field("apply_at", "out_of_range", message).into());
    }
    let product = product::store::lock(tx, product).await?.ok_or_else(Refusal::not_found)?;
    if store::open_of(tx, product.id).await?.is_some() {
        let detail = "Prices of this product are on their way already; cancel that or wait until it is done.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    let prices = preview::prices_of(tx, product.id).await?;
    if !preview::changes_anything(tx, product.id, &prices).await? {
        let detail = "Every running service that can have these prices pays them already.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    let id = PriceChangeId::generate();
    store::insert(tx, now, id, product.id, apply_at, &prices, &actor.to_string()).await?;
    outbox::send(tx, now, &Job::PriceChange { change: id }, Tags::default()).await?;
    let entry = Entry {
        action: "price_change.planned",
        description: format!("Prices of {} to be applied to running services", product.key),
        subject: Some(("product", product.id.0)),
        new: Some(json!({ "price_change": id, "apply_at": apply_at })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    store::show(tx, id).await
}

/// Cancels a change before its instant; a worker tells the clients that were told of it. One that is still being written has
/// reached nobody, whenever its instant is.
pub async fn cancel(tx: &mut Conn, now: Timestamp, actor: &Actor, id: PriceChangeId) -> Result<PriceChange> {
    let change = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    // From its instant on whoever comes first moves the services, whatever the state says.
    let has_come = change.state == PriceChangeState::Planned && change.apply_at <= now;
    if has_come {
        let detail = "Its instant has come: it cannot be cancelled any more.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    if !change.state.can_be_cancelled() {
        let detail = format!("The change is {}: it cannot be cancelled any more.", change.state);
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    store::set_state(tx, id, PriceChangeState::Cancelled).await?;
    outbox::send(tx, now, &Job::PriceChange { change: id }, Tags::default()).await?;
    let entry = Entry {
        action: "price_change.cancelled",
        description: "Prices on their way to running services cancelled".to_owned(),
        subject: Some(("product", change.product_id.0)),
        old: Some(json!({ "price_change": id, "apply_at": change.apply_at })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    store::show(tx, id).await
}

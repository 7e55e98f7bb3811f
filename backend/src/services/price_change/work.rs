//! What a worker does for a change of prices: step by step, each in a transaction of its own.

use anyhow::{Context, anyhow};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rules::pricing::NewPrice;
use serde_json::json;
use shared::catalog::{PriceChangeOutcome, PriceChangeState};
use shared::services::ServiceState;
use shared::{ClientId, Currency, Language, PriceChangeId, ServiceId};

use super::preview::{CLIENTS, Meaning, meaning};
use super::store::{self, Change, NewRow, Running};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::billing::charging;
use crate::billing::document::paper::plain;
use crate::catalog::product;
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::notify::{Event as Notice, Letter};
use crate::services::store::{self as services, Event, Service};

/// Services that a message names one by one.
const NAMED_MAX: usize = 20;

/// The minute's look: has those changes gone on with that can go on.
pub async fn sweep(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<()> {
    for change in store::to_go_on(conn, now, limit).await? {
        outbox::send(conn, now, &Job::PriceChange { change }, Tags::default()).await?;
    }
    Ok(())
}

/// The job: brings a change as far as it can come now.
pub async fn run(app: &App, id: PriceChangeId) -> Result<()> {
    let mut conn = app.db.get().await?;
    loop {
        let now = app.clock.now();
        let Some(change) = store::find(&mut conn, id).await? else { return Ok(()) };
        if change.finished_at.is_some() {
            return Ok(());
        }
        match change.state {
            PriceChangeState::Preparing => prepare(&mut conn, now, id).await?,
            // From here on it cannot be cancelled.
            PriceChangeState::Planned if change.apply_at <= now => {
                store::begin(&mut conn, id).await?;
            }
            PriceChangeState::Planned | PriceChangeState::Applied => return Ok(()),
            PriceChangeState::Applying => return apply(app, &mut conn, &change).await,
            PriceChangeState::Cancelled => return take_back(&mut conn, now, &change).await,
        }
    }
}

/// Writes whom the change reaches and tells them, for the next clients. When there are none it is planned.
async fn prepare(conn: &mut Conn, now: Timestamp, id: PriceChangeId) -> Result<()> {
    conn.transaction(async |tx| {
        let Some(change) = store::lock(tx, id).await? else { return Ok(()) };
        if change.state != PriceChangeState::Preparing {
            return Ok(());
        }
        let prices = change.prices()?;
        let rows = store::running(tx, change.product_id, change.prepared_client, CLIENTS).await?;
        let Some(last) = rows.last().map(|row| row.client_id) else {
            store::set_state(tx, id, PriceChangeState::Planned).await?;
            return Ok(());
        };
        let product = product_name(tx, &change).await?;
        for of_client in rows.chunk_by(|one, next| one.client_id == next.client_id) {
            reach(tx, now, &change, &product, of_client, &prices).await?;
        }
        store::set_prepared(tx, id, last).await?;
        Ok(())
    })
    .await
}

async fn product_name(tx: &mut Conn, change: &Change) -> Result<String> {
    let product = product::store::find(tx, change.product_id).await?;
    Ok(product.context("a change of prices has its product")?.name(Language::English))
}

/// Writes what the change means for the services of one client, and tells the client.
async fn reach(
    tx: &mut Conn,
    now: Timestamp,
    change: &Change,
    product: &str,
    running: &[Running],
    prices: &[NewPrice],
) -> Result<()> {
    let mut rows = Vec::new();
    let mut named = Vec::new();
    for one in running {
        let Meaning::Changed(base) = meaning(one, prices)? else { continue };
        named.push(format!(
            "{}: {} → {}",
            one.label,
            price(one.base, one.currency),
            price(base, one.currency)
        ));
        rows.push(NewRow {
            change_id: change.id,
            service_id: one.id,
            client_id: one.client_id,
            currency: one.currency,
            period: one.period,
            base_before: one.base,
            base_after: base,
            outcome: PriceChangeOutcome::Planned,
            apply_at: change.apply_at,
        });
    }
    let Some(client) = rows.first().map(|row| row.client_id) else { return Ok(()) };
    store::insert_rows(tx, rows).await?;
    if named.len() > NAMED_MAX {
        named.truncate(NAMED_MAX);
        named.push("…".to_owned());
    }
    let params = json!({ "product": product, "at": change.apply_at, "services": named.join("; ") });
    Letter::new(Notice::PriceChangeAhead, params)
        .once(format!("price-change:{}:{client}", change.id))
        .client(tx, now, client)
        .await
}

/// `7.2000` EUR as `7.20 EUR`, `0.0125` as it is.
fn price(amount: rust_decimal::Decimal, currency: Currency) -> String {
    let short = amount.normalize();
    if short.scale() > currency.decimals() {
        format!("{short} {currency}")
    } else {
        format!("{} {currency}", plain(short, currency))
    }
}

/// Moves every service that can be moved. One client's trouble must not keep the others from their prices.
async fn apply(app: &App, conn: &mut Conn, change: &Change) -> Result<()> {
    let prices = change.prices()?;
    let (mut after, mut failed) = (None, 0_usize);
    loop {
        let clients = store::clients_to_move(conn, change.id, after, CLIENTS).await?;
        let Some(last) = clients.last() else { break };
        after = Some(*last);
        for client in clients {
            let now = app.clock.now();
            let moved =
                conn.transaction(async |tx| move_client(tx, now, change, client, &prices).await).await;
            if let Err(error) = moved {
                tracing::error!(client.id = %client, %error, "new prices could not be applied");
                failed += 1;
            }
        }
    }
    if failed > 0 {
        return Err(anyhow!("new prices of {failed} clients could not be applied").into());
    }
    finish(conn, app.clock.now(), change.id).await
}

/// Moves the services of a client to prices that should be there already: work that waits for its turn must not have it
/// charged at the old ones. Its wallet is locked. One that is cancelled meanwhile moves nothing.
pub async fn catch_up(tx: &mut Conn, now: Timestamp, client: ClientId) -> Result<()> {
    for change in store::late(tx, now, client).await? {
        if change.state == PriceChangeState::Planned && !store::begin(tx, change.id).await? {
            continue;
        }
        move_client(tx, now, &change, client, &change.prices()?).await?;
    }
    Ok(())
}

/// Charges a client what began before the instant, then writes the new prices.
async fn move_client(
    tx: &mut Conn,
    now: Timestamp,
    change: &Change,
    client: ClientId,
    prices: &[NewPrice],
) -> Result<()> {
    charging::actions::settle_before(tx, now, client, change.apply_at).await?;
    for id in store::open_services(tx, change.id, client).await? {
        move_service(tx, now, change, client, id, prices).await?;
    }
    Ok(())
}

/// Writes the new prices of one service. Its client is settled up to the instant, its wallet locked.
async fn move_service(
    tx: &mut Conn,
    now: Timestamp,
    change: &Change,
    client: ClientId,
    id: ServiceId,
    prices: &[NewPrice],
) -> Result<()> {
    let service = services::lock(tx, id).await?.context("a service stays")?;
    let set = async |tx: &mut Conn, outcome, bases| {
        store::set_outcome(tx, now, change.id, id, outcome, bases).await
    };
    if !matches!(service.state, ServiceState::Active | ServiceState::Suspended) {
        return Ok(set(tx, PriceChangeOutcome::Ended, None).await?);
    }
    // It moved to another client, who was told of nothing and is not settled.
    if service.client_id != client {
        return Ok(set(tx, PriceChangeOutcome::Kept, None).await?);
    }
    // What it owes it owes at the old price: it gets the new one once that is paid, or is suspended.
    if service.state == ServiceState::Active && service.past_due_since.is_some() {
        return Ok(set(tx, PriceChangeOutcome::Waiting, None).await?);
    }
    follow_pending(tx, now, &service, prices).await?;
    let (sold, _) = services::snapshot(tx, &service).await?;
    let new = sold.repriced(prices).ok().filter(|new| !new.costs_as(&sold));
    let Some(new) = new else { return Ok(set(tx, PriceChangeOutcome::Kept, None).await?) };

    let (before, after) = (service.base, new.total.base);
    services::reprice(tx, now, &service, None, &new).await?;
    let reason = format!("{} → {}", price(before, service.currency), price(after, service.currency));
    let event = Event { from: Some(service.state), to: service.state, what: "price_changed", reason };
    services::record(tx, now, &Actor::system(), service.client_id, id, event).await?;
    Ok(set(tx, PriceChangeOutcome::Applied, Some((before, after))).await?)
}

/// A change of options that the module works on leads to the new prices too.
async fn follow_pending(tx: &mut Conn, now: Timestamp, service: &Service, prices: &[NewPrice]) -> Result<()> {
    let Some(mut pending) = service.pending()? else { return Ok(()) };
    let Some(target) = &mut pending.change else { return Ok(()) };
    if let Ok(snapshot) = target.snapshot.repriced(prices) {
        target.snapshot = snapshot;
        services::update(tx, service.id, services::Change::at(now).operation(Some(&pending))?).await?;
    }
    Ok(())
}

/// Ends a change that has nothing left to do.
async fn finish(conn: &mut Conn, now: Timestamp, id: PriceChangeId) -> Result<()> {
    conn.transaction(async |tx| {
        let Some(change) = store::lock(tx, id).await? else { return Ok(()) };
        if change.state != PriceChangeState::Applying || store::has_open(tx, id).await? {
            return Ok(());
        }
        store::set_finished(tx, now, id, PriceChangeState::Applied).await?;
        let shown = store::show(tx, id).await?;
        let entry = Entry {
            action: "price_change.applied",
            description: "Prices applied to running services".to_owned(),
            subject: Some(("product", change.product_id.0)),
            new: Some(json!({ "price_change": id, "services": shown.services, "applied": shown.applied })),
            ..Entry::default()
        };
        Ok(audit::record(tx, &Actor::system(), now, entry).await?)
    })
    .await
}

/// Tells those who were told of a cancelled change that it does not come.
async fn take_back(conn: &mut Conn, now: Timestamp, change: &Change) -> Result<()> {
    let product = product_name(conn, change).await?;
    let mut after = None;
    loop {
        let clients = store::clients_to_tell(conn, change.id, after, CLIENTS).await?;
        let Some(last) = clients.last() else { break };
        after = Some(*last);
        conn.transaction(async |tx| {
            for client in &clients {
                store::cancel_client(tx, now, change.id, *client).await?;
                let params = json!({ "product": product, "at": change.apply_at });
                Letter::new(Notice::PriceChangeCancelled, params)
                    .once(format!("price-change-cancelled:{}:{client}", change.id))
                    .client(tx, now, *client)
                    .await?;
            }
            Ok::<(), crate::Error>(())
        })
        .await?;
    }
    Ok(store::set_finished(conn, now, change.id, PriceChangeState::Cancelled).await?)
}

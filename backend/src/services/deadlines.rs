//! What falls due by the clock: resumptions that money already covers, suspensions after the grace, terminations, cancelled
//! orders, notices of the end, new prices.

use std::fmt::Display;

use anyhow::anyhow;
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::Operation;
use serde_json::json;
use shared::ServiceId;
use shared::services::ServiceState;

use super::operation::{self, Pending};
use super::store::{self, Event};
use super::{automation, order, price_change};
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::current::{self, Walk};
use crate::notify::{self, Event as Notice};

/// Rows of one kind that a run looks at; the next run goes on.
const BATCH: i64 = 500;

/// Those whose deadline could not be kept because of an error; tried again by the next run.
#[derive(Default)]
struct Failures(usize);

impl Failures {
    /// One's trouble must not keep the others from their deadlines.
    fn note(&mut self, what: &str, whose: &str, id: impl Display, outcome: Result<()>) {
        if let Err(error) = outcome {
            tracing::error!(whose, id = %id, %error, "a deadline could not be kept: {what}");
            self.0 += 1;
        }
    }
}

/// Resumes, suspends, terminates, cancels and tells what is due at `now`. Each service in a transaction of its own.
pub async fn run(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let (mut failures, mut walk) = (Failures::default(), Walk::of(5));
    // First: what money covers by now neither ends nor is cancelled.
    let covered = store::waiting::covered(conn, now, BATCH).await?;
    walk.begin("what money covers", covered.len());
    for client in &covered {
        let outcome = automation::topped_up(conn, now, *client).await;
        failures.note("go on with what money covers", "client", client, outcome);
        walk.step(conn).await?;
    }
    let unpaid = store::out_of_grace(conn, now, BATCH).await?;
    walk.begin("suspensions", unpaid.len());
    for id in &unpaid {
        failures.note("suspend", "service", id, automation::past_due(conn, now, *id).await);
        walk.step(conn).await?;
    }
    let ended = store::to_terminate(conn, now, BATCH).await?;
    walk.begin("terminations", ended.len());
    for found in &ended {
        failures.note("terminate", "service", found.id, terminate(conn, now, found.id).await);
        walk.step(conn).await?;
    }
    let expired = order::store::to_cancel(conn, now, BATCH).await?;
    walk.begin("orders", expired.len());
    for id in &expired {
        let outcome = conn.transaction(async |tx| order::actions::expire(tx, now, *id).await).await;
        failures.note("cancel an order", "order", id, outcome);
        walk.step(conn).await?;
    }
    let ending = store::ending_soon(conn, now, BATCH).await?;
    walk.begin("notices", ending.len());
    for id in &ending {
        failures.note("tell of the end", "service", id, tell_of_end(conn, now, *id).await);
        walk.step(conn).await?;
    }
    if let Err(error) = price_change::work::sweep(conn, now, BATCH).await {
        failures.note("go on with changes of prices", "all", "", Err(error));
    }
    match failures.0 {
        0 => current::output(&json!({
            "covered": covered.len(), "unpaid": unpaid.len(), "ended": ended.len(), "orders": expired.len(),
            "ending_soon": ending.len(),
        })),
        failed => Err(anyhow!("{failed} deadlines could not be kept").into()),
    }
}

/// Has a service terminated whose end has come.
async fn terminate(conn: &mut Conn, now: Timestamp, id: ServiceId) -> Result<()> {
    conn.transaction(async |tx| {
        let Some(service) = operation::lock(tx, now, id).await? else { return Ok(()) };
        let due = service.terminate_at.is_some_and(|at| at <= now)
            && matches!(service.state, ServiceState::Active | ServiceState::Suspended)
            && !service.manual
            && !service.is_busy();
        if !due {
            return Ok(());
        }
        let why = match service.termination_requested_at {
            Some(_) => "requested",
            None => "suspended for too long",
        };
        let pending = Pending::new(now, &Actor::system(), Operation::Terminate).noted(why);
        operation::start(tx, now, &service, &pending).await
    })
    .await
}

/// Tells the client of a service that ends within a day.
async fn tell_of_end(conn: &mut Conn, now: Timestamp, id: ServiceId) -> Result<()> {
    conn.transaction(async |tx| {
        let Some(service) = operation::lock(tx, now, id).await? else { return Ok(()) };
        let Some(at) = service.terminate_at.filter(|_| !service.manual) else { return Ok(()) };
        let event = Event {
            from: Some(service.state),
            to: service.state,
            what: "terminating_soon",
            reason: at.to_string(),
        };
        store::record(tx, now, &Actor::system(), service.client_id, id, event).await?;
        let params = json!({ "service": service.label, "service_id": id, "at": at });
        notify::actions::client(tx, now, service.client_id, Notice::ServiceTerminatingSoon, params).await
    })
    .await
}

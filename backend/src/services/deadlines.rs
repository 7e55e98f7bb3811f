//! What falls due by the clock: suspensions after the grace, terminations, cancelled orders, notices of the end.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::Operation;
use serde_json::json;
use shared::services::ServiceState;

use super::operation::{self, Pending};
use super::store::{self, Event};
use super::{actions, order};
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::error::Result;
use crate::notify::{self, Event as Notice};

/// Rows of one kind that a run looks at; the next run goes on.
const BATCH: i64 = 500;

/// Suspends, terminates, cancels and tells what is due at `now`. Each service in a transaction of its own.
pub async fn run(conn: &mut Conn, now: Timestamp) -> Result<()> {
    for id in store::out_of_grace(conn, now, BATCH).await? {
        actions::past_due(conn, now, id).await?;
    }
    for found in store::to_terminate(conn, now, BATCH).await? {
        conn.transaction(async |tx| {
            let Some(service) = operation::lock(tx, found.id).await? else { return Ok(()) };
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
        .await?;
    }
    for id in order::store::to_cancel(conn, now, BATCH).await? {
        conn.transaction(async |tx| order::actions::expire(tx, now, id).await).await?;
    }
    for id in store::ending_soon(conn, now, BATCH).await? {
        conn.transaction(async |tx| {
            let Some(service) = operation::lock(tx, id).await? else { return Ok(()) };
            let Some(at) = service.terminate_at else { return Ok(()) };
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
        .await?;
    }
    Ok(())
}

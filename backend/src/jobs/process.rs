//! Running programs tell that they live. Real time, whatever the clock shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Timestamptz;
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};
use schema::processes;
use serde_json::json;
use shared::Permission;
use tokio::sync::watch;
use uuid::Uuid;

use crate::App;
use crate::http::error::{Error, Result};
use crate::notify::{Event, Letter};

const BEAT_EVERY: Duration = Duration::from_secs(5);
/// A process that was not seen for so long is taken for dead.
pub(super) const DEAD_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Machine and process number, for staff.
pub(super) fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{}:{}", if host.is_empty() { "localhost" } else { host }, std::process::id())
}

/// Writes the heartbeat, and whether this process leads the schedule, until `stop` says so.
pub(super) async fn beat(
    app: App,
    id: Uuid,
    role: &'static str,
    leads: Arc<AtomicBool>,
    mut stop: watch::Receiver<bool>,
) {
    let started = app.clock.real_now();
    while !*stop.borrow() {
        if let Err(error) = once(&app, id, role, AtomicBool::load(&leads, Ordering::Relaxed), started).await {
            tracing::warn!(error = %error, "the heartbeat could not be written");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(BEAT_EVERY) => {}
        }
    }
}

async fn once(app: &App, id: Uuid, role: &'static str, leads: bool, started: Timestamp) -> Result<()> {
    let (now, real) = (app.clock.now(), app.clock.real_now());
    let mut conn = app.db.get().await?;
    let at = jiff_diesel::Timestamp::from(real);
    diesel::insert_into(processes::table)
        .values((
            processes::id.eq(id),
            processes::host.eq(name()),
            processes::role.eq(role),
            processes::app_version.eq(env!("CARGO_PKG_VERSION")),
            processes::started_at.eq(jiff_diesel::Timestamp::from(started)),
            processes::seen_at.eq(at),
            processes::leader.eq(leads),
        ))
        .on_conflict(processes::id)
        .do_update()
        .set((processes::seen_at.eq(at), processes::leader.eq(leads)))
        .execute(&mut conn)
        .await?;
    bury(&mut conn, now, real).await
}

#[derive(QueryableByName)]
struct Dead {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Text)]
    host: String,
}

/// Takes dead processes off the list and tells staff of each, once.
async fn bury(conn: &mut crate::db::Conn, now: Timestamp, real: Timestamp) -> Result<()> {
    let before = real.checked_sub(DEAD_AFTER).unwrap_or(real);
    conn.transaction::<_, Error, _>(async |tx| {
        let dead: Vec<Dead> =
            diesel::sql_query("DELETE FROM processes WHERE seen_at < $1 RETURNING id, host")
                .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(before))
                .load(tx)
                .await?;
        for process in dead {
            Letter::new(Event::HeartbeatLost, json!({ "host": process.host }))
                .once(format!("heartbeat-lost:{}", process.id))
                .staff(tx, now, Permission::TasksView)
                .await?;
        }
        Ok(())
    })
    .await
}

/// Goes off the list in good order.
pub(super) async fn leave(app: &App, id: Uuid) -> Result<()> {
    diesel::delete(processes::table.find(id)).execute(&mut *app.db.get().await?).await?;
    Ok(())
}

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
use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::jobs::status::has_leader;
use crate::notify::{Event, Letter};

const BEAT_EVERY: Duration = Duration::from_secs(5);
/// A process that was not seen for so long is taken for dead.
pub(super) const DEAD_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// So long a dead process stays on the list.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Machine and process number, for staff.
pub(super) fn name() -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = host.trim();
    format!("{}:{}", if host.is_empty() { "localhost" } else { host }, std::process::id())
}

/// Without a leader for so long, staff are told.
const LEADERLESS_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Writes the heartbeat, and whether this process leads the schedule, and looks after the others, until `stop` says so.
pub(super) async fn beat(
    app: App,
    id: Uuid,
    role: &'static str,
    leads: Arc<AtomicBool>,
    mut stop: watch::Receiver<bool>,
) {
    let started = app.clock.real_now();
    let mut led_at = started;
    while !*stop.borrow() {
        let leads = AtomicBool::load(&leads, Ordering::Relaxed);
        if let Err(error) = once(&app, id, role, leads, started, &mut led_at).await {
            tracing::warn!(error = %error, "the heartbeat could not be written");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(BEAT_EVERY) => {}
        }
    }
}

/// The heartbeat of a process that only answers requests: it sees when the last worker is gone.
pub async fn beat_of_server(app: App, stop: watch::Receiver<bool>) {
    let id = Uuid::now_v7();
    beat(app.clone(), id, "serve", Arc::default(), stop).await;
    if let Err(error) = leave(&app, id).await {
        tracing::warn!(%error, "this process could not go off the list");
    }
}

async fn once(
    app: &App,
    id: Uuid,
    role: &'static str,
    leads: bool,
    started: Timestamp,
    led_at: &mut Timestamp,
) -> Result<()> {
    let (now, real) = (app.clock.now(), app.clock.real_now());
    let mut conn = app.db.get().await?;
    let at = jiff_diesel::Timestamp::from(real);
    let slots = if role == "serve" { 0 } else { app.config.work.concurrency.get() };
    let slots = i32::try_from(slots).unwrap_or(i32::MAX);
    diesel::insert_into(processes::table)
        .values((
            processes::id.eq(id),
            processes::host.eq(name()),
            processes::role.eq(role),
            processes::app_version.eq(env!("CARGO_PKG_VERSION")),
            processes::started_at.eq(jiff_diesel::Timestamp::from(started)),
            processes::seen_at.eq(at),
            processes::leader.eq(leads),
            processes::concurrency.eq(slots),
        ))
        .on_conflict(processes::id)
        .do_update()
        .set((
            processes::seen_at.eq(at),
            processes::leader.eq(leads),
            processes::lost_at.eq(jiff_diesel::NullableTimestamp::from(None)),
        ))
        .execute(&mut conn)
        .await?;
    bury(&mut conn, now, real).await?;
    if leads || has_leader(&mut conn).await? {
        *led_at = real;
    } else if real.duration_since(*led_at) > LEADERLESS_AFTER {
        let key = format!("leader-lost:{}", led_at.as_second().div_euclid(3600));
        conn.transaction(async |tx| tell(tx, now, "schedule", key).await).await?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct Dead {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Text)]
    host: String,
}

/// Marks dead processes and tells staff of each, once. They stay on the list for an hour, or until another one of the same
/// machine and role takes their place.
async fn bury(conn: &mut Conn, now: Timestamp, real: Timestamp) -> Result<()> {
    let before = |ago: SignedDuration| jiff_diesel::Timestamp::from(real.checked_sub(ago).unwrap_or(real));
    conn.transaction::<_, Error, _>(async |tx| {
        let dead: Vec<Dead> = diesel::sql_query(
            "UPDATE processes SET lost_at = $2, leader = false WHERE seen_at < $1 AND lost_at IS NULL RETURNING id, host",
        )
        .bind::<Timestamptz, _>(before(DEAD_AFTER))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(real))
        .load(tx)
        .await?;
        for process in dead {
            tell(tx, now, &process.host, format!("heartbeat-lost:{}", process.id)).await?;
        }
        diesel::sql_query(
            "DELETE FROM processes d WHERE lost_at < $1 OR lost_at IS NOT NULL AND EXISTS (
                 SELECT FROM processes p WHERE p.lost_at IS NULL AND p.role = d.role AND p.started_at > d.seen_at
                   AND split_part(p.host, ':', 1) = split_part(d.host, ':', 1))",
        )
        .bind::<Timestamptz, _>(before(SHOWN_FOR))
        .execute(tx)
        .await?;
        Ok(())
    })
    .await
}

/// Tells staff that something stopped without a word; the same `key` once.
async fn tell(conn: &mut Conn, now: Timestamp, host: &str, key: String) -> Result<()> {
    Letter::new(Event::HeartbeatLost, json!({ "host": host }))
        .once(key)
        .staff(conn, now, Permission::TasksView)
        .await
}

/// Goes off the list in good order.
pub(super) async fn leave(app: &App, id: Uuid) -> Result<()> {
    diesel::delete(processes::table.find(id)).execute(&mut *app.db.get().await?).await?;
    Ok(())
}

//! One process of all leads the schedule: the one that holds the advisory lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use jiff::Timestamp;
use secrecy::ExposeSecret;
use tokio::sync::watch;

use super::catalogue::{Entry, entries};
use super::cron::Cron;
use super::store::{self, Row};
use crate::App;
use crate::catalog::module;
use crate::db::{self, Conn};
use crate::http::error::{Error, Result};
use crate::http::fields::Fields;
use crate::jobs::outbox::{self, Tags};
use crate::settings;

/// How often the leader looks at the clock, and others ask whether they lead.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A leader that has not been heard of for so long leads no more: its machine may have vanished.
const HEARD_WITHIN: Duration = Duration::from_secs(20);

/// Puts every task that is due by the program's clock into the outbox: how many.
///
/// Safe to call from several processes at once; each due run is sent once.
pub async fn tick(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let zone = settings::load(&mut conn).await?.general.time_zone;
    // Most looks find nothing: they cost two reads. Which modules work is asked only when something is due.
    let rows = store::all(&mut conn).await?;
    let settled = |row: &Row| !needs_look(row, now) && !moved_away(row, &zone);
    if entries().iter().all(|entry| rows.get(&entry.key).is_some_and(settled)) {
        return Ok(0);
    }
    conn.transaction::<_, Error, _>(async |tx| {
        let mut rows = store::lock_all(tx).await?;
        let working = module::store::working(tx).await?;
        let mut sent = 0;
        for entry in entries() {
            let Some(mut row) = rows.remove(&entry.key) else {
                store::insert(tx, now, &fresh(entry, now, &zone)?).await?;
                continue;
            };
            if moved_away(&row, &zone) {
                // A run that is due already is still made up.
                let due = row.next_run_at.filter(|at| *at <= now);
                row = Row { time_zone: zone.clone(), next_run_at: due, ..row };
                store::advance(tx, &row).await?;
            }
            if !needs_look(&row, now) {
                continue;
            }
            if entry.runs_with(&working) {
                sent += usize::from(send(tx, now, entry, row).await?);
            } else {
                leave_out(tx, now, row).await?;
            }
        }
        Ok(sent)
    })
    .await
}

/// Every entry has its row from now on; nothing is sent.
pub(super) async fn ensure_rows(tx: &mut Conn, now: Timestamp) -> Result<()> {
    let zone = settings::load(tx).await?.general.time_zone;
    let rows = store::all(tx).await?;
    for entry in entries().iter().filter(|entry| !rows.contains_key(&entry.key)) {
        store::insert(tx, now, &fresh(entry, now, &zone)?).await?;
    }
    Ok(())
}

/// It is as delivered, and the installation's zone is another one by now.
fn moved_away(row: &Row, zone: &str) -> bool {
    row.follows_zone && row.time_zone != zone
}

/// Due, or waiting for an instant that the clock has been moved away from.
fn needs_look(row: &Row, now: Timestamp) -> bool {
    if !row.enabled {
        return false;
    }
    let Some(next) = row.next_run_at else { return true };
    next <= now || row.last_run_at.is_some_and(|last| last > now)
}

/// The row of an entry that nobody has changed yet.
fn fresh(entry: &Entry, now: Timestamp, zone: &str) -> Result<Row> {
    let cron = read(&entry.cron, zone)?;
    Ok(Row {
        key: entry.key.clone(),
        cron: entry.cron.clone(),
        time_zone: zone.to_owned(),
        enabled: true,
        next_run_at: cron.next(now),
        last_run_at: None,
        last_task_id: None,
        version: 1,
        follows_zone: true,
    })
}

/// An expression that was checked when it was stored.
pub(super) fn read(cron: &str, zone: &str) -> Result<Cron> {
    let mut fields = Fields::new();
    let read = Cron::check(&mut fields, cron, zone);
    fields.finish()?;
    read.ok_or_else(|| anyhow::anyhow!("the cron expression {cron} has no fault and no meaning").into())
}

async fn send(tx: &mut Conn, now: Timestamp, entry: &Entry, mut row: Row) -> Result<bool> {
    let next = read(&row.cron, &row.time_zone)?.next(now);
    let due = row.next_run_at.is_some_and(|due| due <= now);
    if let Some(at) = row.next_run_at.filter(|at| *at <= now) {
        metrics::histogram!("schedule_lag_seconds", "task" => entry.key.clone())
            .record(now.duration_since(at).as_secs_f64());
    }
    if due {
        // `None`: the run before it is unfinished, and does this one's work as well.
        if let Some(task) = outbox::send(tx, now, &entry.job, Tags::default()).await? {
            row.last_task_id = Some(task);
        }
        row.last_run_at = Some(now);
    } else if row.last_run_at.is_some_and(|last| last > now) {
        row.last_run_at = None;
    }
    row.next_run_at = next;
    store::advance(tx, &row).await?;
    Ok(due)
}

/// The module that brings it is not active: its time passes, and is not made up when it is active again.
async fn leave_out(tx: &mut Conn, now: Timestamp, row: Row) -> Result<()> {
    let next_run_at = read(&row.cron, &row.time_zone)?.next(now);
    let last_run_at = row.last_run_at.filter(|last| *last <= now);
    Ok(store::advance(tx, &Row { next_run_at, last_run_at, ..row }).await?)
}

/// Leads while it can, waits while another process does, until `stop` says so.
///
/// `leads` tells the heartbeat which of them this one does.
pub async fn lead(app: App, leads: Arc<AtomicBool>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            outcome = term(&app, &leads) => {
                leads.store(false, Ordering::Relaxed);
                metrics::gauge!("scheduler_leader").set(0.0);
                if let Err(error) = outcome {
                    tracing::warn!(error = format!("{error:#}"), "the schedule lost its leader, trying again");
                }
            }
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// A session that leads as long as something is heard of it, `None` when another one does. The server itself ends one that is
/// silent for longer than `heard_within`, and gives its lock back.
pub async fn take_office(url: &str, heard_within: Duration) -> anyhow::Result<Option<Conn>> {
    let mut own = db::connect(url).await?;
    let ends = format!("SET idle_session_timeout = '{}ms'", heard_within.as_millis());
    own.batch_execute(&ends).await?;
    Ok(db::try_session_lock(&mut own, db::locks::SCHEDULER).await?.then_some(own))
}

/// One term of office: ends when another process leads, or the database is away.
async fn term(app: &App, leads: &AtomicBool) -> anyhow::Result<()> {
    let Some(mut own) = take_office(app.config.database.url.expose_secret(), HEARD_WITHIN).await? else {
        return Ok(());
    };
    tracing::info!("this process leads the schedule");
    leads.store(true, Ordering::Relaxed);
    loop {
        // The lock lives as long as this connection does.
        own.batch_execute("SELECT 1").await?;
        app.clock.reload(&app.db).await?;
        match tick(app).await {
            Ok(sent) if sent > 0 => tracing::debug!(sent, "scheduled tasks sent"),
            Ok(_) => {}
            Err(error) => tracing::error!(error = format!("{error:#}"), "the schedule could not be followed"),
        }
        metrics::gauge!("scheduler_leader").set(1.0);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

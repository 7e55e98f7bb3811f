//! What modules bring to the schedule: a module is told what waits for staff, and says what staff are to be reminded of.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::{ScheduledCall, Waiting};
use serde_json::{Value, json};
use shared::Permission;

use super::operation::CALL_SECONDS_MAX;
use super::store;
use crate::App;
use crate::catalog::module_log::entry;
use crate::catalog::{module, module_log};
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::current;
use crate::notify::{Event, Letter};

/// Services that a module is told of in one run: the others have their turn when these are done.
const WAITING_MAX: i64 = 1000;
/// Deliveries that a reminder names; it counts the others.
const NAMED_MAX: usize = 5;

/// Has a module do one entry of its schedule, and reminds staff of what it says. Nothing to do while it is not active, or when
/// it does not have that entry any more.
///
/// Fails with what the module says when it could not do it; the task is tried again.
pub async fn run(app: &App, key: &str, entry: &str) -> Result<()> {
    let mut conn = app.db.get().await?;
    let row = module::store::find(&mut conn, key).await?;
    if !row.is_some_and(|row| row.status.takes_products()) {
        return current::output(&json!({ "done": "Nothing: the module is not active." }));
    }
    let Some(module) = provisioners::find(key) else { return Ok(()) };
    let info = module.info();
    if !info.schedule.iter().any(|own| own.key == entry) {
        return Ok(());
    }
    let call = ScheduledCall {
        entry: entry.to_owned(),
        now: app.clock.now(),
        configuration: module::actions::configuration(&app.sealer, &mut conn, key).await?,
        waiting: store::asked_of_staff(&mut conn, key, WAITING_MAX).await?,
    };
    drop(conn);
    let (began, limit) = (Instant::now(), Duration::from_secs(CALL_SECONDS_MAX));
    let answer = match tokio::time::timeout(limit, module.scheduled(&call)).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("The module did not answer in time.".to_owned()),
    };
    let mut conn = app.db.get().await?;
    let now = app.clock.now();
    // By itself: the call was made, whatever comes of what follows.
    let row = entry::of_scheduled(&info, &call, began.elapsed(), &answer);
    module_log::store::insert(&mut conn, now, &row).await?;
    // Of an error, too, only what tells no secret.
    let answer = answer.map_err(|_| anyhow!(row.message.clone()))?;
    let waiting = call.waiting.iter().filter(|waiting| answer.remind_of.contains(&waiting.service));
    let late: Vec<&Waiting> = waiting.collect();
    if !late.is_empty() {
        let params = reminder(&late);
        conn.transaction(async |tx| remind(tx, now, &params).await).await?;
    }
    current::output(&json!({ "done": row.message, "reminded_of": late.len() }))
}

/// What staff read of it: how many, and those that wait longest.
fn reminder(late: &[&Waiting]) -> Value {
    let line = |waiting: &&Waiting| {
        format!("{} — {}, {}", waiting.what, waiting.client, waiting.since.strftime("%Y-%m-%d %H:%M UTC"))
    };
    let waiting: Vec<String> = late.iter().take(NAMED_MAX).map(line).collect();
    json!({ "count": late.len(), "waiting": waiting.join("\n") })
}

/// Tells those who are told when a task is theirs. A run that is made again tells nobody twice.
async fn remind(tx: &mut Conn, now: Timestamp, params: &Value) -> Result<()> {
    let mut letter = Letter::new(Event::DeliveriesWaiting, params.clone());
    if let Some(task) = current::task() {
        letter = letter.once(format!("deliveries-waiting:{task}"));
    }
    letter.staff(tx, now, Permission::TasksOperate).await
}

#[cfg(test)]
mod tests {
    use shared::ServiceId;

    use super::*;

    #[test]
    fn a_reminder_counts_all_and_names_the_first_few() {
        let waits = |number: usize| Waiting {
            service: ServiceId::generate(),
            label: format!("VPS {number}"),
            client: "Ada Tester".to_owned(),
            what: format!("Deliver VPS {number}"),
            since: "2026-03-10T12:00:00Z".parse().unwrap(),
        };
        let all: Vec<Waiting> = (1..=7).map(waits).collect();
        let told = reminder(&all.iter().collect::<Vec<_>>());
        assert_eq!(told["count"], 7);
        let lines: Vec<&str> = told["waiting"].as_str().unwrap().lines().collect();
        assert_eq!(lines.len(), NAMED_MAX);
        assert_eq!(lines[0], "Deliver VPS 1 — Ada Tester, 2026-03-10 12:00 UTC");
    }
}

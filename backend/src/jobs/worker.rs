//! Takes a task under a lease, runs it and reports to its row.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use diesel_async::AsyncConnection;
use futures::FutureExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::{Permission, TaskId};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::Instrument;
use uuid::Uuid;

use crate::App;
use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::http::request;
use crate::jobs::current::{self, Current};
use crate::jobs::store::{self, Claimed, Reported};
use crate::jobs::{Job, run};
use crate::notify::{self, Event};

/// How often a lease is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// So much earlier than the others a worker takes its lease for over.
const SAFETY: Duration = Duration::from_secs(5);
/// Longest error text kept with a task, in characters.
const ERROR_LENGTH_MAX: usize = 2000;

/// What became of an attempt to run a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ran {
    Completed,
    /// Will be tried again.
    Retried(String),
    /// Gave up.
    Failed(String),
    /// Somebody else has it, or it is not due.
    NotOurs,
    /// The lease ended while it ran; whoever took over reports.
    LeaseLost,
}

/// Ends the renewal when the work ends, however it ends.
struct Renewal(tokio::task::JoinHandle<()>);
impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Runs one task, if it waits and is due. `who` names the worker for staff: machine and process.
pub async fn run_task(app: &App, id: TaskId, who: &str) -> Result<Ran> {
    // A new owner for every attempt: a worker that wakes late cannot report for the one after it.
    let owner = format!("{who}#{}", Uuid::now_v7().simple());
    let started = Instant::now();
    let claimed = {
        let mut conn = app.db.get().await?;
        store::claim(&mut conn, id, &owner, app.clock.now(), app.clock.real_now()).await?
    };
    let Some(task) = claimed else { return Ok(Ran::NotOurs) };
    let held_until = started + lease();
    let started = Instant::now();

    let lost = Arc::new(Notify::new());
    let keeping = keep_lease(app.clone(), id, owner.clone(), held_until, lost.clone());
    let renewal = Renewal(tokio::spawn(keeping));
    let work = AssertUnwindSafe(attempt(app, &task)).catch_unwind();
    let work = current::within(Current::new(id, owner.clone()), work);
    let work = work.instrument(tracing::info_span!("task", task.id = %id, task.name = task.name));
    let outcome = tokio::select! {
        outcome = work => Some(outcome),
        () = lost.notified() => None,
    };
    drop(renewal);

    let Some((result, output)) = outcome else {
        tracing::warn!(task.id = %id, task.name = task.name, "a lease was lost, the work was dropped");
        return Ok(Ran::LeaseLost);
    };
    let duration = started.elapsed();
    let duration_ms = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    let result = result.unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(anyhow::anyhow!("the job panicked: {text}").into())
    });
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let (reported, ran) = match result {
        Ok(()) => (store::complete(&mut conn, id, &owner, now, duration_ms, output).await?, Ran::Completed),
        Err(error) => {
            let text: String = explain(&error).chars().take(ERROR_LENGTH_MAX).collect();
            let again = (task.attempts < task.attempts_max).then(|| next_try(&task, now));
            let reported = report_failure(&mut conn, &task, &owner, now, duration_ms, &text, again).await?;
            (reported, if again.is_some() { Ran::Retried(text) } else { Ran::Failed(text) })
        }
    };
    let ran = if reported == Reported::Lost { Ran::LeaseLost } else { ran };
    let state = match &ran {
        Ran::Completed => "completed",
        Ran::Retried(_) => "retried",
        Ran::Failed(_) => "failed",
        Ran::NotOurs | Ran::LeaseLost => "lost",
    };
    metrics::counter!("tasks_finished_total", "name" => task.name.clone(), "state" => state).increment(1);
    metrics::histogram!("task_seconds", "name" => task.name.clone()).record(duration);
    match &ran {
        Ran::Completed => tracing::info!(task.id = %id, task.name = task.name, duration_ms, "a task is done"),
        Ran::Retried(error) => {
            let attempt = task.attempts;
            tracing::warn!(task.id = %id, task.name = task.name, attempt, error, "a task failed and will be tried again");
        }
        Ran::Failed(error) => {
            tracing::error!(task.id = %id, task.name = task.name, error, "a task failed for good");
        }
        Ran::NotOurs | Ran::LeaseLost => {
            tracing::warn!(task.id = %id, task.name = task.name, "a task came to its end without its lease");
        }
    }
    Ok(ran)
}

async fn attempt(app: &App, task: &Claimed) -> Result<()> {
    let job: Job = serde_json::from_value(task.input.clone())
        .map_err(|error| anyhow::anyhow!("this program does not know the job: {error}"))?;
    let request_id = task.request_id.clone().unwrap_or_else(|| task.id.to_string());
    request::under(request_id, run::run(app, job)).await
}

/// The error with its whole chain, for staff. Errors carry no secrets.
fn explain(error: &Error) -> String {
    match error {
        Error::Refused(refusal) => {
            let fields: Vec<_> =
                refusal.fields.iter().map(|field| format!("{}: {}", field.field, field.message)).collect();
            if fields.is_empty() { refusal.to_string() } else { format!("{refusal} ({})", fields.join("; ")) }
        }
        Error::Internal(error) => format!("{error:#}"),
    }
}

/// Ten seconds after the first failure, then twice as long each time, at most an hour. What runs by the minute anyway
/// waits a minute at most.
fn next_try(task: &Claimed, now: Timestamp) -> Timestamp {
    let doublings = u32::try_from(task.attempts - 1).unwrap_or(0).min(12);
    let longest = if task.attempts_max <= Job::ATTEMPTS_OF_SCHEDULED { 60 } else { 3600 };
    let seconds = 10_i64.saturating_mul(1 << doublings).min(longest);
    now.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(now)
}

async fn report_failure(
    conn: &mut Conn,
    task: &Claimed,
    owner: &str,
    now: Timestamp,
    duration_ms: i64,
    error: &str,
    again: Option<Timestamp>,
) -> Result<Reported> {
    conn.transaction(async |tx| {
        let reported = store::fail(tx, task.id, owner, now, duration_ms, error, again).await?;
        if reported == Reported::Kept && again.is_none() {
            tell_staff(tx, now, task.id, &task.name, error).await?;
        }
        Ok(reported)
    })
    .await
}

/// Tells staff that a task failed for good; once an hour for each kind of task. A mail that cannot be sent is not told of
/// by another mail: the history of messages shows it.
pub(super) async fn tell_staff(
    tx: &mut Conn,
    now: Timestamp,
    id: TaskId,
    name: &str,
    error: &str,
) -> Result<()> {
    if name == "send-notification" {
        return Ok(());
    }
    let hour = now.as_second().div_euclid(3600);
    let error: String = error.chars().take(300).collect();
    notify::Letter::new(Event::TaskFailed, json!({ "task": name, "error": error, "task_id": id }))
        .once(format!("task-failed:{name}:{hour}"))
        .staff(tx, now, Permission::TasksView)
        .await
}

async fn keep_lease(app: App, id: TaskId, owner: String, held_until: Instant, lost: Arc<Notify>) {
    let (app, owner) = (&app, &owner);
    let renew = move || async move {
        let mut conn = app.db.get().await.map_err(|error| anyhow::anyhow!(error))?;
        anyhow::Ok(store::renew(&mut conn, id, owner, app.clock.real_now()).await?)
    };
    hold(held_until, RENEW_EVERY, lease(), renew).await;
    tracing::warn!(task.id = %id, "a lease could not be held");
    lost.notify_one();
}

/// Has a lease renewed `every` so often, for `length` more each time; comes back when it is lost: somebody else has it, or it
/// ended before an answer came.
async fn hold<Renewed>(
    mut held_until: Instant,
    every: Duration,
    length: Duration,
    mut renew: impl FnMut() -> Renewed,
) where
    Renewed: Future<Output = anyhow::Result<bool>>,
{
    loop {
        let asked = (Instant::now() + every).min(held_until);
        sleep_until(asked).await;
        match timeout_at(held_until, renew()).await {
            Ok(Ok(true)) => held_until = asked + length,
            Ok(Ok(false)) | Err(_) => return,
            Ok(Err(error)) => {
                tracing::warn!(error = format!("{error:#}"), "a lease could not be renewed");
                if Instant::now() >= held_until {
                    return;
                }
            }
        }
    }
}

fn lease() -> Duration {
    Duration::from_secs(u64::try_from(store::LEASE_SECONDS).unwrap_or(60)).saturating_sub(SAFETY)
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    const EVERY: Duration = Duration::from_millis(20);
    const LENGTH: Duration = Duration::from_millis(100);

    /// How often it was asked, and after how many milliseconds it was lost.
    async fn held<Renewed: Future<Output = anyhow::Result<bool>>>(
        renew: impl Fn(usize) -> Renewed,
    ) -> (usize, u128) {
        let (began, mut asked) = (Instant::now(), 0);
        hold(began + LENGTH, EVERY, LENGTH, || {
            asked += 1;
            renew(asked)
        })
        .await;
        (asked, began.elapsed().as_millis())
    }

    #[tokio::test]
    async fn a_lease_is_held_until_somebody_else_has_it() {
        let (asked, ms) = held(|asked| ready(Ok(asked < 10))).await;
        assert!(asked == 10 && ms >= 200, "{asked} times, {ms} ms");
    }

    #[tokio::test]
    async fn a_lease_ends_in_time_whatever_the_database_does() {
        // It fails: one may ask again while the lease lasts.
        let (asked, ms) = held(|_| ready(Err(anyhow::anyhow!("away")))).await;
        assert!(asked > 1 && (100..5000).contains(&ms), "{asked} times, {ms} ms");
        // It does not answer at all.
        let (asked, ms) = held(|_| pending()).await;
        assert!(asked == 1 && (100..5000).contains(&ms), "{asked} times, {ms} ms");
    }
}

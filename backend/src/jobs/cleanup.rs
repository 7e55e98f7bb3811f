//! Drops what is past its retention, a batch at a time; logs a month at a time.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::tasks::TaskState;

use crate::App;
use crate::catalog::{image, module_log};
use crate::db::{self, Conn};
use crate::http::error::Result;
use crate::jobs::{current, store};
use crate::settings;

/// Rows dropped in one statement.
const BATCH: i64 = 5000;

/// What is dropped, with the statement that drops a batch before `$1`.
const EXPIRED: &[(&str, &str)] = &[
    (
        "idempotency_keys",
        "DELETE FROM idempotency_keys WHERE ctid IN (SELECT ctid FROM idempotency_keys WHERE created_at < $1 LIMIT $2)",
    ),
    (
        "one_time_links",
        "DELETE FROM one_time_links WHERE ctid IN (SELECT ctid FROM one_time_links WHERE expires_at < $1 LIMIT $2)",
    ),
    (
        "sign_in_attempts",
        "DELETE FROM sign_in_attempts WHERE ctid IN (SELECT ctid FROM sign_in_attempts WHERE at < $1 LIMIT $2)",
    ),
];

/// The same of visits of support, that go as sessions do: what was asked for in one, then it itself once its session is gone.
const VISITED: &[(&str, &str)] = &[
    (
        "support_requests",
        "DELETE FROM support_requests WHERE id IN (SELECT r.id FROM support_visits v JOIN support_requests r ON r.visit_id = v.id
             WHERE coalesce(v.ended_at, v.expires_at) < $1 LIMIT $2)",
    ),
    (
        "support_visits",
        "DELETE FROM support_visits WHERE id IN (SELECT v.id FROM support_visits v WHERE coalesce(v.ended_at, v.expires_at) < $1
             AND NOT EXISTS (SELECT FROM support_requests r WHERE r.visit_id = v.id)
             AND NOT EXISTS (SELECT FROM sessions s WHERE s.visit_id = v.id) LIMIT $2)",
    ),
];

/// The job.
pub async fn run(app: &App) -> Result<()> {
    let now = app.clock.now();
    let ago = |days: i64| now.checked_sub(SignedDuration::from_hours(days * 24)).unwrap_or(now);
    let mut conn = app.db.get().await?;
    // A program that runs for months meets months that were far off when it began.
    db::ensure_partitions(&mut conn, now).await?;
    let retention = settings::load(&mut conn).await?.retention;
    let mut dropped = serde_json::Map::new();

    let finished = [TaskState::Completed, TaskState::Failed, TaskState::Cancelled, TaskState::Duplicate];
    let before = ago(i64::from(retention.tasks_days));
    let mut tasks = 0;
    loop {
        let batch = store::drop_finished(&mut conn, &finished, before, BATCH).await?;
        tasks += batch;
        if i64::try_from(batch).unwrap_or(0) < BATCH {
            break;
        }
    }
    dropped.insert("tasks".to_owned(), json!(tasks));
    for (name, statement) in EXPIRED {
        dropped.insert((*name).to_owned(), json!(drop_before(&mut conn, statement, ago(1)).await?));
    }
    let sessions = "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE coalesce(ended_at, expires_at) < $1 LIMIT $2)";
    let before = ago(i64::from(retention.sessions_days));
    dropped.insert("sessions".to_owned(), json!(drop_before(&mut conn, sessions, before).await?));
    for (name, statement) in VISITED {
        dropped.insert((*name).to_owned(), json!(drop_before(&mut conn, statement, before).await?));
    }
    let invitations = "DELETE FROM client_invitations WHERE id IN (SELECT id FROM client_invitations WHERE expires_at < $1 LIMIT $2)";
    dropped
        .insert("client_invitations".to_owned(), json!(drop_before(&mut conn, invitations, before).await?));
    let notifications =
        "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE created_at < $1 LIMIT $2)";
    let before = ago(i64::from(retention.notifications_days));
    dropped.insert("notifications".to_owned(), json!(drop_before(&mut conn, notifications, before).await?));
    let images = drop_before(&mut conn, image::store::DROP_UNSHOWN, ago(1)).await?;
    dropped.insert("images".to_owned(), json!(images));
    let months = module_log::store::drop_before(&mut conn, ago(i64::from(retention.module_log_days))).await?;
    dropped.insert("module_log_months".to_owned(), json!(months));
    current::output(&dropped)
}

async fn drop_before(conn: &mut Conn, statement: &str, before: Timestamp) -> QueryResult<usize> {
    let mut dropped = 0;
    loop {
        let batch = diesel::sql_query(statement)
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(before))
            .bind::<BigInt, _>(BATCH)
            .execute(conn)
            .await?;
        dropped += batch;
        if i64::try_from(batch).unwrap_or(0) < BATCH {
            return Ok(dropped);
        }
    }
}

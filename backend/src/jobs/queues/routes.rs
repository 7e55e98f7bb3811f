//! `/admin/queues`.

use actix_web::{get, post, put, web};
use diesel_async::AsyncConnection;
use jiff::SignedDuration;
use serde_json::json;
use shared::DryRun;
use shared::tasks::{Queue, QueueControl, QueueRetry, QueueStatistics, StatisticsRange};

use super::{statistics, store};
use crate::App;
use crate::audit::{self, Entry};
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Path, Query, rights};
use crate::jobs::bulk::refuse_double;

pub(in crate::jobs) fn routes(cfg: &mut Routes) {
    cfg.service(get_queue_statistics).service(change_queue).service(retry_queue);
}

/// Show what the queues did over time: throughput, run times and waits.
#[utoipa::path(tag = "automation", operation_id = "getQueueStatistics", params(StatisticsRange),
    responses((status = 200, body = QueueStatistics)), extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/queues/statistics")]
async fn get_queue_statistics(
    app: web::Data<App>,
    _who: May<rights::TasksView>,
    range: Query<StatisticsRange>,
) -> Result<Json<QueueStatistics>> {
    let mut fields = Fields::new();
    let hours = range.hours.unwrap_or(24);
    fields.range("hours", hours, 1, 92 * 24);
    if let Some(to) = range.to {
        fields.instant("to", to);
    }
    fields.text("name", range.name.as_deref().unwrap_or_default(), 100);
    fields.finish()?;
    let to = range.to.unwrap_or_else(|| app.clock.now());
    let from = to.checked_sub(SignedDuration::from_hours(hours)).unwrap_or(to);
    Ok(Json(statistics::read(&mut *app.db.get().await?, from, to, range.name.as_deref()).await?))
}

/// Pause or resume a queue, and say how much of it runs at once.
#[utoipa::path(tag = "automation", operation_id = "changeQueue", request_body = QueueControl,
    params(("queue" = Queue, Path)), responses((status = 200, body = QueueControl)),
    extensions(("x-permission" = json!("tasks.operate"))))]
#[put("/admin/queues/{queue}")]
async fn change_queue(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    queue: Path<Queue>,
    wanted: Json<QueueControl>,
) -> Result<Json<QueueControl>> {
    let wanted = wanted.0;
    let mut fields = Fields::new();
    for (field, number) in
        [("concurrency_min", wanted.concurrency_min), ("concurrency_max", wanted.concurrency_max)]
    {
        fields.range(field, i64::from(number), 1, 64);
    }
    fields.check(
        wanted.concurrency_min <= wanted.concurrency_max,
        "concurrency_max",
        "too_small",
        "Not below the least.",
    );
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let changed = conn
        .transaction::<_, Error, _>(async |tx| {
            let before = store::lock(tx, *queue).await?.ok_or_else(Refusal::not_found)?;
            Refusal::if_changed(before.version, wanted.version)?;
            store::change(tx, now, *queue, wanted).await?;
            let entry = Entry {
                action: "queue.changed",
                description: format!("Changed the queue {}", *queue),
                old: Some(json!(before)),
                new: Some(json!(wanted)),
                ..Entry::default()
            };
            audit::record(tx, &who.actor, now, entry).await?;
            Ok(store::lock(tx, *queue).await?.ok_or_else(Refusal::not_found)?)
        })
        .await?;
    Ok(Json(changed))
}

/// Put every failed task of a queue back, with all its attempts before it.
#[utoipa::path(tag = "automation", operation_id = "retryQueue", params(("queue" = Queue, Path), DryRun),
    responses((status = 200, body = QueueRetry)), extensions(("x-permission" = json!("tasks.operate"))))]
#[post("/admin/queues/{queue}/retry")]
async fn retry_queue(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    queue: Path<Queue>,
    run: Query<DryRun>,
) -> Result<Json<QueueRetry>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let retry = conn
        .transaction::<_, Error, _>(async |tx| {
            let (mut tasks, skipped) = store::failed(tx, *queue).await?;
            if !run.dry_run {
                tasks = store::retry_failed(tx, *queue, now).await?;
                let entry = Entry {
                    action: "queue.retried",
                    description: format!("Put {tasks} failed tasks of the queue {} back", *queue),
                    ..Entry::default()
                };
                audit::record(tx, &who.actor, now, entry).await?;
            }
            Ok(QueueRetry { tasks, skipped, dry_run: run.dry_run })
        })
        .await;
    Ok(Json(refuse_double(retry)?))
}

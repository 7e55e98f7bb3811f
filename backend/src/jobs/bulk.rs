//! Running tasks again and cancelling them: one, or many at once.

use actix_web::{post, web};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::bulk::{BulkResults, TaskBulk, TaskBulkAction};
use shared::tasks::{TaskDetail, TaskState};
use shared::{Code, DryRun, TaskId};
use uuid::Uuid;

use super::list::{self, Task};
use super::routes::{shown, trail};
use crate::App;
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::bulk::{Bulk, check_ids};
use crate::http::error::{Error, Refusal, Result};
use crate::http::idempotency::MaybeKey;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Path, Query, rights};
use crate::services;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(act_on_many).service(retry_task).service(cancel_task);
}

/// A task in a state that does not allow what was asked for.
pub(super) fn not_now(task: &Task) -> Error {
    Refusal::because(Code::Conflict, format!("The task is {}.", task.state)).into()
}

/// Another task of the same key waits already, and does the same work: that is no fault of ours.
pub(super) fn refuse_double<T>(outcome: Result<T>) -> Result<T> {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error as Diesel};
    outcome.map_err(|error| match &error {
        Error::Internal(inner)
            if matches!(inner.downcast_ref(), Some(Diesel::DatabaseError(UniqueViolation, _))) =>
        {
            Refusal::because(Code::Conflict, "The same work waits already.").into()
        }
        _ => error,
    })
}

async fn retry(tx: &mut Conn, now: Timestamp, actor: &Actor, id: TaskId) -> Result<()> {
    let task = list::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if !matches!(task.state, TaskState::Failed | TaskState::Cancelled) || task.manual {
        return Err(not_now(&task));
    }
    refuse_double(list::retry(tx, task.id, now).await.map_err(Error::from))?;
    trail(tx, now, actor, "task.retried", &task, "Put back").await
}

async fn cancel(tx: &mut Conn, now: Timestamp, actor: &Actor, id: TaskId) -> Result<()> {
    let found = list::find(tx, id).await?.ok_or_else(Refusal::not_found)?;
    // A service is locked before its tasks.
    let service = match found.service_id {
        Some(service) => services::operation::lock(tx, now, service).await?,
        None => None,
    };
    let task = list::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if !matches!(task.state, TaskState::Queued | TaskState::Pending) {
        return Err(not_now(&task));
    }
    list::finish(tx, task.id, now, TaskState::Cancelled, None).await?;
    if let Some(service) = service {
        services::operation::cancelled(tx, now, &service, &task.name).await?;
    }
    trail(tx, now, actor, "task.cancelled", &task, "Cancelled").await
}

/// Run a failed or cancelled task again.
#[utoipa::path(tag = "automation", operation_id = "retryTask", params(("id" = TaskId, Path)),
    responses((status = 200, body = TaskDetail)), extensions(("x-permission" = json!("tasks.operate"))))]
#[post("/admin/tasks/{id}/retry")]
async fn retry_task(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    id: Path<TaskId>,
) -> Result<Json<TaskDetail>> {
    let mut conn = app.db.get().await?;
    let now = app.clock.now();
    conn.transaction::<_, Error, _>(async |tx| retry(tx, now, &who.actor, *id).await).await?;
    drop(conn);
    Ok(Json(shown(&app, *id).await?))
}

/// Cancel a task that has not begun. What a module was to do with a service is given up with it.
#[utoipa::path(tag = "automation", operation_id = "cancelTask", params(("id" = TaskId, Path)),
    responses((status = 200, body = TaskDetail)), extensions(("x-permission" = json!("tasks.operate"))))]
#[post("/admin/tasks/{id}/cancel")]
async fn cancel_task(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    id: Path<TaskId>,
) -> Result<Json<TaskDetail>> {
    let mut conn = app.db.get().await?;
    let now = app.clock.now();
    conn.transaction::<_, Error, _>(async |tx| cancel(tx, now, &who.actor, *id).await).await?;
    drop(conn);
    Ok(Json(shown(&app, *id).await?))
}

/// Run many tasks again, or cancel them, with a result for each.
#[utoipa::path(tag = "automation", operation_id = "actOnTasks", params(DryRun, MaybeKey), request_body = TaskBulk,
    responses((status = 200, body = BulkResults)), extensions(("x-permission" = json!("tasks.operate"))))]
#[post("/admin/tasks/bulk")]
async fn act_on_many(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    key: MaybeKey,
    dry: Query<DryRun>,
    input: Json<TaskBulk>,
) -> Result<Json<BulkResults>> {
    let ids: Vec<Uuid> = input.ids.iter().map(|id| id.0).collect();
    let mut fields = Fields::new();
    check_ids(&mut fields, &ids);
    fields.finish()?;
    let bulk =
        Bulk { app: &app, actor: &who.actor, operation: "actOnTasks", key: &key, dry_run: dry.dry_run };
    let results = bulk.each(&input.0, &ids, async |tx, now, id| match input.action {
        TaskBulkAction::Retry => retry(tx, now, &who.actor, TaskId(id)).await,
        TaskBulkAction::Cancel => cancel(tx, now, &who.actor, TaskId(id)).await,
    });
    Ok(Json(results.await?))
}

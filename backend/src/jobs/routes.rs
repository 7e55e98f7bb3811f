//! The task queue over HTTP.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use serde_json::json;
use shared::tasks::{AutomationStatus, TaskCounts, TaskDetail, TaskDone, TaskFilter, TaskState, TaskSummary};
use shared::{ClientId, FileQuery, LogPage, PageQuery, TaskId};

use super::bulk::not_now;
use super::list::{self, Task};
use super::{export, status};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::csv::Download;
use crate::http::error::{Error, Refusal, Result};
use crate::http::paging::After;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Paging, Path, Query, rights};
use crate::identity::client;
use crate::live::{self, EventId, Subject};
use crate::seal::masked;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(list_tasks)
        .service(export_tasks)
        .service(count_tasks)
        .service(get_task)
        .service(follow_task)
        .service(finish_task)
        .service(get_automation_status);
}

async fn detail(conn: &mut Conn, task: Task) -> Result<TaskDetail> {
    let ids: Vec<ClientId> = task.client_id.into_iter().collect();
    let name = client::store::names(conn, &ids).await?.into_values().next();
    Ok(TaskDetail {
        can_retry: matches!(task.state, TaskState::Failed | TaskState::Cancelled) && !task.manual,
        can_cancel: matches!(task.state, TaskState::Queued | TaskState::Pending),
        task: task.summary(name),
        input: masked(task.input),
        output: task.output,
        worker: task.lease_owner.map(|owner| owner.split('#').next().unwrap_or_default().to_owned()),
        leased_until: task.leased_until.to_jiff(),
        pushed_at: task.pushed_at.to_jiff(),
    })
}

/// A task as staff see it.
pub async fn shown(app: &App, id: TaskId) -> Result<TaskDetail> {
    let mut conn = app.db.get().await?;
    let task = list::find(&mut conn, id).await?.ok_or_else(Refusal::not_found)?;
    detail(&mut conn, task).await
}

const SORTS: &[&str] = &["-created_at", "name", "state", "run_at"];

fn check(filter: &TaskFilter) -> Result<()> {
    let mut fields = Fields::new();
    for (field, at) in [("from", filter.from), ("to", filter.to)] {
        if let Some(at) = at {
            fields.instant(field, at);
        }
    }
    fields.text("name", filter.name.as_deref().unwrap_or(""), 100);
    fields.finish()
}

async fn summaries(conn: &mut Conn, rows: &[Task]) -> Result<Vec<TaskSummary>> {
    let ids: Vec<ClientId> = rows.iter().filter_map(|task| task.client_id).collect();
    let names = client::store::names(conn, &ids).await?;
    let name = |task: &Task| task.client_id.and_then(|id| names.get(&id).cloned());
    Ok(rows.iter().map(|task| task.summary(name(task))).collect())
}

/// List background tasks.
#[utoipa::path(tag = "automation", operation_id = "listTasks", params(PageQuery, TaskFilter),
    responses((status = 200, body = LogPage<TaskSummary>)), extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/tasks")]
async fn list_tasks(
    app: web::Data<App>,
    _who: May<rights::TasksView>,
    page: Query<PageQuery>,
    filter: Query<TaskFilter>,
) -> Result<Json<LogPage<TaskSummary>>> {
    let paging = Paging::read(&page, SORTS)?;
    check(&filter)?;
    let after = paging.after(filter.after.as_deref())?;
    let mut conn = app.db.get().await?;
    let (rows, total) = list::page(&mut conn, &filter, &paging, after).await?;
    let end = rows.last().map(|task| After { at: task.created_at.to_jiff(), id: task.id.0 });
    let items = summaries(&mut conn, &rows).await?;
    Ok(Json(paging.log_page(items, total, end)))
}

/// Background tasks as CSV: all that the filter lets through.
#[utoipa::path(tag = "automation", operation_id = "exportTasks", params(PageQuery, TaskFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/tasks.csv")]
async fn export_tasks(
    app: web::Data<App>,
    _who: May<rights::TasksView>,
    page: Query<PageQuery>,
    filter: Query<TaskFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, SORTS)?;
    check(&filter)?;
    let mut download = Download::begin(&app).await?;
    let rows = list::all(&mut download.tx, &filter, &paging).await?;
    let told =
        download.answer("tasks", *form, export::COLUMNS, rows, async |tx, rows| summaries(tx, &rows).await);
    told.await
}

/// Count the tasks in each state.
#[utoipa::path(tag = "automation", operation_id = "countTasks", responses((status = 200, body = TaskCounts)),
    extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/tasks/counts")]
async fn count_tasks(app: web::Data<App>, _who: May<rights::TasksView>) -> Result<Json<TaskCounts>> {
    Ok(Json(status::counts(&mut *app.db.get().await?).await?))
}

/// Show one task with its input and output.
#[utoipa::path(tag = "automation", operation_id = "getTask", params(("id" = TaskId, Path)),
    responses((status = 200, body = TaskDetail)), extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/tasks/{id}")]
async fn get_task(
    app: web::Data<App>,
    _who: May<rights::TasksView>,
    id: Path<TaskId>,
) -> Result<Json<TaskDetail>> {
    Ok(Json(shown(&app, *id).await?))
}

/// Follow one task: its state, progress and step.
#[utoipa::path(tag = "automation", operation_id = "followTask", params(("id" = TaskId, Path), EventId),
    responses((status = 200, content_type = "text/event-stream", body = TaskDetail,
        description = "Server-sent events. The data of each is the record as it is then, in JSON on one line: the first at once, the others \
                       when something has changed. Comments keep the stream open; it ends when the caller is not let in any more.")),
    extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/tasks/{id}/events")]
async fn follow_task(
    app: web::Data<App>,
    who: May<rights::TasksView>,
    id: Path<TaskId>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (id, from) = (*id, app.clone());
    let look = move || {
        let app = from.clone();
        async move { shown(&app, id).await }
    };
    live::follow::<May<rights::TasksView>, _, _>(&app, request, &who.actor, Subject::Task(id), look).await
}

/// Notes in the activity log what staff did with a task.
pub(super) async fn trail(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    action: &str,
    task: &Task,
    what: &str,
) -> Result<()> {
    let entry = Entry {
        action,
        description: format!("{what} the task {}", task.name),
        client: task.client_id,
        subject: Some(("task", task.id.0)),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// Mark a manual task done.
#[utoipa::path(tag = "automation", operation_id = "finishTask", params(("id" = TaskId, Path)),
    request_body = TaskDone, responses((status = 200, body = TaskDetail)),
    extensions(("x-permission" = json!("tasks.operate"))))]
#[post("/admin/tasks/{id}/done")]
async fn finish_task(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    id: Path<TaskId>,
    done: Json<TaskDone>,
) -> Result<Json<TaskDetail>> {
    let mut fields = Fields::new();
    fields.text("note", &done.note, 2000);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    // Locks go service before task, so the task is read first and locked last.
    let task = list::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    conn.transaction::<_, Error, _>(async |tx| {
        if !task.manual || task.state != TaskState::Processing {
            return Err(not_now(&task));
        }
        if let Some(service) = task.service_id {
            crate::services::actions::manual_done(tx, now, &who.actor, service).await?;
        }
        // The service ends its own tasks; the note is ours.
        let task = list::lock(tx, *id).await?.ok_or_else(Refusal::not_found)?;
        if !matches!(task.state, TaskState::Processing | TaskState::Completed) {
            return Err(not_now(&task));
        }
        list::finish(tx, task.id, now, TaskState::Completed, Some(json!({ "note": done.note }))).await?;
        trail(tx, now, &who.actor, "task.done", &task, "Marked done").await
    })
    .await?;
    drop(conn);
    Ok(Json(shown(&app, *id).await?))
}

/// Show how the automation is doing: processes, leader, queues.
#[utoipa::path(tag = "automation", operation_id = "getAutomationStatus",
    responses((status = 200, body = AutomationStatus)), extensions(("x-permission" = json!("tasks.view"))))]
#[get("/admin/automation/status")]
async fn get_automation_status(
    app: web::Data<App>,
    _who: May<rights::TasksView>,
) -> Result<Json<AutomationStatus>> {
    let mut conn = app.db.get().await?;
    Ok(Json(status::automation(&app, &mut conn).await?))
}

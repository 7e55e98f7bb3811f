//! `/admin/schedules`.

use actix_web::{get, post, put, web};
use diesel_async::AsyncConnection;
use shared::schedule::{CronAnswer, CronQuestion, Schedule, ScheduleChange, ScheduleRun};

use super::catalogue::{self, Entry, entries};
use super::cron::Cron;
use super::leader::{ensure_rows, read};
use super::store::{self, Row, TaskRow};
use crate::App;
use crate::audit::{self, Entry as Trail};
use crate::catalog::module;
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Path, rights};
use crate::jobs::outbox::{self, Tags};
use crate::settings;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_schedules)
        .service(explain_cron)
        .service(change_schedule)
        .service(run_schedule)
        .service(reset_schedule);
}

/// The task of a key. One of a module that is not active is not there.
async fn find(conn: &mut Conn, key: &str) -> Result<&'static Entry> {
    let entry = catalogue::find(key).ok_or_else(Refusal::not_found)?;
    if entry.module.is_some() && !entry.runs_with(&module::store::working(conn).await?) {
        return Err(Refusal::not_found().into());
    }
    Ok(entry)
}

fn shown(entry: &Entry, row: &Row, task: Option<&TaskRow>, zone: &str) -> Result<Schedule> {
    let last_run = row.last_run_at.map(|at| ScheduleRun {
        at,
        task: task.map(|task| task.id),
        state: task.map(|task| task.state),
        duration_ms: task.and_then(|task| task.duration_ms),
        error: task.and_then(|task| task.error.clone()),
    });
    Ok(Schedule {
        key: entry.key.clone(),
        category: entry.category,
        module: entry.module.clone(),
        texts: entry.texts.clone(),
        words: read(&row.cron, &row.time_zone)?.words(),
        cron: row.cron.clone(),
        time_zone: row.time_zone.clone(),
        enabled: row.enabled,
        default_cron: entry.cron.clone(),
        default_time_zone: zone.to_owned(),
        next_run_at: row.next_run_at.filter(|_| row.enabled),
        last_run,
        version: row.version,
    })
}

async fn one(app: &App, key: &str) -> Result<Json<Schedule>> {
    let mut conn = app.db.get().await?;
    let entry = find(&mut conn, key).await?;
    let zone = settings::load(&mut conn).await?.general.time_zone;
    let row = store::all(&mut conn).await?.remove(key).ok_or_else(Refusal::not_found)?;
    let ids: Vec<_> = row.last_task_id.into_iter().collect();
    let tasks = store::tasks_of(&mut conn, &ids).await?;
    Ok(Json(shown(entry, &row, tasks.values().next(), &zone)?))
}

/// What the program and its active modules do by themselves, and when.
#[utoipa::path(tag = "automation", operation_id = "listSchedules", responses((status = 200, body = Vec<Schedule>)),
    extensions(("x-permission" = json!("scheduler.view"))))]
#[get("/admin/schedules")]
async fn list_schedules(
    app: web::Data<App>,
    _who: May<rights::SchedulerView>,
) -> Result<Json<Vec<Schedule>>> {
    let mut conn = app.db.get().await?;
    // A fresh installation has no rows before the leader's first look.
    ensure_rows(&mut conn, app.clock.now()).await?;
    let zone = settings::load(&mut conn).await?.general.time_zone;
    let rows = store::all(&mut conn).await?;
    let ids: Vec<_> = rows.values().filter_map(|row| row.last_task_id).collect();
    let tasks = store::tasks_of(&mut conn, &ids).await?;
    let working = module::store::working(&mut conn).await?;
    let mut list = Vec::with_capacity(entries().len());
    for entry in entries().iter().filter(|entry| entry.runs_with(&working)) {
        if let Some(row) = rows.get(&entry.key) {
            list.push(shown(entry, row, row.last_task_id.and_then(|id| tasks.get(&id)), &zone)?);
        }
    }
    Ok(Json(list))
}

/// Say what a cron expression means, before it is saved.
#[utoipa::path(tag = "automation", operation_id = "explainCron", request_body = CronQuestion,
    responses((status = 200, body = CronAnswer)), extensions(("x-permission" = json!("scheduler.view"))))]
#[post("/admin/schedules/explain")]
async fn explain_cron(
    app: web::Data<App>,
    _who: May<rights::SchedulerView>,
    question: Json<CronQuestion>,
) -> Result<Json<CronAnswer>> {
    let cron = read(&question.cron, &question.time_zone)?;
    let mut next = Vec::with_capacity(5);
    let mut now = app.clock.now();
    while let Some(at) = cron.next(now).filter(|_| next.len() < 5) {
        next.push(at);
        now = at;
    }
    Ok(Json(CronAnswer { words: cron.words(), next }))
}

/// Change when a scheduled task runs, or switch it off.
#[utoipa::path(tag = "automation", operation_id = "changeSchedule", request_body = ScheduleChange,
    params(("key" = String, Path, max_length = 63)), responses((status = 200, body = Schedule)),
    extensions(("x-permission" = json!("scheduler.edit"))))]
#[put("/admin/schedules/{key}")]
async fn change_schedule(
    app: web::Data<App>,
    who: May<rights::SchedulerEdit>,
    key: Path<String>,
    change: Json<ScheduleChange>,
) -> Result<Json<Schedule>> {
    find(&mut *app.db.get().await?, &key).await?;
    let mut fields = Fields::new();
    let cron = Cron::check(&mut fields, &change.cron, &change.time_zone);
    fields.finish()?;
    let now = app.clock.now();
    let next_run_at = cron.and_then(|cron| cron.next(now));
    let wanted = ScheduleChange { version: change.version, ..change.0 };
    write(&app, &who.actor, &key, wanted, next_run_at).await?;
    one(&app, &key).await
}

/// Put a scheduled task back to its default.
#[utoipa::path(tag = "automation", operation_id = "resetSchedule",
    params(("key" = String, Path, max_length = 63)), responses((status = 200, body = Schedule)),
    extensions(("x-permission" = json!("scheduler.edit"))))]
#[post("/admin/schedules/{key}/reset")]
async fn reset_schedule(
    app: web::Data<App>,
    who: May<rights::SchedulerEdit>,
    key: Path<String>,
) -> Result<Json<Schedule>> {
    let (entry, row, time_zone) = {
        let mut conn = app.db.get().await?;
        let entry = find(&mut conn, &key).await?;
        let row = store::all(&mut conn).await?.remove(&*key).ok_or_else(Refusal::not_found)?;
        (entry, row, settings::load(&mut conn).await?.general.time_zone)
    };
    let next_run_at = read(&entry.cron, &time_zone)?.next(app.clock.now());
    let wanted = ScheduleChange { version: row.version, cron: entry.cron.clone(), time_zone, enabled: true };
    write(&app, &who.actor, &key, wanted, next_run_at).await?;
    one(&app, &key).await
}

async fn write(
    app: &App,
    actor: &audit::Actor,
    key: &str,
    wanted: ScheduleChange,
    next_run_at: Option<jiff::Timestamp>,
) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let row = store::lock_all(tx).await?.remove(key).ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(row.version, wanted.version)?;
        let seen = |cron: &str, zone: &str, enabled: bool| {
            serde_json::json!({ "cron": cron, "time_zone": zone, "enabled": enabled })
        };
        let trail = Trail {
            action: "schedule.changed",
            description: format!("Changed the schedule of {key}"),
            old: Some(seen(&row.cron, &row.time_zone, row.enabled)),
            new: Some(seen(&wanted.cron, &wanted.time_zone, wanted.enabled)),
            ..Trail::default()
        };
        // As delivered again: it follows the installation's zone, as one that nobody changed.
        let zone = settings::load(tx).await?.general.time_zone;
        let delivered = catalogue::find(key).is_some_and(|entry| entry.cron == wanted.cron)
            && wanted.time_zone == zone
            && wanted.enabled;
        let row = Row {
            cron: wanted.cron,
            time_zone: wanted.time_zone,
            enabled: wanted.enabled,
            follows_zone: delivered,
            next_run_at,
            ..row
        };
        store::change(tx, now, &row).await?;
        audit::record(tx, actor, now, trail).await?;
        Ok(())
    })
    .await
}

/// Run a scheduled task now, whatever its time.
#[utoipa::path(tag = "automation", operation_id = "runSchedule",
    params(("key" = String, Path, max_length = 63)), responses((status = 202, body = Schedule)),
    extensions(("x-permission" = json!("scheduler.edit"))))]
#[post("/admin/schedules/{key}/run")]
async fn run_schedule(
    app: web::Data<App>,
    who: May<rights::SchedulerEdit>,
    key: Path<String>,
) -> Result<actix_web::HttpResponse> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let entry = find(&mut conn, &key).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        ensure_rows(tx, now).await?;
        let mut row = store::lock_all(tx).await?.remove(&*key).ok_or_else(Refusal::not_found)?;
        if let Some(task) = outbox::send(tx, now, &entry.job, Tags::default()).await? {
            row.last_task_id = Some(task);
        }
        row.last_run_at = Some(now);
        store::advance(tx, &row).await?;
        let trail = Trail {
            action: "schedule.run",
            description: format!("Ran {} by hand", *key),
            ..Trail::default()
        };
        audit::record(tx, &who.actor, now, trail).await?;
        Ok(())
    })
    .await?;
    drop(conn);
    Ok(actix_web::HttpResponse::Accepted().json(one(&app, &key).await?.0))
}

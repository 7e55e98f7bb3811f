//! `/admin/services`.

use actix_web::web::Data;
use actix_web::{get, patch, post};
use diesel_async::AsyncConnection;
use provisioners::Operation;
use shared::services::{
    ForceState, ManualFlag, OptionsChange, OptionsChangePreview, ServiceChange, ServiceFilter,
    ServiceForStaff, ServiceNote, ServiceSummary, SuspendService, TerminateService,
};
use shared::{Page, PageQuery, ServiceId};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;
use crate::catalog::text::Reads;
use crate::http::error::Result;
use crate::http::{Fields, Json, May, Paging, Path, Query, rights};
use crate::services::actions::{self, Scope};
use crate::services::{change, show};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list)
        .service(read)
        .service(rename)
        .service(suspend)
        .service(resume)
        .service(idle)
        .service(unidle)
        .service(retry)
        .service(delivered)
        .service(terminate)
        .service(withdraw_termination)
        .service(preview_options)
        .service(change_options)
        .service(force)
        .service(manual);
}

fn check_note(note: &str) -> Result<()> {
    let mut fields = Fields::new();
    fields.text("note", note, 300);
    fields.finish()
}

async fn shown(app: &App, id: ServiceId, reads: Reads) -> Result<Json<ServiceForStaff>> {
    Ok(Json(show::for_staff(&mut *app.db.get().await?, id, reads.0).await?))
}

/// List services.
#[utoipa::path(tag = "services", operation_id = "listServices", params(PageQuery, ServiceFilter),
    responses((status = 200, body = Page<ServiceSummary>)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services")]
async fn list(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<ServiceFilter>,
) -> Result<Json<Page<ServiceSummary>>> {
    let paging = Paging::read(&page, show::SORTS)?;
    let (items, total) = show::list(&mut *app.db.get().await?, &paging, &filter, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Show a service.
#[utoipa::path(tag = "services", operation_id = "getService", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    shown(&app, *id, reads).await
}

/// Give a service another label.
#[utoipa::path(tag = "services", operation_id = "updateService", params(("id" = ServiceId, Path)), request_body = ServiceChange,
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[patch("/admin/services/{id}")]
async fn rename(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<ServiceChange>,
) -> Result<Json<ServiceForStaff>> {
    let mut fields = Fields::new();
    fields.required("label", &input.label, 100);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    let (now, label) = (app.clock.now(), input.label.trim());
    actions::rename(&mut conn, now, &who.actor, Scope::Staff, *id, input.version, label).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Suspend a service.
#[utoipa::path(tag = "services", operation_id = "suspendService", params(("id" = ServiceId, Path)), request_body = SuspendService,
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/suspend")]
async fn suspend(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<SuspendService>,
) -> Result<Json<ServiceForStaff>> {
    check_note(&input.note)?;
    let mut conn = app.db.get().await?;
    actions::suspend(&mut conn, app.clock.now(), &who.actor, *id, input.reason, &input.note).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Resume a suspended service.
#[utoipa::path(tag = "services", operation_id = "resumeService", params(("id" = ServiceId, Path)), request_body = ServiceNote,
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/resume")]
async fn resume(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<ServiceNote>,
) -> Result<Json<ServiceForStaff>> {
    check_note(&input.note)?;
    let mut conn = app.db.get().await?;
    actions::resume(&mut conn, app.clock.now(), &who.actor, *id, &input.note).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Put a service to idle.
#[utoipa::path(tag = "services", operation_id = "idleService", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/idle")]
async fn idle(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let mut conn = app.db.get().await?;
    actions::set_idle(&mut conn, app.clock.now(), &who.actor, Scope::Staff, *id, Operation::Idle).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Bring a service back from idle.
#[utoipa::path(tag = "services", operation_id = "unidleService", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/unidle")]
async fn unidle(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let mut conn = app.db.get().await?;
    actions::set_idle(&mut conn, app.clock.now(), &who.actor, Scope::Staff, *id, Operation::Unidle).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Try a failed delivery again.
#[utoipa::path(tag = "services", operation_id = "retryService", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/retry")]
async fn retry(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let mut conn = app.db.get().await?;
    actions::retry(&mut conn, app.clock.now(), &who.actor, *id).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Say that staff have done what the service waited for.
#[utoipa::path(tag = "services", operation_id = "markServiceDelivered", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/delivered")]
async fn delivered(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let mut conn = app.db.get().await?;
    let now = app.clock.now();
    conn.transaction(async |tx| actions::manual_done(tx, now, &who.actor, *id).await).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Terminate a service, now or when what is paid for is used up; cancel one that was never delivered.
#[utoipa::path(tag = "services", operation_id = "terminateService", params(("id" = ServiceId, Path)), request_body = TerminateService,
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/terminate")]
async fn terminate(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<TerminateService>,
) -> Result<Json<ServiceForStaff>> {
    check_note(&input.note)?;
    let mut conn = app.db.get().await?;
    let (now, note) = (app.clock.now(), &input.note);
    actions::terminate(&mut conn, now, &who.actor, Scope::Staff, *id, input.when, note).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Take a request for termination back.
#[utoipa::path(tag = "services", operation_id = "withdrawServiceTermination", params(("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/withdraw-termination")]
async fn withdraw_termination(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let mut conn = app.db.get().await?;
    actions::withdraw_termination(&mut conn, app.clock.now(), &who.actor, Scope::Staff, *id).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Say what other options cost. Changes nothing.
#[utoipa::path(tag = "services", operation_id = "previewServiceOptions", params(("id" = ServiceId, Path)),
    request_body = OptionsChange, responses((status = 200, body = OptionsChangePreview)),
    extensions(("x-permission" = json!("services.view"))))]
#[post("/admin/services/{id}/options/preview")]
async fn preview_options(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    id: Path<ServiceId>,
    input: Json<OptionsChange>,
) -> Result<Json<OptionsChangePreview>> {
    let mut conn = app.db.get().await?;
    Ok(Json(change::preview(&mut conn, app.clock.now(), Scope::Staff, *id, &input.options).await?))
}

/// Change the options of a service.
#[utoipa::path(tag = "services", operation_id = "changeServiceOptions", params(("id" = ServiceId, Path)),
    request_body = OptionsChange, responses((status = 200, body = ServiceForStaff)),
    extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/options")]
async fn change_options(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<OptionsChange>,
) -> Result<Json<ServiceForStaff>> {
    let mut conn = app.db.get().await?;
    change::start(&mut conn, app.clock.now(), &who.actor, Scope::Staff, *id, &input.options).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Set the state in the database only; the module is not told.
#[utoipa::path(tag = "services", operation_id = "forceServiceState", params(("id" = ServiceId, Path)), request_body = ForceState,
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.force"))))]
#[post("/admin/services/{id}/force")]
async fn force(
    app: Data<App>,
    who: May<rights::ServicesForce>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<ForceState>,
) -> Result<Json<ServiceForStaff>> {
    let mut fields = Fields::new();
    fields.required("reason", &input.reason, 300);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    actions::force(&mut conn, app.clock.now(), &who.actor, *id, input.state, &input.reason).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

/// Have automation keep its hands off a service, or go on.
#[utoipa::path(tag = "services", operation_id = "setServiceManual", params(("id" = ServiceId, Path)), request_body = ManualFlag,
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/manual")]
async fn manual(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<ManualFlag>,
) -> Result<Json<ServiceForStaff>> {
    check_note(&input.note)?;
    let mut conn = app.db.get().await?;
    actions::set_manual(&mut conn, app.clock.now(), &who.actor, *id, input.manual, &input.note).await?;
    drop(conn);
    shown(&app, *id, reads).await
}

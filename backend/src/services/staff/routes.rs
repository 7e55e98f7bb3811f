//! `/admin/services`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, patch, post};
use jiff::Timestamp;
use provisioners::Operation;
use shared::services::{
    ForceState, ManualFlag, MoveService, OptionsChange, OptionsChangePreview, ServiceChange, ServiceFilter,
    ServiceForStaff, ServiceNote, ServiceSummary, SuspendService, TerminateService,
};
use shared::{DryRun, FileQuery, FollowQuery, Page, PageQuery, ServiceId, Tried};

use crate::App;
use crate::catalog::text::Reads;
use crate::db::Conn;
use crate::http::error::Result;
use crate::http::idempotency::{MaybeKey, Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Paging, Path, Query, rights};
use crate::identity::session::actions::need_sudo_in_browser;
use crate::live::{self, EventId, Subject};
use crate::services::actions::{self, Scope};
use crate::services::{change, moving, rehearsal, show};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(export_services)
        .service(read)
        .service(follow)
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
        .service(manual)
        .service(move_to_client);
}

fn check_note(note: &str) -> Result<()> {
    let mut fields = Fields::new();
    fields.text("note", note, 300);
    fields.finish()
}

/// Does something to a service, once for each key, and shows it as it is then.
async fn act(
    app: &App,
    once: Option<Once>,
    reads: Reads,
    id: ServiceId,
    work: impl AsyncFnOnce(&mut Conn, Timestamp) -> Result<()>,
) -> Result<Json<ServiceForStaff>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let shown = answer_once(&mut conn, now, once.as_ref(), async |tx| {
        work(tx, now).await?;
        show::for_staff(tx, id, reads.0).await
    });
    Ok(Json(shown.await?))
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

/// Services as CSV: all that the filter lets through.
#[utoipa::path(tag = "services", operation_id = "exportServices", params(PageQuery, ServiceFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services.csv")]
async fn export_services(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<ServiceFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, show::SORTS)?;
    show::export(&app, &paging, &filter, reads.0, *form).await
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
    Ok(Json(show::for_staff(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Follow a service with its tasks.
#[utoipa::path(tag = "services", operation_id = "followService", params(("id" = ServiceId, Path), FollowQuery, EventId),
    responses((status = 200, content_type = "text/event-stream", body = ServiceForStaff,
        description = "Server-sent events. The data of each is the record as it is then, in JSON on one line: the first at once, the others \
                       when something has changed. Comments keep the stream open; it ends when the caller is not let in any more.")),
    extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services/{id}/events")]
async fn follow(
    app: Data<App>,
    who: May<rights::ServicesView>,
    reads: Reads,
    id: Path<ServiceId>,
    query: Query<FollowQuery>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (id, from) = (*id, app.clone());
    let language = query.language.unwrap_or(reads.0);
    let look = move || {
        let app = from.clone();
        async move { show::for_staff(&mut *app.db.get().await?, id, language).await }
    };
    live::follow::<May<rights::ServicesView>, _, _>(&app, request, &who.actor, Subject::Service(id), look)
        .await
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
    let (version, label) = (input.version, input.label.trim());
    act(&app, None, reads, *id, async |tx, now| {
        actions::rename(tx, now, &who.actor, Scope::Staff, *id, version, label).await
    })
    .await
}

/// Suspend a service.
#[utoipa::path(tag = "services", operation_id = "suspendService", params(("id" = ServiceId, Path), DryRun), request_body = SuspendService,
    responses((status = 200, body = Tried<ServiceForStaff>)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/suspend")]
async fn suspend(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    reads: Reads,
    id: Path<ServiceId>,
    dry: Query<DryRun>,
    input: Json<SuspendService>,
) -> Result<Json<Tried<ServiceForStaff>>> {
    check_note(&input.note)?;
    if dry.dry_run {
        let (mut conn, now) = (app.db.get().await?, app.clock.now());
        let would = rehearsal::suspension(&mut conn, now, &who.actor, *id, input.reason);
        return Ok(Json(Tried::Would(would.await?)));
    }
    let done = act(&app, None, reads, *id, async |tx, now| {
        actions::suspend(tx, now, &who.actor, *id, input.reason, &input.note).await
    });
    Ok(Json(Tried::Done(done.await?.0)))
}

/// Resume a suspended service.
#[utoipa::path(tag = "services", operation_id = "resumeService", params(("id" = ServiceId, Path), DryRun, MaybeKey),
    request_body = ServiceNote, responses((status = 200, body = Tried<ServiceForStaff>)),
    extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/resume")]
async fn resume(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
    dry: Query<DryRun>,
    input: Json<ServiceNote>,
) -> Result<Json<Tried<ServiceForStaff>>> {
    check_note(&input.note)?;
    if dry.dry_run {
        let (mut conn, now) = (app.db.get().await?, app.clock.now());
        return Ok(Json(Tried::Would(rehearsal::resuming(&mut conn, now, &who.actor, *id).await?)));
    }
    let once = Once::maybe(&who.actor, "resumeService", &key, *id, &input.0)?;
    let done = act(&app, once, reads, *id, async |tx, now| {
        actions::resume(tx, now, &who.actor, *id, &input.note).await
    });
    Ok(Json(Tried::Done(done.await?.0)))
}

/// Put a service to idle.
#[utoipa::path(tag = "services", operation_id = "idleService", params(("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/idle")]
async fn idle(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let once = Once::maybe(&who.actor, "idleService", &key, *id, &())?;
    act(&app, once, reads, *id, async |tx, now| {
        actions::set_idle(tx, now, &who.actor, Scope::Staff, *id, Operation::Idle).await
    })
    .await
}

/// Bring a service back from idle.
#[utoipa::path(tag = "services", operation_id = "unidleService", params(("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/unidle")]
async fn unidle(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let once = Once::maybe(&who.actor, "unidleService", &key, *id, &())?;
    act(&app, once, reads, *id, async |tx, now| {
        actions::set_idle(tx, now, &who.actor, Scope::Staff, *id, Operation::Unidle).await
    })
    .await
}

/// Try a failed delivery again.
#[utoipa::path(tag = "services", operation_id = "retryService", params(("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/retry")]
async fn retry(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let once = Once::maybe(&who.actor, "retryService", &key, *id, &())?;
    act(&app, once, reads, *id, async |tx, now| actions::retry(tx, now, &who.actor, *id).await).await
}

/// Say that staff have done what the service waited for.
#[utoipa::path(tag = "services", operation_id = "markServiceDelivered", params(("id" = ServiceId, Path), DryRun, MaybeKey),
    responses((status = 200, body = Tried<ServiceForStaff>)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/delivered")]
async fn delivered(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
    dry: Query<DryRun>,
) -> Result<Json<Tried<ServiceForStaff>>> {
    if dry.dry_run {
        let (mut conn, now) = (app.db.get().await?, app.clock.now());
        return Ok(Json(Tried::Would(rehearsal::delivery(&mut conn, now, &who.actor, *id).await?)));
    }
    let once = Once::maybe(&who.actor, "markServiceDelivered", &key, *id, &())?;
    let done =
        act(&app, once, reads, *id, async |tx, now| actions::manual_done(tx, now, &who.actor, *id).await);
    Ok(Json(Tried::Done(done.await?.0)))
}

/// Terminate a service, now or when what is paid for is used up; cancel one that was never delivered.
#[utoipa::path(tag = "services", operation_id = "terminateService", params(("id" = ServiceId, Path), DryRun, MaybeKey),
    request_body = TerminateService, responses((status = 200, body = Tried<ServiceForStaff>)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/terminate")]
async fn terminate(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
    dry: Query<DryRun>,
    input: Json<TerminateService>,
) -> Result<Json<Tried<ServiceForStaff>>> {
    check_note(&input.note)?;
    if dry.dry_run {
        let (mut conn, now) = (app.db.get().await?, app.clock.now());
        let would = rehearsal::termination(&mut conn, now, &who.actor, Scope::Staff, *id, input.when);
        return Ok(Json(Tried::Would(would.await?)));
    }
    let once = Once::maybe(&who.actor, "terminateService", &key, *id, &input.0)?;
    let done = act(&app, once, reads, *id, async |tx, now| {
        actions::terminate(tx, now, &who.actor, Scope::Staff, *id, input.when, &input.note).await
    });
    Ok(Json(Tried::Done(done.await?.0)))
}

/// Take a request for termination back.
#[utoipa::path(tag = "services", operation_id = "withdrawServiceTermination", params(("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceForStaff)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/withdraw-termination")]
async fn withdraw_termination(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
) -> Result<Json<ServiceForStaff>> {
    let once = Once::maybe(&who.actor, "withdrawServiceTermination", &key, *id, &())?;
    act(&app, once, reads, *id, async |tx, now| {
        actions::withdraw_termination(tx, now, &who.actor, Scope::Staff, *id).await
    })
    .await
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
    reads: Reads,
    input: Json<OptionsChange>,
) -> Result<Json<OptionsChangePreview>> {
    let mut conn = app.db.get().await?;
    Ok(Json(change::preview(&mut conn, app.clock.now(), Scope::Staff, *id, &input.options, reads.0).await?))
}

/// Change the options of a service.
#[utoipa::path(tag = "services", operation_id = "changeServiceOptions", params(("id" = ServiceId, Path), MaybeKey),
    request_body = OptionsChange, responses((status = 200, body = ServiceForStaff)),
    extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/options")]
async fn change_options(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
    input: Json<OptionsChange>,
) -> Result<Json<ServiceForStaff>> {
    let once = Once::maybe(&who.actor, "changeServiceOptions", &key, *id, &input.0)?;
    act(&app, once, reads, *id, async |tx, now| {
        change::start(tx, now, &who.actor, Scope::Staff, *id, &input.options).await
    })
    .await
}

/// Set the state in the database only; the module is not told.
#[utoipa::path(tag = "services", operation_id = "forceServiceState", params(("id" = ServiceId, Path), DryRun, MaybeKey), request_body = ForceState,
    responses((status = 200, body = Tried<ServiceForStaff>)), extensions(("x-permission" = json!("services.force"))))]
#[post("/admin/services/{id}/force")]
async fn force(
    app: Data<App>,
    who: May<rights::ServicesForce>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
    dry: Query<DryRun>,
    input: Json<ForceState>,
) -> Result<Json<Tried<ServiceForStaff>>> {
    let mut fields = Fields::new();
    fields.required("reason", &input.reason, 300);
    fields.finish()?;
    if dry.dry_run {
        let (mut conn, now) = (app.db.get().await?, app.clock.now());
        let would = rehearsal::forcing(&mut conn, now, &who.actor, *id, input.state);
        return Ok(Json(Tried::Would(would.await?)));
    }
    let once = Once::maybe(&who.actor, "forceServiceState", &key, *id, &input.0)?;
    let done = act(&app, once, reads, *id, async |tx, now| {
        actions::force(tx, now, &who.actor, *id, input.state, &input.reason).await
    });
    Ok(Json(Tried::Done(done.await?.0)))
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
    act(&app, None, reads, *id, async |tx, now| {
        actions::set_manual(tx, now, &who.actor, *id, input.manual, &input.note).await
    })
    .await
}

/// Move a service, not what it was charged, to another client, whose wallet pays from then on. Asks browsers for the password again.
#[utoipa::path(tag = "services", operation_id = "moveService", params(("id" = ServiceId, Path), DryRun, MaybeKey), request_body = MoveService,
    responses((status = 200, body = Tried<ServiceForStaff>)), extensions(("x-permission" = json!("services.move"))))]
#[post("/admin/services/{id}/move")]
async fn move_to_client(
    app: Data<App>,
    who: May<rights::ServicesMove>,
    key: MaybeKey,
    reads: Reads,
    id: Path<ServiceId>,
    dry: Query<DryRun>,
    input: Json<MoveService>,
) -> Result<Json<Tried<ServiceForStaff>>> {
    check_note(&input.note)?;
    if dry.dry_run {
        let (mut conn, now) = (app.db.get().await?, app.clock.now());
        return Ok(Json(Tried::Would(rehearsal::moving(&mut conn, now, &who.actor, *id, &input).await?)));
    }
    need_sudo_in_browser(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    let once = Once::maybe(&who.actor, "moveService", &key, *id, &input.0)?;
    let done =
        act(&app, once, reads, *id, async |tx, now| moving::move_to(tx, now, &who.actor, *id, &input).await);
    Ok(Json(Tried::Done(done.await?.0)))
}

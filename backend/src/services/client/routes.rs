//! `/clients/{client_id}/services`.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, patch, post};
use jiff::Timestamp;
use provisioners::Operation;
use shared::services::{
    OptionsChange, OptionsChangePreview, OwnServiceFilter, ServiceChange, ServiceCounters, ServiceDetail,
    ServiceFilter, ServiceSummary, TerminateService,
};
use shared::{ClientId, DryRun, FileQuery, FollowQuery, Page, PageQuery, ServiceId, Tried};

use crate::App;
use crate::catalog::text::Reads;
use crate::db::Conn;
use crate::http::error::Result;
use crate::http::idempotency::{MaybeKey, Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Acting, Fields, Json, Paging, Path, Query, client_rights};
use crate::live::{self, EventId, Subject};
use crate::services::actions::{self, Scope};
use crate::services::{change, rehearsal, show};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(export_own_services)
        .service(count)
        .service(read)
        .service(follow)
        .service(rename)
        .service(idle)
        .service(unidle)
        .service(request_termination)
        .service(withdraw_termination)
        .service(preview_options)
        .service(change_options);
}

type OfService = Path<(ClientId, ServiceId)>;

/// One call of a user for this client: for another client the same key is another call.
fn once(
    who: &Acting<client_rights::Services>,
    operation: &'static str,
    key: &MaybeKey,
    id: ServiceId,
    body: &impl serde::Serialize,
) -> Result<Option<Once>> {
    Once::maybe(&who.actor, operation, key, format!("{}/{id}", who.client), body)
}

/// Does something to a service of the client, once for each key, and shows it as it is then.
async fn act(
    app: &App,
    once: Option<Once>,
    reads: Reads,
    who: &Acting<client_rights::Services>,
    id: ServiceId,
    work: impl AsyncFnOnce(&mut Conn, Timestamp, Scope) -> Result<()>,
) -> Result<Json<ServiceDetail>> {
    let now = app.clock.now();
    let scope = Scope::Client(who.client);
    let mut conn = app.db.get().await?;
    let shown = answer_once(&mut conn, now, once.as_ref(), async |tx| {
        work(tx, now, scope).await?;
        show::detail(tx, scope, id, reads.0).await
    });
    Ok(Json(shown.await?))
}

/// The filter for a client's own services.
fn own(client: ClientId, filter: &OwnServiceFilter) -> ServiceFilter {
    ServiceFilter {
        client: Some(client),
        state: filter.state,
        product: filter.product,
        group: filter.group,
        termination_requested: filter.termination_requested,
        living: filter.living,
        ..ServiceFilter::default()
    }
}

/// List the client's services.
#[utoipa::path(tag = "services", operation_id = "listOwnServices",
    params(("client_id" = ClientId, Path), PageQuery, OwnServiceFilter),
    responses((status = 200, body = Page<ServiceSummary>)), extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/services")]
async fn list(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<OwnServiceFilter>,
) -> Result<Json<Page<ServiceSummary>>> {
    let paging = Paging::read(&page, show::SORTS)?;
    let filter = own(who.client, &filter);
    let (items, total) = show::list(&mut *app.db.get().await?, &paging, &filter, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// The client's services as CSV: all that the filter lets through.
#[utoipa::path(tag = "services", operation_id = "exportOwnServices",
    params(("client_id" = ClientId, Path), PageQuery, OwnServiceFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/services.csv")]
async fn export_own_services(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<OwnServiceFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, show::SORTS)?;
    show::export(&app, &paging, &own(who.client, &filter), reads.0, *form).await
}

/// Count the client's services, in all and by product group.
#[utoipa::path(tag = "services", operation_id = "countOwnServices", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = ServiceCounters)), extensions(("x-permission" = json!("client:overview"))))]
#[get("/clients/{client_id}/service-counters")]
async fn count(
    app: Data<App>,
    who: Acting<client_rights::Overview>,
    reads: Reads,
) -> Result<Json<ServiceCounters>> {
    Ok(Json(show::counters(&mut *app.db.get().await?, who.client, reads.0).await?))
}

/// Show a service of the client.
#[utoipa::path(tag = "services", operation_id = "getOwnService", params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/services/{id}")]
async fn read(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let scope = Scope::Client(who.client);
    Ok(Json(show::detail(&mut *app.db.get().await?, scope, path.1, reads.0).await?))
}

/// Follow a service of the client: its state and the progress of what is being done.
#[utoipa::path(tag = "services", operation_id = "followOwnService",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), FollowQuery, EventId),
    responses((status = 200, content_type = "text/event-stream", body = ServiceDetail,
        description = "Server-sent events. The data of each is the record as it is then, in JSON on one line: the first at once, the others \
                       when something has changed. Comments keep the stream open; it ends when the caller is not let in any more.")),
    extensions(("x-permission" = json!("client:services"))))]
#[get("/clients/{client_id}/services/{id}/events")]
async fn follow(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
    query: Query<FollowQuery>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    let (scope, id, from) = (Scope::Client(who.client), path.1, app.clone());
    let language = query.language.unwrap_or(reads.0);
    let look = move || {
        let app = from.clone();
        async move { show::detail(&mut *app.db.get().await?, scope, id, language).await }
    };
    live::follow::<Acting<client_rights::Services>, _, _>(
        &app,
        request,
        &who.actor,
        Subject::Service(id),
        look,
    )
    .await
}

/// Give a service another label.
#[utoipa::path(tag = "services", operation_id = "updateOwnService", params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)),
    request_body = ServiceChange, responses((status = 200, body = ServiceDetail)),
    extensions(("x-permission" = json!("client:services"))))]
#[patch("/clients/{client_id}/services/{id}")]
async fn rename(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
    input: Json<ServiceChange>,
) -> Result<Json<ServiceDetail>> {
    let mut fields = Fields::new();
    fields.required("label", &input.label, 100);
    fields.finish()?;
    let (version, label) = (input.version, input.label.trim());
    act(&app, None, reads, &who, path.1, async |tx, now, scope| {
        actions::rename(tx, now, &who.actor, scope, path.1, version, label).await
    })
    .await
}

/// Put a service to idle, where the product allows it.
#[utoipa::path(tag = "services", operation_id = "idleOwnService", params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/idle")]
async fn idle(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: MaybeKey,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let once = once(&who, "idleOwnService", &key, path.1, &())?;
    act(&app, once, reads, &who, path.1, async |tx, now, scope| {
        actions::set_idle(tx, now, &who.actor, scope, path.1, Operation::Idle).await
    })
    .await
}

/// Bring a service back from idle.
#[utoipa::path(tag = "services", operation_id = "unidleOwnService", params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/unidle")]
async fn unidle(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: MaybeKey,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let once = once(&who, "unidleOwnService", &key, path.1, &())?;
    act(&app, once, reads, &who, path.1, async |tx, now, scope| {
        actions::set_idle(tx, now, &who.actor, scope, path.1, Operation::Unidle).await
    })
    .await
}

/// Ask for a service to end: now, or when what is paid for is used up. One that waits for money is cancelled.
#[utoipa::path(tag = "services", operation_id = "requestOwnTermination",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), DryRun, MaybeKey), request_body = TerminateService,
    responses((status = 200, body = Tried<ServiceDetail>)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/termination")]
async fn request_termination(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: MaybeKey,
    reads: Reads,
    path: OfService,
    dry: Query<DryRun>,
    input: Json<TerminateService>,
) -> Result<Json<Tried<ServiceDetail>>> {
    let mut fields = Fields::new();
    fields.text("note", &input.note, 300);
    fields.finish()?;
    if dry.dry_run {
        let (mut conn, now, scope) = (app.db.get().await?, app.clock.now(), Scope::Client(who.client));
        let would = rehearsal::termination(&mut conn, now, &who.actor, scope, path.1, input.when);
        return Ok(Json(Tried::Would(would.await?)));
    }
    let once = once(&who, "requestOwnTermination", &key, path.1, &input.0)?;
    let done = act(&app, once, reads, &who, path.1, async |tx, now, scope| {
        actions::terminate(tx, now, &who.actor, scope, path.1, input.when, &input.note).await
    });
    Ok(Json(Tried::Done(done.await?.0)))
}

/// Take a request for termination back.
#[utoipa::path(tag = "services", operation_id = "withdrawOwnTermination",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), MaybeKey),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[delete("/clients/{client_id}/services/{id}/termination")]
async fn withdraw_termination(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: MaybeKey,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let once = once(&who, "withdrawOwnTermination", &key, path.1, &())?;
    act(&app, once, reads, &who, path.1, async |tx, now, scope| {
        actions::withdraw_termination(tx, now, &who.actor, scope, path.1).await
    })
    .await
}

/// Say what other options cost. Changes nothing.
#[utoipa::path(tag = "services", operation_id = "previewOwnOptions",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)), request_body = OptionsChange,
    responses((status = 200, body = OptionsChangePreview)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/options/preview")]
async fn preview_options(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    path: OfService,
    reads: Reads,
    input: Json<OptionsChange>,
) -> Result<Json<OptionsChangePreview>> {
    let mut conn = app.db.get().await?;
    let scope = Scope::Client(who.client);
    Ok(Json(change::preview(&mut conn, app.clock.now(), scope, path.1, &input.options, reads.0).await?))
}

/// Change the options of a service.
#[utoipa::path(tag = "services", operation_id = "changeOwnOptions",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path), MaybeKey), request_body = OptionsChange,
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/options")]
async fn change_options(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    key: MaybeKey,
    reads: Reads,
    path: OfService,
    input: Json<OptionsChange>,
) -> Result<Json<ServiceDetail>> {
    let once = once(&who, "changeOwnOptions", &key, path.1, &input.0)?;
    act(&app, once, reads, &who, path.1, async |tx, now, scope| {
        change::start(tx, now, &who.actor, scope, path.1, &input.options).await
    })
    .await
}

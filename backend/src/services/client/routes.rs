//! `/clients/{client_id}/services`.

use actix_web::web::Data;
use actix_web::{delete, get, patch, post};
use provisioners::Operation;
use shared::services::{
    OptionsChange, OptionsChangePreview, OwnServiceFilter, ServiceChange, ServiceCounters,
    ServiceDetail, ServiceFilter, ServiceSummary, TerminateService,
};
use shared::{ClientId, Page, PageQuery, ServiceId};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::App;
use crate::catalog::text::Reads;
use crate::http::error::Result;
use crate::http::{Acting, Fields, Json, Paging, Path, Query, client_rights};
use crate::services::actions::{self, Scope};
use crate::services::{change, show};

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(list)
        .service(count)
        .service(read)
        .service(rename)
        .service(idle)
        .service(unidle)
        .service(request_termination)
        .service(withdraw_termination)
        .service(preview_options)
        .service(change_options);
}

type OfService = Path<(ClientId, ServiceId)>;

async fn shown(app: &App, client: ClientId, id: ServiceId, reads: Reads) -> Result<Json<ServiceDetail>> {
    Ok(Json(show::detail(&mut *app.db.get().await?, Scope::Client(client), id, reads.0).await?))
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
    let filter = ServiceFilter {
        client: Some(who.client),
        state: filter.state,
        product: filter.product,
        group: filter.group,
        termination_requested: filter.termination_requested,
        living: filter.living,
        ..ServiceFilter::default()
    };
    let (items, total) = show::list(&mut *app.db.get().await?, &paging, &filter, reads.0).await?;
    Ok(Json(paging.page(items, total)))
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
    shown(&app, who.client, path.1, reads).await
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
    let mut conn = app.db.get().await?;
    let (now, scope, label) = (app.clock.now(), Scope::Client(who.client), input.label.trim());
    actions::rename(&mut conn, now, &who.actor, scope, path.1, input.version, label).await?;
    drop(conn);
    shown(&app, who.client, path.1, reads).await
}

/// Put a service to idle, where the product allows it.
#[utoipa::path(tag = "services", operation_id = "idleOwnService", params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/idle")]
async fn idle(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let mut conn = app.db.get().await?;
    let scope = Scope::Client(who.client);
    actions::set_idle(&mut conn, app.clock.now(), &who.actor, scope, path.1, Operation::Idle).await?;
    drop(conn);
    shown(&app, who.client, path.1, reads).await
}

/// Bring a service back from idle.
#[utoipa::path(tag = "services", operation_id = "unidleOwnService", params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/unidle")]
async fn unidle(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let mut conn = app.db.get().await?;
    let scope = Scope::Client(who.client);
    actions::set_idle(&mut conn, app.clock.now(), &who.actor, scope, path.1, Operation::Unidle).await?;
    drop(conn);
    shown(&app, who.client, path.1, reads).await
}

/// Ask for a service to end: now, or when what is paid for is used up. One that waits for money is cancelled.
#[utoipa::path(tag = "services", operation_id = "requestOwnTermination",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)), request_body = TerminateService,
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/termination")]
async fn request_termination(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
    input: Json<TerminateService>,
) -> Result<Json<ServiceDetail>> {
    let mut fields = Fields::new();
    fields.text("note", &input.note, 300);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    let (now, scope) = (app.clock.now(), Scope::Client(who.client));
    actions::terminate(&mut conn, now, &who.actor, scope, path.1, input.when, &input.note).await?;
    drop(conn);
    shown(&app, who.client, path.1, reads).await
}

/// Take a request for termination back.
#[utoipa::path(tag = "services", operation_id = "withdrawOwnTermination",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)),
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[delete("/clients/{client_id}/services/{id}/termination")]
async fn withdraw_termination(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
) -> Result<Json<ServiceDetail>> {
    let mut conn = app.db.get().await?;
    let scope = Scope::Client(who.client);
    actions::withdraw_termination(&mut conn, app.clock.now(), &who.actor, scope, path.1).await?;
    drop(conn);
    shown(&app, who.client, path.1, reads).await
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
    input: Json<OptionsChange>,
) -> Result<Json<OptionsChangePreview>> {
    let mut conn = app.db.get().await?;
    let scope = Scope::Client(who.client);
    Ok(Json(change::preview(&mut conn, app.clock.now(), scope, path.1, &input.options).await?))
}

/// Change the options of a service.
#[utoipa::path(tag = "services", operation_id = "changeOwnOptions",
    params(("client_id" = ClientId, Path), ("id" = ServiceId, Path)), request_body = OptionsChange,
    responses((status = 200, body = ServiceDetail)), extensions(("x-permission" = json!("client:services"))))]
#[post("/clients/{client_id}/services/{id}/options")]
async fn change_options(
    app: Data<App>,
    who: Acting<client_rights::Services>,
    reads: Reads,
    path: OfService,
    input: Json<OptionsChange>,
) -> Result<Json<ServiceDetail>> {
    let mut conn = app.db.get().await?;
    let (now, scope) = (app.clock.now(), Scope::Client(who.client));
    change::start(&mut conn, now, &who.actor, scope, path.1, &input.options).await?;
    drop(conn);
    shown(&app, who.client, path.1, reads).await
}

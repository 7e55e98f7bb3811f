//! Support access in the client area: allow, extend, end; who came in, and what he did.

use actix_web::{delete, get, post, web};
use serde::Deserialize;
use shared::identity::{SupportAccess, SupportRequest, SupportRequestFilter, SupportVisit};
use shared::{ClientId, Page, PageQuery, SupportVisitId};

use super::{actions, store};
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Json, Paging, Path, Query, client_rights};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(get_access)
        .service(allow_access)
        .service(extend_access)
        .service(end_access)
        .service(list_visits)
        .service(list_requests);
}

/// A visit to the portal of the client.
#[derive(Debug, Deserialize)]
struct OwnVisit {
    #[serde(rename = "client_id")]
    _client: ClientId,
    visit_id: SupportVisitId,
}

/// Whether the provider's staff may sign in as the owner.
#[utoipa::path(tag = "clients", operation_id = "getSupportAccess", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = SupportAccess)), extensions(("x-permission" = json!("client:users"))))]
#[get("/clients/{client_id}/support-access")]
async fn get_access(app: web::Data<App>, who: Acting<client_rights::Users>) -> Result<Json<SupportAccess>> {
    Ok(Json(store::access(&mut *app.db.get().await?, app.clock.now(), who.client).await?))
}

/// Let the provider's staff sign in as the owner for 24 hours. For the owner only, in a browser.
#[utoipa::path(tag = "clients", operation_id = "allowSupportAccess", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = SupportAccess)), extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/support-access")]
async fn allow_access(app: web::Data<App>, who: Acting<client_rights::Users>) -> Result<Json<SupportAccess>> {
    Ok(Json(actions::allow(&app, &who, false).await?))
}

/// Let support in for 24 hours more, seven days ahead at most. For the owner only, in a browser.
#[utoipa::path(tag = "clients", operation_id = "extendSupportAccess", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = SupportAccess)), extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/support-access/extend")]
async fn extend_access(
    app: web::Data<App>,
    who: Acting<client_rights::Users>,
) -> Result<Json<SupportAccess>> {
    Ok(Json(actions::allow(&app, &who, true).await?))
}

/// Let support in no longer; staff who are inside by it are signed out at once.
#[utoipa::path(tag = "clients", operation_id = "endSupportAccess", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = SupportAccess)), extensions(("x-permission" = json!("client:users"))))]
#[delete("/clients/{client_id}/support-access")]
async fn end_access(app: web::Data<App>, who: Acting<client_rights::Users>) -> Result<Json<SupportAccess>> {
    Ok(Json(actions::end(&app, &who).await?))
}

/// Staff who were signed in as the owner.
#[utoipa::path(tag = "clients", operation_id = "listSupportVisits", params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<SupportVisit>)), extensions(("x-permission" = json!("client:users"))))]
#[get("/clients/{client_id}/support-access/visits")]
async fn list_visits(
    app: web::Data<App>,
    who: Acting<client_rights::Users>,
    page: Query<PageQuery>,
) -> Result<Json<Page<SupportVisit>>> {
    let paging = Paging::read(&page, store::VISIT_SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::visits(&mut conn, app.clock.now(), who.client, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// What staff viewed and changed while they were signed in as the owner.
#[utoipa::path(tag = "clients", operation_id = "listSupportRequests",
    params(("client_id" = ClientId, Path), ("visit_id" = SupportVisitId, Path), PageQuery, SupportRequestFilter),
    responses((status = 200, body = Page<SupportRequest>)), extensions(("x-permission" = json!("client:users"))))]
#[get("/clients/{client_id}/support-access/visits/{visit_id}/requests")]
async fn list_requests(
    app: web::Data<App>,
    who: Acting<client_rights::Users>,
    path: Path<OwnVisit>,
    page: Query<PageQuery>,
    filter: Query<SupportRequestFilter>,
) -> Result<Json<Page<SupportRequest>>> {
    let paging = Paging::read(&page, store::REQUEST_SORTS)?;
    let mut conn = app.db.get().await?;
    if !store::has_visit(&mut conn, who.client, path.visit_id).await? {
        return Err(Refusal::not_found().into());
    }
    let (items, total) = store::requests(&mut conn, who.client, path.visit_id, &filter, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

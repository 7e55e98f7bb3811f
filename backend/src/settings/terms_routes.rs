//! `/admin/terms`, `/public/terms`.

use actix_web::http::StatusCode;
use actix_web::{Responder, get, post, web};
use shared::settings::{NewTerms, TermsText, TermsVersion, TermsWanted};
use shared::{Page, PageQuery};

use super::terms;
use crate::App;
use crate::catalog::text::Reads;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Query, rights};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(read).service(list).service(publish);
}

/// The terms of service in the reader's language.
#[utoipa::path(tag = "public", operation_id = "getTerms", params(TermsWanted), responses((status = 200, body = TermsText), (status = 404)))]
#[get("/public/terms")]
async fn read(app: web::Data<App>, reads: Reads, wanted: Query<TermsWanted>) -> Result<Json<TermsText>> {
    Ok(Json(terms::text(&mut *app.db.get().await?, wanted.version, reads.0).await?))
}

/// Published versions of the terms of service.
#[utoipa::path(tag = "settings", operation_id = "listTerms", params(PageQuery),
    responses((status = 200, body = Page<TermsVersion>)), extensions(("x-permission" = json!("settings.view"))))]
#[get("/admin/terms")]
async fn list(
    app: web::Data<App>,
    _who: May<rights::SettingsView>,
    page: Query<PageQuery>,
) -> Result<Json<Page<TermsVersion>>> {
    let paging = Paging::read(&page, terms::SORTS)?;
    let (items, total) = terms::list(&mut *app.db.get().await?, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Publish a version of the terms of service: orders accept it from now on.
#[utoipa::path(tag = "settings", operation_id = "publishTerms", request_body = NewTerms,
    responses((status = 201, body = TermsVersion)), extensions(("x-permission" = json!("settings.edit"))))]
#[post("/admin/terms")]
async fn publish(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    new: Json<NewTerms>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let published = terms::publish(&mut conn, app.clock.now(), &who.actor, new.0).await?;
    Ok(Json(published).customize().with_status(StatusCode::CREATED))
}

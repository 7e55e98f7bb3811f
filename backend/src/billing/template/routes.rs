//! `/admin/companies/{id}/templates`.

use actix_web::web::Data;
use actix_web::{delete, get, post, put};
use shared::billing::DocumentKind;
use shared::billing::template::{
    DeleteTemplate, TemplateDetail, TemplateInput, TemplatePreview, TemplateSummary, TemplateTrial,
};
use shared::{CompanyId, Language};

use super::actions;
use super::store::Place;
use crate::App;
use crate::catalog::text::Reads;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list).service(read).service(save).service(remove).service(preview);
}

type PlacePath = Path<(CompanyId, DocumentKind, Language)>;

fn place(path: &PlacePath) -> Place {
    let (company, kind, language) = **path;
    Place { company, kind, language }
}

/// List what prints each kind of document of a home company in each language.
#[utoipa::path(tag = "companies", operation_id = "listCompanyTemplates", params(("id" = CompanyId, Path)),
    responses((status = 200, body = Vec<TemplateSummary>)), extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/companies/{id}/templates")]
async fn list(
    app: Data<App>,
    _who: May<rights::CompaniesView>,
    id: Path<CompanyId>,
) -> Result<Json<Vec<TemplateSummary>>> {
    Ok(Json(actions::list(&mut *app.db.get().await?, *id).await?))
}

/// Show a template with what can be printed by it.
#[utoipa::path(tag = "companies", operation_id = "getCompanyTemplate",
    params(("id" = CompanyId, Path), ("kind" = DocumentKind, Path), ("language" = Language, Path)),
    responses((status = 200, body = TemplateDetail)), extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/companies/{id}/templates/{kind}/{language}")]
async fn read(
    app: Data<App>,
    _who: May<rights::CompaniesView>,
    reads: Reads,
    path: PlacePath,
) -> Result<Json<TemplateDetail>> {
    Ok(Json(actions::show(&mut *app.db.get().await?, place(&path), reads.0).await?))
}

/// Save a template of a home company; every sample has to be printable with it.
#[utoipa::path(tag = "companies", operation_id = "setCompanyTemplate",
    params(("id" = CompanyId, Path), ("kind" = DocumentKind, Path), ("language" = Language, Path)),
    request_body = TemplateInput, responses((status = 200, body = TemplateDetail)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[put("/admin/companies/{id}/templates/{kind}/{language}")]
async fn save(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    reads: Reads,
    path: PlacePath,
    input: Json<TemplateInput>,
) -> Result<Json<TemplateDetail>> {
    let place = place(&path);
    actions::save(&app, &who.actor, place, &input).await?;
    Ok(Json(actions::show(&mut *app.db.get().await?, place, reads.0).await?))
}

/// Take the template of a home company back: the built-in one prints again.
#[utoipa::path(tag = "companies", operation_id = "deleteCompanyTemplate",
    params(("id" = CompanyId, Path), ("kind" = DocumentKind, Path), ("language" = Language, Path), DeleteTemplate),
    responses((status = 200, body = TemplateDetail)), extensions(("x-permission" = json!("companies.edit"))))]
#[delete("/admin/companies/{id}/templates/{kind}/{language}")]
async fn remove(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    reads: Reads,
    path: PlacePath,
    input: Query<DeleteTemplate>,
) -> Result<Json<TemplateDetail>> {
    let place = place(&path);
    let mut conn = app.db.get().await?;
    actions::take_back(&mut conn, app.clock.now(), &who.actor, place, input.version).await?;
    Ok(Json(actions::show(&mut conn, place, reads.0).await?))
}

/// Draw a sample with a template that is not saved.
#[utoipa::path(tag = "companies", operation_id = "previewCompanyTemplate",
    params(("id" = CompanyId, Path), ("kind" = DocumentKind, Path), ("language" = Language, Path)),
    request_body = TemplateTrial, responses((status = 200, body = TemplatePreview)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[post("/admin/companies/{id}/templates/{kind}/{language}/preview")]
async fn preview(
    app: Data<App>,
    _who: May<rights::CompaniesEdit>,
    path: PlacePath,
    trial: Json<TemplateTrial>,
) -> Result<Json<TemplatePreview>> {
    Ok(Json(actions::preview(&app, place(&path), &trial).await?))
}

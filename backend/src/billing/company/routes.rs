//! `/admin/companies`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use serde::Deserialize;
use shared::billing::DocumentKind;
use shared::billing::company::{
    CompanyDetail, CompanyInput, CompanySummary, LogoInput, NumberSeries, NumberSeriesInput,
};
use shared::{CompanyId, DryRun, Page, PageQuery, Rehearsal, Tried, VersionQuery};
use utoipa::IntoParams;

use super::{actions, gateway, rehearsal, store};
use crate::App;
use crate::billing::document::Terms;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};
use crate::identity::session::actions::need_sudo_in_browser;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(create)
        .service(read)
        .service(change)
        .service(remove)
        .service(make_default)
        .service(archive)
        .service(restore)
        .service(logo)
        .service(set_logo)
        .service(remove_logo)
        .service(change_series);
}

/// Which home companies to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CompanyFilter {
    /// Only archived ones, or only others.
    archived: Option<bool>,
}

/// What staff uploaded is drawn, never run.
pub const LOGO_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The file of a logo.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct LogoFile(#[allow(dead_code, reason = "names the body in the API document")] Vec<u8>);

async fn show(conn: &mut Conn, now: jiff::Timestamp, id: CompanyId) -> Result<CompanyDetail> {
    let row = store::find(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let today = Terms::load(conn).await?.today(now);
    let series = store::series(conn, id)
        .await?
        .into_iter()
        .map(|series| {
            let (next_number, next) = actions::next_number(&series, today)?;
            Ok(NumberSeries {
                next,
                kind: series.kind,
                format: series.format,
                next_number,
                reset: series.reset,
                version: series.version,
            })
        })
        .collect::<Result<_>>()?;
    let gateways = gateway::of_company(conn, id).await?;
    let gateways = gateways.into_iter().map(gateway::GatewayRow::shown).collect::<Result<_>>()?;
    let (clients, documents) = store::counts(conn, id).await?;
    Ok(CompanyDetail {
        id,
        profile: row.input()?,
        is_default: row.is_default,
        archived_at: row.archived_at,
        logo_type: row.logo_type,
        series,
        gateways,
        clients,
        documents,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// List home companies.
#[utoipa::path(tag = "companies", operation_id = "listCompanies", params(PageQuery, CompanyFilter),
    responses((status = 200, body = Page<CompanySummary>)), extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/companies")]
async fn list(
    app: Data<App>,
    _who: May<rights::CompaniesView>,
    page: Query<PageQuery>,
    filter: Query<CompanyFilter>,
) -> Result<Json<Page<CompanySummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let (items, total) = store::list(&mut *app.db.get().await?, &paging, filter.archived).await?;
    Ok(Json(paging.page(items, total)))
}

/// Create a home company.
#[utoipa::path(tag = "companies", operation_id = "createCompany", request_body = CompanyInput,
    responses((status = 201, body = CompanyDetail)), extensions(("x-permission" = json!("companies.edit"))))]
#[post("/admin/companies")]
async fn create(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    input: Json<CompanyInput>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let id = actions::create(&mut conn, now, &who.actor, &input).await?;
    Ok(Json(show(&mut conn, now, id).await?).customize().with_status(StatusCode::CREATED))
}

/// Show a home company with its numbering and gateways.
#[utoipa::path(tag = "companies", operation_id = "getCompany", params(("id" = CompanyId, Path)),
    responses((status = 200, body = CompanyDetail)), extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/companies/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::CompaniesView>,
    id: Path<CompanyId>,
) -> Result<Json<CompanyDetail>> {
    Ok(Json(show(&mut *app.db.get().await?, app.clock.now(), *id).await?))
}

/// Change a home company. Another account to pay to asks browsers for the password again.
#[utoipa::path(tag = "companies", operation_id = "updateCompany", params(("id" = CompanyId, Path)),
    request_body = CompanyInput, responses((status = 200, body = CompanyDetail)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[put("/admin/companies/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    input: Json<CompanyInput>,
) -> Result<Json<CompanyDetail>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let present = store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?.input()?;
    if (&present.bank, &present.pay_to) != (&input.bank, &input.pay_to) {
        need_sudo_in_browser(&mut conn, now, who.proof).await?;
    }
    actions::change(&mut conn, now, &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, now, *id).await?))
}

/// Delete a home company that nothing belongs to.
#[utoipa::path(tag = "companies", operation_id = "deleteCompany", params(("id" = CompanyId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[delete("/admin/companies/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(rehearsal::deletion(&mut conn, now, &who.actor, *id).await?));
    }
    actions::delete(&mut conn, now, &who.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a home company the default.
#[utoipa::path(tag = "companies", operation_id = "makeCompanyDefault", params(("id" = CompanyId, Path), DryRun),
    responses((status = 200, body = Tried<CompanyDetail>)), extensions(("x-permission" = json!("companies.edit"))))]
#[post("/admin/companies/{id}/default")]
async fn make_default(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    dry: Query<DryRun>,
) -> Result<Json<Tried<CompanyDetail>>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if dry.dry_run {
        return Ok(Json(Tried::Would(rehearsal::default(&mut conn, now, &who.actor, *id).await?)));
    }
    actions::make_default(&mut conn, now, &who.actor, *id).await?;
    Ok(Json(Tried::Done(show(&mut conn, now, *id).await?)))
}

/// Archive a home company.
#[utoipa::path(tag = "companies", operation_id = "archiveCompany", params(("id" = CompanyId, Path), DryRun),
    responses((status = 200, body = Tried<CompanyDetail>)), extensions(("x-permission" = json!("companies.edit"))))]
#[post("/admin/companies/{id}/archive")]
async fn archive(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    dry: Query<DryRun>,
) -> Result<Json<Tried<CompanyDetail>>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if dry.dry_run {
        return Ok(Json(Tried::Would(rehearsal::archiving(&mut conn, now, &who.actor, *id).await?)));
    }
    actions::archive(&mut conn, now, &who.actor, *id).await?;
    Ok(Json(Tried::Done(show(&mut conn, now, *id).await?)))
}

/// Take a home company out of the archive.
#[utoipa::path(tag = "companies", operation_id = "restoreCompany", params(("id" = CompanyId, Path)),
    responses((status = 200, body = CompanyDetail)), extensions(("x-permission" = json!("companies.edit"))))]
#[post("/admin/companies/{id}/restore")]
async fn restore(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
) -> Result<Json<CompanyDetail>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    actions::restore(&mut conn, now, &who.actor, *id).await?;
    Ok(Json(show(&mut conn, now, *id).await?))
}

/// The logo of a home company.
#[utoipa::path(tag = "companies", operation_id = "getCompanyLogo", params(("id" = CompanyId, Path)),
    responses((status = 200, description = "The logo.",
        content((LogoFile = "image/png"), (LogoFile = "image/svg+xml")))),
    extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/companies/{id}/logo")]
async fn logo(app: Data<App>, _who: May<rights::CompaniesView>, id: Path<CompanyId>) -> Result<HttpResponse> {
    let (media_type, bytes) =
        store::logo(&mut *app.db.get().await?, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(HttpResponse::Ok()
        .content_type(media_type.as_str())
        .insert_header(("content-security-policy", LOGO_POLICY))
        .insert_header(("cache-control", "private, no-cache"))
        .body(bytes))
}

/// Set the logo of a home company.
#[utoipa::path(tag = "companies", operation_id = "setCompanyLogo", params(("id" = CompanyId, Path)),
    request_body = LogoInput, responses((status = 200, body = CompanyDetail)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[put("/admin/companies/{id}/logo")]
async fn set_logo(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    input: Json<LogoInput>,
) -> Result<Json<CompanyDetail>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    actions::set_logo(&mut conn, now, &who.actor, *id, input.0).await?;
    Ok(Json(show(&mut conn, now, *id).await?))
}

/// Take the logo of a home company away.
#[utoipa::path(tag = "companies", operation_id = "deleteCompanyLogo", params(("id" = CompanyId, Path), VersionQuery),
    responses((status = 200, body = CompanyDetail)), extensions(("x-permission" = json!("companies.edit"))))]
#[delete("/admin/companies/{id}/logo")]
async fn remove_logo(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    seen: Query<VersionQuery>,
) -> Result<Json<CompanyDetail>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    actions::remove_logo(&mut conn, now, &who.actor, *id, seen.version).await?;
    Ok(Json(show(&mut conn, now, *id).await?))
}

/// Change how a home company numbers one kind of document.
#[utoipa::path(tag = "companies", operation_id = "updateNumberSeries",
    params(("id" = CompanyId, Path), ("kind" = DocumentKind, Path)), request_body = NumberSeriesInput,
    responses((status = 200, body = CompanyDetail)), extensions(("x-permission" = json!("companies.edit"))))]
#[put("/admin/companies/{id}/numbering/{kind}")]
async fn change_series(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    path: Path<(CompanyId, DocumentKind)>,
    input: Json<NumberSeriesInput>,
) -> Result<Json<CompanyDetail>> {
    let now = app.clock.now();
    let (id, kind) = *path;
    let mut conn = app.db.get().await?;
    actions::change_series(&mut conn, now, &who.actor, id, kind, &input).await?;
    Ok(Json(show(&mut conn, now, id).await?))
}

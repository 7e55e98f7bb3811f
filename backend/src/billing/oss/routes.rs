//! `/admin/companies/{id}/oss`.

use actix_web::http::header::CONTENT_DISPOSITION;
use actix_web::web::Data;
use actix_web::{HttpResponse, get};
use shared::CompanyId;
use shared::billing::oss::{OssFile, OssQuery};

use super::{actions, csv};
use crate::App;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(read).service(file);
}

/// What a company declares in the One Stop Shop of the EU for a quarter, by country and rate, in EUR.
#[utoipa::path(tag = "billing", operation_id = "getOssFile", params(("id" = CompanyId, Path), OssQuery),
    responses((status = 200, body = OssFile), (status = 409)), extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/companies/{id}/oss")]
async fn read(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    id: Path<CompanyId>,
    query: Query<OssQuery>,
) -> Result<Json<OssFile>> {
    let mut conn = app.db.get().await?;
    Ok(Json(actions::file(&mut conn, app.clock.now(), *id, query.quarter).await?))
}

/// The same as CSV: a row for each country, rate and currency.
#[utoipa::path(tag = "billing", operation_id = "getOssCsv", params(("id" = CompanyId, Path), OssQuery),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 409)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/companies/{id}/oss/csv")]
async fn file(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    id: Path<CompanyId>,
    query: Query<OssQuery>,
) -> Result<HttpResponse> {
    let mut conn = app.db.get().await?;
    let file = actions::file(&mut conn, app.clock.now(), *id, query.quarter).await?;
    let name = format!("attachment; filename=\"oss-{}.csv\"", query.quarter);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, name))
        .body(csv::text(&file)))
}

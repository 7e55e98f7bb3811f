//! `/admin/activity`.

use std::str::FromStr;

use actix_web::{HttpResponse, get, web};
use shared::FileQuery;
use shared::identity::{ActivityFilter, ActivityPage};

use super::{export, store};
use crate::App;
use crate::http::csv::Download;
use crate::http::error::Result;
use crate::http::fields::Fields;
use crate::http::paging::After;
use crate::http::routes::Routes;
use crate::http::{Json, May, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_activity).service(export_activity);
}

/// Rows of a page when nothing is said.
const PER_PAGE: u32 = 25;

fn check(filter: &ActivityFilter) -> Result<()> {
    let mut fields = Fields::new();
    fields.range("per_page", i64::from(filter.per_page.unwrap_or(PER_PAGE)), 1, 200);
    fields.text("search", filter.search.as_deref().unwrap_or(""), 200);
    fields.text("action", filter.action.as_deref().unwrap_or(""), 64);
    fields.finish()
}

/// Who did what, newest first.
#[utoipa::path(tag = "staff", operation_id = "listActivity", params(ActivityFilter),
    responses((status = 200, body = ActivityPage)), extensions(("x-permission" = json!("logs.view"))))]
#[get("/admin/activity")]
async fn list_activity(
    app: web::Data<App>,
    _who: May<rights::LogsView>,
    filter: Query<ActivityFilter>,
) -> Result<Json<ActivityPage>> {
    check(&filter)?;
    let per_page = filter.per_page.unwrap_or(PER_PAGE);
    let after = filter.after.as_deref().map(After::from_str).transpose()?;
    let mut conn = app.db.get().await?;
    Ok(Json(store::page(&mut conn, &filter, after, i64::from(per_page)).await?))
}

/// Who did what as CSV: all that the filter lets through, newest first.
#[utoipa::path(tag = "staff", operation_id = "exportActivity", params(ActivityFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("logs.view"))))]
#[get("/admin/activity.csv")]
async fn export_activity(
    app: web::Data<App>,
    _who: May<rights::LogsView>,
    filter: Query<ActivityFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    check(&filter)?;
    let mut download = Download::begin(&app).await?;
    let rows = store::all(&mut download.tx, &filter).await?;
    let told = download.answer("activity", *form, export::COLUMNS, rows, async |tx, lines| {
        Ok(store::named(tx, lines).await?)
    });
    told.await
}

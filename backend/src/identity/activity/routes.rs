//! `/admin/activity`.

use actix_web::{HttpResponse, get, web};
use shared::identity::{ActivityEntry, ActivityFilter};
use shared::{FileQuery, LogPage, PageQuery};

use super::{export, store};
use crate::App;
use crate::http::csv::Download;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Paging, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_activity).service(export_activity);
}

/// The order of their instants, as all logs name it.
const SORTS: &[&str] = &["-created_at"];

fn check(filter: &ActivityFilter) -> Result<()> {
    let mut fields = Fields::new();
    fields.text("action", filter.action.as_deref().unwrap_or(""), 64);
    fields.finish()
}

/// Who did what, newest first.
///
/// `total` counts up to 10,000 lines.
#[utoipa::path(tag = "staff", operation_id = "listActivity", params(PageQuery, ActivityFilter),
    responses((status = 200, body = LogPage<ActivityEntry>)), extensions(("x-permission" = json!("logs.view"))))]
#[get("/admin/activity")]
async fn list_activity(
    app: web::Data<App>,
    _who: May<rights::LogsView>,
    page: Query<PageQuery>,
    filter: Query<ActivityFilter>,
) -> Result<Json<LogPage<ActivityEntry>>> {
    let paging = Paging::read(&page, SORTS)?;
    check(&filter)?;
    let after = paging.after(filter.after.as_deref())?;
    let mut conn = app.db.get().await?;
    let (lines, total) = store::page(&mut conn, &filter, &paging, after).await?;
    let end = lines.last().map(store::Line::end);
    let items = store::named(&mut conn, lines).await?;
    Ok(Json(paging.log_page(items, total, end)))
}

/// Who did what as CSV: all that the filter lets through, newest first.
#[utoipa::path(tag = "staff", operation_id = "exportActivity", params(PageQuery, ActivityFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("logs.view"))))]
#[get("/admin/activity.csv")]
async fn export_activity(
    app: web::Data<App>,
    _who: May<rights::LogsView>,
    page: Query<PageQuery>,
    filter: Query<ActivityFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, SORTS)?;
    check(&filter)?;
    let mut download = Download::begin(&app).await?;
    let rows = store::all(&mut download.tx, &filter, &paging).await?;
    let told = download.answer("activity", *form, export::COLUMNS, rows, async |tx, lines| {
        Ok(store::named(tx, lines).await?)
    });
    told.await
}

//! `/admin/module-log`.

use actix_web::get;
use actix_web::web::Data;
use shared::module_log::{ModuleLogDetail, ModuleLogFilter, ModuleLogSummary};
use shared::{LogPage, ModuleLogId, PageQuery, ServiceId};

use super::store;
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::paging::After;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Paging, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list).service(read);
}

/// List the calls of modules.
#[utoipa::path(tag = "automation", operation_id = "listModuleLog", params(PageQuery, ModuleLogFilter),
    responses((status = 200, body = LogPage<ModuleLogSummary>)), extensions(("x-permission" = json!("logs.view"))))]
#[get("/admin/module-log")]
async fn list(
    app: Data<App>,
    _who: May<rights::LogsView>,
    page: Query<PageQuery>,
    filter: Query<ModuleLogFilter>,
) -> Result<Json<LogPage<ModuleLogSummary>>> {
    let paging = Paging::read(&page, &["-created_at"])?;
    let mut fields = Fields::new();
    for (field, at) in [("from", filter.from), ("to", filter.to)] {
        if let Some(at) = at {
            fields.instant(field, at);
        }
    }
    fields.text("module", filter.module.as_deref().unwrap_or(""), 63);
    fields.finish()?;
    let after = paging.after(filter.after.as_deref())?;
    let mut conn = app.db.get().await?;
    let (rows, total) = store::page(&mut conn, &filter, &paging, after).await?;
    let end = rows.last().map(|row| After { at: row.created_at.to_jiff(), id: row.id.0 });
    let services: Vec<ServiceId> = rows.iter().filter_map(|row| row.service_id).collect();
    let names = store::names(&mut conn, &services).await?;
    let items = rows.into_iter().map(|row| row.summary(&names)).collect();
    Ok(Json(paging.log_page(items, total, end)))
}

/// Show one call of a module with what it was given and answered; secrets are masked.
#[utoipa::path(tag = "automation", operation_id = "getModuleLogEntry", params(("id" = ModuleLogId, Path)),
    responses((status = 200, body = ModuleLogDetail)), extensions(("x-permission" = json!("logs.view"))))]
#[get("/admin/module-log/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::LogsView>,
    id: Path<ModuleLogId>,
) -> Result<Json<ModuleLogDetail>> {
    Ok(Json(store::find(&mut *app.db.get().await?, *id).await?.ok_or_else(Refusal::not_found)?))
}

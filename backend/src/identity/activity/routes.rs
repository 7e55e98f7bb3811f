//! `/admin/activity`.

use std::str::FromStr;

use actix_web::{get, web};
use shared::identity::{ActivityFilter, ActivityPage};

use super::store;
use crate::App;
use crate::http::error::Result;
use crate::http::fields::Fields;
use crate::http::paging::After;
use crate::http::routes::Routes;
use crate::http::{Json, May, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_activity);
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
    let per_page = filter.per_page.unwrap_or(25);
    let mut fields = Fields::new();
    fields.range("per_page", i64::from(per_page), 1, 200);
    fields.text("search", filter.search.as_deref().unwrap_or(""), 200);
    fields.text("action", filter.action.as_deref().unwrap_or(""), 64);
    fields.finish()?;
    let after = filter.after.as_deref().map(After::from_str).transpose()?;
    let mut conn = app.db.get().await?;
    Ok(Json(store::page(&mut conn, &filter, after, i64::from(per_page)).await?))
}

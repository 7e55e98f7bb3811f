//! `/admin/modules`.

use actix_web::web::Data;
use actix_web::{get, post, put};
use shared::catalog::{
    ModuleConfiguration, ModuleDetail, ModuleFilter, ModuleStatus, ModuleSummary, ModuleTest,
};
use shared::{Language, Page, PageQuery, VersionQuery};

use super::{actions, settings, store};
use crate::App;
use crate::catalog::product;
use crate::catalog::text::Reads;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list).service(read).service(configure).service(activate).service(deactivate).service(test);
}

/// Every module that ships, with its status. Two queries.
async fn summaries(conn: &mut Conn) -> Result<Vec<ModuleSummary>> {
    let rows = store::all(conn).await?;
    let selling = store::selling(conn).await?;
    let shown = provisioners::all().iter().map(|module| {
        let info = module.info();
        ModuleSummary {
            status: rows.get(&info.key).map_or(ModuleStatus::Inactive, |row| row.status),
            selling: selling.get(&info.key).copied().unwrap_or(0),
            info,
        }
    });
    Ok(shown.collect())
}

async fn detail(conn: &mut Conn, key: &str, language: Language) -> Result<ModuleDetail> {
    let found = summaries(conn).await?.into_iter().find(|module| module.info.key == key);
    let module = found.ok_or_else(Refusal::not_found)?;
    let row = store::find(conn, key).await?;
    let configuration = row.as_ref().and_then(|row| row.configuration.as_object());
    Ok(ModuleDetail {
        id: row.as_ref().map(|row| row.id),
        version: row.as_ref().map_or(0, |row| row.version),
        configuration: configuration
            .map(|stored| settings::masked(&module.info.configuration_schema, stored))
            .unwrap_or_default(),
        activated_at: row.as_ref().and_then(|row| row.activated_at.to_jiff()),
        tested_at: row.as_ref().and_then(|row| row.tested_at.to_jiff()),
        error: row.and_then(|row| row.error),
        products: product::members::with_module(conn, key, language).await?,
        services: store::living_services(conn, key).await?,
        module,
    })
}

/// List the modules that ship.
#[utoipa::path(tag = "catalog", operation_id = "listModules", params(PageQuery, ModuleFilter),
    responses((status = 200, body = Page<ModuleSummary>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/modules")]
async fn list(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    page: Query<PageQuery>,
    filter: Query<ModuleFilter>,
) -> Result<Json<Page<ModuleSummary>>> {
    let paging = Paging::read(&page, &["key", "name", "status", "selling"])?;
    let mut modules = summaries(&mut *app.db.get().await?).await?;
    let sought = paging.search.as_deref().map(str::to_lowercase);
    modules.retain(|ModuleSummary { info, status, .. }| {
        let text =
            || format!("{} {} {} {}", info.key, info.name, info.description, info.author).to_lowercase();
        filter.kind.is_none_or(|kind| kind == info.kind)
            && filter.status.is_none_or(|wanted| wanted == *status)
            && sought.as_ref().is_none_or(|sought| text().contains(sought))
    });
    modules.sort_by(|a, b| {
        let order = match paging.sort {
            "name" => a.info.name.cmp(&b.info.name),
            "status" => a.status.cmp(&b.status),
            "selling" => a.selling.cmp(&b.selling),
            _ => std::cmp::Ordering::Equal,
        };
        let order = order.then_with(|| a.info.key.cmp(&b.info.key));
        if paging.descending { order.reverse() } else { order }
    });
    let total = i64::try_from(modules.len()).unwrap_or(i64::MAX);
    let begin = usize::try_from(paging.offset()).unwrap_or(usize::MAX);
    let length = usize::try_from(paging.limit()).unwrap_or(usize::MAX);
    Ok(Json(paging.page(modules.into_iter().skip(begin).take(length).collect(), total)))
}

/// Show a module with its configuration and the products that use it.
#[utoipa::path(tag = "catalog", operation_id = "getModule", params(("key" = String, Path, max_length = 63)),
    responses((status = 200, body = ModuleDetail)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/modules/{key}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    key: Path<String>,
) -> Result<Json<ModuleDetail>> {
    Ok(Json(detail(&mut *app.db.get().await?, &key, reads.0).await?))
}

/// Configure a module for all its products.
#[utoipa::path(tag = "catalog", operation_id = "configureModule", params(("key" = String, Path, max_length = 63)),
    request_body = ModuleConfiguration, responses((status = 200, body = ModuleDetail)),
    extensions(("x-permission" = json!("modules.edit"))))]
#[put("/admin/modules/{key}/configuration")]
async fn configure(
    app: Data<App>,
    who: May<rights::ModulesEdit>,
    reads: Reads,
    key: Path<String>,
    wanted: Json<ModuleConfiguration>,
) -> Result<Json<ModuleDetail>> {
    let mut conn = app.db.get().await?;
    actions::configure(&app, &mut conn, &who.actor, &key, &wanted).await?;
    Ok(Json(detail(&mut conn, &key, reads.0).await?))
}

/// Let products be sold with a module.
#[utoipa::path(tag = "catalog", operation_id = "activateModule",
    params(("key" = String, Path, max_length = 63), VersionQuery), responses((status = 200, body = ModuleDetail)),
    extensions(("x-permission" = json!("modules.edit"))))]
#[post("/admin/modules/{key}/activate")]
async fn activate(
    app: Data<App>,
    who: May<rights::ModulesEdit>,
    reads: Reads,
    key: Path<String>,
    seen: Query<VersionQuery>,
) -> Result<Json<ModuleDetail>> {
    let mut conn = app.db.get().await?;
    actions::activate(&app, &mut conn, &who.actor, &key, seen.version).await?;
    Ok(Json(detail(&mut conn, &key, reads.0).await?))
}

/// Take a module from sale; what it delivered goes on.
#[utoipa::path(tag = "catalog", operation_id = "deactivateModule",
    params(("key" = String, Path, max_length = 63), VersionQuery), responses((status = 200, body = ModuleDetail)),
    extensions(("x-permission" = json!("modules.edit"))))]
#[post("/admin/modules/{key}/deactivate")]
async fn deactivate(
    app: Data<App>,
    who: May<rights::ModulesEdit>,
    reads: Reads,
    key: Path<String>,
    seen: Query<VersionQuery>,
) -> Result<Json<ModuleDetail>> {
    let mut conn = app.db.get().await?;
    actions::deactivate(&app, &mut conn, &who.actor, &key, seen.version).await?;
    Ok(Json(detail(&mut conn, &key, reads.0).await?))
}

/// Ask a module whether it reaches what it needs.
#[utoipa::path(tag = "catalog", operation_id = "testModule", params(("key" = String, Path, max_length = 63)),
    responses((status = 200, body = ModuleTest)), extensions(("x-permission" = json!("modules.edit"))))]
#[post("/admin/modules/{key}/test")]
async fn test(app: Data<App>, who: May<rights::ModulesEdit>, key: Path<String>) -> Result<Json<ModuleTest>> {
    Ok(Json(actions::test(&app, &who.actor, &key).await?))
}

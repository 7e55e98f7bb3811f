//! `/admin/products/{id}/price-changes` and `/admin/price-changes`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{Responder, get, post};
use shared::catalog::{NewPriceChange, PriceChange, PriceChangePreview, PriceChangeService};
use shared::{Page, PageQuery, PriceChangeId, ProductId};

use super::{actions, preview, store};
use crate::App;
use crate::catalog::product;
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::{MaybeKey, Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{IdempotencyKey, Json, May, Paging, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(preview_change).service(plan).service(list).service(read).service(services).service(cancel);
}

/// Say who would pay how much more if the prices of a product were applied to its running services.
#[utoipa::path(tag = "catalog", operation_id = "previewPriceChange", params(("id" = ProductId, Path), PageQuery),
    responses((status = 200, body = PriceChangePreview)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/products/{id}/price-changes/preview")]
async fn preview_change(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    id: Path<ProductId>,
    query: Query<PageQuery>,
) -> Result<Json<PriceChangePreview>> {
    let paging = Paging::read(&query, &["client"])?;
    let mut conn = app.db.get().await?;
    product::store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(preview::preview(&mut conn, *id, &paging).await?))
}

/// Apply the prices of a product to its running services, from an instant on; their clients are told.
#[utoipa::path(tag = "catalog", operation_id = "planPriceChange", params(("id" = ProductId, Path), IdempotencyKey),
    request_body = NewPriceChange, responses((status = 201, body = PriceChange)),
    extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/products/{id}/price-changes")]
async fn plan(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<ProductId>,
    key: IdempotencyKey,
    input: Json<NewPriceChange>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let once = Once::new(&who.actor, "planPriceChange", &key, *id, &input.0)?;
    let mut conn = app.db.get().await?;
    let planned = answer_once(&mut conn, now, Some(&once), async |tx| {
        actions::plan(tx, now, &who.actor, *id, &input).await
    })
    .await?;
    Ok(Json(planned).customize().with_status(StatusCode::CREATED))
}

/// List the changes of prices of a product that were applied or are planned.
#[utoipa::path(tag = "catalog", operation_id = "listPriceChanges", params(("id" = ProductId, Path), PageQuery),
    responses((status = 200, body = Page<PriceChange>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/products/{id}/price-changes")]
async fn list(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    id: Path<ProductId>,
    query: Query<PageQuery>,
) -> Result<Json<Page<PriceChange>>> {
    let paging = Paging::read(&query, &["-created_at", "apply_at"])?;
    let (items, total) = store::list(&mut *app.db.get().await?, *id, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Show a change of prices.
#[utoipa::path(tag = "catalog", operation_id = "getPriceChange", params(("id" = PriceChangeId, Path)),
    responses((status = 200, body = PriceChange)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/price-changes/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    id: Path<PriceChangeId>,
) -> Result<Json<PriceChange>> {
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(store::show(&mut conn, *id).await?))
}

/// List the services that a change of prices reaches, with what became of each.
#[utoipa::path(tag = "catalog", operation_id = "listPriceChangeServices",
    params(("id" = PriceChangeId, Path), PageQuery), responses((status = 200, body = Page<PriceChangeService>)),
    extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/price-changes/{id}/services")]
async fn services(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    id: Path<PriceChangeId>,
    query: Query<PageQuery>,
) -> Result<Json<Page<PriceChangeService>>> {
    let paging = Paging::read(&query, &["client"])?;
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = store::services(&mut conn, *id, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Cancel a change of prices before its instant; clients that were told of it are told.
#[utoipa::path(tag = "catalog", operation_id = "cancelPriceChange", params(("id" = PriceChangeId, Path), MaybeKey),
    responses((status = 200, body = PriceChange)), extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/price-changes/{id}/cancel")]
async fn cancel(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<PriceChangeId>,
    key: MaybeKey,
) -> Result<Json<PriceChange>> {
    let now = app.clock.now();
    let once = Once::maybe(&who.actor, "cancelPriceChange", &key, *id, &())?;
    let mut conn = app.db.get().await?;
    let cancelled = answer_once(&mut conn, now, once.as_ref(), async |tx| {
        actions::cancel(tx, now, &who.actor, *id).await
    })
    .await?;
    Ok(Json(cancelled))
}

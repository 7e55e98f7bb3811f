//! Prices of products and options.

use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, put};
use shared::catalog::{PriceChanges, PriceRow};
use shared::{OptionId, PriceId, ProductId};

use super::actions;
use super::store::{self, Owner, Price};
use crate::App;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(write_product).service(write_option).service(remove);
}

/// Write prices of a product; an empty row is deleted.
#[utoipa::path(tag = "catalog", operation_id = "setProductPrices", params(("id" = ProductId, Path)), request_body = PriceChanges,
    responses((status = 200, body = Vec<PriceRow>)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/{id}/prices")]
async fn write_product(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<ProductId>,
    changes: Json<PriceChanges>,
) -> Result<Json<Vec<PriceRow>>> {
    let mut conn = app.db.get().await?;
    actions::write(&mut conn, app.clock.now(), &who.actor, Owner::Product(*id), &changes.prices).await?;
    Ok(Json(store::of_product(&mut conn, *id).await?.iter().map(Price::row).collect()))
}

/// Write prices of an option; an empty row is deleted.
#[utoipa::path(tag = "catalog", operation_id = "setOptionPrices", params(("id" = OptionId, Path)), request_body = PriceChanges,
    responses((status = 200, body = Vec<PriceRow>)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/options/{id}/prices")]
async fn write_option(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<OptionId>,
    changes: Json<PriceChanges>,
) -> Result<Json<Vec<PriceRow>>> {
    let mut conn = app.db.get().await?;
    actions::write(&mut conn, app.clock.now(), &who.actor, Owner::Option(*id), &changes.prices).await?;
    Ok(Json(store::of_options(&mut conn, &[*id]).await?.iter().map(Price::row).collect()))
}

/// Delete a price that no living service was sold at.
#[utoipa::path(tag = "catalog", operation_id = "deletePrice", params(("id" = PriceId, Path)),
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/prices/{id}")]
async fn remove(app: Data<App>, who: May<rights::ProductsEdit>, id: Path<PriceId>) -> Result<impl Responder> {
    actions::delete(&mut *app.db.get().await?, app.clock.now(), &who.actor, *id).await?;
    Ok(HttpResponse::NoContent())
}

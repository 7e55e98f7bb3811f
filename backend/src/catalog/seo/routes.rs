//! `…/seo` of products and product groups.

use actix_web::put;
use actix_web::web::Data;
use shared::catalog::{ProductDetail, ProductGroupDetail, SeoInput};
use shared::{ProductGroupId, ProductId};

use super::actions;
use super::store::Owner;
use crate::App;
use crate::catalog::text::Reads;
use crate::catalog::{group, product};
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(set_of_product).service(set_of_group);
}

/// Write what search engines are told of a product.
#[utoipa::path(tag = "catalog", operation_id = "setProductSeo", params(("id" = ProductId, Path)),
    request_body = SeoInput, responses((status = 200, body = ProductDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/{id}/seo")]
async fn set_of_product(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductId>,
    input: Json<SeoInput>,
) -> Result<Json<ProductDetail>> {
    let mut conn = app.db.get().await?;
    actions::set(&mut conn, app.clock.now(), &who.actor, Owner::Product(*id), &input).await?;
    Ok(Json(product::routes::show(&mut conn, *id, reads.0).await?))
}

/// Write what search engines are told of a product group.
#[utoipa::path(tag = "catalog", operation_id = "setProductGroupSeo", params(("id" = ProductGroupId, Path)),
    request_body = SeoInput, responses((status = 200, body = ProductGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/product-groups/{id}/seo")]
async fn set_of_group(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductGroupId>,
    input: Json<SeoInput>,
) -> Result<Json<ProductGroupDetail>> {
    let mut conn = app.db.get().await?;
    actions::set(&mut conn, app.clock.now(), &who.actor, Owner::Group(*id), &input).await?;
    Ok(Json(group::routes::show(&mut conn, *id, reads.0).await?))
}

//! `…/images/{slot}` of products, product groups, attribute groups, attributes and options; `/public/images/{hash}`.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpResponse, delete, get, put};
use shared::catalog::{
    AttributeGroupDetail, ImageInput, ImageRead, ImageSlot, OptionGroupDetail, ProductDetail,
    ProductGroupDetail,
};
use shared::{AttributeGroupId, AttributeId, OptionId, ProductGroupId, ProductId};

use super::actions;
use super::store::{self, Owner};
use crate::App;
use crate::catalog::text::Reads;
use crate::catalog::{attribute, group, option, product};
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, Query, Upload, Visitor, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(set_of_product)
        .service(remove_of_product)
        .service(set_of_group)
        .service(remove_of_group)
        .service(set_of_attribute_group)
        .service(remove_of_attribute_group)
        .service(set_of_attribute)
        .service(remove_of_attribute)
        .service(set_of_option)
        .service(remove_of_option)
        .service(show);
}

/// The file of a picture.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
struct ImageFile(#[allow(dead_code, reason = "names the body in the API document")] Vec<u8>);

/// Set a picture of a product.
#[utoipa::path(tag = "catalog", operation_id = "setProductImage",
    params(("id" = ProductId, Path), ("slot" = ImageSlot, Path)), request_body = ImageInput,
    responses((status = 200, body = ProductDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/{id}/images/{slot}")]
async fn set_of_product(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    path: Path<(ProductId, ImageSlot)>,
    input: Upload<ImageInput>,
) -> Result<Json<ProductDetail>> {
    let (id, slot) = *path;
    actions::set(&app, &who.actor, Owner::Product(id), slot, &input.0).await?;
    Ok(Json(product::routes::show(&mut *app.db.get().await?, id, reads.0).await?))
}

/// Take a picture of a product away.
#[utoipa::path(tag = "catalog", operation_id = "deleteProductImage",
    params(("id" = ProductId, Path), ("slot" = ImageSlot, Path), ImageRead),
    responses((status = 200, body = ProductDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/products/{id}/images/{slot}")]
async fn remove_of_product(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    path: Path<(ProductId, ImageSlot)>,
    read: Query<ImageRead>,
) -> Result<Json<ProductDetail>> {
    let (id, slot) = *path;
    actions::remove(&app, &who.actor, Owner::Product(id), slot, &read).await?;
    Ok(Json(product::routes::show(&mut *app.db.get().await?, id, reads.0).await?))
}

/// Set a picture of a product group.
#[utoipa::path(tag = "catalog", operation_id = "setProductGroupImage",
    params(("id" = ProductGroupId, Path), ("slot" = ImageSlot, Path)), request_body = ImageInput,
    responses((status = 200, body = ProductGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/product-groups/{id}/images/{slot}")]
async fn set_of_group(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    path: Path<(ProductGroupId, ImageSlot)>,
    input: Upload<ImageInput>,
) -> Result<Json<ProductGroupDetail>> {
    let (id, slot) = *path;
    actions::set(&app, &who.actor, Owner::Group(id), slot, &input.0).await?;
    Ok(Json(group::routes::show(&mut *app.db.get().await?, id, reads.0).await?))
}

/// Take a picture of a product group away.
#[utoipa::path(tag = "catalog", operation_id = "deleteProductGroupImage",
    params(("id" = ProductGroupId, Path), ("slot" = ImageSlot, Path), ImageRead),
    responses((status = 200, body = ProductGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/product-groups/{id}/images/{slot}")]
async fn remove_of_group(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    path: Path<(ProductGroupId, ImageSlot)>,
    read: Query<ImageRead>,
) -> Result<Json<ProductGroupDetail>> {
    let (id, slot) = *path;
    actions::remove(&app, &who.actor, Owner::Group(id), slot, &read).await?;
    Ok(Json(group::routes::show(&mut *app.db.get().await?, id, reads.0).await?))
}

/// Set the icon of an attribute group.
#[utoipa::path(tag = "catalog", operation_id = "setAttributeGroupImage", params(("id" = AttributeGroupId, Path)),
    request_body = ImageInput, responses((status = 200, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/attribute-groups/{id}/images/icon")]
async fn set_of_attribute_group(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeGroupId>,
    input: Upload<ImageInput>,
) -> Result<Json<AttributeGroupDetail>> {
    let owner = Owner::AttributeGroup(*id);
    actions::set(&app, &who.actor, owner, ImageSlot::Icon, &input.0).await?;
    Ok(Json(attribute::routes::show(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Take the icon of an attribute group away.
#[utoipa::path(tag = "catalog", operation_id = "deleteAttributeGroupImage", params(("id" = AttributeGroupId, Path), ImageRead),
    responses((status = 200, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/attribute-groups/{id}/images/icon")]
async fn remove_of_attribute_group(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeGroupId>,
    read: Query<ImageRead>,
) -> Result<Json<AttributeGroupDetail>> {
    let owner = Owner::AttributeGroup(*id);
    actions::remove(&app, &who.actor, owner, ImageSlot::Icon, &read).await?;
    Ok(Json(attribute::routes::show(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Set the icon of an attribute.
#[utoipa::path(tag = "catalog", operation_id = "setAttributeImage", params(("id" = AttributeId, Path)),
    request_body = ImageInput, responses((status = 200, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/attributes/{id}/images/icon")]
async fn set_of_attribute(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeId>,
    input: Upload<ImageInput>,
) -> Result<Json<AttributeGroupDetail>> {
    let owner = Owner::Attribute(*id);
    actions::set(&app, &who.actor, owner, ImageSlot::Icon, &input.0).await?;
    Ok(Json(attribute::routes::show_with(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Take the icon of an attribute away.
#[utoipa::path(tag = "catalog", operation_id = "deleteAttributeImage", params(("id" = AttributeId, Path), ImageRead),
    responses((status = 200, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/attributes/{id}/images/icon")]
async fn remove_of_attribute(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeId>,
    read: Query<ImageRead>,
) -> Result<Json<AttributeGroupDetail>> {
    let owner = Owner::Attribute(*id);
    actions::remove(&app, &who.actor, owner, ImageSlot::Icon, &read).await?;
    Ok(Json(attribute::routes::show_with(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Set the icon of an option.
#[utoipa::path(tag = "catalog", operation_id = "setOptionImage", params(("id" = OptionId, Path)),
    request_body = ImageInput, responses((status = 200, body = OptionGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/options/{id}/images/icon")]
async fn set_of_option(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<OptionId>,
    input: Upload<ImageInput>,
) -> Result<Json<OptionGroupDetail>> {
    let owner = Owner::Option(*id);
    actions::set(&app, &who.actor, owner, ImageSlot::Icon, &input.0).await?;
    Ok(Json(option::routes::show_with(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Take the icon of an option away.
#[utoipa::path(tag = "catalog", operation_id = "deleteOptionImage", params(("id" = OptionId, Path), ImageRead),
    responses((status = 200, body = OptionGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/options/{id}/images/icon")]
async fn remove_of_option(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<OptionId>,
    read: Query<ImageRead>,
) -> Result<Json<OptionGroupDetail>> {
    let owner = Owner::Option(*id);
    actions::remove(&app, &who.actor, owner, ImageSlot::Icon, &read).await?;
    Ok(Json(option::routes::show_with(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// A picture by its hash. What stands at an address never changes.
#[utoipa::path(tag = "public", operation_id = "getPublicImage",
    params(("hash" = String, Path, min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$",
        description = "The picture, by the SHA-256 of its content in hexadecimal digits.")),
    responses((status = 200, description = "The picture.",
        content((ImageFile = "image/png"), (ImageFile = "image/jpeg"), (ImageFile = "image/webp")))))]
#[get("/public/images/{hash}")]
async fn show(app: Data<App>, _who: Visitor, hash: Path<String>) -> Result<HttpResponse> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hash {
        return Err(Refusal::not_found().into());
    }
    let image = store::find(&mut *app.db.get().await?, &hash).await?.ok_or_else(Refusal::not_found)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, image.media_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(image.content))
}

//! `/admin/products`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::catalog::{
    NewCopy, NewOrderOfRows, ProductAttributes, ProductDetail, ProductFilter, ProductInput,
    ProductOptionGroups, ProductSummary,
};
use shared::{DryRun, FileQuery, Language, Page, PageQuery, ProductId, Rehearsal};

use super::{actions, export, listing, members, store};
use crate::App;
use crate::catalog::seo::store::Owner;
use crate::catalog::text::Reads;
use crate::catalog::{attribute, order, parts, price, seo};
use crate::db::Conn;
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(export_products)
        .service(create)
        .service(reorder)
        .service(read)
        .service(change)
        .service(remove)
        .service(duplicate)
        .service(set_attributes)
        .service(set_option_groups);
}

/// A product with everything that belongs to it. Seven queries.
pub(in crate::catalog) async fn show(
    conn: &mut Conn,
    id: ProductId,
    language: Language,
) -> Result<ProductDetail> {
    let product = store::find(conn, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(ProductDetail {
        id,
        product: product.input()?,
        stock_used: product.stock_used,
        services: store::living_services(conn, id).await?,
        group_attributes: attribute::store::of_product(conn, id, language).await?,
        option_groups: members::option_groups(conn, id, language).await?,
        groups: members::groups(conn, id, language).await?,
        prices: price::store::of_product(conn, id).await?.iter().map(price::store::Price::row).collect(),
        images: product.images(),
        seo: seo::store::of(conn, Owner::Product(id)).await?,
        created_at: product.created_at,
        updated_at: product.updated_at,
    })
}

/// List products.
#[utoipa::path(tag = "catalog", operation_id = "listProducts", params(PageQuery, ProductFilter),
    responses((status = 200, body = Page<ProductSummary>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/products")]
async fn list(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<ProductFilter>,
) -> Result<Json<Page<ProductSummary>>> {
    let paging = Paging::read(&page, listing::SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = listing::page(&mut conn, &paging, &filter, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Products as CSV: all that the filter lets through.
#[utoipa::path(tag = "catalog", operation_id = "exportProducts", params(PageQuery, ProductFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/products.csv")]
async fn export_products(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    page: Query<PageQuery>,
    filter: Query<ProductFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, listing::SORTS)?;
    let language = form.language.unwrap_or(reads.0);
    let mut download = Download::begin(&app).await?;
    let rows = listing::all(&mut download.tx, &paging, &filter, language).await?;
    let told = download.answer("products", *form, export::COLUMNS, rows, async move |_, rows| {
        Ok(rows.into_iter().map(|row| row.summary(language)).collect())
    });
    told.await
}

/// Create a product.
#[utoipa::path(tag = "catalog", operation_id = "createProduct", request_body = ProductInput,
    responses((status = 201, body = ProductDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/products")]
async fn create(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    input: Json<ProductInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::create(&mut conn, &app.sealer, app.clock.now(), &who.actor, &input).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Put products in another order.
#[utoipa::path(tag = "catalog", operation_id = "orderProducts", request_body = NewOrderOfRows,
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/order")]
async fn reorder(
    app: Data<App>,
    _who: May<rights::ProductsEdit>,
    order: Json<NewOrderOfRows>,
) -> Result<impl Responder> {
    order::reorder(&mut *app.db.get().await?, "products", &order).await?;
    Ok(HttpResponse::NoContent())
}

/// Show a product.
#[utoipa::path(tag = "catalog", operation_id = "getProduct", params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductDetail)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/products/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    id: Path<ProductId>,
) -> Result<Json<ProductDetail>> {
    Ok(Json(show(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Change a product.
#[utoipa::path(tag = "catalog", operation_id = "updateProduct", params(("id" = ProductId, Path)), request_body = ProductInput,
    responses((status = 200, body = ProductDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductId>,
    input: Json<ProductInput>,
) -> Result<Json<ProductDetail>> {
    let mut conn = app.db.get().await?;
    actions::change(&mut conn, &app.sealer, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?))
}

/// Delete a product that was never sold.
#[utoipa::path(tag = "catalog", operation_id = "deleteProduct", params(("id" = ProductId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/products/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<ProductId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let delete = async |tx: &mut Conn| actions::delete(tx, now, &who.actor, *id).await;
    parts::remove(&mut conn, &dry, id.0.0, parts::OF_PRODUCT, delete).await
}

/// Copy a product under another key.
#[utoipa::path(tag = "catalog", operation_id = "duplicateProduct", params(("id" = ProductId, Path)), request_body = NewCopy,
    responses((status = 201, body = ProductDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/products/{id}/duplicate")]
async fn duplicate(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductId>,
    copy: Json<NewCopy>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::duplicate(&mut conn, &app.sealer, app.clock.now(), &who.actor, *id, &copy).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Choose the attributes that a product has of attribute groups, in order.
#[utoipa::path(tag = "catalog", operation_id = "setProductAttributes", params(("id" = ProductId, Path)),
    request_body = ProductAttributes, responses((status = 200, body = ProductDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/{id}/attributes")]
async fn set_attributes(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductId>,
    attributes: Json<ProductAttributes>,
) -> Result<Json<ProductDetail>> {
    let mut conn = app.db.get().await?;
    actions::set_attributes(&mut conn, app.clock.now(), &who.actor, *id, &attributes).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?))
}

/// Choose the option groups of a product, in order.
#[utoipa::path(tag = "catalog", operation_id = "setProductOptionGroups", params(("id" = ProductId, Path)),
    request_body = ProductOptionGroups, responses((status = 200, body = ProductDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/products/{id}/option-groups")]
async fn set_option_groups(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductId>,
    groups: Json<ProductOptionGroups>,
) -> Result<Json<ProductDetail>> {
    let mut conn = app.db.get().await?;
    actions::set_option_groups(&mut conn, app.clock.now(), &who.actor, *id, &groups).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?))
}

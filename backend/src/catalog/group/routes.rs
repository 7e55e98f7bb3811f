//! `/admin/product-groups`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::catalog::{
    Images, NewCopy, NewOrderOfRows, ProductGroupDetail, ProductGroupInput, ProductGroupSummary,
    ProductInGroup,
};
use shared::{DryRun, Language, Page, PageQuery, ProductGroupId, Rehearsal};

use super::{actions, store};
use crate::App;
use crate::catalog::seo::store::Owner;
use crate::catalog::text::Reads;
use crate::catalog::{order, parts, product, seo};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list)
        .service(create)
        .service(reorder)
        .service(read)
        .service(change)
        .service(remove)
        .service(duplicate);
}

/// A group with everything that belongs to it. Three queries.
pub(in crate::catalog) async fn show(
    conn: &mut Conn,
    id: ProductGroupId,
    language: Language,
) -> Result<ProductGroupDetail> {
    let group = store::find(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let products = product::members::in_group(conn, id, language).await?;
    let members = products.iter().map(|member| ProductInGroup { id: member.id, visible: member.visible });
    Ok(ProductGroupDetail {
        id,
        group: ProductGroupInput { products: Some(members.collect()), ..group.input()? },
        products,
        images: Images { icon: group.icon_image, background: group.background_image },
        seo: seo::store::of(conn, Owner::Group(id)).await?,
        created_at: group.created_at,
        updated_at: group.updated_at,
    })
}

/// List product groups.
#[utoipa::path(tag = "catalog", operation_id = "listProductGroups", params(PageQuery),
    responses((status = 200, body = Page<ProductGroupSummary>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/product-groups")]
async fn list(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    page: Query<PageQuery>,
) -> Result<Json<Page<ProductGroupSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list(&mut conn, &paging, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Create a product group.
#[utoipa::path(tag = "catalog", operation_id = "createProductGroup", request_body = ProductGroupInput,
    responses((status = 201, body = ProductGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/product-groups")]
async fn create(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    input: Json<ProductGroupInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::create(&mut conn, app.clock.now(), &who.actor, &input).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Put product groups in another order.
#[utoipa::path(tag = "catalog", operation_id = "orderProductGroups", request_body = NewOrderOfRows,
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/product-groups/order")]
async fn reorder(
    app: Data<App>,
    _who: May<rights::ProductsEdit>,
    order: Json<NewOrderOfRows>,
) -> Result<impl Responder> {
    order::reorder(&mut *app.db.get().await?, "product_groups", &order).await?;
    Ok(HttpResponse::NoContent())
}

/// Show a product group.
#[utoipa::path(tag = "catalog", operation_id = "getProductGroup", params(("id" = ProductGroupId, Path)),
    responses((status = 200, body = ProductGroupDetail)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/product-groups/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    id: Path<ProductGroupId>,
) -> Result<Json<ProductGroupDetail>> {
    Ok(Json(show(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Change a product group.
#[utoipa::path(tag = "catalog", operation_id = "updateProductGroup", params(("id" = ProductGroupId, Path)),
    request_body = ProductGroupInput, responses((status = 200, body = ProductGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/product-groups/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductGroupId>,
    input: Json<ProductGroupInput>,
) -> Result<Json<ProductGroupDetail>> {
    let mut conn = app.db.get().await?;
    actions::change(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?))
}

/// Delete a product group; its products stay.
#[utoipa::path(tag = "catalog", operation_id = "deleteProductGroup", params(("id" = ProductGroupId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/product-groups/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<ProductGroupId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let delete = async |tx: &mut Conn| actions::delete(tx, now, &who.actor, *id).await;
    parts::remove(&mut conn, &dry, id.0.0, parts::OF_GROUP, delete).await
}

/// Copy a product group under another key, hidden and with its products.
#[utoipa::path(tag = "catalog", operation_id = "duplicateProductGroup", params(("id" = ProductGroupId, Path)),
    request_body = NewCopy, responses((status = 201, body = ProductGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/product-groups/{id}/duplicate")]
async fn duplicate(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<ProductGroupId>,
    copy: Json<NewCopy>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::duplicate(&mut conn, app.clock.now(), &who.actor, *id, &copy).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

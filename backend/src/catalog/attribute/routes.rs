//! `/admin/attribute-groups`, `/admin/attributes`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::catalog::{
    AttributeGroupDetail, AttributeGroupInput, AttributeGroupSummary, AttributeInput, AttributeSummary,
    NewCopy, NewOrderOfRows,
};
use shared::{AttributeGroupId, AttributeId, DryRun, Language, Page, PageQuery, Rehearsal};

use super::{actions, store};
use crate::App;
use crate::catalog::text::Reads;
use crate::catalog::{order, parts, product};
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
        .service(duplicate)
        .service(list_attributes)
        .service(create_attribute)
        .service(reorder_attributes)
        .service(change_attribute)
        .service(remove_attribute);
}

/// A group with its attributes. Three queries.
pub(in crate::catalog) async fn show(
    conn: &mut Conn,
    id: AttributeGroupId,
    language: Language,
) -> Result<AttributeGroupDetail> {
    let group = store::find_group(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let attributes = store::in_group(conn, id).await?;
    Ok(AttributeGroupDetail {
        id,
        group: group.input()?,
        icon_image: group.icon_image,
        attributes: attributes.iter().map(|one| one.detail(language)).collect::<Result<_>>()?,
        products: product::members::with_attribute_group(conn, id, language).await?,
        created_at: group.created_at,
        updated_at: group.updated_at,
    })
}

/// The group of an attribute. Four queries.
pub(in crate::catalog) async fn show_with(
    conn: &mut Conn,
    attribute: AttributeId,
    language: Language,
) -> Result<AttributeGroupDetail> {
    let group = store::group_of(conn, attribute).await?.ok_or_else(Refusal::not_found)?;
    show(conn, group, language).await
}

/// List attribute groups.
#[utoipa::path(tag = "catalog", operation_id = "listAttributeGroups", params(PageQuery),
    responses((status = 200, body = Page<AttributeGroupSummary>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/attribute-groups")]
async fn list(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    page: Query<PageQuery>,
) -> Result<Json<Page<AttributeGroupSummary>>> {
    let paging = Paging::read(&page, store::GROUP_SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list_groups(&mut conn, &paging, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Create an attribute group.
#[utoipa::path(tag = "catalog", operation_id = "createAttributeGroup", request_body = AttributeGroupInput,
    responses((status = 201, body = AttributeGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/attribute-groups")]
async fn create(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    input: Json<AttributeGroupInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::create_group(&mut conn, app.clock.now(), &who.actor, &input).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Put attribute groups in another order.
#[utoipa::path(tag = "catalog", operation_id = "orderAttributeGroups", request_body = NewOrderOfRows,
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/attribute-groups/order")]
async fn reorder(
    app: Data<App>,
    _who: May<rights::ProductsEdit>,
    order: Json<NewOrderOfRows>,
) -> Result<impl Responder> {
    order::reorder(&mut *app.db.get().await?, "attribute_groups", &order).await?;
    Ok(HttpResponse::NoContent())
}

/// Show an attribute group with its attributes and the products that have some of them.
#[utoipa::path(tag = "catalog", operation_id = "getAttributeGroup", params(("id" = AttributeGroupId, Path)),
    responses((status = 200, body = AttributeGroupDetail)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/attribute-groups/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    id: Path<AttributeGroupId>,
) -> Result<Json<AttributeGroupDetail>> {
    Ok(Json(show(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Change an attribute group.
#[utoipa::path(tag = "catalog", operation_id = "updateAttributeGroup", params(("id" = AttributeGroupId, Path)),
    request_body = AttributeGroupInput, responses((status = 200, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/attribute-groups/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeGroupId>,
    input: Json<AttributeGroupInput>,
) -> Result<Json<AttributeGroupDetail>> {
    let mut conn = app.db.get().await?;
    actions::change_group(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?))
}

/// Delete an attribute group of which no product has anything.
#[utoipa::path(tag = "catalog", operation_id = "deleteAttributeGroup", params(("id" = AttributeGroupId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/attribute-groups/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<AttributeGroupId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let delete = async |tx: &mut Conn| actions::delete_group(tx, now, &who.actor, *id).await;
    parts::remove(&mut conn, &dry, id.0.0, parts::OF_ATTRIBUTE_GROUP, delete).await
}

/// Copy an attribute group under another key, hidden and with its attributes.
#[utoipa::path(tag = "catalog", operation_id = "duplicateAttributeGroup", params(("id" = AttributeGroupId, Path)),
    request_body = NewCopy, responses((status = 201, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/attribute-groups/{id}/duplicate")]
async fn duplicate(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeGroupId>,
    copy: Json<NewCopy>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::duplicate_group(&mut conn, app.clock.now(), &who.actor, *id, &copy).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// List the attributes of all groups.
#[utoipa::path(tag = "catalog", operation_id = "listAttributes", params(PageQuery),
    responses((status = 200, body = Page<AttributeSummary>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/attributes")]
async fn list_attributes(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    page: Query<PageQuery>,
) -> Result<Json<Page<AttributeSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list(&mut conn, &paging, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Add an attribute to a group.
#[utoipa::path(tag = "catalog", operation_id = "createAttribute", params(("id" = AttributeGroupId, Path)),
    request_body = AttributeInput, responses((status = 201, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/attribute-groups/{id}/attributes")]
async fn create_attribute(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeGroupId>,
    input: Json<AttributeInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    actions::create(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Put attributes of a group in another order.
#[utoipa::path(tag = "catalog", operation_id = "orderAttributes", request_body = NewOrderOfRows,
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/attributes/order")]
async fn reorder_attributes(
    app: Data<App>,
    _who: May<rights::ProductsEdit>,
    order: Json<NewOrderOfRows>,
) -> Result<impl Responder> {
    order::reorder_in_group(&mut *app.db.get().await?, "attributes", &order).await?;
    Ok(HttpResponse::NoContent())
}

/// Change an attribute, for all products that have it.
#[utoipa::path(tag = "catalog", operation_id = "updateAttribute", params(("id" = AttributeId, Path)),
    request_body = AttributeInput, responses((status = 200, body = AttributeGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/attributes/{id}")]
async fn change_attribute(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<AttributeId>,
    input: Json<AttributeInput>,
) -> Result<Json<AttributeGroupDetail>> {
    let mut conn = app.db.get().await?;
    let group = actions::change(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, group, reads.0).await?))
}

/// Delete an attribute that no product has.
#[utoipa::path(tag = "catalog", operation_id = "deleteAttribute", params(("id" = AttributeId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/attributes/{id}")]
async fn remove_attribute(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<AttributeId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let delete = async |tx: &mut Conn| actions::delete(tx, now, &who.actor, *id).await;
    parts::remove(&mut conn, &dry, id.0.0, parts::OF_ATTRIBUTE, delete).await
}

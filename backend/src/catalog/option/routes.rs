//! `/admin/option-groups`, `/admin/options`.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::catalog::{
    NewCopy, NewOrderOfRows, OptionDetail, OptionGroupDetail, OptionGroupInput, OptionGroupSummary,
    OptionInput, PriceRow,
};
use shared::{DryRun, Language, OptionGroupId, OptionId, Page, PageQuery, Rehearsal};

use super::{actions, store};
use crate::App;
use crate::catalog::text::{self, Reads};
use crate::catalog::{order, parts, price, product};
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
        .service(create_option)
        .service(reorder_options)
        .service(change_option)
        .service(remove_option);
}

/// A group with its options and their prices. Four queries.
async fn show(conn: &mut Conn, id: OptionGroupId, language: Language) -> Result<OptionGroupDetail> {
    let group = store::find_group(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let choices = store::choices(conn, &[id]).await?;
    let ids: Vec<OptionId> = choices.iter().map(|choice| choice.id).collect();
    let mut prices: BTreeMap<OptionId, Vec<PriceRow>> = BTreeMap::new();
    for price in price::store::of_options(conn, &ids).await? {
        if let Some(option) = price.option_id {
            prices.entry(option).or_default().push(price.row());
        }
    }
    let mut options = Vec::with_capacity(choices.len());
    for choice in choices {
        options.push(OptionDetail {
            id: choice.id,
            option: choice.input()?,
            name: text::name(&choice.texts, language, &choice.key),
            icon_image: choice.icon_image,
            prices: prices.remove(&choice.id).unwrap_or_default(),
        });
    }
    Ok(OptionGroupDetail {
        id,
        group: group.input()?,
        options,
        products: product::members::with_option_group(conn, id, language).await?,
        created_at: group.created_at,
        updated_at: group.updated_at,
    })
}

/// The group of an option. Five queries.
pub(in crate::catalog) async fn show_with(
    conn: &mut Conn,
    option: OptionId,
    language: Language,
) -> Result<OptionGroupDetail> {
    let group = store::group_of(conn, option).await?.ok_or_else(Refusal::not_found)?;
    show(conn, group, language).await
}

/// List option groups.
#[utoipa::path(tag = "catalog", operation_id = "listOptionGroups", params(PageQuery),
    responses((status = 200, body = Page<OptionGroupSummary>)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/option-groups")]
async fn list(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    page: Query<PageQuery>,
) -> Result<Json<Page<OptionGroupSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list(&mut conn, &paging, reads.0).await?;
    Ok(Json(paging.page(items, total)))
}

/// Create an option group.
#[utoipa::path(tag = "catalog", operation_id = "createOptionGroup", request_body = OptionGroupInput,
    responses((status = 201, body = OptionGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/option-groups")]
async fn create(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    input: Json<OptionGroupInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::create_group(&mut conn, app.clock.now(), &who.actor, &input).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Put option groups in another order.
#[utoipa::path(tag = "catalog", operation_id = "orderOptionGroups", request_body = NewOrderOfRows,
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/option-groups/order")]
async fn reorder(
    app: Data<App>,
    _who: May<rights::ProductsEdit>,
    order: Json<NewOrderOfRows>,
) -> Result<impl Responder> {
    order::reorder(&mut *app.db.get().await?, "option_groups", &order).await?;
    Ok(HttpResponse::NoContent())
}

/// Show an option group with its options and prices.
#[utoipa::path(tag = "catalog", operation_id = "getOptionGroup", params(("id" = OptionGroupId, Path)),
    responses((status = 200, body = OptionGroupDetail)), extensions(("x-permission" = json!("products.view"))))]
#[get("/admin/option-groups/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::ProductsView>,
    reads: Reads,
    id: Path<OptionGroupId>,
) -> Result<Json<OptionGroupDetail>> {
    Ok(Json(show(&mut *app.db.get().await?, *id, reads.0).await?))
}

/// Change an option group.
#[utoipa::path(tag = "catalog", operation_id = "updateOptionGroup", params(("id" = OptionGroupId, Path)),
    request_body = OptionGroupInput, responses((status = 200, body = OptionGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/option-groups/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<OptionGroupId>,
    input: Json<OptionGroupInput>,
) -> Result<Json<OptionGroupDetail>> {
    let mut conn = app.db.get().await?;
    actions::change_group(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?))
}

/// Delete an option group that nothing uses.
#[utoipa::path(tag = "catalog", operation_id = "deleteOptionGroup", params(("id" = OptionGroupId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/option-groups/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<OptionGroupId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let delete = async |tx: &mut Conn| actions::delete_group(tx, now, &who.actor, *id).await;
    parts::remove(&mut conn, &dry, id.0.0, parts::OF_OPTION_GROUP, delete).await
}

/// Copy an option group under another key, hidden and with its options and their prices.
#[utoipa::path(tag = "catalog", operation_id = "duplicateOptionGroup", params(("id" = OptionGroupId, Path)),
    request_body = NewCopy, responses((status = 201, body = OptionGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/option-groups/{id}/duplicate")]
async fn duplicate(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<OptionGroupId>,
    copy: Json<NewCopy>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let id = actions::duplicate_group(&mut conn, app.clock.now(), &who.actor, *id, &copy).await?;
    Ok(Json(show(&mut conn, id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Add an option to a group.
#[utoipa::path(tag = "catalog", operation_id = "createOption", params(("id" = OptionGroupId, Path)),
    request_body = OptionInput, responses((status = 201, body = OptionGroupDetail)),
    extensions(("x-permission" = json!("products.edit"))))]
#[post("/admin/option-groups/{id}/options")]
async fn create_option(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<OptionGroupId>,
    input: Json<OptionInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    actions::create_choice(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id, reads.0).await?).customize().with_status(StatusCode::CREATED))
}

/// Put options of a group in another order.
#[utoipa::path(tag = "catalog", operation_id = "orderOptions", request_body = NewOrderOfRows,
    responses((status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/options/order")]
async fn reorder_options(
    app: Data<App>,
    _who: May<rights::ProductsEdit>,
    order: Json<NewOrderOfRows>,
) -> Result<impl Responder> {
    order::reorder_in_group(&mut *app.db.get().await?, "options", &order).await?;
    Ok(HttpResponse::NoContent())
}

/// Change an option.
#[utoipa::path(tag = "catalog", operation_id = "updateOption", params(("id" = OptionId, Path)), request_body = OptionInput,
    responses((status = 200, body = OptionGroupDetail)), extensions(("x-permission" = json!("products.edit"))))]
#[put("/admin/options/{id}")]
async fn change_option(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    reads: Reads,
    id: Path<OptionId>,
    input: Json<OptionInput>,
) -> Result<Json<OptionGroupDetail>> {
    let mut conn = app.db.get().await?;
    let group = actions::change_choice(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, group, reads.0).await?))
}

/// Delete an option that no service has chosen.
#[utoipa::path(tag = "catalog", operation_id = "deleteOption", params(("id" = OptionId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)), extensions(("x-permission" = json!("products.edit"))))]
#[delete("/admin/options/{id}")]
async fn remove_option(
    app: Data<App>,
    who: May<rights::ProductsEdit>,
    id: Path<OptionId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    let delete = async |tx: &mut Conn| actions::delete_choice(tx, now, &who.actor, *id).await;
    parts::remove(&mut conn, &dry, id.0.0, parts::OF_OPTION, delete).await
}

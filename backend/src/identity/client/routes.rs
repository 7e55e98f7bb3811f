//! Clients as staff see them.

use actix_web::{HttpResponse, delete, get, post, put, web};
use shared::identity::{
    AddressKind, ClientChange, ClientDetail, ClientFilter, ClientSummary, NewClient, PostalAddress,
};
use shared::{ClientId, FileQuery, Page, PageQuery, VersionQuery};

use super::{actions, export, store};
use crate::App;
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(list_clients)
        .service(export_clients)
        .service(create_client)
        .service(get_client)
        .service(change_client)
        .service(put_address)
        .service(delete_address);
}

fn check(filter: &ClientFilter) -> Result<()> {
    if filter.country.as_ref().is_some_and(|country| country.len() > 2) {
        return Err(Refusal::field("country", "invalid", "Two letters of ISO 3166-1.").into());
    }
    Ok(())
}

/// Clients.
#[utoipa::path(tag = "clients", operation_id = "listClients", params(PageQuery, ClientFilter),
    responses((status = 200, body = Page<ClientSummary>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients")]
async fn list_clients(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    page: Query<PageQuery>,
    filter: Query<ClientFilter>,
) -> Result<Json<Page<ClientSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    check(&filter)?;
    let mut conn = app.db.get().await?;
    let total = store::count(&mut conn, &paging, &filter).await?;
    let items = store::list(&mut conn, &paging, &filter).await?;
    Ok(Json(paging.page(items, total)))
}

/// Clients as CSV: all that the filter lets through.
#[utoipa::path(tag = "clients", operation_id = "exportClients", params(PageQuery, ClientFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients.csv")]
async fn export_clients(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    page: Query<PageQuery>,
    filter: Query<ClientFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, store::SORTS)?;
    check(&filter)?;
    let mut download = Download::begin(&app).await?;
    let rows = store::all(&mut download.tx, &paging, &filter).await?;
    let told = download.answer("clients", *form, export::COLUMNS, rows, async |_, rows| {
        Ok(rows.into_iter().map(ClientSummary::from).collect())
    });
    told.await
}

/// Create a client with its owner.
#[utoipa::path(tag = "clients", operation_id = "createClient", request_body = NewClient,
    responses((status = 201, body = ClientDetail)), extensions(("x-permission" = json!("clients.create"))))]
#[post("/admin/clients")]
async fn create_client(
    app: web::Data<App>,
    who: May<rights::ClientsCreate>,
    new: Json<NewClient>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::create(&app, &who.actor, &new).await?))
}

/// A client with its addresses, users and wallet.
#[utoipa::path(tag = "clients", operation_id = "getClient", params(("id" = ClientId, Path)),
    responses((status = 200, body = ClientDetail)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}")]
async fn get_client(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    id: Path<ClientId>,
) -> Result<Json<ClientDetail>> {
    Ok(Json(actions::detail(&mut *app.db.get().await?, *id).await?))
}

/// Change a client. Whether its users need a second factor asks for the password, and is not for tokens.
#[utoipa::path(tag = "clients", operation_id = "changeClient", request_body = ClientChange, params(("id" = ClientId, Path)),
    responses((status = 200, body = ClientDetail)), extensions(("x-permission" = json!("clients.edit"))))]
#[put("/admin/clients/{id}")]
async fn change_client(
    app: web::Data<App>,
    who: May<rights::ClientsEdit>,
    id: Path<ClientId>,
    change: Json<ClientChange>,
) -> Result<Json<ClientDetail>> {
    Ok(Json(actions::change(&app, &who.staff, *id, &change).await?))
}

/// Write an address of a client.
#[utoipa::path(tag = "clients", operation_id = "putClientAddress", request_body = PostalAddress,
    params(("id" = ClientId, Path), ("kind" = AddressKind, Path), VersionQuery),
    responses((status = 200, body = ClientDetail)), extensions(("x-permission" = json!("clients.edit"))))]
#[put("/admin/clients/{id}/addresses/{kind}")]
async fn put_address(
    app: web::Data<App>,
    who: May<rights::ClientsEdit>,
    path: Path<(ClientId, AddressKind)>,
    seen: Query<VersionQuery>,
    address: Json<PostalAddress>,
) -> Result<Json<ClientDetail>> {
    let (id, kind) = path.0;
    Ok(Json(actions::put_address(&app, &who.actor, id, kind, seen.version, &address).await?))
}

/// Delete an address of a client; the billing address stays.
#[utoipa::path(tag = "clients", operation_id = "deleteClientAddress",
    params(("id" = ClientId, Path), ("kind" = AddressKind, Path), VersionQuery),
    responses((status = 200, body = ClientDetail)), extensions(("x-permission" = json!("clients.edit"))))]
#[delete("/admin/clients/{id}/addresses/{kind}")]
async fn delete_address(
    app: web::Data<App>,
    who: May<rights::ClientsEdit>,
    path: Path<(ClientId, AddressKind)>,
    seen: Query<VersionQuery>,
) -> Result<Json<ClientDetail>> {
    let (id, kind) = path.0;
    Ok(Json(actions::delete_address(&app, &who.actor, id, kind, seen.version).await?))
}

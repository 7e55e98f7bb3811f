//! API tokens of clients and of staff.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::Deserialize;
use shared::identity::{NewToken, TokenCreated, TokenScopes, TokenSummary};
use shared::{ClientId, Page, PageQuery, TokenId};

use super::actions::{self, Maker};
use super::store::{self, Whose};
use crate::App;
use crate::http::access::StaffHimself;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Json, May, Paging, Path, Query, client_rights, rights};
use crate::identity::client;
use crate::identity::person::Person;

const SORTS: &[&str] = &["-created_at", "name", "last_used_at", "expires_at"];

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_client_tokens)
        .service(list_client_scopes)
        .service(create_client_token)
        .service(revoke_client_token)
        .service(list_tokens_of_client)
        .service(revoke_token_of_client)
        .service(list_admin_tokens)
        .service(list_admin_scopes)
        .service(create_admin_token)
        .service(revoke_admin_token);
}

/// A token of a client.
#[derive(Debug, Deserialize)]
struct ClientToken {
    #[serde(rename = "client_id")]
    _client: ClientId,
    id: TokenId,
}

/// The same as staff name it.
#[derive(Debug, Deserialize)]
struct TokenOfClient {
    id: ClientId,
    token: TokenId,
}

fn user_maker(who: &Acting<client_rights::Api>) -> Maker<'_> {
    Maker { person: Person::User(who.user), client: Some(who.client), proof: who.proof, actor: &who.actor }
}

fn admin_maker(who: &StaffHimself) -> Maker<'_> {
    Maker { person: Person::Admin(who.admin), client: None, proof: who.proof, actor: &who.actor }
}

/// API tokens that act for the client.
#[utoipa::path(tag = "clients", operation_id = "listClientTokens", params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<TokenSummary>)), extensions(("x-permission" = json!("client:api"))))]
#[get("/clients/{client_id}/tokens")]
async fn list_client_tokens(
    app: web::Data<App>,
    who: Acting<client_rights::Api>,
    page: Query<PageQuery>,
) -> Result<Json<Page<TokenSummary>>> {
    let paging = Paging::read(&page, SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list(&mut conn, Whose::Client(who.client), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Scopes that API tokens of the client can have.
#[utoipa::path(tag = "clients", operation_id = "listClientTokenScopes", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = TokenScopes)), extensions(("x-permission" = json!("client:api"))))]
#[get("/clients/{client_id}/token-scopes")]
async fn list_client_scopes(_who: Acting<client_rights::Api>) -> Json<TokenScopes> {
    Json(TokenScopes { scopes: actions::client_scopes() })
}

/// Make an API token that acts for the client. Its secret is shown only now.
#[utoipa::path(tag = "clients", operation_id = "createClientToken", request_body = NewToken,
    params(("client_id" = ClientId, Path)), responses((status = 201, body = TokenCreated)),
    extensions(("x-permission" = json!("client:api"))))]
#[post("/clients/{client_id}/tokens")]
async fn create_client_token(
    app: web::Data<App>,
    who: Acting<client_rights::Api>,
    new: Json<NewToken>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::create(&app, &user_maker(&who), &new).await?))
}

/// Revoke an API token of the client.
#[utoipa::path(tag = "clients", operation_id = "revokeClientToken",
    params(("client_id" = ClientId, Path), ("id" = TokenId, Path)),
    responses((status = 204, description = "Revoked.")), extensions(("x-permission" = json!("client:api"))))]
#[delete("/clients/{client_id}/tokens/{id}")]
async fn revoke_client_token(
    app: web::Data<App>,
    who: Acting<client_rights::Api>,
    path: Path<ClientToken>,
) -> Result<HttpResponse> {
    actions::revoke(&app, &user_maker(&who), path.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// API tokens that act for a client, of all its users.
#[utoipa::path(tag = "clients", operation_id = "listTokensOfClient", params(("id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<TokenSummary>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}/tokens")]
async fn list_tokens_of_client(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    id: Path<ClientId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<TokenSummary>>> {
    let paging = Paging::read(&page, SORTS)?;
    let mut conn = app.db.get().await?;
    client::store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = store::list(&mut conn, Whose::Client(*id), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Revoke an API token of a client: it stops working at once. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "revokeTokenOfClient",
    params(("id" = ClientId, Path), ("token" = TokenId, Path)),
    responses((status = 204, description = "Revoked.")), extensions(("x-permission" = json!("users.edit"))))]
#[delete("/admin/clients/{id}/tokens/{token}")]
async fn revoke_token_of_client(
    app: web::Data<App>,
    who: May<rights::UsersEdit>,
    path: Path<TokenOfClient>,
) -> Result<HttpResponse> {
    who.need_sudo(&app).await?;
    actions::revoke_for_staff(&app, &who.actor, path.id, path.token).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// API tokens of the signed-in member of staff.
#[utoipa::path(tag = "staff", operation_id = "listAdminTokens", params(PageQuery),
    responses((status = 200, body = Page<TokenSummary>)), extensions(("x-permission" = json!("none"))))]
#[get("/admin/me/tokens")]
async fn list_admin_tokens(
    app: web::Data<App>,
    who: StaffHimself,
    page: Query<PageQuery>,
) -> Result<Json<Page<TokenSummary>>> {
    let paging = Paging::read(&page, SORTS)?;
    let mut conn = app.db.get().await?;
    let (items, total) = store::list(&mut conn, Whose::Admin(who.admin), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Scopes that API tokens of staff can have.
#[utoipa::path(tag = "staff", operation_id = "listAdminTokenScopes",
    responses((status = 200, body = TokenScopes)), extensions(("x-permission" = json!("none"))))]
#[get("/admin/me/token-scopes")]
async fn list_admin_scopes(_who: StaffHimself) -> Json<TokenScopes> {
    Json(TokenScopes { scopes: actions::staff_scopes() })
}

/// Make an API token of one's own; it can do what its scopes and one's permissions allow. Its secret is shown only now.
#[utoipa::path(tag = "staff", operation_id = "createAdminToken", request_body = NewToken,
    responses((status = 201, body = TokenCreated)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/tokens")]
async fn create_admin_token(
    app: web::Data<App>,
    who: StaffHimself,
    new: Json<NewToken>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::create(&app, &admin_maker(&who), &new).await?))
}

/// Revoke an API token of one's own.
#[utoipa::path(tag = "staff", operation_id = "revokeAdminToken", params(("id" = TokenId, Path)),
    responses((status = 204, description = "Revoked.")), extensions(("x-permission" = json!("none"))))]
#[delete("/admin/me/tokens/{id}")]
async fn revoke_admin_token(
    app: web::Data<App>,
    who: StaffHimself,
    id: Path<TokenId>,
) -> Result<HttpResponse> {
    actions::revoke(&app, &admin_maker(&who), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

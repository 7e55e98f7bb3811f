//! Invitations of the client, and the two ways to accept one.

use actix_web::{HttpResponse, delete, get, post, web};
use serde::Deserialize;
use shared::identity::{
    ClientInvitation, InvitationAccepted, InvitationOffer, InvitedRegistration, LinkToken, NewInvitation,
};
use shared::{ClientId, InvitationId, Page, PageQuery};

use super::{actions, store};
use crate::App;
use crate::http::access::{Me, Visitor};
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, Paging, Path, Query};
use crate::identity::client::own_users::Manager;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_invitations)
        .service(invite_user)
        .service(resend_invitation)
        .service(withdraw_invitation)
        .service(read_invitation)
        .service(accept_invitation)
        .service(register_invited);
}

/// An invitation of a client.
#[derive(Debug, Deserialize)]
struct OfClient {
    #[serde(rename = "client_id")]
    _client: ClientId,
    id: InvitationId,
}

/// Invitations of the client that wait to be accepted.
#[utoipa::path(tag = "clients", operation_id = "listInvitations", params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<ClientInvitation>)), extensions(("x-permission" = json!("client:users"))))]
#[get("/clients/{client_id}/invitations")]
async fn list_invitations(
    app: web::Data<App>,
    who: Manager,
    page: Query<PageQuery>,
) -> Result<Json<Page<ClientInvitation>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let (items, total) = store::page(&mut *app.db.get().await?, who.client, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Invite somebody to act for the client. Asks for the password again.
#[utoipa::path(tag = "clients", operation_id = "inviteUser", request_body = NewInvitation,
    params(("client_id" = ClientId, Path)), responses((status = 201, body = ClientInvitation)),
    extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/invitations")]
async fn invite_user(app: web::Data<App>, who: Manager, new: Json<NewInvitation>) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::invite(&app, &who, &new).await?))
}

/// Mail an invitation again, with another link; the one before is void. Asks for the password again.
#[utoipa::path(tag = "clients", operation_id = "resendInvitation",
    params(("client_id" = ClientId, Path), ("id" = InvitationId, Path)),
    responses((status = 200, body = ClientInvitation), (status = 429)), extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/invitations/{id}/resend")]
async fn resend_invitation(
    app: web::Data<App>,
    who: Manager,
    path: Path<OfClient>,
) -> Result<Json<ClientInvitation>> {
    Ok(Json(actions::resend(&app, &who, path.id).await?))
}

/// Withdraw an invitation: its link is void. Asks for the password again.
#[utoipa::path(tag = "clients", operation_id = "withdrawInvitation",
    params(("client_id" = ClientId, Path), ("id" = InvitationId, Path)),
    responses((status = 204, description = "Withdrawn.")), extensions(("x-permission" = json!("client:users"))))]
#[delete("/clients/{client_id}/invitations/{id}")]
async fn withdraw_invitation(
    app: web::Data<App>,
    who: Manager,
    path: Path<OfClient>,
) -> Result<HttpResponse> {
    actions::withdraw(&app, &who, path.id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What the link of an invitation is to. Refuses with `link_expired` one that is unknown, used, replaced or expired.
#[utoipa::path(tag = "auth", operation_id = "readInvitation", request_body = LinkToken,
    responses((status = 200, body = InvitationOffer)))]
#[post("/auth/invitation")]
async fn read_invitation(
    app: web::Data<App>,
    _visitor: Visitor,
    token: Json<LinkToken>,
) -> Result<Json<InvitationOffer>> {
    Ok(Json(actions::offer(&app, &token.token).await?))
}

/// Accept an invitation; the signed-in login must own the invited address.
#[utoipa::path(tag = "me", operation_id = "acceptInvitation", request_body = LinkToken,
    responses((status = 200, body = InvitationAccepted)))]
#[post("/me/invitation")]
async fn accept_invitation(
    app: web::Data<App>,
    who: Me,
    token: Json<LinkToken>,
) -> Result<Json<InvitationAccepted>> {
    Ok(Json(actions::accept(&app, &who, &token.token).await?))
}

/// Register the invited address with the link of its invitation, and accept. Possible also while registration is closed.
#[utoipa::path(tag = "auth", operation_id = "registerInvited", request_body = InvitedRegistration,
    responses((status = 201, body = InvitationAccepted)))]
#[post("/auth/invitation/register")]
async fn register_invited(
    app: web::Data<App>,
    visitor: Visitor,
    new: Json<InvitedRegistration>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::register(&app, &visitor, &new).await?))
}

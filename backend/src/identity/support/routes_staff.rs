//! Signing in as the owner of a client.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use shared::ClientId;
use shared::identity::{SignInAs, SignInAsPreview, SignedIn};

use super::actions::{self, Door};
use crate::App;
use crate::http::access::Visitor;
use crate::http::cookies::{self, Portal};
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, rights};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(preview_sign_in_as).service(sign_in_as);
}

/// What signing in as the owner of a client would be.
#[utoipa::path(tag = "clients", operation_id = "previewSignInAs", params(("id" = ClientId, Path)),
    responses((status = 200, body = SignInAsPreview), (status = 409)), extensions(("x-permission" = json!("clients.sign_in_as"))))]
#[get("/admin/clients/{id}/sign-in-as")]
async fn preview_sign_in_as(
    app: web::Data<App>,
    who: May<rights::ClientsSignInAs>,
    id: Path<ClientId>,
) -> Result<Json<SignInAsPreview>> {
    Ok(Json(actions::preview(&app, &who, *id).await?))
}

/// Sign in to the client portal as the owner of a client, for an hour at most, and only to look unless the caller may act as
/// clients. The client is told, and sees every request.
#[utoipa::path(tag = "clients", operation_id = "signInAsOwner", request_body = SignInAs, params(("id" = ClientId, Path)),
    responses((status = 200, body = SignedIn)), extensions(("x-permission" = json!("clients.sign_in_as"))))]
#[post("/admin/clients/{id}/sign-in-as")]
async fn sign_in_as(
    app: web::Data<App>,
    who: May<rights::ClientsSignInAs>,
    request: HttpRequest,
    visitor: Visitor,
    id: Path<ClientId>,
    asked: Json<SignInAs>,
) -> Result<HttpResponse> {
    let cookie = request.cookie(cookies::session_name(&app.config, Portal::Client));
    let replaced = cookie.as_ref().map(actix_web::cookie::Cookie::value);
    let door = Door { user_agent: &visitor.user_agent, replaced };
    let begun = actions::sign_in_as(&app, &who, *id, &asked, &door).await?;
    let mut response = HttpResponse::Ok();
    for cookie in cookies::begin(&app.config, Portal::Client, &begun.token, &begun.csrf, None) {
        response.cookie(cookie);
    }
    Ok(response.json(SignedIn {
        session: begun.id,
        csrf_token: begun.csrf,
        second_factor: Vec::new(),
        expires_at: begun.expires_at,
    }))
}

//! Forgotten and new passwords, confirmed addresses.

use actix_web::{HttpResponse, post, web};
use shared::identity::{EmailConfirmed, LinkRequest, LinkToken, PasswordReset, PasswordResetDone};

use super::actions;
use crate::App;
use crate::http::Json;
use crate::http::access::Visitor;
use crate::http::cookies::Portal;
use crate::http::error::Result;
use crate::http::routes::Routes;

pub fn routes(cfg: &mut Routes) {
    cfg.service(forgotten_admin)
        .service(forgotten_user)
        .service(reset_password)
        .service(confirm_email)
        .service(resend_confirmation);
}

/// Mail staff a link to set a new password. The answer is the same for every address.
#[utoipa::path(tag = "auth", operation_id = "requestAdminPasswordReset", request_body = LinkRequest,
    responses((status = 204, description = "Sent, if the address is known.")))]
#[post("/auth/admin/password/forgotten")]
async fn forgotten_admin(
    app: web::Data<App>,
    visitor: Visitor,
    asked: Json<LinkRequest>,
) -> Result<HttpResponse> {
    actions::forgotten(&app, &visitor, Portal::Admin, &asked.email).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mail a link to set a new password. The answer is the same for every address.
#[utoipa::path(tag = "auth", operation_id = "requestUserPasswordReset", request_body = LinkRequest,
    responses((status = 204, description = "Sent, if the address is known.")))]
#[post("/auth/password/forgotten")]
async fn forgotten_user(
    app: web::Data<App>,
    visitor: Visitor,
    asked: Json<LinkRequest>,
) -> Result<HttpResponse> {
    actions::forgotten(&app, &visitor, Portal::Client, &asked.email).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Set a password with a mailed link; of staff or of a user.
#[utoipa::path(tag = "auth", operation_id = "resetPassword", request_body = PasswordReset,
    responses((status = 200, body = PasswordResetDone)))]
#[post("/auth/password/reset")]
async fn reset_password(
    app: web::Data<App>,
    visitor: Visitor,
    asked: Json<PasswordReset>,
) -> Result<Json<PasswordResetDone>> {
    Ok(Json(actions::reset(&app, &visitor, &asked).await?))
}

/// Confirm an e-mail address with a mailed link.
#[utoipa::path(tag = "auth", operation_id = "confirmEmail", request_body = LinkToken,
    responses((status = 200, body = EmailConfirmed)))]
#[post("/auth/email/confirm")]
async fn confirm_email(
    app: web::Data<App>,
    visitor: Visitor,
    asked: Json<LinkToken>,
) -> Result<Json<EmailConfirmed>> {
    Ok(Json(actions::confirm_email(&app, &visitor, &asked.token).await?))
}

/// Mail the confirmation link again. The answer is the same for every address.
#[utoipa::path(tag = "auth", operation_id = "resendConfirmation", request_body = LinkRequest,
    responses((status = 204, description = "Sent, if the address waits for it.")))]
#[post("/auth/email/resend")]
async fn resend_confirmation(
    app: web::Data<App>,
    visitor: Visitor,
    asked: Json<LinkRequest>,
) -> Result<HttpResponse> {
    actions::resend_confirmation(&app, &visitor, &asked.email).await?;
    Ok(HttpResponse::NoContent().finish())
}

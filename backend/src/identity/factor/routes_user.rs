//! The verification center of users.

use actix_web::{HttpResponse, delete, get, http::StatusCode, post, web};
use shared::FactorId;
use shared::identity::{
    FactorCode, FactorSummary, NewTotp, RecoveryCodes, TotpSetup, TwoFactorChange, TwoFactorState,
    VerificationCenter,
};

use super::actions::{self, Owner};
use crate::App;
use crate::http::access::{Me, Proof};
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, Path};
use crate::identity::person::Person;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(get_center)
        .service(add_totp)
        .service(add_email)
        .service(verify_factor)
        .service(send_factor_code)
        .service(make_default)
        .service(delete_factor)
        .service(turn)
        .service(renew_codes);
}

fn owner(who: &Me) -> Owner {
    Owner { person: Person::User(who.user), proof: Proof::Session(who.session), actor: who.actor.clone() }
}

/// The second factor of the signed-in user.
#[utoipa::path(tag = "me", operation_id = "getUserVerificationCenter", responses((status = 200, body = VerificationCenter)))]
#[get("/me/factors")]
async fn get_center(app: web::Data<App>, who: Me) -> Result<Json<VerificationCenter>> {
    Ok(Json(actions::center(&mut *app.db.get().await?, owner(&who).person).await?))
}

/// Add an authenticator app.
#[utoipa::path(tag = "me", operation_id = "addUserTotp", request_body = NewTotp,
    responses((status = 201, body = TotpSetup)))]
#[post("/me/factors/totp")]
async fn add_totp(app: web::Data<App>, who: Me, new: Json<NewTotp>) -> Result<HttpResponse> {
    let setup = actions::add_totp(&app, &owner(&who), &new.name).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(setup))
}

/// Add codes by e-mail; the first is sent at once.
#[utoipa::path(tag = "me", operation_id = "addUserEmailFactor", responses((status = 201, body = FactorSummary), (status = 429)))]
#[post("/me/factors/email")]
async fn add_email(app: web::Data<App>, who: Me) -> Result<HttpResponse> {
    let factor = actions::add_email(&app, &owner(&who)).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(factor))
}

/// Verify a new method with a code of it.
#[utoipa::path(tag = "me", operation_id = "verifyUserFactor", request_body = FactorCode, params(("id" = FactorId, Path)),
    responses((status = 200, body = FactorSummary)))]
#[post("/me/factors/{id}/verify")]
async fn verify_factor(
    app: web::Data<App>,
    who: Me,
    id: Path<FactorId>,
    code: Json<FactorCode>,
) -> Result<Json<FactorSummary>> {
    Ok(Json(actions::verify(&app, &owner(&who), *id, &code.code).await?))
}

/// Mail a code of the e-mail method.
#[utoipa::path(tag = "me", operation_id = "sendUserFactorCode", params(("id" = FactorId, Path)),
    responses((status = 204, description = "Sent."), (status = 429)))]
#[post("/me/factors/{id}/send")]
async fn send_factor_code(app: web::Data<App>, who: Me, id: Path<FactorId>) -> Result<HttpResponse> {
    let ip = who.actor.ip.clone().unwrap_or_default();
    actions::send_code(&app, owner(&who).person, Some(*id), &ip).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a method the one that is asked for first.
#[utoipa::path(tag = "me", operation_id = "makeDefaultUserFactor", params(("id" = FactorId, Path)),
    responses((status = 200, body = VerificationCenter)))]
#[post("/me/factors/{id}/default")]
async fn make_default(app: web::Data<App>, who: Me, id: Path<FactorId>) -> Result<Json<VerificationCenter>> {
    Ok(Json(actions::make_default(&app, &owner(&who), *id).await?))
}

/// Delete a method.
#[utoipa::path(tag = "me", operation_id = "deleteUserFactor", params(("id" = FactorId, Path)),
    responses((status = 204, description = "Deleted.")))]
#[delete("/me/factors/{id}")]
async fn delete_factor(app: web::Data<App>, who: Me, id: Path<FactorId>) -> Result<HttpResponse> {
    actions::delete(&app, &owner(&who), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Turn two-factor authentication on or off.
#[utoipa::path(tag = "me", operation_id = "turnUserTwoFactor", request_body = TwoFactorChange,
    responses((status = 200, body = TwoFactorState)))]
#[post("/me/two-factor")]
async fn turn(app: web::Data<App>, who: Me, change: Json<TwoFactorChange>) -> Result<Json<TwoFactorState>> {
    Ok(Json(actions::turn(&app, &owner(&who), &change).await?))
}

/// Make ten new recovery codes; the earlier ones are void.
#[utoipa::path(tag = "me", operation_id = "renewUserRecoveryCodes", responses((status = 200, body = RecoveryCodes)))]
#[post("/me/recovery-codes")]
async fn renew_codes(app: web::Data<App>, who: Me) -> Result<Json<RecoveryCodes>> {
    Ok(Json(actions::renew_codes(&app, &owner(&who)).await?))
}

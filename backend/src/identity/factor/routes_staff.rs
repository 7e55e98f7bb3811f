//! The verification center of staff.

use actix_web::{HttpResponse, delete, get, http::StatusCode, post, web};
use shared::FactorId;
use shared::identity::{
    FactorCode, FactorSummary, NewTotp, RecoveryCodes, TotpSetup, TwoFactorChange, TwoFactorState,
    VerificationCenter,
};

use super::actions::{self, Owner};
use crate::App;
use crate::http::access::StaffHimself;
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

fn owner(who: &StaffHimself) -> Owner {
    Owner { person: Person::Admin(who.admin), proof: who.proof, actor: who.actor.clone() }
}

/// The second factor of the signed-in member of staff.
#[utoipa::path(tag = "staff", operation_id = "getAdminVerificationCenter", responses((status = 200, body = VerificationCenter)), extensions(("x-permission" = json!("none"))))]
#[get("/admin/me/factors")]
async fn get_center(app: web::Data<App>, who: StaffHimself) -> Result<Json<VerificationCenter>> {
    Ok(Json(actions::center(&mut *app.db.get().await?, owner(&who).person).await?))
}

/// Add an authenticator app.
#[utoipa::path(tag = "staff", operation_id = "addAdminTotp", request_body = NewTotp,
    responses((status = 201, body = TotpSetup)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/factors/totp")]
async fn add_totp(app: web::Data<App>, who: StaffHimself, new: Json<NewTotp>) -> Result<HttpResponse> {
    let setup = actions::add_totp(&app, &owner(&who), &new.name).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(setup))
}

/// Add codes by e-mail; the first is sent at once.
#[utoipa::path(tag = "staff", operation_id = "addAdminEmailFactor", responses((status = 201, body = FactorSummary), (status = 429)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/factors/email")]
async fn add_email(app: web::Data<App>, who: StaffHimself) -> Result<HttpResponse> {
    let factor = actions::add_email(&app, &owner(&who)).await?;
    Ok(HttpResponse::build(StatusCode::CREATED).json(factor))
}

/// Verify a new method with a code of it.
#[utoipa::path(tag = "staff", operation_id = "verifyAdminFactor", request_body = FactorCode, params(("id" = FactorId, Path)),
    responses((status = 200, body = FactorSummary)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/factors/{id}/verify")]
async fn verify_factor(
    app: web::Data<App>,
    who: StaffHimself,
    id: Path<FactorId>,
    code: Json<FactorCode>,
) -> Result<Json<FactorSummary>> {
    Ok(Json(actions::verify(&app, &owner(&who), *id, &code.code).await?))
}

/// Mail a code of the e-mail method.
#[utoipa::path(tag = "staff", operation_id = "sendAdminFactorCode", params(("id" = FactorId, Path)),
    responses((status = 204, description = "Sent."), (status = 429)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/factors/{id}/send")]
async fn send_factor_code(
    app: web::Data<App>,
    who: StaffHimself,
    id: Path<FactorId>,
) -> Result<HttpResponse> {
    let ip = who.actor.ip.clone().unwrap_or_default();
    actions::send_code(&app, owner(&who).person, Some(*id), &ip).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a method the one that is asked for first.
#[utoipa::path(tag = "staff", operation_id = "makeDefaultAdminFactor", params(("id" = FactorId, Path)),
    responses((status = 200, body = VerificationCenter)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/factors/{id}/default")]
async fn make_default(
    app: web::Data<App>,
    who: StaffHimself,
    id: Path<FactorId>,
) -> Result<Json<VerificationCenter>> {
    Ok(Json(actions::make_default(&app, &owner(&who), *id).await?))
}

/// Delete a method.
#[utoipa::path(tag = "staff", operation_id = "deleteAdminFactor", params(("id" = FactorId, Path)),
    responses((status = 204, description = "Deleted.")), extensions(("x-permission" = json!("none"))))]
#[delete("/admin/me/factors/{id}")]
async fn delete_factor(app: web::Data<App>, who: StaffHimself, id: Path<FactorId>) -> Result<HttpResponse> {
    actions::delete(&app, &owner(&who), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Turn two-factor authentication on or off.
#[utoipa::path(tag = "staff", operation_id = "turnAdminTwoFactor", request_body = TwoFactorChange,
    responses((status = 200, body = TwoFactorState)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/two-factor")]
async fn turn(
    app: web::Data<App>,
    who: StaffHimself,
    change: Json<TwoFactorChange>,
) -> Result<Json<TwoFactorState>> {
    Ok(Json(actions::turn(&app, &owner(&who), &change).await?))
}

/// Make ten new recovery codes; the earlier ones are void.
#[utoipa::path(tag = "staff", operation_id = "renewAdminRecoveryCodes", responses((status = 200, body = RecoveryCodes)), extensions(("x-permission" = json!("none"))))]
#[post("/admin/me/recovery-codes")]
async fn renew_codes(app: web::Data<App>, who: StaffHimself) -> Result<Json<RecoveryCodes>> {
    Ok(Json(actions::renew_codes(&app, &owner(&who)).await?))
}

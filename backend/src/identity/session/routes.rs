//! Sign-in, second step, sign-out, sudo and "who am I" of both portals.

use actix_web::{HttpRequest, HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::Serialize;
use shared::Code;
use shared::identity::{
    AdminSession, SecondStep, SecondStepState, SignIn, SignedIn, SudoGranted, SudoRequest, UserSession,
};

use super::store::Begun;
use super::{actions, store};
use crate::App;
use crate::http::access::{self, Me, Proof, StaffHimself, Visitor};
use crate::http::cookies::{self, Portal};
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, request};
use crate::identity::access as identity;
use crate::identity::factor;
use crate::identity::person::Person;
use crate::identity::support::{self, Visit};

pub fn routes(cfg: &mut Routes) {
    cfg.service(sign_in_admin)
        .service(sign_in_user)
        .service(get_admin_second_step)
        .service(get_user_second_step)
        .service(give_admin_second_step)
        .service(give_user_second_step)
        .service(send_admin_code)
        .service(send_user_code)
        .service(get_admin_session)
        .service(get_user_session)
        .service(sudo_admin)
        .service(sudo_user)
        .service(sign_out_admin)
        .service(sign_out_user);
}

fn with_cookies(app: &App, portal: Portal, begun: &Begun, body: &impl Serialize) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for cookie in cookies::begin(&app.config, portal, &begun.token, &begun.csrf, begun.keep_seconds) {
        response.cookie(cookie);
    }
    response.json(body)
}

fn without_cookies(app: &App, portal: Portal) -> HttpResponse {
    let mut response = HttpResponse::NoContent();
    for cookie in cookies::end(&app.config, portal) {
        response.cookie(cookie);
    }
    response.finish()
}

async fn sign_in(
    app: &App,
    request: &HttpRequest,
    visitor: &Visitor,
    portal: Portal,
    asked: &SignIn,
) -> Result<HttpResponse> {
    let cookie = request.cookie(cookies::session_name(&app.config, portal));
    let replaced = cookie.as_ref().map(actix_web::cookie::Cookie::value);
    let outcome = actions::sign_in(app, visitor, portal, asked, replaced).await?;
    let begun = outcome.begun;
    let body = SignedIn {
        session: begun.id,
        csrf_token: begun.csrf.clone(),
        second_factor: outcome.second_factor,
        expires_at: begun.expires_at,
    };
    Ok(with_cookies(app, portal, &begun, &body))
}

/// Sign in to the admin portal.
#[utoipa::path(tag = "auth", operation_id = "signInAdmin", request_body = SignIn,
    responses((status = 200, body = SignedIn)))]
#[post("/auth/admin/sign-in")]
async fn sign_in_admin(
    app: web::Data<App>,
    request: HttpRequest,
    visitor: Visitor,
    asked: Json<SignIn>,
) -> Result<HttpResponse> {
    sign_in(&app, &request, &visitor, Portal::Admin, &asked).await
}

/// Sign in to the client portal.
#[utoipa::path(tag = "auth", operation_id = "signInUser", request_body = SignIn,
    responses((status = 200, body = SignedIn)))]
#[post("/auth/sign-in")]
async fn sign_in_user(
    app: web::Data<App>,
    request: HttpRequest,
    visitor: Visitor,
    asked: Json<SignIn>,
) -> Result<HttpResponse> {
    sign_in(&app, &request, &visitor, Portal::Client, &asked).await
}

async fn half_session(request: &HttpRequest, portal: Portal) -> Result<(identity::Session, Person)> {
    let session = access::session(request, portal).await?.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    if session.visit.is_some() {
        return Err(Visit::closed().into());
    }
    let person = session.admin.map(Person::Admin).or(session.user.map(Person::User));
    let person = person.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    let app = request.app_data::<web::Data<App>>().expect("the server is always built with its App");
    actions::need_network(&mut *app.db.get().await?, portal, &request::origin(request)).await?;
    Ok((session, person))
}

async fn second_step_state(
    app: &App,
    request: &HttpRequest,
    portal: Portal,
) -> Result<Json<SecondStepState>> {
    let (_, person) = half_session(request, portal).await?;
    let mut conn = app.db.get().await?;
    Ok(Json(SecondStepState { methods: factor::store::methods(&mut conn, person).await? }))
}

/// What the second step of a begun admin sign-in can be.
#[utoipa::path(tag = "auth", operation_id = "getAdminSecondStep", responses((status = 200, body = SecondStepState)))]
#[get("/auth/admin/second-factor")]
async fn get_admin_second_step(app: web::Data<App>, request: HttpRequest) -> Result<Json<SecondStepState>> {
    second_step_state(&app, &request, Portal::Admin).await
}

/// What the second step of a begun sign-in can be.
#[utoipa::path(tag = "auth", operation_id = "getUserSecondStep", responses((status = 200, body = SecondStepState)))]
#[get("/auth/second-factor")]
async fn get_user_second_step(app: web::Data<App>, request: HttpRequest) -> Result<Json<SecondStepState>> {
    second_step_state(&app, &request, Portal::Client).await
}

async fn second_step(
    app: &App,
    request: &HttpRequest,
    visitor: &Visitor,
    portal: Portal,
    step: &SecondStep,
) -> Result<HttpResponse> {
    let (session, _) = half_session(request, portal).await?;
    let begun = actions::second_step(app, visitor, portal, &session, step).await?;
    let body = SignedIn {
        session: begun.id,
        csrf_token: begun.csrf.clone(),
        second_factor: Vec::new(),
        expires_at: begun.expires_at,
    };
    Ok(with_cookies(app, portal, &begun, &body))
}

/// Give the second step of an admin sign-in.
#[utoipa::path(tag = "auth", operation_id = "giveAdminSecondStep", request_body = SecondStep,
    responses((status = 200, body = SignedIn)))]
#[post("/auth/admin/second-factor")]
async fn give_admin_second_step(
    app: web::Data<App>,
    request: HttpRequest,
    visitor: Visitor,
    step: Json<SecondStep>,
) -> Result<HttpResponse> {
    second_step(&app, &request, &visitor, Portal::Admin, &step).await
}

/// Give the second step of a sign-in.
#[utoipa::path(tag = "auth", operation_id = "giveUserSecondStep", request_body = SecondStep,
    responses((status = 200, body = SignedIn)))]
#[post("/auth/second-factor")]
async fn give_user_second_step(
    app: web::Data<App>,
    request: HttpRequest,
    visitor: Visitor,
    step: Json<SecondStep>,
) -> Result<HttpResponse> {
    second_step(&app, &request, &visitor, Portal::Client, &step).await
}

async fn send_code(app: &App, request: &HttpRequest, portal: Portal) -> Result<HttpResponse> {
    let (_, person) = half_session(request, portal).await?;
    let ip = request::origin(request);
    factor::actions::send_code(app, person, None, &ip).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mail a code for the second step of an admin sign-in.
#[utoipa::path(tag = "auth", operation_id = "sendAdminCode", responses((status = 204, description = "Sent."), (status = 429)))]
#[post("/auth/admin/second-factor/send")]
async fn send_admin_code(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    send_code(&app, &request, Portal::Admin).await
}

/// Mail a code for the second step of a sign-in.
#[utoipa::path(tag = "auth", operation_id = "sendUserCode", responses((status = 204, description = "Sent."), (status = 429)))]
#[post("/auth/second-factor/send")]
async fn send_user_code(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    send_code(&app, &request, Portal::Client).await
}

/// Sudo is told only while it lasts.
fn lasting(until: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    until.filter(|until| *until > now)
}

/// Who is signed in to the admin portal, and what he may do.
#[utoipa::path(tag = "auth", operation_id = "getAdminSession", responses((status = 200, body = AdminSession)))]
#[get("/auth/admin/session")]
async fn get_admin_session(app: web::Data<App>, request: HttpRequest) -> Result<Json<AdminSession>> {
    let (session, _) = half_session(&request, Portal::Admin).await?;
    if !session.complete {
        return Err(Refusal::new(Code::SecondFactorNeeded).into());
    }
    let admin = session.admin.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    let mut conn = app.db.get().await?;
    let row = store::credentials(&mut conn, Person::Admin(admin)).await?;
    let row = row.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    let security = crate::settings::load(&mut conn).await?.security;
    let permissions = identity::permissions_of(&mut conn, admin).await?;
    Ok(Json(AdminSession {
        session: session.id,
        second_factor_required: actions::must_set_up_factor(&security, row.two_factor),
        admin: store::signed_in_admin(row),
        permissions: permissions.list(),
        csrf_token: session.csrf_token,
        sudo_until: lasting(session.sudo_until, app.clock.now()),
        expires_at: store::expires_at(&mut conn, session.id).await?,
    }))
}

/// Who is signed in to the client portal, and for which clients he acts.
#[utoipa::path(tag = "auth", operation_id = "getUserSession", responses((status = 200, body = UserSession)))]
#[get("/auth/session")]
async fn get_user_session(app: web::Data<App>, request: HttpRequest) -> Result<Json<UserSession>> {
    let session = access::session(&request, Portal::Client).await?;
    let session = session.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    if !session.complete {
        return Err(Refusal::new(Code::SecondFactorNeeded).into());
    }
    let user = session.user.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    let mut conn = app.db.get().await?;
    let signed_in = store::signed_in_user(&mut conn, user).await?;
    let mut clients = store::accesses(&mut conn, user).await?;
    if let Some(visit) = &session.visit {
        clients.retain(|client| client.id == visit.client);
        clients.iter_mut().for_each(|client| client.second_factor_required = false);
    }
    Ok(Json(UserSession {
        session: session.id,
        user: signed_in.ok_or_else(|| Refusal::new(Code::NotSignedIn))?,
        clients,
        csrf_token: session.csrf_token,
        sudo_until: lasting(session.sudo_until, app.clock.now()),
        expires_at: store::expires_at(&mut conn, session.id).await?,
        support: session.visit.map(Visit::shown),
    }))
}

/// Give the password again before an action of staff that needs it.
#[utoipa::path(tag = "auth", operation_id = "sudoAdmin", request_body = SudoRequest,
    responses((status = 200, body = SudoGranted)))]
#[post("/auth/admin/sudo")]
async fn sudo_admin(
    app: web::Data<App>,
    who: StaffHimself,
    asked: Json<SudoRequest>,
) -> Result<Json<SudoGranted>> {
    let Proof::Session(session) = who.proof else {
        return Err(Refusal::because(Code::NotAllowed, "A token has no password to give.").into());
    };
    let ip = who.actor.ip.clone().unwrap_or_default();
    let sudo_until = actions::sudo(&app, Person::Admin(who.admin), session, &ip, &asked.password).await?;
    Ok(Json(SudoGranted { sudo_until }))
}

/// Give the password again before an action that needs it.
#[utoipa::path(tag = "auth", operation_id = "sudoUser", request_body = SudoRequest,
    responses((status = 200, body = SudoGranted)))]
#[post("/auth/sudo")]
async fn sudo_user(app: web::Data<App>, who: Me, asked: Json<SudoRequest>) -> Result<Json<SudoGranted>> {
    let ip = who.actor.ip.clone().unwrap_or_default();
    let sudo_until = actions::sudo(&app, Person::User(who.user), who.session, &ip, &asked.password).await?;
    Ok(Json(SudoGranted { sudo_until }))
}

async fn sign_out(app: &App, request: &HttpRequest, portal: Portal) -> Result<HttpResponse> {
    // Half a session is signed out like a whole one; none at all is what was asked for.
    if let Some(session) = access::session_to_end(request, portal).await? {
        let (now, mut conn) = (app.clock.now(), app.db.get().await?);
        support::store::left(&mut conn, now, session.id).await?;
        store::end(&mut conn, now, session.id).await?;
    }
    Ok(without_cookies(app, portal))
}

/// Sign out of the admin portal.
#[utoipa::path(tag = "auth", operation_id = "signOutAdmin", responses((status = 204, description = "Signed out.")))]
#[post("/auth/admin/sign-out")]
async fn sign_out_admin(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    sign_out(&app, &request, Portal::Admin).await
}

/// Sign out of the client portal.
#[utoipa::path(tag = "auth", operation_id = "signOutUser", responses((status = 204, description = "Signed out.")))]
#[post("/auth/sign-out")]
async fn sign_out_user(app: web::Data<App>, request: HttpRequest) -> Result<HttpResponse> {
    sign_out(&app, &request, Portal::Client).await
}

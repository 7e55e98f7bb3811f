//! The signed-in member of staff himself.

use actix_web::{HttpResponse, delete, get, put, web};
use shared::identity::{
    AdminAccount, AdminAccountChange, PasswordChange, PasswordChanged, Preference, SessionSummary,
    SessionsEnded,
};
use shared::{Page, PageQuery, SessionId};

use super::{actions, preferences};
use crate::App;
use crate::http::access::{Proof, StaffHimself};
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, Paging, Path, Query};
use crate::identity::person::Person;
use crate::identity::session::store as sessions;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(get_account)
        .service(change_account)
        .service(change_password)
        .service(list_sessions)
        .service(end_session)
        .service(end_other_sessions)
        .service(get_preference)
        .service(put_preference);
}

fn session(who: &StaffHimself) -> Option<SessionId> {
    match who.proof {
        Proof::Session(id) => Some(id),
        Proof::Token(_) => None,
    }
}

/// One's own account.
#[utoipa::path(tag = "staff", operation_id = "getAdminAccount", responses((status = 200, body = AdminAccount)), extensions(("x-permission" = json!("none"))))]
#[get("/admin/me")]
async fn get_account(app: web::Data<App>, who: StaffHimself) -> Result<Json<AdminAccount>> {
    Ok(Json(actions::admin_account(&mut *app.db.get().await?, who.admin).await?))
}

/// Change one's own account; a new address counts once its link was followed.
#[utoipa::path(tag = "staff", operation_id = "changeAdminAccount", request_body = AdminAccountChange,
    responses((status = 200, body = AdminAccount)), extensions(("x-permission" = json!("none"))))]
#[put("/admin/me")]
async fn change_account(
    app: web::Data<App>,
    who: StaffHimself,
    change: Json<AdminAccountChange>,
) -> Result<Json<AdminAccount>> {
    Ok(Json(actions::change_admin(&app, &who.actor, who.admin, &change).await?))
}

/// Change one's own password; other sessions end.
#[utoipa::path(tag = "staff", operation_id = "changeAdminPassword", request_body = PasswordChange,
    responses((status = 200, body = PasswordChanged)), extensions(("x-permission" = json!("none"))))]
#[put("/admin/me/password")]
async fn change_password(
    app: web::Data<App>,
    who: StaffHimself,
    change: Json<PasswordChange>,
) -> Result<Json<PasswordChanged>> {
    let person = Person::Admin(who.admin);
    Ok(Json(actions::change_password(&app, &who.actor, person, session(&who), &change).await?))
}

/// Where one is or was signed in.
#[utoipa::path(tag = "staff", operation_id = "listOwnAdminSessions", params(PageQuery),
    responses((status = 200, body = Page<SessionSummary>)), extensions(("x-permission" = json!("none"))))]
#[get("/admin/me/sessions")]
async fn list_sessions(
    app: web::Data<App>,
    who: StaffHimself,
    page: Query<PageQuery>,
) -> Result<Json<Page<SessionSummary>>> {
    let paging = Paging::read(&page, &["-created_at", "last_seen_at"])?;
    let mut conn = app.db.get().await?;
    let (items, total) = sessions::list(&mut conn, Person::Admin(who.admin), session(&who), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Sign out one browser of one's own.
#[utoipa::path(tag = "staff", operation_id = "endOwnAdminSession", params(("id" = SessionId, Path)),
    responses((status = 204, description = "Ended.")), extensions(("x-permission" = json!("none"))))]
#[delete("/admin/me/sessions/{id}")]
async fn end_session(app: web::Data<App>, who: StaffHimself, id: Path<SessionId>) -> Result<HttpResponse> {
    actions::end_session(&app, &who.actor, Person::Admin(who.admin), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out all other browsers of one's own.
#[utoipa::path(tag = "staff", operation_id = "endOtherAdminSessions", responses((status = 200, body = SessionsEnded)), extensions(("x-permission" = json!("none"))))]
#[delete("/admin/me/sessions")]
async fn end_other_sessions(app: web::Data<App>, who: StaffHimself) -> Result<Json<SessionsEnded>> {
    let person = Person::Admin(who.admin);
    Ok(Json(actions::end_other_sessions(&app, &who.actor, person, session(&who)).await?))
}

/// Something one arranged for himself.
#[utoipa::path(tag = "staff", operation_id = "getAdminPreference", params(("key" = String, Path, max_length = 100)),
    responses((status = 200, body = Preference)), extensions(("x-permission" = json!("none"))))]
#[get("/admin/me/preferences/{key}")]
async fn get_preference(
    app: web::Data<App>,
    who: StaffHimself,
    key: Path<String>,
) -> Result<Json<Preference>> {
    let value = preferences::get(&mut *app.db.get().await?, who.admin.0, &key).await?;
    Ok(Json(Preference { value }))
}

/// Keep something one arranged for himself; `null` forgets it.
#[utoipa::path(tag = "staff", operation_id = "putAdminPreference", request_body = Preference,
    params(("key" = String, Path, max_length = 100)), responses((status = 200, body = Preference)), extensions(("x-permission" = json!("none"))))]
#[put("/admin/me/preferences/{key}")]
async fn put_preference(
    app: web::Data<App>,
    who: StaffHimself,
    key: Path<String>,
    preference: Json<Preference>,
) -> Result<Json<Preference>> {
    let mut conn = app.db.get().await?;
    preferences::put(&mut conn, app.clock.now(), who.admin.0, &key, &preference.value).await?;
    Ok(preference)
}

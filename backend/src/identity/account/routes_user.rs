//! The signed-in user himself.

use actix_web::{HttpResponse, delete, get, put, web};
use shared::identity::{
    PasswordChange, PasswordChanged, Preference, SessionSummary, SessionsEnded, UserAccount,
    UserAccountChange,
};
use shared::{Page, PageQuery, SessionId};

use super::{actions, preferences};
use crate::App;
use crate::http::access::Me;
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

fn session(who: &Me) -> Option<SessionId> {
    Some(who.session)
}

/// One's own account.
#[utoipa::path(tag = "me", operation_id = "getUserAccount", responses((status = 200, body = UserAccount)))]
#[get("/me")]
async fn get_account(app: web::Data<App>, who: Me) -> Result<Json<UserAccount>> {
    Ok(Json(actions::user_account(&mut *app.db.get().await?, app.clock.now(), who.user).await?))
}

/// Change one's own account; a new address counts once its link was followed.
#[utoipa::path(tag = "me", operation_id = "changeUserAccount", request_body = UserAccountChange,
    responses((status = 200, body = UserAccount)))]
#[put("/me")]
async fn change_account(
    app: web::Data<App>,
    who: Me,
    change: Json<UserAccountChange>,
) -> Result<Json<UserAccount>> {
    Ok(Json(actions::change_user(&app, &who.actor, who.user, &change).await?))
}

/// Change one's own password; other sessions end.
#[utoipa::path(tag = "me", operation_id = "changeUserPassword", request_body = PasswordChange,
    responses((status = 200, body = PasswordChanged)))]
#[put("/me/password")]
async fn change_password(
    app: web::Data<App>,
    who: Me,
    change: Json<PasswordChange>,
) -> Result<Json<PasswordChanged>> {
    let person = Person::User(who.user);
    Ok(Json(actions::change_password(&app, &who.actor, person, session(&who), &change).await?))
}

/// Where one is or was signed in.
#[utoipa::path(tag = "me", operation_id = "listOwnUserSessions", params(PageQuery),
    responses((status = 200, body = Page<SessionSummary>)))]
#[get("/me/sessions")]
async fn list_sessions(
    app: web::Data<App>,
    who: Me,
    page: Query<PageQuery>,
) -> Result<Json<Page<SessionSummary>>> {
    let paging = Paging::read(&page, &["-created_at", "last_seen_at"])?;
    let mut conn = app.db.get().await?;
    let (items, total) = sessions::list(&mut conn, Person::User(who.user), session(&who), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Sign out one browser of one's own.
#[utoipa::path(tag = "me", operation_id = "endOwnUserSession", params(("id" = SessionId, Path)),
    responses((status = 204, description = "Ended.")))]
#[delete("/me/sessions/{id}")]
async fn end_session(app: web::Data<App>, who: Me, id: Path<SessionId>) -> Result<HttpResponse> {
    actions::end_session(&app, &who.actor, Person::User(who.user), *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out all other browsers of one's own.
#[utoipa::path(tag = "me", operation_id = "endOtherUserSessions", responses((status = 200, body = SessionsEnded)))]
#[delete("/me/sessions")]
async fn end_other_sessions(app: web::Data<App>, who: Me) -> Result<Json<SessionsEnded>> {
    let person = Person::User(who.user);
    Ok(Json(actions::end_other_sessions(&app, &who.actor, person, session(&who)).await?))
}

/// Something one arranged for himself.
#[utoipa::path(tag = "me", operation_id = "getUserPreference", params(("key" = String, Path, max_length = 100)),
    responses((status = 200, body = Preference)))]
#[get("/me/preferences/{key}")]
async fn get_preference(app: web::Data<App>, who: Me, key: Path<String>) -> Result<Json<Preference>> {
    let value = preferences::get(&mut *app.db.get().await?, who.user.0, &key).await?;
    Ok(Json(Preference { value }))
}

/// Keep something one arranged for himself; `null` forgets it.
#[utoipa::path(tag = "me", operation_id = "putUserPreference", request_body = Preference,
    params(("key" = String, Path, max_length = 100)), responses((status = 200, body = Preference)))]
#[put("/me/preferences/{key}")]
async fn put_preference(
    app: web::Data<App>,
    who: Me,
    key: Path<String>,
    preference: Json<Preference>,
) -> Result<Json<Preference>> {
    let mut conn = app.db.get().await?;
    preferences::put(&mut conn, app.clock.now(), who.user.0, &key, &preference.value).await?;
    Ok(preference)
}

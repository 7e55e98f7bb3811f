//! Users as staff see them.

use actix_web::{HttpResponse, delete, get, post, put, web};
use shared::identity::{
    NewUser, Reason, SessionSummary, SessionsEnded, UserChange, UserDetail, UserFilter, UserSummary,
};
use shared::{DryRun, FileQuery, Page, PageQuery, Rehearsal, UserId};

use super::{actions, export, store};
use crate::App;
use crate::audit::{self, Entry};
use crate::http::csv::Download;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};
use crate::identity::person::Person;
use crate::identity::session::store as sessions;
use crate::identity::{factor, link};

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_users)
        .service(export_users)
        .service(create_user)
        .service(get_user)
        .service(change_user)
        .service(delete_user)
        .service(send_reset)
        .service(remove_two_factor)
        .service(list_sessions)
        .service(end_sessions);
}

/// Users of the client portal.
#[utoipa::path(tag = "clients", operation_id = "listUsers", params(PageQuery, UserFilter),
    responses((status = 200, body = Page<UserSummary>)), extensions(("x-permission" = json!("users.view"))))]
#[get("/admin/users")]
async fn list_users(
    app: web::Data<App>,
    _who: May<rights::UsersView>,
    page: Query<PageQuery>,
    filter: Query<UserFilter>,
) -> Result<Json<Page<UserSummary>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let (items, total) = store::list(&mut *app.db.get().await?, &paging, &filter).await?;
    Ok(Json(paging.page(items, total)))
}

/// Users as CSV: all that the filter lets through.
#[utoipa::path(tag = "clients", operation_id = "exportUsers", params(PageQuery, UserFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("users.view"))))]
#[get("/admin/users.csv")]
async fn export_users(
    app: web::Data<App>,
    _who: May<rights::UsersView>,
    page: Query<PageQuery>,
    filter: Query<UserFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut download = Download::begin(&app).await?;
    let rows = store::all(&mut download.tx, &paging, &filter).await?;
    let told = download.answer("users", *form, export::COLUMNS, rows, async |_, rows| {
        Ok(rows.into_iter().map(UserSummary::from).collect())
    });
    told.await
}

/// Create a user.
#[utoipa::path(tag = "clients", operation_id = "createUser", request_body = NewUser,
    responses((status = 201, body = UserDetail)), extensions(("x-permission" = json!("users.edit"))))]
#[post("/admin/users")]
async fn create_user(
    app: web::Data<App>,
    who: May<rights::UsersEdit>,
    new: Json<NewUser>,
) -> Result<HttpResponse> {
    Ok(HttpResponse::Created().json(actions::create(&app, &who.actor, &new).await?))
}

/// A user with the clients he acts for.
#[utoipa::path(tag = "clients", operation_id = "getUser", params(("id" = UserId, Path)),
    responses((status = 200, body = UserDetail)), extensions(("x-permission" = json!("users.view"))))]
#[get("/admin/users/{id}")]
async fn get_user(
    app: web::Data<App>,
    _who: May<rights::UsersView>,
    id: Path<UserId>,
) -> Result<Json<UserDetail>> {
    Ok(Json(actions::detail(&mut *app.db.get().await?, *id).await?))
}

/// Change a user. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "changeUser", request_body = UserChange, params(("id" = UserId, Path)),
    responses((status = 200, body = UserDetail)), extensions(("x-permission" = json!("users.edit"))))]
#[put("/admin/users/{id}")]
async fn change_user(
    app: web::Data<App>,
    who: May<rights::UsersEdit>,
    id: Path<UserId>,
    change: Json<UserChange>,
) -> Result<Json<UserDetail>> {
    who.need_sudo(&app).await?;
    Ok(Json(actions::change(&app, &who.actor, *id, &change).await?))
}

/// Delete a user who belongs to no client. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "deleteUser", params(("id" = UserId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal),
        (status = 204, description = "Deleted.")), extensions(("x-permission" = json!("users.edit"))))]
#[delete("/admin/users/{id}")]
async fn delete_user(
    app: web::Data<App>,
    who: May<rights::UsersEdit>,
    id: Path<UserId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(actions::rehearse_delete(&app, &who.actor, *id).await?));
    }
    who.need_sudo(&app).await?;
    actions::delete(&app, &who.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mail a user a link to set a new password. At most five an hour.
#[utoipa::path(tag = "clients", operation_id = "sendUserPasswordReset", params(("id" = UserId, Path)),
    responses((status = 204, description = "Sent."), (status = 429)), extensions(("x-permission" = json!("users.reset"))))]
#[post("/admin/users/{id}/password-reset")]
async fn send_reset(
    app: web::Data<App>,
    who: May<rights::UsersReset>,
    id: Path<UserId>,
) -> Result<HttpResponse> {
    link::actions::send_reset_by_staff(&app, &who.actor, Person::User(*id)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take a user's second factor away, after his identity was checked. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "removeUserTwoFactor", request_body = Reason, params(("id" = UserId, Path)),
    responses((status = 204, description = "Removed.")), extensions(("x-permission" = json!("users.reset"))))]
#[post("/admin/users/{id}/remove-two-factor")]
async fn remove_two_factor(
    app: web::Data<App>,
    who: May<rights::UsersReset>,
    id: Path<UserId>,
    reason: Json<Reason>,
) -> Result<HttpResponse> {
    who.need_sudo(&app).await?;
    factor::actions::remove_for_staff(&app, &who.actor, Person::User(*id), &reason.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Where a user is or was signed in.
#[utoipa::path(tag = "clients", operation_id = "listUserSessions", params(("id" = UserId, Path), PageQuery),
    responses((status = 200, body = Page<SessionSummary>)), extensions(("x-permission" = json!("users.view"))))]
#[get("/admin/users/{id}/sessions")]
async fn list_sessions(
    app: web::Data<App>,
    _who: May<rights::UsersView>,
    id: Path<UserId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<SessionSummary>>> {
    let paging = Paging::read(&page, &["-created_at", "last_seen_at"])?;
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = sessions::list(&mut conn, Person::User(*id), None, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Sign a user out everywhere.
#[utoipa::path(tag = "clients", operation_id = "endUserSessions", params(("id" = UserId, Path)),
    responses((status = 200, body = SessionsEnded)), extensions(("x-permission" = json!("users.edit"))))]
#[delete("/admin/users/{id}/sessions")]
async fn end_sessions(
    app: web::Data<App>,
    who: May<rights::UsersEdit>,
    id: Path<UserId>,
) -> Result<Json<SessionsEnded>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let user = store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let ended = sessions::end_others(&mut conn, now, Person::User(*id), None).await?;
    let entry = Entry {
        action: "sessions.ended",
        description: format!("Signed {} out everywhere", user.email),
        subject: Some(("user", id.0.0)),
        ..Entry::default()
    };
    audit::record(&mut conn, &who.actor, now, entry).await?;
    Ok(Json(SessionsEnded { ended }))
}

//! Users of a client, notes about it, its sessions.

use actix_web::{HttpResponse, delete, get, post, put, web};
use serde::Serialize;
use shared::identity::{
    ClientSession, ClientUser, ClientUserChange, NewClientUser, NewStaffNote, OwnerSwitch, StaffNote,
};
use shared::{ClientId, DryRun, Page, PageQuery, Rehearsal, UserId};

use super::people::Acting;
use super::{members, notes, people, store};
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(list_client_users)
        .service(associate_user)
        .service(change_client_user)
        .service(detach_user)
        .service(disable_client_user)
        .service(enable_client_user)
        .service(switch_owner)
        .service(list_notes)
        .service(add_note)
        .service(list_client_sessions);
}

/// Users who act for a client, the owner first.
#[utoipa::path(tag = "clients", operation_id = "listClientUsers", params(("id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<ClientUser>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}/users")]
async fn list_client_users(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    id: Path<ClientId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ClientUser>>> {
    let paging = Paging::read(&page, members::SORTS)?;
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = members::page(&mut conn, *id, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Let a user act for a client. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "associateClientUser", request_body = NewClientUser,
    params(("id" = ClientId, Path)), responses((status = 201, body = Vec<ClientUser>)),
    extensions(("x-permission" = json!("clients.users"))))]
#[post("/admin/clients/{id}/users")]
async fn associate_user(
    app: web::Data<App>,
    who: May<rights::ClientsUsers>,
    id: Path<ClientId>,
    new: Json<NewClientUser>,
) -> Result<HttpResponse> {
    who.need_sudo(&app).await?;
    Ok(HttpResponse::Created().json(people::associate(&app, &who.actor, *id, &new).await?))
}

/// Change what a user may do for a client. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "changeClientUser", request_body = ClientUserChange,
    params(("id" = ClientId, Path), ("user_id" = UserId, Path)), responses((status = 200, body = Vec<ClientUser>)),
    extensions(("x-permission" = json!("clients.users"))))]
#[put("/admin/clients/{id}/users/{user_id}")]
async fn change_client_user(
    app: web::Data<App>,
    who: May<rights::ClientsUsers>,
    path: Path<(ClientId, UserId)>,
    change: Json<ClientUserChange>,
) -> Result<Json<Vec<ClientUser>>> {
    who.need_sudo(&app).await?;
    let (id, user) = path.0;
    Ok(Json(people::change(&app, &who.actor, id, user, &change).await?))
}

/// Take a user from a client. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "detachClientUser",
    params(("id" = ClientId, Path), ("user_id" = UserId, Path)), responses((status = 200, body = Vec<ClientUser>)),
    extensions(("x-permission" = json!("clients.users"))))]
#[delete("/admin/clients/{id}/users/{user_id}")]
async fn detach_user(
    app: web::Data<App>,
    who: May<rights::ClientsUsers>,
    path: Path<(ClientId, UserId)>,
) -> Result<Json<Vec<ClientUser>>> {
    who.need_sudo(&app).await?;
    let (id, user) = path.0;
    Ok(Json(people::detach(&app, &who.actor, id, user).await?))
}

/// Keep a user from acting for a client; his tokens for it open nothing meanwhile. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "disableClientUser",
    params(("id" = ClientId, Path), ("user_id" = UserId, Path)), responses((status = 200, body = ClientUser)),
    extensions(("x-permission" = json!("clients.users"))))]
#[post("/admin/clients/{id}/users/{user_id}/disable")]
async fn disable_client_user(
    app: web::Data<App>,
    who: May<rights::ClientsUsers>,
    path: Path<(ClientId, UserId)>,
) -> Result<Json<ClientUser>> {
    who.need_sudo(&app).await?;
    let (id, user) = path.0;
    Ok(Json(people::set_acting(&app, &who.actor, id, user, Acting::Disabled).await?))
}

/// Let a disabled user act for a client again. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "enableClientUser",
    params(("id" = ClientId, Path), ("user_id" = UserId, Path)), responses((status = 200, body = ClientUser)),
    extensions(("x-permission" = json!("clients.users"))))]
#[post("/admin/clients/{id}/users/{user_id}/enable")]
async fn enable_client_user(
    app: web::Data<App>,
    who: May<rights::ClientsUsers>,
    path: Path<(ClientId, UserId)>,
) -> Result<Json<ClientUser>> {
    who.need_sudo(&app).await?;
    let (id, user) = path.0;
    Ok(Json(people::set_acting(&app, &who.actor, id, user, Acting::Enabled).await?))
}

/// The users of a client as they are then, or with `dry_run=true` what would happen.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum OwnerSwitched {
    Would(Rehearsal),
    Done(Vec<ClientUser>),
}

/// Make another user of a client its owner. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "switchClientOwner", request_body = OwnerSwitch,
    params(("id" = ClientId, Path), DryRun), responses((status = 200, body = OwnerSwitched)),
    extensions(("x-permission" = json!("clients.users"))))]
#[post("/admin/clients/{id}/owner")]
async fn switch_owner(
    app: web::Data<App>,
    who: May<rights::ClientsUsers>,
    id: Path<ClientId>,
    dry: Query<DryRun>,
    switch: Json<OwnerSwitch>,
) -> Result<Json<OwnerSwitched>> {
    if dry.dry_run {
        let would = people::rehearse_switch_owner(&app, &who.actor, *id, switch.user).await?;
        return Ok(Json(OwnerSwitched::Would(would)));
    }
    who.need_sudo(&app).await?;
    Ok(Json(OwnerSwitched::Done(people::switch_owner(&app, &who.actor, *id, switch.user).await?)))
}

/// Notes of staff about a client and its services.
#[utoipa::path(tag = "clients", operation_id = "listClientNotes", params(("id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<StaffNote>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}/notes")]
async fn list_notes(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    id: Path<ClientId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<StaffNote>>> {
    let paging = Paging::read(&page, &["-at"])?;
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = notes::notes(&mut conn, notes::About::Client(*id), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Write a note about a client; it cannot be changed afterwards.
#[utoipa::path(tag = "clients", operation_id = "addClientNote", request_body = NewStaffNote,
    params(("id" = ClientId, Path)), responses((status = 201, body = StaffNote)),
    extensions(("x-permission" = json!("clients.edit"))))]
#[post("/admin/clients/{id}/notes")]
async fn add_note(
    app: web::Data<App>,
    who: May<rights::ClientsEdit>,
    id: Path<ClientId>,
    new: Json<NewStaffNote>,
) -> Result<HttpResponse> {
    let note = notes::add_note(&app, who.admin, &who.actor, notes::About::Client(*id), &new.text).await?;
    Ok(HttpResponse::Created().json(note))
}

/// Where the users of a client are or were signed in.
#[utoipa::path(tag = "clients", operation_id = "listClientSessions", params(("id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<ClientSession>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}/sessions")]
async fn list_client_sessions(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    id: Path<ClientId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ClientSession>>> {
    let paging = Paging::read(&page, &["-created_at", "last_seen_at"])?;
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = people::sessions(&mut conn, *id, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

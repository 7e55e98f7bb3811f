//! The users of a client in the client area: who acts for it, and as what. Every change asks for the password again.
//!
//! A client has one owner. He stays until he hands the account over himself, or staff switch him: nobody else demotes, disables or
//! removes him. Whoever may manage users without being the owner gives and takes only what he has himself.

use actix_web::{HttpResponse, delete, get, post, put, web};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use serde::Deserialize;
use shared::identity::{ClientPermission, ClientRole, ClientUser, ClientUserChange, OwnerSwitch};
use shared::{ClientId, Code, Page, PageQuery, UserId};

use super::people::Acting as Enabled;
use super::{members, people};
use crate::App;
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Json, Paging, Path, Query, client_rights};
use crate::identity::session::actions::need_sudo;
use crate::identity::session::store::permissions_of_role;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(list_own_users)
        .service(change_own_user)
        .service(disable_own_user)
        .service(enable_own_user)
        .service(remove_own_user)
        .service(hand_over);
}

pub(in crate::identity) type Manager = Acting<client_rights::Users>;

/// A user of the client.
#[derive(Debug, Deserialize)]
struct OwnUser {
    #[serde(rename = "client_id")]
    _client: ClientId,
    user_id: UserId,
}

/// Locks the client and reads the one who acts, as he may act now. Asks for the password first.
pub(in crate::identity) async fn lock_self(
    tx: &mut Conn,
    now: Timestamp,
    who: &Manager,
) -> Result<ClientUser> {
    need_sudo(tx, now, who.proof).await?;
    members::lock(tx, who.client, who.user).await
}

/// Refuses to give what the one who acts does not have himself.
pub(in crate::identity) fn need_cover(
    me: &ClientUser,
    role: ClientRole,
    permissions: &[ClientPermission],
) -> Result<()> {
    let stored: Vec<String> = permissions.iter().map(ToString::to_string).collect();
    let wanted = permissions_of_role(role, &stored);
    if wanted.iter().all(|permission| me.permissions.contains(permission)) {
        return Ok(());
    }
    let field = if role == ClientRole::Custom { "permissions" } else { "role" };
    Err(Refusal::field(field, "not_allowed", "You can only give permissions that you have yourself.").into())
}

/// Locks the client and reads the one who acts and another of its users, unless it is not for him to change that one.
async fn lock_other(
    tx: &mut Conn,
    now: Timestamp,
    who: &Manager,
    user: UserId,
) -> Result<(ClientUser, ClientUser)> {
    let me = lock_self(tx, now, who).await?;
    let other = members::find(tx, who.client, user).await?.ok_or_else(Refusal::not_found)?;
    if other.user == me.user {
        return Err(Refusal::because(Code::Conflict, "Nobody changes what he may do himself.").into());
    }
    if other.role == ClientRole::Owner {
        return Err(
            Refusal::because(Code::Conflict, "The owner stays until he hands the account over.").into()
        );
    }
    if !other.permissions.iter().all(|permission| me.permissions.contains(permission)) {
        return Err(Refusal::because(Code::NotAllowed, "This person may do more than you.").into());
    }
    Ok((me, other))
}

/// Users who act for the client.
#[utoipa::path(tag = "clients", operation_id = "listOwnUsers", params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<ClientUser>)), extensions(("x-permission" = json!("client:users"))))]
#[get("/clients/{client_id}/users")]
async fn list_own_users(
    app: web::Data<App>,
    who: Manager,
    page: Query<PageQuery>,
) -> Result<Json<Page<ClientUser>>> {
    let paging = Paging::read(&page, members::SORTS)?;
    let (items, total) = members::page(&mut *app.db.get().await?, who.client, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Change what a user may do for the client.
#[utoipa::path(tag = "clients", operation_id = "changeOwnUser", request_body = ClientUserChange,
    params(("client_id" = ClientId, Path), ("user_id" = UserId, Path)),
    responses((status = 200, body = ClientUser)), extensions(("x-permission" = json!("client:users"))))]
#[put("/clients/{client_id}/users/{user_id}")]
async fn change_own_user(
    app: web::Data<App>,
    who: Manager,
    path: Path<OwnUser>,
    change: Json<ClientUserChange>,
) -> Result<Json<ClientUser>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let changed = conn
        .transaction::<_, Error, _>(async |tx| {
            let (me, before) = lock_other(tx, now, &who, path.user_id).await?;
            need_cover(&me, change.role, &change.permissions)?;
            people::change_within(tx, now, &who.actor, who.client, &before, &change).await?;
            let after = members::find(tx, who.client, path.user_id).await?;
            after.ok_or_else(|| Refusal::not_found().into())
        })
        .await?;
    Ok(Json(changed))
}

async fn set_acting(app: &App, who: &Manager, user: UserId, acting: Enabled) -> Result<Json<ClientUser>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let changed = conn
        .transaction::<_, Error, _>(async |tx| {
            let (_me, before) = lock_other(tx, now, who, user).await?;
            people::set_acting_within(tx, now, &who.actor, who.client, before, acting).await
        })
        .await?;
    Ok(Json(changed))
}

/// Keep a user from acting for the client; his tokens for it open nothing meanwhile.
#[utoipa::path(tag = "clients", operation_id = "disableOwnUser",
    params(("client_id" = ClientId, Path), ("user_id" = UserId, Path)),
    responses((status = 200, body = ClientUser)), extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/users/{user_id}/disable")]
async fn disable_own_user(
    app: web::Data<App>,
    who: Manager,
    path: Path<OwnUser>,
) -> Result<Json<ClientUser>> {
    set_acting(&app, &who, path.user_id, Enabled::Disabled).await
}

/// Let a disabled user act for the client again.
#[utoipa::path(tag = "clients", operation_id = "enableOwnUser",
    params(("client_id" = ClientId, Path), ("user_id" = UserId, Path)),
    responses((status = 200, body = ClientUser)), extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/users/{user_id}/enable")]
async fn enable_own_user(app: web::Data<App>, who: Manager, path: Path<OwnUser>) -> Result<Json<ClientUser>> {
    set_acting(&app, &who, path.user_id, Enabled::Enabled).await
}

/// Take a user from the client; his tokens for it end.
#[utoipa::path(tag = "clients", operation_id = "removeOwnUser",
    params(("client_id" = ClientId, Path), ("user_id" = UserId, Path)),
    responses((status = 204, description = "Removed.")), extensions(("x-permission" = json!("client:users"))))]
#[delete("/clients/{client_id}/users/{user_id}")]
async fn remove_own_user(app: web::Data<App>, who: Manager, path: Path<OwnUser>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let (_me, before) = lock_other(tx, now, &who, path.user_id).await?;
        people::detach_within(tx, now, &who.actor, who.client, &before).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Hand the account over: another user becomes its owner, the one before stays as manager. For the owner only.
#[utoipa::path(tag = "clients", operation_id = "handOverAccount", request_body = OwnerSwitch,
    params(("client_id" = ClientId, Path)), responses((status = 204, description = "Handed over.")),
    extensions(("x-permission" = json!("client:users"))))]
#[post("/clients/{client_id}/owner")]
async fn hand_over(app: web::Data<App>, who: Manager, switch: Json<OwnerSwitch>) -> Result<HttpResponse> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        if lock_self(tx, now, &who).await?.role != ClientRole::Owner {
            return Err(Refusal::because(Code::NotAllowed, "Only the owner hands the account over.").into());
        }
        people::switch_owner_within(tx, now, &who.actor, who.client, switch.user).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

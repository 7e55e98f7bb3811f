//! From where the portal and the API may be used for a client, and whether everybody who acts for it needs a second factor. Set
//! by its owner or by staff, after the password was given again.

use actix_web::{get, put, web};
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::clients;
use shared::identity::{AllowedNetworks, AllowedNetworksChange, ClientRole};
use shared::{ClientId, Code};

use super::{people, store};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Fields, Json, May, Path, client_rights, network, rights};
use crate::identity::factor;
use crate::identity::person::Person;
use crate::identity::session::actions::need_sudo;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(get_own_networks)
        .service(change_own_networks)
        .service(get_client_networks)
        .service(change_client_networks);
}

async fn load(conn: &mut Conn, client: ClientId, actor: &Actor) -> Result<AllowedNetworks> {
    let found: Option<(Vec<String>, bool, i32)> = clients::table
        .find(client)
        .select((clients::networks, clients::enforce_two_factor, clients::version))
        .first(conn)
        .await
        .optional()?;
    let (networks, enforce_two_factor, version) = found.ok_or_else(Refusal::not_found)?;
    let ip = actor.ip.clone().unwrap_or_default();
    Ok(AllowedNetworks { networks, enforce_two_factor, ip, version })
}

/// Keeps the list. Locks the client.
async fn keep(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    change: &AllowedNetworksChange,
) -> Result<AllowedNetworks> {
    let old = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    Refusal::if_changed(old.version, change.version)?;
    let before = load(tx, client, actor).await?;
    let enforce = change.enforce_two_factor.unwrap_or(before.enforce_two_factor);
    diesel::update(clients::table.find(client))
        .set((
            clients::networks.eq(&change.networks),
            clients::enforce_two_factor.eq(enforce),
            clients::version.eq(clients::version + 1),
            clients::updated_at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await?;
    let text = match change.networks.len() {
        0 => "Opened the account to all networks".to_owned(),
        count => format!("Opened the account to {count} networks only"),
    };
    let text = match (before.enforce_two_factor, enforce) {
        (false, true) => format!("{text}, with a second factor"),
        (true, false) => format!("{text}, also without a second factor"),
        _ => text,
    };
    let seen = |networks: &[String], enforced: bool| serde_json::json!({ "networks": networks, "enforce_two_factor": enforced });
    let entry = Entry {
        old: Some(seen(&before.networks, before.enforce_two_factor)),
        new: Some(seen(&change.networks, enforce)),
        ..people::entry(client, "client.networks_changed", text)
    };
    audit::record(tx, actor, now, entry).await?;
    load(tx, client, actor).await
}

/// From where the portal and the API may be used for the client.
#[utoipa::path(tag = "clients", operation_id = "getOwnNetworks", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = AllowedNetworks)), extensions(("x-permission" = json!("client:users"))))]
#[get("/clients/{client_id}/networks")]
async fn get_own_networks(
    app: web::Data<App>,
    who: Acting<client_rights::Users>,
) -> Result<Json<AllowedNetworks>> {
    Ok(Json(load(&mut *app.db.get().await?, who.client, &who.actor).await?))
}

/// Set from where, and with what proof, the client may be used. For its owner, who must come in himself afterwards.
#[utoipa::path(tag = "clients", operation_id = "changeOwnNetworks", request_body = AllowedNetworksChange,
    params(("client_id" = ClientId, Path)), responses((status = 200, body = AllowedNetworks)),
    extensions(("x-permission" = json!("client:users"))))]
#[put("/clients/{client_id}/networks")]
async fn change_own_networks(
    app: web::Data<App>,
    who: Acting<client_rights::Users>,
    change: Json<AllowedNetworksChange>,
) -> Result<Json<AllowedNetworks>> {
    if who.member.role != ClientRole::Owner {
        return Err(Refusal::because(Code::NotAllowed, "Only the owner sets this.").into());
    }
    let mut fields = Fields::new();
    let ip = who.actor.ip.as_deref().unwrap_or("");
    network::check_own(&mut fields, "networks", &change.networks, ip);
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if change.enforce_two_factor == Some(true) {
        let own = factor::store::is_on(&mut conn, Person::User(who.user)).await?;
        let message = "Turn your own second factor on first: you would lock yourself out.";
        fields.check(own, "enforce_two_factor", "locks_out", message);
    }
    fields.finish()?;
    let kept = conn
        .transaction::<_, Error, _>(async |tx| {
            need_sudo(tx, now, who.proof).await?;
            keep(tx, now, &who.actor, who.client, &change).await
        })
        .await?;
    Ok(Json(kept))
}

/// From where the portal and the API may be used for a client.
#[utoipa::path(tag = "clients", operation_id = "getClientNetworks", params(("id" = ClientId, Path)),
    responses((status = 200, body = AllowedNetworks)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}/networks")]
async fn get_client_networks(
    app: web::Data<App>,
    who: May<rights::ClientsView>,
    id: Path<ClientId>,
) -> Result<Json<AllowedNetworks>> {
    Ok(Json(load(&mut *app.db.get().await?, *id, &who.actor).await?))
}

/// Set from where, and with what proof, the portal and the API may be used for a client; an empty list lets everybody in again.
#[utoipa::path(tag = "clients", operation_id = "changeClientNetworks", request_body = AllowedNetworksChange,
    params(("id" = ClientId, Path)), responses((status = 200, body = AllowedNetworks)),
    extensions(("x-permission" = json!("clients.edit"))))]
#[put("/admin/clients/{id}/networks")]
async fn change_client_networks(
    app: web::Data<App>,
    who: May<rights::ClientsEdit>,
    id: Path<ClientId>,
    change: Json<AllowedNetworksChange>,
) -> Result<Json<AllowedNetworks>> {
    let mut fields = Fields::new();
    network::check(&mut fields, "networks", &change.networks, network::NETWORKS_MAX);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let kept = conn
        .transaction::<_, Error, _>(async |tx| {
            need_sudo(tx, now, who.proof).await?;
            keep(tx, now, &who.actor, *id, &change).await
        })
        .await?;
    Ok(Json(kept))
}

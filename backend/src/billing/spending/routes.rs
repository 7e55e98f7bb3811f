//! The spend guard: read and set by staff, and by the client's owner and managers.

use actix_web::{get, put, web};
use shared::billing::spending::{SpendGuard, SpendGuardChange};
use shared::identity::ClientRole;
use shared::{ClientId, Code};

use super::actions::{self, Setter};
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Json, May, Path, client_rights, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(get_client_guard).service(set_client_guard).service(get_guard).service(set_guard);
}

/// Show the spend guard of a client.
#[utoipa::path(tag = "billing", operation_id = "getClientSpendGuard", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = SpendGuard)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{client_id}/spend-guard")]
async fn get_client_guard(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    client: Path<ClientId>,
) -> Result<Json<SpendGuard>> {
    let mut conn = app.db.get().await?;
    Ok(Json(actions::show(&mut conn, app.clock.now(), *client).await?))
}

/// Set what a client is told of and what its services may cost for a month.
#[utoipa::path(tag = "billing", operation_id = "setClientSpendGuard", params(("client_id" = ClientId, Path)),
    request_body = SpendGuardChange, responses((status = 200, body = SpendGuard)),
    extensions(("x-permission" = json!("clients.credit"))))]
#[put("/admin/clients/{client_id}/spend-guard")]
async fn set_client_guard(
    app: web::Data<App>,
    who: May<rights::ClientsCredit>,
    client: Path<ClientId>,
    change: Json<SpendGuardChange>,
) -> Result<Json<SpendGuard>> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    Ok(Json(actions::set(&mut conn, now, &who.actor, *client, Setter::Staff, &change).await?))
}

/// Show one's spend guard.
#[utoipa::path(tag = "billing", operation_id = "getSpendGuard", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = SpendGuard)), extensions(("x-permission" = json!("client:documents"))))]
#[get("/clients/{client_id}/spend-guard")]
async fn get_guard(app: web::Data<App>, who: Acting<client_rights::Documents>) -> Result<Json<SpendGuard>> {
    let mut conn = app.db.get().await?;
    Ok(Json(actions::show(&mut conn, app.clock.now(), who.client).await?))
}

/// Set from when on one is told of a dear month, and what the services may cost. For owner and managers; never above the
/// provider's cap.
#[utoipa::path(tag = "billing", operation_id = "setSpendGuard", params(("client_id" = ClientId, Path)),
    request_body = SpendGuardChange, responses((status = 200, body = SpendGuard)),
    extensions(("x-permission" = json!("client:documents"))))]
#[put("/clients/{client_id}/spend-guard")]
async fn set_guard(
    app: web::Data<App>,
    who: Acting<client_rights::Documents>,
    change: Json<SpendGuardChange>,
) -> Result<Json<SpendGuard>> {
    if !matches!(who.member.role, ClientRole::Owner | ClientRole::Manager) {
        return Err(Refusal::because(Code::NotAllowed, "Only the owner and managers set this.").into());
    }
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    Ok(Json(actions::set(&mut conn, now, &who.actor, who.client, Setter::Client, &change).await?))
}

//! The balance strip, recurring cost and forecast; the credit limit.

use std::collections::BTreeSet;

use actix_web::{get, put, web};
use diesel_async::AsyncConnection;
use shared::billing::wallet::{
    CHARGED_MAX, ClientCharges, ClientChargesQuery, CostSummary, CreditLimitChange, WalletSummary,
};
use shared::{ClientId, DryRun, Tried};

use super::{charged, costs, limit, store};
use crate::App;
use crate::http::bulk::read_ids;
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Acting, Json, May, Path, Query, client_rights, rights};
use crate::identity::session::actions::need_sudo_in_browser;
use crate::settings;

pub fn routes(cfg: &mut Routes) {
    cfg.service(get_client_wallet)
        .service(get_client_costs)
        .service(list_client_charges)
        .service(set_credit_limit)
        .service(get_wallet)
        .service(get_costs);
}

/// What a client has and may spend.
#[utoipa::path(tag = "billing", operation_id = "getClientWallet", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = WalletSummary)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{client_id}/wallet")]
async fn get_client_wallet(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    client: Path<ClientId>,
) -> Result<Json<WalletSummary>> {
    let mut conn = app.db.get().await?;
    let wallet = store::find(&mut conn, *client).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(wallet.into()))
}

/// What the services of a client cost and how long its wallet lasts.
#[utoipa::path(tag = "billing", operation_id = "getClientCosts", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = CostSummary)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{client_id}/costs")]
async fn get_client_costs(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    client: Path<ClientId>,
) -> Result<Json<CostSummary>> {
    let mut conn = app.db.get().await?;
    let finance = settings::load(&mut conn).await?.finance;
    Ok(Json(costs::summary(&mut conn, app.clock.now(), *client, &finance).await?))
}

/// What clients were charged on each of the last thirty days.
#[utoipa::path(tag = "billing", operation_id = "listClientCharges", params(ClientChargesQuery),
    responses((status = 200, body = Vec<ClientCharges>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/client-charges")]
async fn list_client_charges(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    query: Query<ClientChargesQuery>,
) -> Result<Json<Vec<ClientCharges>>> {
    let clients: BTreeSet<ClientId> = read_ids("clients", &query.clients, CHARGED_MAX)?;
    let mut conn = app.db.get().await?;
    Ok(Json(charged::of(&mut conn, app.clock.now(), &clients).await?))
}

/// Set how far a client may go into debt, or learn what that would do. Asks browsers for the password again.
#[utoipa::path(tag = "billing", operation_id = "setCreditLimit", params(("client_id" = ClientId, Path), DryRun),
    request_body = CreditLimitChange, responses((status = 200, body = Tried<WalletSummary>)),
    extensions(("x-permission" = json!("clients.credit"))))]
#[put("/admin/clients/{client_id}/credit-limit")]
async fn set_credit_limit(
    app: web::Data<App>,
    who: May<rights::ClientsCredit>,
    client: Path<ClientId>,
    dry: Query<DryRun>,
    change: Json<CreditLimitChange>,
) -> Result<Json<Tried<WalletSummary>>> {
    let (client, now) = (*client, app.clock.now());
    if dry.dry_run {
        let mut conn = app.db.get().await?;
        return Ok(Json(Tried::Would(limit::rehearse(&mut conn, now, &who.actor, client, &change).await?)));
    }
    need_sudo_in_browser(&mut *app.db.get().await?, now, who.proof).await?;
    let mut conn = app.db.get().await?;
    let wallet = conn
        .transaction::<_, Error, _>(async |tx| limit::set(tx, now, &who.actor, client, &change).await)
        .await?;
    Ok(Json(Tried::Done(wallet.into())))
}

/// What one has and may spend.
#[utoipa::path(tag = "billing", operation_id = "getWallet", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = WalletSummary)),
    extensions(("x-permission" = json!("client:overview"))))]
#[get("/clients/{client_id}/wallet")]
async fn get_wallet(
    app: web::Data<App>,
    who: Acting<client_rights::Overview>,
) -> Result<Json<WalletSummary>> {
    let mut conn = app.db.get().await?;
    let wallet = store::find(&mut conn, who.client).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(wallet.into()))
}

/// What one's services cost and how long the wallet lasts.
#[utoipa::path(tag = "billing", operation_id = "getCosts", params(("client_id" = ClientId, Path)),
    responses((status = 200, body = CostSummary)),
    extensions(("x-permission" = json!("client:overview"))))]
#[get("/clients/{client_id}/costs")]
async fn get_costs(app: web::Data<App>, who: Acting<client_rights::Overview>) -> Result<Json<CostSummary>> {
    let mut conn = app.db.get().await?;
    let finance = settings::load(&mut conn).await?.finance;
    Ok(Json(costs::summary(&mut conn, app.clock.now(), who.client, &finance).await?))
}

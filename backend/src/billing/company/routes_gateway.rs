//! `/admin/companies/{id}/gateways` and `/admin/gateways`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, get, post, put};
use shared::billing::company::{Gateway, GatewayInput};
use shared::{CompanyId, DryRun, GatewayId, Rehearsal};

use super::{actions, gateway, rehearsal, store};
use crate::App;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Path, Query, rights};
use crate::identity::session::actions::need_sudo_in_browser;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list).service(create).service(read).service(change).service(remove);
}

async fn show(conn: &mut Conn, id: GatewayId) -> Result<Gateway> {
    gateway::find(conn, id).await?.ok_or_else(Refusal::not_found)?.shown()
}

/// List the gateways of a home company in the order that clients see them.
#[utoipa::path(tag = "companies", operation_id = "listGateways", params(("id" = CompanyId, Path)),
    responses((status = 200, body = Vec<Gateway>)), extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/companies/{id}/gateways")]
async fn list(
    app: Data<App>,
    _who: May<rights::CompaniesView>,
    id: Path<CompanyId>,
) -> Result<Json<Vec<Gateway>>> {
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let rows = gateway::of_company(&mut conn, *id).await?;
    Ok(Json(rows.into_iter().map(gateway::GatewayRow::shown).collect::<Result<_>>()?))
}

/// Create a gateway of a home company.
#[utoipa::path(tag = "companies", operation_id = "createGateway", params(("id" = CompanyId, Path)),
    request_body = GatewayInput, responses((status = 201, body = Gateway)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[post("/admin/companies/{id}/gateways")]
async fn create(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<CompanyId>,
    input: Json<GatewayInput>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let gateway = actions::create_gateway(&mut conn, app.clock.now(), &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, gateway).await?).customize().with_status(StatusCode::CREATED))
}

/// Show a gateway.
#[utoipa::path(tag = "companies", operation_id = "getGateway", params(("id" = GatewayId, Path)),
    responses((status = 200, body = Gateway)), extensions(("x-permission" = json!("companies.view"))))]
#[get("/admin/gateways/{id}")]
async fn read(
    app: Data<App>,
    _who: May<rights::CompaniesView>,
    id: Path<GatewayId>,
) -> Result<Json<Gateway>> {
    Ok(Json(show(&mut *app.db.get().await?, *id).await?))
}

/// Change a gateway. Other words, as where to pay to, ask browsers for the password again.
#[utoipa::path(tag = "companies", operation_id = "updateGateway", params(("id" = GatewayId, Path)),
    request_body = GatewayInput, responses((status = 200, body = Gateway)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[put("/admin/gateways/{id}")]
async fn change(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<GatewayId>,
    input: Json<GatewayInput>,
) -> Result<Json<Gateway>> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if show(&mut conn, *id).await?.profile.texts != input.texts {
        need_sudo_in_browser(&mut conn, now, who.proof).await?;
    }
    actions::change_gateway(&mut conn, now, &who.actor, *id, &input).await?;
    Ok(Json(show(&mut conn, *id).await?))
}

/// Delete a gateway that nothing was paid through.
#[utoipa::path(tag = "companies", operation_id = "deleteGateway", params(("id" = GatewayId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal), (status = 204)),
    extensions(("x-permission" = json!("companies.edit"))))]
#[delete("/admin/gateways/{id}")]
async fn remove(
    app: Data<App>,
    who: May<rights::CompaniesEdit>,
    id: Path<GatewayId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if dry.dry_run {
        let would = rehearsal::gateway_deletion(&mut conn, now, &who.actor, *id).await?;
        return Ok(HttpResponse::Ok().json(would));
    }
    actions::delete_gateway(&mut conn, now, &who.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

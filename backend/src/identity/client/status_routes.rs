//! Suspending, banning, reactivating, closing, confirming.

use actix_web::{HttpResponse, get, post, web};
use shared::identity::{ClientStatusChange, ClientStatusEffect, ClientStatusEntry};
use shared::{ClientId, DryRun, Page, PageQuery};

use super::{status, store};
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, Reads, rights};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(change_status)
        .service(list_status_history)
        .service(confirm_client)
        .service(resend_confirmation);
}

/// Change the state of a client, or learn what that would do. Asks browsers for the password again.
#[utoipa::path(tag = "clients", operation_id = "changeClientStatus", request_body = ClientStatusChange,
    params(("id" = ClientId, Path), DryRun), responses((status = 200, body = ClientStatusEffect)),
    extensions(("x-permission" = json!("clients.status"))))]
#[post("/admin/clients/{id}/status")]
async fn change_status(
    app: web::Data<App>,
    who: May<rights::ClientsStatus>,
    reads: Reads,
    id: Path<ClientId>,
    dry: Query<DryRun>,
    change: Json<ClientStatusChange>,
) -> Result<Json<ClientStatusEffect>> {
    if !dry.dry_run {
        who.need_sudo(&app).await?;
    }
    Ok(Json(status::change(&app, &who.actor, *id, &change, dry.dry_run, reads.0).await?))
}

/// The states of a client, with reasons.
#[utoipa::path(tag = "clients", operation_id = "listClientStatusHistory", params(("id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<ClientStatusEntry>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{id}/status-history")]
async fn list_status_history(
    app: web::Data<App>,
    _who: May<rights::ClientsView>,
    id: Path<ClientId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<ClientStatusEntry>>> {
    let paging = Paging::read(&page, &["-at"])?;
    let mut conn = app.db.get().await?;
    store::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = status::list(&mut conn, *id, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Confirm a pending client without its mailed link.
#[utoipa::path(tag = "clients", operation_id = "confirmClient", params(("id" = ClientId, Path)),
    responses((status = 204, description = "Confirmed.")), extensions(("x-permission" = json!("clients.confirm"))))]
#[post("/admin/clients/{id}/confirm")]
async fn confirm_client(
    app: web::Data<App>,
    who: May<rights::ClientsConfirm>,
    id: Path<ClientId>,
) -> Result<HttpResponse> {
    status::confirm(&app, &who.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mail the owner of a pending client a new confirmation link. At most five an hour.
#[utoipa::path(tag = "clients", operation_id = "resendClientConfirmation", params(("id" = ClientId, Path)),
    responses((status = 204, description = "Sent."), (status = 429)), extensions(("x-permission" = json!("clients.confirm"))))]
#[post("/admin/clients/{id}/resend-confirmation")]
async fn resend_confirmation(
    app: web::Data<App>,
    who: May<rights::ClientsConfirm>,
    id: Path<ClientId>,
) -> Result<HttpResponse> {
    status::resend_confirmation(&app, &who.actor, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

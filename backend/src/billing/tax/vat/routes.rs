//! `/admin/clients/{client_id}/vat-checks`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{Responder, get, post};
use shared::billing::vat::{VatAnswer, VatCheck, VatCheckTask};
use shared::{ClientId, Page, PageQuery};

use super::{actions, store};
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::{MaybeKey, Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};
use crate::identity::client;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list).service(ask).service(record);
}

/// List the checks of a client's VAT id, newest first.
#[utoipa::path(tag = "billing", operation_id = "listVatChecks", params(("client_id" = ClientId, Path), PageQuery),
    responses((status = 200, body = Page<VatCheck>)), extensions(("x-permission" = json!("clients.view"))))]
#[get("/admin/clients/{client_id}/vat-checks")]
async fn list(
    app: Data<App>,
    _who: May<rights::ClientsView>,
    client_id: Path<ClientId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<VatCheck>>> {
    let paging = Paging::read(&page, store::SORTS)?;
    let mut conn = app.db.get().await?;
    client::tax_id::find(&mut conn, *client_id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = store::list(&mut conn, *client_id, &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Have a client's VAT id checked now, by a task. The present answer stands until there is another one.
#[utoipa::path(tag = "billing", operation_id = "checkVatId", params(("client_id" = ClientId, Path), MaybeKey),
    responses((status = 202, body = VatCheckTask)), extensions(("x-permission" = json!("clients.edit"))))]
#[post("/admin/clients/{client_id}/vat-check")]
async fn ask(
    app: Data<App>,
    who: May<rights::ClientsEdit>,
    key: MaybeKey,
    client_id: Path<ClientId>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let once = Once::maybe(&who.actor, "checkVatId", &key, *client_id, &())?;
    let mut conn = app.db.get().await?;
    let task = answer_once(&mut conn, now, once.as_ref(), async |tx| {
        actions::ask(tx, now, &who.actor, *client_id).await
    });
    Ok(Json(task.await?).customize().with_status(StatusCode::ACCEPTED))
}

/// Record an answer about a client's VAT id that was got in another way; it counts like one of VIES.
#[utoipa::path(tag = "billing", operation_id = "recordVatAnswer", params(("client_id" = ClientId, Path), MaybeKey),
    request_body = VatAnswer, responses((status = 201, body = VatCheck)),
    extensions(("x-permission" = json!("taxes.edit"))))]
#[post("/admin/clients/{client_id}/vat-checks")]
async fn record(
    app: Data<App>,
    who: May<rights::TaxesEdit>,
    key: MaybeKey,
    client_id: Path<ClientId>,
    input: Json<VatAnswer>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let once = Once::maybe(&who.actor, "recordVatAnswer", &key, *client_id, &input.0)?;
    let mut conn = app.db.get().await?;
    let check = answer_once(&mut conn, now, once.as_ref(), async |tx| {
        actions::record(tx, now, &who.actor, who.admin, *client_id, &input).await
    });
    Ok(Json(check.await?).customize().with_status(StatusCode::CREATED))
}

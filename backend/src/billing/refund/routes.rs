//! `/admin/documents/{id}/refunds`.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{Responder, post};
use diesel_async::AsyncConnection;
use shared::billing::refund::{NewRefund, RefundEffect};
use shared::{DocumentId, DryRun};

use super::actions;
use crate::App;
use crate::http::error::Result;
use crate::http::idempotency::Once;
use crate::http::routes::Routes;
use crate::http::{IdempotencyKey, Json, May, Path, Query, Reads, rights};
use crate::identity::session::actions::need_sudo_in_browser;

pub fn routes(cfg: &mut Routes) {
    cfg.service(refund);
}

/// Pay an invoice back, whole or in part, or learn what that would do. Asks browsers for the password again.
#[utoipa::path(tag = "billing", operation_id = "refundDocument",
    params(("id" = DocumentId, Path), DryRun, IdempotencyKey), request_body = NewRefund,
    responses((status = 200, description = "What it would do.", body = RefundEffect), (status = 201, body = RefundEffect)),
    extensions(("x-permission" = json!("payments.refund"))))]
#[post("/admin/documents/{id}/refunds")]
async fn refund(
    app: Data<App>,
    who: May<rights::PaymentsRefund>,
    key: IdempotencyKey,
    id: Path<DocumentId>,
    run: Query<DryRun>,
    reads: Reads,
    input: Json<NewRefund>,
) -> Result<impl Responder> {
    if !run.dry_run {
        need_sudo_in_browser(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    }
    let now = app.clock.now();
    let once = Once::new(&who.actor, "refundDocument", &key, *id, &input.0)?;
    let mut conn = app.db.get().await?;
    let effect = conn
        .transaction(async |tx| {
            if run.dry_run {
                return actions::preview(tx, now, *id, &input, reads.0).await;
            }
            if let Some(earlier) = once.earlier(tx).await? {
                return Ok::<RefundEffect, crate::Error>(earlier);
            }
            let effect = actions::refund(tx, now, &who.actor, *id, &input, reads.0).await?;
            once.keep(tx, now, &effect).await?;
            Ok(effect)
        })
        .await?;
    let status = if effect.dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok(Json(effect).customize().with_status(status))
}

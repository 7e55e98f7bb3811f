//! One act on many services.

use actix_web::post;
use actix_web::web::Data;
use jiff::Timestamp;
use shared::bulk::{BulkResults, ServiceBulk, ServiceBulkAction};
use shared::services::SuspensionReason;
use shared::{DryRun, ServiceId};
use uuid::Uuid;

use crate::App;
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::bulk::{Bulk, check_ids};
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::MaybeKey;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Query, rights};
use crate::services::actions::{self, Scope};

pub fn routes(cfg: &mut Routes) {
    cfg.service(act_on_many);
}

/// Suspend, resume, retry or terminate many services, with a result for each.
#[utoipa::path(tag = "services", operation_id = "actOnServices", params(DryRun, MaybeKey), request_body = ServiceBulk,
    responses((status = 200, body = BulkResults)), extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/bulk")]
async fn act_on_many(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    key: MaybeKey,
    dry: Query<DryRun>,
    input: Json<ServiceBulk>,
) -> Result<Json<BulkResults>> {
    let ids: Vec<Uuid> = input.ids.iter().map(|id| id.0).collect();
    check(&input, &ids)?;
    let bulk =
        Bulk { app: &app, actor: &who.actor, operation: "actOnServices", key: &key, dry_run: dry.dry_run };
    let results =
        bulk.each(&input.0, &ids, async |tx, now, id| act(tx, now, &who.actor, &input, ServiceId(id)).await);
    Ok(Json(results.await?))
}

fn check(input: &ServiceBulk, ids: &[Uuid]) -> Result<()> {
    let mut fields = Fields::new();
    check_ids(&mut fields, ids);
    fields.text("note", &input.note, 300);
    let terminates = input.action == ServiceBulkAction::Terminate;
    fields.check(!terminates || input.when.is_some(), "when", "required", "Say when they end.");
    let reasons = [None, Some(SuspensionReason::Staff), Some(SuspensionReason::Abuse)];
    fields.check(reasons.contains(&input.reason), "reason", "invalid", "Choose staff or abuse.");
    fields.finish()
}

async fn act(tx: &mut Conn, now: Timestamp, actor: &Actor, input: &ServiceBulk, id: ServiceId) -> Result<()> {
    match input.action {
        ServiceBulkAction::Suspend => {
            let reason = input.reason.unwrap_or(SuspensionReason::Staff);
            actions::suspend(tx, now, actor, id, reason, &input.note).await
        }
        ServiceBulkAction::Resume => actions::resume(tx, now, actor, id, &input.note).await,
        ServiceBulkAction::Retry => actions::retry(tx, now, actor, id).await,
        ServiceBulkAction::Terminate => {
            let when = input.when.ok_or_else(|| Refusal::field("when", "required", "Say when they end."))?;
            actions::terminate(tx, now, actor, Scope::Staff, id, when, &input.note).await
        }
    }
}

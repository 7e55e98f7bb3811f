//! `/admin/documents/drafts` and what is done with a draft.

use actix_web::http::StatusCode;
use actix_web::web::Data;
use actix_web::{HttpResponse, Responder, delete, post, put};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::billing::document::DocumentDetail;
use shared::billing::draft::{DeleteDraft, DraftChange, DraftQuote, IssueDraft, NewDraft};
use shared::{DocumentId, DryRun, Tried};

use super::actions;
use crate::App;
use crate::billing::document::show::{self, Reader};
use crate::billing::document::{Document, Terms, rehearsal};
use crate::db::Conn;
use crate::http::error::Result;
use crate::http::idempotency::{Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{IdempotencyKey, Json, May, Path, Query, Reads, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(quote).service(create).service(change).service(remove).service(issue);
}

async fn shown(tx: &mut Conn, now: Timestamp, row: Document, reads: Reads) -> Result<DocumentDetail> {
    let today = Terms::load(tx).await?.today(now);
    show::detail(tx, row, today, Reader::Staff, reads.0).await
}

/// What lines written by hand come to for a client.
#[utoipa::path(tag = "billing", operation_id = "quoteDraft", request_body = NewDraft,
    responses((status = 200, body = DraftQuote), (status = 404)), extensions(("x-permission" = json!("documents.create"))))]
#[post("/admin/documents/drafts/quote")]
async fn quote(
    app: Data<App>,
    _who: May<rights::DocumentsCreate>,
    reads: Reads,
    input: Json<NewDraft>,
) -> Result<Json<DraftQuote>> {
    Ok(Json(actions::quote(&mut *app.db.get().await?, app.clock.now(), &input, reads.0).await?))
}

/// Draft a document with lines written by hand.
#[utoipa::path(tag = "billing", operation_id = "createDraft", request_body = NewDraft, params(IdempotencyKey),
    responses((status = 201, body = DocumentDetail), (status = 404)), extensions(("x-permission" = json!("documents.create"))))]
#[post("/admin/documents/drafts")]
async fn create(
    app: Data<App>,
    who: May<rights::DocumentsCreate>,
    key: IdempotencyKey,
    reads: Reads,
    input: Json<NewDraft>,
) -> Result<impl Responder> {
    let now = app.clock.now();
    let once = Once::new(&who.actor, "createDraft", &key, input.client_id, &input.0)?;
    let mut conn = app.db.get().await?;
    let detail = answer_once(&mut conn, now, Some(&once), async |tx| {
        let row = actions::create(tx, now, &who.actor, &input).await?;
        shown(tx, now, row, reads).await
    })
    .await?;
    Ok(Json(detail).customize().with_status(StatusCode::CREATED))
}

/// Write the lines of a draft anew.
#[utoipa::path(tag = "billing", operation_id = "changeDraft", params(("id" = DocumentId, Path)),
    request_body = DraftChange, responses((status = 200, body = DocumentDetail)),
    extensions(("x-permission" = json!("documents.create"))))]
#[put("/admin/documents/{id}/draft")]
async fn change(
    app: Data<App>,
    who: May<rights::DocumentsCreate>,
    id: Path<DocumentId>,
    reads: Reads,
    input: Json<DraftChange>,
) -> Result<Json<DocumentDetail>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let detail = conn
        .transaction::<_, crate::Error, _>(async |tx| {
            let row = actions::change(tx, now, &who.actor, *id, &input).await?;
            shown(tx, now, row, reads).await
        })
        .await?;
    Ok(Json(detail))
}

/// Delete a draft.
#[utoipa::path(tag = "billing", operation_id = "deleteDraft", params(("id" = DocumentId, Path), DeleteDraft),
    responses((status = 204, description = "Deleted.")), extensions(("x-permission" = json!("documents.create"))))]
#[delete("/admin/documents/{id}/draft")]
async fn remove(
    app: Data<App>,
    who: May<rights::DocumentsCreate>,
    id: Path<DocumentId>,
    input: Query<DeleteDraft>,
) -> Result<HttpResponse> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, crate::Error, _>(async |tx| {
        actions::delete(tx, now, &who.actor, *id, input.version).await
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Issue a draft: it is frozen, numbered and sent. Or learn what that would do.
#[utoipa::path(tag = "billing", operation_id = "issueDraft", params(("id" = DocumentId, Path), DryRun, IdempotencyKey),
    request_body = IssueDraft, responses((status = 200, body = Tried<DocumentDetail>)),
    extensions(("x-permission" = json!("documents.create"))))]
#[post("/admin/documents/{id}/issue")]
async fn issue(
    app: Data<App>,
    who: May<rights::DocumentsCreate>,
    key: IdempotencyKey,
    id: Path<DocumentId>,
    dry: Query<DryRun>,
    reads: Reads,
    input: Json<IssueDraft>,
) -> Result<Json<Tried<DocumentDetail>>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if dry.dry_run {
        let would = rehearsal::issuing(&mut conn, now, &who.actor, *id, &input).await?;
        return Ok(Json(Tried::Would(would)));
    }
    let once = Once::new(&who.actor, "issueDraft", &key, *id, &input.0)?;
    let detail = answer_once(&mut conn, now, Some(&once), async |tx| {
        let row = actions::issue(tx, now, &who.actor, *id, &input).await?;
        shown(tx, now, row, reads).await
    })
    .await?;
    Ok(Json(Tried::Done(detail)))
}

//! Many documents at once: proformas cancelled, papers packed.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use anyhow::Context;
use shared::bulk::{ARCHIVE_MAX, ArchiveQuery, BulkResults, DocumentsCancel};
use shared::{Code, DocumentId, DryRun};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::routes_staff::file_name;
use super::{actions, paper, store};
use crate::App;
use crate::http::bulk::{Bulk, check_ids};
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::MaybeKey;
use crate::http::{Fields, Json, May, Query, rights};

/// The most bytes of an archive.
const ARCHIVE_BYTES_MAX: usize = 64 * 1024 * 1024;

pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(cancel_many).service(archive);
}

/// Cancel many unpaid proformas, with a result for each.
#[utoipa::path(tag = "billing", operation_id = "cancelDocuments", params(DryRun, MaybeKey), request_body = DocumentsCancel,
    responses((status = 200, body = BulkResults)), extensions(("x-permission" = json!("documents.cancel"))))]
#[post("/admin/documents/cancel")]
async fn cancel_many(
    app: Data<App>,
    who: May<rights::DocumentsCancel>,
    key: MaybeKey,
    dry: Query<DryRun>,
    input: Json<DocumentsCancel>,
) -> Result<Json<BulkResults>> {
    let ids: Vec<Uuid> = input.ids.iter().map(|id| id.0).collect();
    let mut fields = Fields::new();
    check_ids(&mut fields, &ids);
    fields.text("reason", &input.reason, 300);
    fields.finish()?;
    let bulk =
        Bulk { app: &app, actor: &who.actor, operation: "cancelDocuments", key: &key, dry_run: dry.dry_run };
    let results = bulk.each(&input.0, &ids, async |tx, now, id| {
        actions::cancel_as_it_is(tx, now, &who.actor, DocumentId(id), &input.reason).await
    });
    Ok(Json(results.await?))
}

/// A ZIP file.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct ZipFile(#[allow(dead_code, reason = "names the body in the API document")] Vec<u8>);

/// Download the papers of many documents as one ZIP file. All of them, or a refusal.
#[utoipa::path(tag = "billing", operation_id = "getDocumentsArchive", params(ArchiveQuery),
    responses((status = 200, description = "The frozen PDFs.", content_type = "application/zip", body = ZipFile)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents/archive")]
async fn archive(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    query: Query<ArchiveQuery>,
) -> Result<HttpResponse> {
    let ids = read_ids(&query.ids)?;
    let mut files = Vec::with_capacity(ids.len());
    let mut left = ARCHIVE_BYTES_MAX;
    for id in &ids {
        let row =
            store::find_for_staff(&mut *app.db.get().await?, *id).await?.ok_or_else(Refusal::not_found)?;
        let bytes = paper::of(&app, row.id).await?;
        left = left.checked_sub(bytes.len()).ok_or_else(|| Refusal::new(Code::TooLarge))?;
        files.push((file_name(row.number.as_deref().unwrap_or_default()), *id, bytes));
    }
    let bytes = actix_web::web::block(move || pack(&files)).await?.context("packing papers")?;
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header(("content-disposition", "attachment; filename=\"documents.zip\""))
        .insert_header(("cache-control", "private, no-cache"))
        .body(bytes))
}

fn read_ids(text: &str) -> Result<BTreeSet<DocumentId>> {
    let ids: Vec<_> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if !(1..=ARCHIVE_MAX).contains(&ids.len()) {
        let message = format!("Name 1 to {ARCHIVE_MAX} documents.");
        return Err(Refusal::field("ids", "out_of_range", message).into());
    }
    let read: Option<_> = ids.into_iter().map(|id| id.parse().ok()).collect();
    Ok(read.ok_or_else(|| Refusal::field("ids", "invalid", "Write ids with commas between them."))?)
}

/// Papers are packed as they are: PDF is compressed already. Two of one number, of two companies, are told apart by their id.
fn pack(files: &[(String, DocumentId, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    let mut taken = BTreeSet::new();
    for (name, id, bytes) in files {
        let name = if taken.insert(name) { name.clone() } else { format!("{name}-{id}") };
        packed.start_file(format!("{name}.pdf"), options)?;
        packed.write_all(bytes)?;
    }
    Ok(packed.finish()?.into_inner())
}

//! Many documents at once: cancelled, or their papers packed.

use std::collections::BTreeSet;
use std::io::{Cursor, Write};

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use anyhow::Context;
use shared::bulk::{ARCHIVE_MAX, ArchiveQuery, BulkResults, DocumentsCancel};
use shared::{Code, DocumentId, DryRun};
use uuid::Uuid;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::routes_staff::file_name;
use super::{actions, paper, store};
use crate::App;
use crate::http::bulk::{Bulk, check_ids, read_ids};
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::MaybeKey;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Query, rights};

/// The most bytes of an archive.
const ARCHIVE_BYTES_MAX: usize = 64 * 1024 * 1024;

pub fn routes(cfg: &mut Routes) {
    cfg.service(cancel_many).service(archive);
}

/// Cancel many unpaid proformas and invoices, with a result for each. Credit notes take invoices back.
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
    responses((status = 200, description = "The frozen PDFs.", content_type = "application/zip", body = ZipFile), (status = 404), (status = 409), (status = 413)),
    extensions(("x-permission" = json!("documents.view"))))]
#[get("/admin/documents/archive")]
async fn archive(
    app: Data<App>,
    _who: May<rights::DocumentsView>,
    query: Query<ArchiveQuery>,
) -> Result<HttpResponse> {
    let ids: BTreeSet<DocumentId> = read_ids("ids", &query.ids, ARCHIVE_MAX)?;
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

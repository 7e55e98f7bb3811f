//! Papers and logos as rows: what was frozen as bytes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{document_files, document_logos};
use shared::DocumentId;

use crate::db::Conn;

/// The frozen paper: its SHA-256 and bytes.
pub async fn file(conn: &mut Conn, id: DocumentId) -> QueryResult<Option<(Vec<u8>, Vec<u8>)>> {
    document_files::table
        .find(id)
        .select((document_files::sha256, document_files::bytes))
        .first(conn)
        .await
        .optional()
}

pub async fn file_hash(conn: &mut Conn, id: DocumentId) -> QueryResult<Option<Vec<u8>>> {
    document_files::table.find(id).select(document_files::sha256).first(conn).await.optional()
}

/// Freezes a paper; the first one stays. False: there was one.
pub async fn insert_file(
    conn: &mut Conn,
    now: Timestamp,
    id: DocumentId,
    sha256: &[u8],
    bytes: &[u8],
) -> QueryResult<bool> {
    let written = diesel::insert_into(document_files::table)
        .values((
            document_files::document_id.eq(id),
            document_files::sha256.eq(sha256),
            document_files::bytes.eq(bytes),
            document_files::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await?;
    Ok(written > 0)
}

/// A kept logo by its SHA-256.
pub async fn logo(conn: &mut Conn, sha256: &[u8]) -> QueryResult<Option<(String, Vec<u8>)>> {
    document_logos::table
        .find(sha256)
        .select((document_logos::media_type, document_logos::bytes))
        .first(conn)
        .await
        .optional()
}

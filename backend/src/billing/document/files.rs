//! Papers and logos as rows: what was frozen as bytes.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{document_files, document_logos};
use sha2::{Digest, Sha256};
use shared::DocumentId;
use shared::billing::DocumentStatus;

use super::frozen;
use super::store::Document;
use crate::billing::company;
use crate::db::Conn;
use crate::http::error::Result;

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

/// The logo on a document.
#[derive(Debug)]
pub struct ShownLogo {
    /// SHA-256 of the bytes in hexadecimal.
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// The logo that a document froze; of a draft, its company's present one. `None`: it has none.
pub async fn logo_of(conn: &mut Conn, row: &Document) -> Result<Option<ShownLogo>> {
    if row.status == DocumentStatus::Draft {
        let found = company::store::logo(conn, row.company_id).await?;
        return Ok(found.map(|(media_type, bytes)| ShownLogo {
            name: data_encoding::HEXLOWER.encode(&Sha256::digest(&bytes)),
            media_type: media_type.to_string(),
            bytes,
        }));
    }
    let Some(name) = frozen_name(row) else { return Ok(None) };
    let sha256 = data_encoding::HEXLOWER.decode(name.as_bytes()).map_err(anyhow::Error::new)?;
    let found = logo(conn, &sha256).await?;
    Ok(found.map(|(media_type, bytes)| ShownLogo { name, media_type, bytes }))
}

/// The name of the logo on a document, SHA-256 in hexadecimal; as `logo_of`.
pub async fn logo_name(conn: &mut Conn, row: &Document) -> QueryResult<Option<String>> {
    match row.status {
        DocumentStatus::Draft => frozen::present_logo(conn, row.company_id).await,
        _ => Ok(frozen_name(row)),
    }
}

fn frozen_name(row: &Document) -> Option<String> {
    row.seller.get("logo").and_then(|name| name.as_str()).map(str::to_owned)
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

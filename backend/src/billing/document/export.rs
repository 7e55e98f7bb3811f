//! A list of documents as a file.

use actix_web::HttpResponse;
use shared::FileQuery;
use shared::billing::document::DocumentSummary;

use super::show;
use super::store::{self, Listing};
use crate::http::Paging;
use crate::http::csv::{Column, Download, given};
use crate::http::error::Result;

/// All amounts are in `currency`.
const COLUMNS: &[Column<DocumentSummary>] = &[
    ("id", |document| document.id.to_string()),
    ("kind", |document| document.kind.to_string()),
    ("status", |document| document.status.to_string()),
    ("purpose", |document| document.purpose.to_string()),
    ("number", |document| given(&document.number)),
    ("company_id", |document| document.company_id.to_string()),
    ("company_name", |document| document.company_name.clone()),
    ("client_id", |document| document.client_id.to_string()),
    ("client_name", |document| document.client_name.clone()),
    ("net", |document| document.net.amount().to_string()),
    ("tax", |document| document.tax.amount().to_string()),
    ("total", |document| document.total.amount().to_string()),
    ("paid", |document| document.paid.amount().to_string()),
    ("due", |document| document.due.amount().to_string()),
    ("currency", |document| document.total.currency().to_string()),
    ("issued_on", |document| given(&document.issued_on)),
    ("due_on", |document| given(&document.due_on)),
    ("overdue", |document| document.overdue.to_string()),
    ("created_at", |document| document.created_at.to_string()),
];

/// All documents of the listing. Its `client` is the caller's own in the client area.
pub(super) async fn answer(
    mut download: Download,
    paging: &Paging,
    listing: &Listing,
    file: FileQuery,
) -> Result<HttpResponse> {
    let today = listing.today;
    let rows = store::all(&mut download.tx, paging, listing).await?;
    let told = download.answer("documents", file, COLUMNS, rows, async move |_, rows| {
        Ok(rows.iter().map(|row| show::summary(row, today)).collect())
    });
    told.await
}

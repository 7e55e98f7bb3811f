//! A list of transactions as a file.

use actix_web::HttpResponse;
use shared::billing::ledger::{TransactionFilter, TransactionSummary};
use shared::{ClientId, FileQuery, Language};

use super::{store, words};
use crate::App;
use crate::http::Paging;
use crate::http::csv::{Column, Download, given};
use crate::http::error::Result;

/// All amounts are in `currency`; `amount` is below zero when the wallet lost it.
const COLUMNS: &[Column<TransactionSummary>] = &[
    ("id", |transaction| transaction.id.to_string()),
    ("at", |transaction| transaction.at.to_string()),
    ("kind", |transaction| transaction.kind.to_string()),
    ("client_id", |transaction| transaction.client_id.to_string()),
    ("client_name", |transaction| transaction.client_name.clone()),
    ("description", |transaction| transaction.description.clone()),
    ("amount", |transaction| transaction.amount.to_string()),
    ("balance_before", |transaction| transaction.balance_before.to_string()),
    ("balance_after", |transaction| transaction.balance_after.to_string()),
    ("gross", |transaction| given(&transaction.gross)),
    ("fee", |transaction| given(&transaction.fee)),
    ("currency", |transaction| transaction.currency.to_string()),
    ("service_id", |transaction| given(&transaction.service_id)),
    ("document_id", |transaction| given(&transaction.document_id)),
    ("payment_id", |transaction| given(&transaction.payment_id)),
    ("period_from", |transaction| given(&transaction.period_from)),
    ("period_to", |transaction| given(&transaction.period_to)),
];

/// All transactions that the filter lets through, of one client when one is given.
pub(super) async fn answer(
    app: &App,
    client: Option<ClientId>,
    paging: &Paging,
    filter: &TransactionFilter,
    language: Language,
    file: FileQuery,
) -> Result<HttpResponse> {
    let language = file.language.unwrap_or(language);
    let mut download = Download::begin(app).await?;
    let rows = store::all(&mut download.tx, client, filter, paging).await?;
    let told = download.answer("transactions", file, COLUMNS, rows, async move |tx, rows| {
        let told = store::words(tx, &rows).await?;
        Ok(rows.iter().filter_map(|row| words::summary(row, &told, language)).collect())
    });
    told.await
}

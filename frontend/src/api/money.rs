//! Adding funds and documents of a client.

use shared::billing::document::{DocumentDetail, DocumentSummary, FundsOverview, FundsQuote, FundsRequest};
use shared::billing::payment::PaymentPage;
use shared::{ClientId, DocumentId, Page};

use super::client::{self, ApiError, Key};

pub async fn limits(client: ClientId) -> Result<FundsOverview, ApiError> {
    client::get(&format!("/clients/{client}/funds")).await
}

pub async fn quote(client: ClientId, request: &FundsRequest) -> Result<FundsQuote, ApiError> {
    client::post(&format!("/clients/{client}/funds/quote"), request).await
}

/// Issues a proforma; paying it tops up the wallet.
pub async fn add_funds(
    client: ClientId,
    request: &FundsRequest,
    key: &Key,
) -> Result<DocumentDetail, ApiError> {
    client::post_once(&format!("/clients/{client}/funds/proformas"), request, key).await
}

pub async fn documents(client: ClientId, query: &str) -> Result<Page<DocumentSummary>, ApiError> {
    client::get(&format!("/clients/{client}/documents?{query}")).await
}

pub async fn document(client: ClientId, id: DocumentId) -> Result<DocumentDetail, ApiError> {
    client::get(&format!("/clients/{client}/documents/{id}")).await
}

pub async fn payment_page(client: ClientId, id: DocumentId) -> Result<PaymentPage, ApiError> {
    client::get(&format!("/clients/{client}/documents/{id}/payment-methods")).await
}

/// Where the PDF is downloaded from.
pub fn pdf(client: ClientId, id: DocumentId) -> String {
    client::file(&format!("/clients/{client}/documents/{id}/pdf"))
}

//! Adding funds and documents of a client.

use shared::billing::document::{DocumentDetail, DocumentSummary, FundsOverview, FundsQuote, FundsRequest};
use shared::billing::payment::{PaidFromWallet, PayFromWallet, PaymentPage};
use shared::{ClientId, DocumentId, Page};

use super::client::{self, Key, Reply};

pub fn limits(client: ClientId) -> Reply<FundsOverview> {
    client::get(&format!("/clients/{client}/funds"))
}

pub fn quote(client: ClientId, request: &FundsRequest) -> Reply<FundsQuote> {
    client::post(&format!("/clients/{client}/funds/quote"), request)
}

/// Issues a proforma; paying it tops up the wallet.
pub fn add_funds(client: ClientId, request: &FundsRequest, key: &Key) -> Reply<DocumentDetail> {
    client::post_once(&format!("/clients/{client}/funds/proformas"), request, key)
}

pub fn documents(client: ClientId, query: &str) -> Reply<Page<DocumentSummary>> {
    client::get(&format!("/clients/{client}/documents?{query}"))
}

pub fn document(client: ClientId, id: DocumentId) -> Reply<DocumentDetail> {
    client::get(&format!("/clients/{client}/documents/{id}"))
}

pub fn payment_page(client: ClientId, id: DocumentId) -> Reply<PaymentPage> {
    client::get(&format!("/clients/{client}/documents/{id}/payment-methods"))
}

/// Pays a document out of the wallet.
pub fn pay_from_wallet(
    client: ClientId,
    id: DocumentId,
    body: &PayFromWallet,
    key: &Key,
) -> Reply<PaidFromWallet> {
    client::post_once(&format!("/clients/{client}/documents/{id}/pay-from-wallet"), body, key)
}

/// Where the PDF is downloaded from.
pub fn pdf(client: ClientId, id: DocumentId) -> String {
    client::file(&format!("/clients/{client}/documents/{id}/pdf"))
}

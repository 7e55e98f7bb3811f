//! Money, as staff see it: documents, payments, transactions, companies, taxes.

use shared::billing::company::*;
use shared::billing::document::*;
use shared::billing::ledger::*;
use shared::billing::payment::*;
use shared::billing::tax::*;
use shared::billing::wallet::*;
use shared::{ClientId, CompanyId, DocumentId, GatewayId, Page, PaymentId, TaxRuleId, TransferId};

use super::client::{self, ApiError, Key, Nothing};

pub async fn documents(query: String) -> Result<Page<DocumentSummary>, ApiError> {
    client::get(&format!("/admin/documents?{query}")).await
}

pub async fn document(id: DocumentId) -> Result<DocumentDetail, ApiError> {
    client::get(&format!("/admin/documents/{id}")).await
}

/// Issues a proforma that tops up a wallet.
pub async fn create_funds(body: &FundsRequestByStaff, key: &Key) -> Result<DocumentDetail, ApiError> {
    client::post_once("/admin/documents/funds", body, key).await
}

/// What adding an amount would cost a client, with tax.
pub async fn quote_funds(body: &FundsRequestByStaff) -> Result<FundsQuote, ApiError> {
    client::post("/admin/documents/funds/quote", body).await
}

pub async fn cancel_document(id: DocumentId, body: &CancelDocument) -> Result<DocumentDetail, ApiError> {
    client::post(&format!("/admin/documents/{id}/cancel"), body).await
}

/// Books money that came in for a document.
pub async fn book_payment(id: DocumentId, body: &NewPayment, key: &Key) -> Result<BookedPayment, ApiError> {
    client::post_once(&format!("/admin/documents/{id}/payments"), body, key).await
}

pub async fn payments(query: String) -> Result<Page<PaymentSummary>, ApiError> {
    client::get(&format!("/admin/payments?{query}")).await
}

pub async fn payment(id: PaymentId) -> Result<PaymentSummary, ApiError> {
    client::get(&format!("/admin/payments/{id}")).await
}

/// Where the ledger of a range of time is downloaded from; `format` is `csv` or `beancount`.
pub fn ledger_export(format: &str, from: &str, to: &str) -> String {
    let query = [("format", format), ("from", from), ("to", to)];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
    client::file(&format!("/admin/ledger/export?{}", ui::list::encode(&query)))
}

/// Transactions of all clients, or of one with `client=`.
pub async fn transactions(query: String) -> Result<TransactionPage, ApiError> {
    client::get(&format!("/admin/transactions?{query}")).await
}

/// One transaction with everything behind it.
pub async fn transaction(id: TransferId) -> Result<TransactionDetail, ApiError> {
    client::get(&format!("/admin/transactions/{id}")).await
}

/// Gives credit or corrects a balance.
pub async fn adjust(id: ClientId, body: &NewAdjustment, key: &Key) -> Result<Nothing, ApiError> {
    client::post_once(&format!("/admin/clients/{id}/adjustments"), body, key).await
}

pub async fn set_credit_limit(id: ClientId, body: &CreditLimitChange) -> Result<WalletSummary, ApiError> {
    client::put(&format!("/admin/clients/{id}/credit-limit"), body).await
}

pub async fn client_costs(id: ClientId) -> Result<CostSummary, ApiError> {
    client::get(&format!("/admin/clients/{id}/costs")).await
}

pub async fn companies(query: String) -> Result<Page<CompanySummary>, ApiError> {
    client::get(&format!("/admin/companies?{query}")).await
}

pub async fn company(id: CompanyId) -> Result<CompanyDetail, ApiError> {
    client::get(&format!("/admin/companies/{id}")).await
}

pub async fn create_company(body: &CompanyInput) -> Result<CompanyDetail, ApiError> {
    client::post("/admin/companies", body).await
}

pub async fn change_company(id: CompanyId, body: &CompanyInput) -> Result<CompanyDetail, ApiError> {
    client::put(&format!("/admin/companies/{id}"), body).await
}

pub async fn make_company_default(id: CompanyId) -> Result<CompanyDetail, ApiError> {
    client::act(&format!("/admin/companies/{id}/default")).await
}

pub async fn archive_company(id: CompanyId) -> Result<CompanyDetail, ApiError> {
    client::act(&format!("/admin/companies/{id}/archive")).await
}

pub async fn restore_company(id: CompanyId) -> Result<CompanyDetail, ApiError> {
    client::act(&format!("/admin/companies/{id}/restore")).await
}

/// Only one that nothing belongs to.
pub async fn delete_company(id: CompanyId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/companies/{id}")).await
}

pub async fn delete_logo(id: CompanyId) -> Result<CompanyDetail, ApiError> {
    client::delete(&format!("/admin/companies/{id}/logo")).await
}

pub async fn set_logo(id: CompanyId, body: &LogoInput) -> Result<CompanyDetail, ApiError> {
    client::put(&format!("/admin/companies/{id}/logo"), body).await
}

/// Numbers of one kind of document.
pub async fn set_series(
    id: CompanyId,
    kind: shared::billing::DocumentKind,
    body: &NumberSeriesInput,
) -> Result<CompanyDetail, ApiError> {
    client::put(&format!("/admin/companies/{id}/numbering/{kind}"), body).await
}

pub async fn create_gateway(id: CompanyId, body: &GatewayInput) -> Result<Gateway, ApiError> {
    client::post(&format!("/admin/companies/{id}/gateways"), body).await
}

pub async fn change_gateway(id: GatewayId, body: &GatewayInput) -> Result<Gateway, ApiError> {
    client::put(&format!("/admin/gateways/{id}"), body).await
}

/// Only one that nothing was paid through.
pub async fn delete_gateway(id: GatewayId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/gateways/{id}")).await
}

/// All rules, in the order in which they are read.
pub async fn tax_rules() -> Result<Vec<TaxRule>, ApiError> {
    Ok(client::get::<Page<TaxRule>>("/admin/tax-rules?per_page=200").await?.items)
}

pub async fn create_tax_rule(body: &TaxRuleInput) -> Result<TaxRule, ApiError> {
    client::post("/admin/tax-rules", body).await
}

pub async fn change_tax_rule(id: TaxRuleId, body: &TaxRuleInput) -> Result<TaxRule, ApiError> {
    client::put(&format!("/admin/tax-rules/{id}"), body).await
}

pub async fn delete_tax_rule(id: TaxRuleId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/tax-rules/{id}")).await
}

pub async fn move_tax_rule(id: TaxRuleId, body: &TaxRuleMove) -> Result<TaxRule, ApiError> {
    client::post(&format!("/admin/tax-rules/{id}/move"), body).await
}

pub async fn test_tax(body: &TaxTest) -> Result<TaxDecision, ApiError> {
    client::post("/admin/tax-rules/test", body).await
}

/// Adds rules; never overwrites. With `dry_run` it only says how many.
pub async fn add_tax_preset(body: &TaxPresetInput, dry_run: bool) -> Result<TaxPresetResult, ApiError> {
    client::post(&format!("/admin/tax-rules/presets?dry_run={dry_run}"), body).await
}

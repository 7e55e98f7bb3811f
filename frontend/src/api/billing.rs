//! Money, as staff see it: documents, payments, transactions, companies, taxes.

use shared::billing::company::*;
use shared::billing::document::*;
use shared::billing::draft::*;
use shared::billing::ledger::*;
use shared::billing::payment::*;
use shared::billing::refund::*;
use shared::billing::tax::*;
use shared::billing::template::*;
use shared::billing::vat::*;
use shared::billing::wallet::*;
use shared::bulk::{BulkResults, DocumentsCancel};
use shared::{ClientId, CompanyId, DocumentId, GatewayId, Page, PaymentId, Rehearsal, TaxRuleId, TransferId};

use super::client::{self, ApiError, Key, Nothing, Reply};

pub fn documents(query: String) -> Reply<Page<DocumentSummary>> {
    client::get(&format!("/admin/documents?{query}"))
}

pub fn document(id: DocumentId) -> Reply<DocumentDetail> {
    client::get(&format!("/admin/documents/{id}"))
}

/// Issues a proforma that tops up a wallet.
pub fn create_funds(body: &FundsRequestByStaff, key: &Key) -> Reply<DocumentDetail> {
    client::post_once("/admin/documents/funds", body, key)
}

/// What adding an amount would cost a client, with tax.
pub fn quote_funds(body: &FundsRequestByStaff) -> Reply<FundsQuote> {
    client::post("/admin/documents/funds/quote", body)
}

/// Cancels many unpaid proformas; `dry_run` only says which of them would be refused.
pub fn cancel_documents(body: &DocumentsCancel, dry_run: bool, key: &Key) -> Reply<BulkResults> {
    client::post_once(&format!("/admin/documents/cancel?dry_run={dry_run}"), body, key)
}

/// Where the papers of these documents are downloaded as one file.
pub fn archive(ids: &[uuid::Uuid]) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    client::file(&format!("/admin/documents/archive?ids={}", ids.join(",")))
}

pub fn cancel_document(id: DocumentId, body: &CancelDocument) -> Reply<DocumentDetail> {
    client::post(&format!("/admin/documents/{id}/cancel"), body)
}

/// Books money that came in for a document.
pub fn book_payment(id: DocumentId, body: &NewPayment, key: &Key) -> Reply<BookedPayment> {
    client::post_once(&format!("/admin/documents/{id}/payments"), body, key)
}

/// Pays an invoice back; with `dry_run` it only says what would happen.
pub fn refund(id: DocumentId, body: &NewRefund, dry_run: bool, key: &Key) -> Reply<RefundEffect> {
    client::post_once(&format!("/admin/documents/{id}/refunds?dry_run={dry_run}"), body, key)
}

/// Pays a document out of its client's wallet, whole or in part.
pub fn pay_from_wallet(id: DocumentId, body: &PayFromWallet, key: &Key) -> Reply<PaidFromWallet> {
    client::post_once(&format!("/admin/documents/{id}/pay-from-wallet"), body, key)
}

/// What lines written by hand come to for a client.
pub fn quote_draft(body: &NewDraft) -> Reply<DraftQuote> {
    client::post("/admin/documents/drafts/quote", body)
}

pub fn create_draft(body: &NewDraft, key: &Key) -> Reply<DocumentDetail> {
    client::post_once("/admin/documents/drafts", body, key)
}

pub fn change_draft(id: DocumentId, body: &DraftChange) -> Reply<DocumentDetail> {
    client::put(&format!("/admin/documents/{id}/draft"), body)
}

pub fn delete_draft(id: DocumentId, version: i32) -> Reply<Nothing> {
    client::delete(&format!("/admin/documents/{id}/draft?version={version}"))
}

pub fn issue_draft(id: DocumentId, body: &IssueDraft, key: &Key) -> Reply<DocumentDetail> {
    client::post_once(&format!("/admin/documents/{id}/issue"), body, key)
}

/// Credits a client with what of a payment matches nothing.
pub fn assign_payment(id: PaymentId, body: &AssignPayment, key: &Key) -> Reply<PaymentSummary> {
    client::post_once(&format!("/admin/payments/{id}/assign"), body, key)
}

pub fn payments(query: String) -> Reply<Page<PaymentSummary>> {
    client::get(&format!("/admin/payments?{query}"))
}

pub fn payment(id: PaymentId) -> Reply<PaymentSummary> {
    client::get(&format!("/admin/payments/{id}"))
}

/// Where the ledger of a range of time is downloaded from; `format` is `csv` or `beancount`.
pub fn ledger_export(format: &str, from: &str, to: &str) -> String {
    let query = [("format", format), ("from", from), ("to", to)];
    let query = query.map(|(name, value)| (name.to_owned(), value.to_owned()));
    client::file(&format!("/admin/ledger/export?{}", ui::list::encode(&query)))
}

/// Where the file of a quarter for the One Stop Shop is downloaded from.
pub fn oss(company: CompanyId, quarter: &str) -> String {
    client::file(&format!("/admin/companies/{company}/oss/csv?quarter={quarter}"))
}

/// Transactions of all clients, or of one with `client=`.
pub fn transactions(query: String) -> Reply<Page<TransactionSummary>> {
    client::get(&format!("/admin/transactions?{query}"))
}

/// One transaction with everything behind it.
pub fn transaction(id: TransferId) -> Reply<TransactionDetail> {
    client::get(&format!("/admin/transactions/{id}"))
}

/// Gives credit or corrects a balance.
pub fn adjust(id: ClientId, body: &NewAdjustment, key: &Key) -> Reply<Nothing> {
    client::post_once(&format!("/admin/clients/{id}/adjustments"), body, key)
}

pub fn set_credit_limit(id: ClientId, body: &CreditLimitChange) -> Reply<WalletSummary> {
    client::put(&format!("/admin/clients/{id}/credit-limit"), body)
}

/// What clients were charged on each of the last thirty days.
pub fn client_charges(clients: &[ClientId]) -> Reply<Vec<ClientCharges>> {
    let ids: Vec<String> = clients.iter().map(ToString::to_string).collect();
    client::get(&format!("/admin/client-charges?clients={}", ids.join(",")))
}

/// What was asked about a client's VAT id, newest first.
pub fn vat_checks(id: ClientId, query: String) -> Reply<Page<VatCheck>> {
    client::get(&format!("/admin/clients/{id}/vat-checks?{query}"))
}

/// Has a client's VAT id checked by a task.
pub fn check_vat_id(id: ClientId) -> Reply<VatCheckTask> {
    client::act(&format!("/admin/clients/{id}/vat-check"))
}

/// Keeps an answer that staff got in another way.
pub fn record_vat_answer(id: ClientId, body: &VatAnswer, key: &Key) -> Reply<VatCheck> {
    client::post_once(&format!("/admin/clients/{id}/vat-checks"), body, key)
}

pub fn client_costs(id: ClientId) -> Reply<CostSummary> {
    client::get(&format!("/admin/clients/{id}/costs"))
}

pub fn companies(query: String) -> Reply<Page<CompanySummary>> {
    client::get(&format!("/admin/companies?{query}"))
}

pub fn company(id: CompanyId) -> Reply<CompanyDetail> {
    client::get(&format!("/admin/companies/{id}"))
}

pub fn create_company(body: &CompanyInput) -> Reply<CompanyDetail> {
    client::post("/admin/companies", body)
}

pub fn change_company(id: CompanyId, body: &CompanyInput) -> Reply<CompanyDetail> {
    client::put(&format!("/admin/companies/{id}"), body)
}

pub fn make_company_default(id: CompanyId) -> Reply<CompanyDetail> {
    client::act(&format!("/admin/companies/{id}/default"))
}

/// Says what making it the default would do.
pub fn rehearse_default_company(id: CompanyId) -> Reply<Rehearsal> {
    client::act(&format!("/admin/companies/{id}/default?dry_run=true"))
}

pub fn archive_company(id: CompanyId) -> Reply<CompanyDetail> {
    client::act(&format!("/admin/companies/{id}/archive"))
}

/// Says what archiving it would do.
pub fn rehearse_archive_company(id: CompanyId) -> Reply<Rehearsal> {
    client::act(&format!("/admin/companies/{id}/archive?dry_run=true"))
}

pub fn restore_company(id: CompanyId) -> Reply<CompanyDetail> {
    client::act(&format!("/admin/companies/{id}/restore"))
}

pub fn delete_logo(id: CompanyId, version: i32) -> Reply<CompanyDetail> {
    client::delete(&format!("/admin/companies/{id}/logo?version={version}"))
}

pub fn set_logo(id: CompanyId, body: &LogoInput) -> Reply<CompanyDetail> {
    client::put(&format!("/admin/companies/{id}/logo"), body)
}

/// Numbers of one kind of document.
pub fn set_series(
    id: CompanyId,
    kind: shared::billing::DocumentKind,
    body: &NumberSeriesInput,
) -> Reply<CompanyDetail> {
    client::put(&format!("/admin/companies/{id}/numbering/{kind}"), body)
}

pub fn templates(id: CompanyId) -> Reply<Vec<TemplateSummary>> {
    client::get(&format!("/admin/companies/{id}/templates"))
}

/// `place` is kind and language: `invoice/en`.
pub fn template(id: CompanyId, place: &str) -> Reply<TemplateDetail> {
    client::get(&format!("/admin/companies/{id}/templates/{place}"))
}

pub fn set_template(id: CompanyId, place: &str, body: &TemplateInput) -> Reply<TemplateDetail> {
    client::put(&format!("/admin/companies/{id}/templates/{place}"), body)
}

/// Goes back to the built-in template.
pub fn delete_template(id: CompanyId, place: &str, version: i32) -> Reply<TemplateDetail> {
    client::delete(&format!("/admin/companies/{id}/templates/{place}?version={version}"))
}

/// How a sample looks with a template that is not saved.
pub fn preview_template(id: CompanyId, place: &str, body: &TemplateTrial) -> Reply<TemplatePreview> {
    client::post(&format!("/admin/companies/{id}/templates/{place}/preview"), body)
}

pub fn create_gateway(id: CompanyId, body: &GatewayInput) -> Reply<Gateway> {
    client::post(&format!("/admin/companies/{id}/gateways"), body)
}

pub fn change_gateway(id: GatewayId, body: &GatewayInput) -> Reply<Gateway> {
    client::put(&format!("/admin/gateways/{id}"), body)
}

/// Only one that nothing was paid through.
pub fn delete_gateway(id: GatewayId) -> Reply<Nothing> {
    client::delete(&format!("/admin/gateways/{id}"))
}

/// Says what deleting it would do.
pub fn rehearse_delete_gateway(id: GatewayId) -> Reply<Rehearsal> {
    client::delete(&format!("/admin/gateways/{id}?dry_run=true"))
}

/// All rules, in the order in which they are read.
pub async fn tax_rules() -> Result<Vec<TaxRule>, ApiError> {
    Ok(client::get::<Page<TaxRule>>("/admin/tax-rules?per_page=200").await?.items)
}

pub fn create_tax_rule(body: &TaxRuleInput) -> Reply<TaxRule> {
    client::post("/admin/tax-rules", body)
}

pub fn change_tax_rule(id: TaxRuleId, body: &TaxRuleInput) -> Reply<TaxRule> {
    client::put(&format!("/admin/tax-rules/{id}"), body)
}

pub fn delete_tax_rule(id: TaxRuleId) -> Reply<Nothing> {
    client::delete(&format!("/admin/tax-rules/{id}"))
}

/// Says what deleting it would do.
pub fn rehearse_delete_tax_rule(id: TaxRuleId) -> Reply<Rehearsal> {
    client::delete(&format!("/admin/tax-rules/{id}?dry_run=true"))
}

pub fn move_tax_rule(id: TaxRuleId, body: &TaxRuleMove) -> Reply<TaxRule> {
    client::post(&format!("/admin/tax-rules/{id}/move"), body)
}

/// Says what moving it would do.
pub fn rehearse_move_tax_rule(id: TaxRuleId, body: &TaxRuleMove) -> Reply<Rehearsal> {
    client::post(&format!("/admin/tax-rules/{id}/move?dry_run=true"), body)
}

pub fn test_tax(body: &TaxTest) -> Reply<TaxDecision> {
    client::post("/admin/tax-rules/test", body)
}

/// Adds rules; never overwrites. With `dry_run` it only says how many.
pub fn add_tax_preset(body: &TaxPresetInput, dry_run: bool) -> Reply<TaxPresetResult> {
    client::post(&format!("/admin/tax-rules/presets?dry_run={dry_run}"), body)
}

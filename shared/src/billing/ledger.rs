//! The ledger as clients and staff see it.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{AccountKind, TransferKind};
use crate::{
    ClientId, CompanyId, Currency, DocumentId, LedgerAccountId, Money, Month, PaymentId, PostingId,
    ServiceId, TransferId,
};

/// One movement of a client's wallet, as a row of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransactionSummary {
    pub id: TransferId,
    pub at: Timestamp,
    /// What it was.
    pub kind: TransferKind,
    pub client_id: ClientId,
    /// The client's company or own name.
    pub client_name: String,
    pub currency: Currency,
    /// What the wallet gained; negative when it lost.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("-0.0500")))]
    pub amount: Decimal,
    /// Balance of the wallet before it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("10.0000")))]
    pub balance_before: Decimal,
    /// Balance of the wallet after it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("9.9500")))]
    pub balance_after: Decimal,
    /// Payments: everything that came in with the same event, before tax and fees.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, examples("123.0000")))]
    pub gross: Option<Decimal>,
    /// Payments: what the gateway kept.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, examples("0.0000")))]
    pub fee: Option<Decimal>,
    /// A sentence in the reader's language.
    pub description: String,
    pub service_id: Option<ServiceId>,
    pub document_id: Option<DocumentId>,
    pub payment_id: Option<PaymentId>,
    pub period_from: Option<Timestamp>,
    pub period_to: Option<Timestamp>,
}

/// Transactions, newest first; `next` goes on where this page ends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransactionPage {
    /// The transactions of this page.
    pub items: Vec<TransactionSummary>,
    /// Number of this page, from 1; 1 when paged by `after`.
    pub page: u32,
    pub per_page: u32,
    /// Transactions of all pages; counted up to 10000.
    pub total: i64,
    /// Give it as `after` to read on. `None`: this was the last page.
    pub next: Option<String>,
}

/// One movement with its "why?".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransactionDetail {
    #[serde(flatten)]
    pub summary: TransactionSummary,
    /// Who did it: `system`, `admin:…`, `user:…`.
    pub actor: String,
    pub posting_id: PostingId,
    /// Every movement of the same event, double entry.
    pub movements: Vec<Movement>,
    /// What each service was charged, oldest period first; what is `archived` is not among them.
    pub charges: Vec<ChargeDetail>,
    /// Its single charges that are in files, by month.
    pub archived: Vec<ArchivedPart>,
    /// What `amount` is made of; empty where `charges` say it.
    pub lines: Vec<WhyLine>,
    /// The reasons as stored with the movement.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub explanation: serde_json::Value,
    /// The transaction that this one takes back.
    pub reverses: Option<TransferId>,
    /// The transaction that takes this one back.
    pub reversed_by: Option<TransferId>,
}

/// Single charges of a movement that the provider moved into files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ArchivedPart {
    /// The month that they are for.
    pub month: Month,
    /// How many there are.
    pub charges: i64,
    /// What they come to.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("20.0000")))]
    pub amount: Decimal,
    pub archived_at: Timestamp,
    /// The same in words, in the reader's language.
    pub text: String,
}

/// A part of an amount, for people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WhyLine {
    /// What it is for, in the reader's language.
    pub text: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("20.0000")))]
    pub amount: Decimal,
}

/// One row of the ledger: an amount that left one account and reached another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Movement {
    pub id: TransferId,
    /// What it was.
    pub kind: TransferKind,
    /// The account that it left.
    pub debit: LedgerAccount,
    /// The account that it reached.
    pub credit: LedgerAccount,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("23.0000")))]
    pub amount: Decimal,
    pub currency: Currency,
}

/// An account of the ledger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LedgerAccount {
    pub id: LedgerAccountId,
    /// What it keeps count of.
    pub kind: AccountKind,
    /// Tax accounts: the tax. Gateway accounts: the gateway's id. Otherwise empty.
    pub name: String,
    pub company_id: Option<CompanyId>,
    pub client_id: Option<ClientId>,
}

/// What one service was charged for one stretch of time, and why it was that much.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChargeDetail {
    pub service_id: ServiceId,
    /// What the client calls the service.
    pub label: String,
    pub product: String,
    pub period_from: Timestamp,
    pub period_to: Timestamp,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("0.0278")))]
    pub amount: Decimal,
    pub currency: Currency,
    /// Which of the service's prices it was.
    pub price_version: i32,
    /// The price of a period at that version; `None` for fees.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, examples("20.0000")))]
    pub price: Option<Decimal>,
    /// The rows of the product and its options that `price` is the sum of; those that are free are left out.
    pub lines: Vec<WhyLine>,
    /// By the hour within a month: the hours and their place in it.
    pub hours: Option<ChargedHours>,
    /// How many charges of a month this one row sums up, because the single ones are in files. `null`: it is a single one.
    pub archived: Option<i64>,
    /// The arithmetic in one line, with its numbers.
    pub why: String,
}

/// What a service was charged in the last thirty days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceCharges {
    /// The first of the days, in UTC; the last one is today.
    pub from: Date,
    /// Each day in the currency of `total`, four decimals; a charge is of the day on which its period begins.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>, max_items = 30))]
    pub days: Vec<Decimal>,
    /// All of them together.
    pub total: Money,
}

/// Hours of one calendar month (UTC), counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChargedHours {
    pub first: u32,
    pub last: u32,
    /// Hours that the month has: 672 to 744.
    pub of_month: u32,
    /// The month: `2026-11`.
    pub month: String,
}

words! {
    /// What staff do to a balance by hand.
    AdjustmentKind {
        /// A present: from goodwill to the wallet.
        Goodwill = "goodwill",
        /// A correction in the client's favour.
        CorrectUp = "correct_up",
        /// A correction in the provider's favour; may lead into debt.
        CorrectDown = "correct_down",
    }
}

/// Changes a balance by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAdjustment {
    /// What is done.
    pub kind: AdjustmentKind,
    /// Above zero, with at most the currency's own decimals; four when it takes a transaction back.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 28, examples("25.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub amount: String,
    /// The wallet's currency, as a check.
    pub currency: Currency,
    /// Why; the client sees it.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 300))]
    pub reason: String,
    /// A correction: the transaction of the same client that it takes back, whole and once.
    #[serde(default)]
    pub reverses: Option<TransferId>,
}

/// Which charges of a service to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ChargeFilter {
    /// For periods that begin at or after this instant; an archived month when any of it is.
    pub from: Option<Timestamp>,
    /// For periods that begin before this instant.
    pub to: Option<Timestamp>,
}

/// Which transactions to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct TransactionFilter {
    /// Only of this client.
    pub client: Option<ClientId>,
    /// Only of this kind.
    pub kind: Option<TransferKind>,
    /// Only of this service.
    pub service: Option<ServiceId>,
    /// Only of this document.
    pub document: Option<DocumentId>,
    /// Booked at or after this instant.
    pub from: Option<Timestamp>,
    /// Booked before this instant.
    pub to: Option<Timestamp>,
    /// The `next` of the page before; goes on there instead of counting pages.
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub after: Option<String>,
}

words! {
    /// A file format of the ledger.
    ExportFormat {
        Csv = "csv",
        /// Plain-text accounting.
        Beancount = "beancount",
    }
}

/// Which part of the ledger to export, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct LedgerExportQuery {
    /// How it is written.
    pub format: ExportFormat,
    /// Booked at or after this instant.
    pub from: Timestamp,
    /// Booked before this instant.
    pub to: Timestamp,
}

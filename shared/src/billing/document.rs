//! Proformas, invoices and credit notes; adding funds.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::company::Labelled;
use super::draft::TaxClass;
use super::payment::{PaymentChoice, PaymentSummary};
use super::refund::RefundSummary;
use super::tax::TaxDecision;
use super::{DocumentKind, DocumentStatus};
use crate::{ClientId, CompanyId, DocumentId, Language, Money, OrderId};

words! {
    /// What paying a document does.
    DocumentPurpose {
        /// Tops up the wallet.
        Funds = "funds",
        /// Settles the lines themselves.
        Lines = "lines",
    }
}

words! {
    /// What can be done with a document now.
    DocumentAction {
        /// Pay it: there is a payment page.
        Pay = "pay",
        /// Book a payment that came in.
        AddPayment = "add_payment",
        /// Pay it out of the wallet.
        PayFromWallet = "pay_from_wallet",
        Cancel = "cancel",
        /// Pay back what was paid, or a part of it.
        Refund = "refund",
        /// Edit, issue or delete the draft.
        Draft = "draft",
    }
}

words! {
    /// A format of electronic invoices.
    XmlFormat {
        /// UN/CEFACT CII D16B, profile EN 16931 of Factur-X.
        Cii = "cii",
        /// UBL 2.1 with the rules of EN 16931.
        Ubl = "ubl",
        /// The Polish structured invoice FA(3) of KSeF.
        Fa3 = "fa3",
    }
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentSummary {
    pub id: DocumentId,
    pub kind: DocumentKind,
    pub status: DocumentStatus,
    pub purpose: DocumentPurpose,
    /// `null`: a draft.
    pub number: Option<String>,
    pub company_id: CompanyId,
    /// The seller, as frozen.
    pub company_name: String,
    pub client_id: ClientId,
    /// The buyer, as frozen.
    pub client_name: String,
    pub net: Money,
    pub tax: Money,
    pub total: Money,
    pub paid: Money,
    /// What is left to pay; zero when nothing is, also when cancelled.
    pub due: Money,
    pub issued_on: Option<Date>,
    pub due_on: Option<Date>,
    /// Not paid in time.
    pub overdue: bool,
    pub created_at: Timestamp,
}

/// One document with everything on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentDetail {
    pub document: DocumentSummary,
    pub seller: DocumentParty,
    pub buyer: DocumentParty,
    pub lines: Vec<DocumentLine>,
    pub taxes: Vec<DocumentTax>,
    /// Why these taxes.
    pub tax_decision: TaxDecision,
    /// Sentences printed below the totals.
    pub notes: Vec<String>,
    /// How to pay, in the seller's words, as frozen; papers of proformas print it. Empty: nothing.
    pub pay_to: String,
    /// The seller's account, as frozen; papers of proformas print it. Empty: none.
    pub bank: Vec<Labelled>,
    /// What the seller prints at the foot of each page, as frozen; may be empty.
    pub footer: String,
    /// Language of the paper.
    pub language: Language,
    pub issued_at: Option<Timestamp>,
    pub paid_at: Option<Timestamp>,
    pub cancelled_at: Option<Timestamp>,
    /// The proforma that this invoice came from.
    pub proforma: Option<DocumentLink>,
    /// The invoice that this proforma became, or that this credit note corrects.
    pub invoice: Option<DocumentLink>,
    /// The credit notes that correct this invoice, oldest first.
    pub credit_notes: Vec<DocumentLink>,
    /// The order that waits for it.
    pub order_id: Option<OrderId>,
    /// What was paid on it; an invoice shows the payments of its proforma.
    pub payments: Vec<PaymentSummary>,
    /// What was paid back: of an invoice all of it, of a credit note its own.
    pub refunds: Vec<RefundSummary>,
    /// What of an invoice can still be paid back, gross; staff only. `null`: nothing.
    pub refundable: Option<Money>,
    /// SHA-256 of the PDF in hexadecimal; `null` until it is made.
    pub pdf_sha256: Option<String>,
    /// SHA-256 of the logo in hexadecimal: the one that the document froze; of a draft, its home company's present one.
    /// `null`: it has none.
    pub logo_sha256: Option<String>,
    /// What it can be downloaded as besides the PDF.
    pub xml_formats: Vec<XmlFormat>,
    /// What the caller can do with it now.
    pub actions: Vec<DocumentAction>,
    pub version: i32,
    pub updated_at: Timestamp,
}

/// Another document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentLink {
    pub id: DocumentId,
    pub kind: DocumentKind,
    pub number: Option<String>,
}

/// One of the two sides, as frozen at issue.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentParty {
    pub name: String,
    /// Address, line by line.
    pub address: Vec<String>,
    pub tax_ids: Vec<Labelled>,
    /// E-mail, phone, site.
    pub contacts: Vec<String>,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentLine {
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub position: i32,
    pub description: String,
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("1.0000")))]
    pub quantity: Decimal,
    pub unit: String,
    pub unit_price: Money,
    pub discount: Money,
    /// Which taxes it bears.
    pub tax_class: TaxClass,
    /// Net.
    pub amount: Money,
    /// What it is for: ids and numbers.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub explanation: serde_json::Value,
    /// The arithmetic in one line.
    pub why: String,
}

/// A tax of a document: `VAT` 23 % of 100.00 is 23.00.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentTax {
    pub name: String,
    /// Percent.
    #[cfg_attr(feature = "openapi", schema(value_type = String, examples("23.000")))]
    pub rate: Decimal,
    pub base: Money,
    pub amount: Money,
    /// The arithmetic in one line.
    pub why: String,
}

/// Which documents to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct DocumentFilter {
    /// Only of this kind.
    pub kind: Option<DocumentKind>,
    /// Only with this status.
    pub status: Option<DocumentStatus>,
    /// Of this home company.
    pub company: Option<CompanyId>,
    /// Of this client.
    pub client: Option<ClientId>,
    /// Issued on this day or later.
    pub issued_from: Option<Date>,
    /// Issued on this day or earlier.
    pub issued_to: Option<Date>,
    /// Only those that do, or do not, wait for money: unpaid or paid in part.
    pub open: Option<bool>,
    /// Only those that wait for money after the day to pay by, or only all others.
    pub overdue: Option<bool>,
}

/// Which of one's own documents to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct OwnDocumentFilter {
    /// Only of this kind.
    pub kind: Option<DocumentKind>,
    /// Only with this status.
    pub status: Option<DocumentStatus>,
    /// Issued on this day or later.
    pub issued_from: Option<Date>,
    /// Issued on this day or earlier.
    pub issued_to: Option<Date>,
    /// Only those that do, or do not, wait for money: unpaid or paid in part.
    pub open: Option<bool>,
    /// Only those that wait for money after the day to pay by, or only all others.
    pub overdue: Option<bool>,
}

/// In which format to tell one's own document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct OwnXmlQuery {
    /// One of the document's `xml_formats`.
    pub format: XmlFormat,
}

/// In which format to tell a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct XmlQuery {
    /// One of the document's `xml_formats`; FA(3) with `pln_rate` also where it is not among them.
    pub format: XmlFormat,
    /// What one unit of the document's currency was worth in PLN on the working day before it was issued, with up to six
    /// decimals. FA(3) needs it where Polish tax is stated in another currency; nothing else reads it.
    pub pln_rate: Option<String>,
}

/// Cancels a document that nobody has paid in full.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CancelDocument {
    pub version: i32,
    /// Why, for the log.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub reason: String,
}

/// What a client can add, before an amount is chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundsOverview {
    /// The smallest net amount.
    pub minimum: Money,
    /// The largest net amount.
    pub maximum: Money,
    /// The balance may not go above this.
    pub balance_maximum: Money,
    /// What is in the wallet now.
    pub balance: Money,
    /// True: name and billing address are there; without them no proforma can be issued.
    pub profile_complete: bool,
    /// How it can be paid, in the reader's language and the seller's order.
    pub methods: Vec<PaymentChoice>,
}

/// A net amount to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundsRequest {
    /// Net, in the client's currency, with at most the currency's own decimals.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("100.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub amount: String,
}

/// A net amount that staff add for a client. The client's limits do not apply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundsRequestByStaff {
    pub client_id: ClientId,
    /// Net, in the client's currency, with at most the currency's own decimals.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("100.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub amount: String,
}

/// What adding an amount costs, with tax.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FundsQuote {
    pub net: Money,
    pub taxes: Vec<DocumentTax>,
    pub tax: Money,
    /// To pay.
    pub total: Money,
    pub balance: Money,
    /// The balance once it is paid.
    pub balance_after: Money,
    /// Until when that lasts for the services that run now, as they are; `null`: it lasts for a year and more.
    pub lasts_until: Option<Timestamp>,
    /// Why these taxes.
    pub tax_decision: TaxDecision,
}

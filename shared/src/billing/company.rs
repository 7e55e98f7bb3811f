//! Home companies: the provider's legal entities that sell, how they number, and how they are paid.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::tax::TaxRate;
use super::{DocumentKind, NumberReset};
use crate::{CompanyId, Currency, GatewayId, Language};

/// The most bytes of a logo.
pub const LOGO_BYTES_MAX: usize = 1024 * 1024;

words! {
    /// Size of the sheet that documents are printed on.
    Paper {
        A4 = "a4",
        UsLetter = "us-letter",
    }
}

words! {
    /// How a gateway takes money.
    GatewayModule {
        /// Instructions for a transfer; staff book what arrives.
        BankTransfer = "bank_transfer",
    }
}

words! {
    /// The media type of a logo.
    LogoType {
        Png = "image/png",
        Svg = "image/svg+xml",
    }
}

/// A value with the label it is printed with: `NIP` 5260250274.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Labelled {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 50, examples("NIP")))]
    pub label: String,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, examples("5260250274")))]
    pub value: String,
}

/// The account that clients pay to. What is empty is not printed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BankAccount {
    /// Name of the bank.
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub bank: String,
    /// Checked by its check digits.
    #[cfg_attr(feature = "openapi", schema(max_length = 42, examples("PL61109010140000071219812874")))]
    pub iban: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 11, examples("WBKPPLPP")))]
    pub bic: String,
    /// Account number where there is no IBAN.
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub account: String,
}

/// Texts of lines that the program writes, in one language. `{YEAR} {MONTH} {DAY}` are filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ItemTexts {
    /// The line of a top-up.
    #[cfg_attr(feature = "openapi", schema(max_length = 200, examples("Account top-up {YEAR}/{MONTH}")))]
    pub funds: String,
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompanySummary {
    pub id: CompanyId,
    pub name: String,
    pub city: String,
    /// ISO 3166-1.
    pub country: String,
    pub currency: Currency,
    pub is_default: bool,
    pub archived_at: Option<Timestamp>,
    pub has_logo: bool,
    /// How many clients it sells to.
    pub clients: i64,
    /// How many documents it has, drafts among them.
    pub documents: i64,
    /// How many payment gateways it has.
    pub gateways: i64,
    pub created_at: Timestamp,
}

/// A home company as staff edit it. Sent whole: to create one, and to change one (with its `version`).
///
/// What documents show of it is frozen when they are issued: a change reaches only later ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompanyInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200, examples("Chmura sp. z o.o.")))]
    pub name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub line1: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub line2: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub city: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 20))]
    pub postcode: String,
    /// ISO 3166-1.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$", examples("PL")))]
    pub country: String,
    /// ISO 3166-2, of the country.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}-[A-Z0-9]{1,3}$", examples("PL-14")))]
    pub region: Option<String>,
    /// Printed on documents.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub email: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub phone: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub website: String,
    /// The currency offered first to its clients.
    pub currency: Currency,
    /// EU VAT id, for reverse charge; empty outside the EU.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 20, examples("PL5260250274")))]
    pub vat_id: String,
    /// Printed as they stand, at most ten.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 10))]
    pub tax_ids: Vec<Labelled>,
    /// Used when no tax rule matches; at most three.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 3))]
    pub fallback_rates: Vec<TaxRate>,
    #[serde(default)]
    pub bank: BankAccount,
    #[serde(default)]
    pub item_texts: BTreeMap<Language, ItemTexts>,
    /// How to pay, in the company's words; printed on proformas.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub pay_to: String,
    /// At the foot of each page.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub footer: String,
    #[serde(default = "a4")]
    pub paper: Paper,
    /// Sender of mails; empty: the general one.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub sender_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 254))]
    pub sender_email: String,
    /// Days until a document is due. `null`: the general setting.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 365))]
    pub due_days: Option<i32>,
    /// Whether the PDF of an invoice or credit note is PDF/A-3 with the electronic invoice inside (Factur-X, profile EN
    /// 16931). Documents that cannot be said in it keep an ordinary PDF.
    #[serde(default)]
    pub embed_einvoice: bool,
}

const fn a4() -> Paper {
    Paper::A4
}

/// A home company with all its tabs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompanyDetail {
    pub id: CompanyId,
    /// What can be edited, with its `version`.
    pub profile: CompanyInput,
    pub is_default: bool,
    pub archived_at: Option<Timestamp>,
    /// `null`: no logo. Fetch it at `…/logo`.
    pub logo_type: Option<LogoType>,
    /// Numbering of proformas, invoices and credit notes.
    pub series: Vec<NumberSeries>,
    pub gateways: Vec<Gateway>,
    pub clients: i64,
    /// A company with documents can only be archived.
    pub documents: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// How a company numbers one kind of document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberSeries {
    pub kind: DocumentKind,
    pub format: String,
    pub next_number: i64,
    pub reset: NumberReset,
    /// The number that a document issued now would get.
    pub next: String,
    pub version: i32,
}

/// Changes how a company numbers one kind of document, from the next one on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NumberSeriesInput {
    pub version: i32,
    /// With `{NUMBER}` or `{NUMBER:5}` once, and `{YEAR} {MONTH} {DAY}`.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 8, max_length = 100, examples("FAKTURA/{YEAR}/{MONTH}/{NUMBER}"))
    )]
    pub format: String,
    /// May not go back: numbers are given once.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 999999999))]
    pub next_number: i64,
    pub reset: NumberReset,
}

/// A logo: PNG or SVG, at most 1 MiB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogoInput {
    /// Of the company, as read; refused when somebody changed it meanwhile.
    pub version: i32,
    pub media_type: LogoType,
    /// The file, in Base64.
    #[cfg_attr(feature = "openapi", schema(max_length = 1400000))]
    pub content: String,
}

/// What clients read about a gateway, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayText {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, examples("Bank transfer")))]
    pub name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub description: String,
    /// How to pay. `{AMOUNT} {CURRENCY} {NUMBER}` are filled in.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub instructions: String,
}

/// A way to pay a home company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gateway {
    pub id: GatewayId,
    pub company_id: CompanyId,
    /// What can be edited, with its `version`.
    pub profile: GatewayInput,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A gateway as staff edit it. Sent whole: to create one, and to change one (with its `version`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GatewayInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    /// Unique within the company, stable, for scripts.
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 63, pattern = "^[a-z0-9][a-z0-9-]{0,62}$", examples("bank"))
    )]
    pub key: String,
    pub module: GatewayModule,
    /// Currencies it takes; empty: all.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 200))]
    pub currencies: Vec<Currency>,
    /// Name, description and instructions per language; at least one.
    pub texts: BTreeMap<Language, GatewayText>,
    #[serde(default)]
    pub sandbox: bool,
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Smallest first.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 100000))]
    pub sort: i32,
}

const fn yes() -> bool {
    true
}

//! Tax rules, and why a tax was decided.

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::ClientClass;
use crate::{ClientId, CompanyId, TaxRuleId};

/// The most rules that can be kept.
pub const RULES_MAX: usize = 1000;

/// A tax with its rate in percent: `VAT` 23.000.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRate {
    /// Printed on documents; also the name of the ledger account.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 30, examples("VAT")))]
    pub name: String,
    /// Percent, 0 to 100, at most three decimals.
    #[cfg_attr(feature = "openapi", schema(value_type = String, pattern = r"^\d{1,3}(\.\d{1,3})?$", examples("23.000")))]
    pub rate: Decimal,
}

/// A rule with its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRule {
    pub id: TaxRuleId,
    /// From the top, from 1. Rules are read downwards, the first match wins.
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub position: u32,
    /// What can be edited, with its `version`.
    pub rule: TaxRuleInput,
    /// Name of the company it is for; `null`: any.
    pub company_name: Option<String>,
    /// Why it can never match; `null`: it can.
    pub unreachable: Option<UnreachableRule>,
    pub updated_at: Timestamp,
}

words! {
    /// Why a rule can never match.
    UnreachableWhy {
        /// No client class is switched on.
        NoClass = "no_class",
        /// Its last day is before its first.
        NoDay = "no_day",
        /// Rules above it take everything it would.
        Shadowed = "shadowed",
    }
}

/// Why a rule can never match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UnreachableRule {
    pub why: UnreachableWhy,
    /// The rules above that shadow it.
    pub by: Vec<TaxRuleId>,
}

/// A rule as staff edit it. Sent whole: to create one (it goes to the bottom), and to change one (with its `version`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRuleInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    /// `null`: any home company.
    #[serde(default)]
    pub company_id: Option<CompanyId>,
    /// Country of the client by ISO 3166-1; `null`: any.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$", examples("CA")))]
    pub country: Option<String>,
    /// Region of the country by ISO 3166-2; `null`: the whole country.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}-[A-Z0-9]{1,3}$", examples("CA-QC")))]
    pub region: Option<String>,
    #[serde(default = "yes")]
    pub for_private: bool,
    /// For companies without a tax id.
    #[serde(default = "yes")]
    pub for_company: bool,
    /// For those with a tax id.
    #[serde(default = "yes")]
    pub for_taxed_company: bool,
    /// At most three; none is "no tax".
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 3))]
    pub rates: Vec<TaxRate>,
    /// Printed on the document.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// The last day.
    #[serde(default)]
    pub valid_to: Option<Date>,
}

const fn yes() -> bool {
    true
}

/// Moves a rule to another place; the others close up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxRuleMove {
    /// The new place from the top, from 1; beyond the end means last.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000))]
    pub position: u32,
    /// All rules in the order that was read; refused when they stand in another one meanwhile.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub read: Vec<TaxRuleId>,
}

words! {
    /// A ready set of rules.
    TaxPreset {
        /// The 27 members of the EU with their standard rates.
        Eu = "eu",
        /// Provinces and territories of Canada.
        Canada = "canada",
    }
}

/// Adds a ready set of rules at the bottom. What exists already is left alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxPresetInput {
    pub preset: TaxPreset,
    pub company_id: CompanyId,
}

/// What a preset added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxPresetResult {
    pub added: u32,
    /// Places that had a rule of this company already.
    pub skipped: u32,
    /// True: nothing was written.
    pub dry_run: bool,
}

/// Asks which taxes a client would bear.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxTest {
    pub client_id: ClientId,
    /// `null`: the client's own home company.
    #[serde(default)]
    pub company_id: Option<CompanyId>,
    /// `null`: today.
    #[serde(default)]
    pub on: Option<Date>,
}

words! {
    /// What decided a tax.
    TaxBasis {
        /// The buyer in another EU country accounts for it.
        ReverseCharge = "reverse_charge",
        Rule = "rule",
        /// No rule matched: the home company's own rates.
        Fallback = "fallback",
        /// Paid from the balance: its tax was decided when the money was added.
        Balance = "balance",
    }
}

words! {
    /// Why a rule did not match.
    TaxMismatch {
        OtherCompany = "other_company",
        OtherCountry = "other_country",
        OtherRegion = "other_region",
        OtherClass = "other_class",
        NotYetValid = "not_yet_valid",
        NoLongerValid = "no_longer_valid",
    }
}

words! {
    /// Why a sale to a business in another EU country is taxed all the same.
    NotReversed {
        /// Nobody has answered about its VAT id yet.
        NotChecked = "not_checked",
        /// Its VAT id was found invalid.
        InvalidVatId = "invalid_vat_id",
    }
}

/// A tax decision with its reasons, as frozen on documents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxDecision {
    pub basis: TaxBasis,
    /// The rule that matched.
    pub rule_id: Option<TaxRuleId>,
    /// Its place at that time.
    pub position: Option<u32>,
    /// None: no tax.
    pub rates: Vec<TaxRate>,
    /// Printed on the document.
    pub note: String,
    pub class: ClientClass,
    pub on: Date,
    /// The decision in one English sentence.
    pub sentence: String,
    /// Rules above it, each with the reason why it did not match.
    pub passed: Vec<PassedTaxRule>,
    /// The check of the client's VAT id that allows reverse charge, or forbids it.
    pub evidence: Option<VatEvidence>,
    /// Why it is no reverse charge; `null`: it is, or the sale crosses no border to a business.
    pub not_reversed: Option<NotReversed>,
}

/// A rule that was read and did not match.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PassedTaxRule {
    pub rule_id: TaxRuleId,
    pub position: u32,
    pub why: TaxMismatch,
}

/// The answer of a check of a VAT id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VatEvidence {
    pub valid: bool,
    pub checked_at: Timestamp,
    /// The office's number of the consultation, when it gave one.
    pub consultation: Option<String>,
    /// `vies`, `checksum` or `staff`.
    pub source: String,
}

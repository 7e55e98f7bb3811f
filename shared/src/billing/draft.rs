//! Documents that staff write by hand.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::document::DocumentTax;
use super::tax::TaxDecision;
use crate::{ClientId, Money};

/// The most lines of a document.
pub const LINES_MAX: usize = 100;

words! {
    /// Which taxes a line bears.
    TaxClass {
        /// Those that the tax rules decide.
        Standard = "standard",
        /// None.
        Exempt = "exempt",
    }
}

words! {
    /// What a draft is issued as.
    IssuedAs {
        /// A request for payment; the invoice follows the money.
        Proforma = "proforma",
        /// An invoice at once, to be paid by its due date.
        Invoice = "invoice",
    }
}

/// A line as staff write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftLine {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000, examples("Repair of a disk")))]
    pub description: String,
    /// Above zero, with at most four decimals.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("1.5"), pattern = r"^\d{1,7}(\.\d{1,4})?$")
    )]
    pub quantity: String,
    /// What is counted: `h`, `pcs`; may be empty.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 20, examples("h")))]
    pub unit: String,
    /// Net, in the client's currency, with at most four decimals.
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, examples("60.00"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub unit_price: String,
    /// An amount taken off the line, not more than the line comes to.
    #[serde(default = "zero")]
    #[cfg_attr(
        feature = "openapi",
        schema(min_length = 1, max_length = 28, default = "0", pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub discount: String,
    #[serde(default = "standard")]
    pub tax_class: TaxClass,
}

fn zero() -> String {
    "0".to_owned()
}

const fn standard() -> TaxClass {
    TaxClass::Standard
}

/// A document to be drafted, or only counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewDraft {
    pub client_id: ClientId,
    /// In the order they are printed.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub lines: Vec<DraftLine>,
}

/// A draft as it shall be, whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftChange {
    pub version: i32,
    /// In the order they are printed.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 100))]
    pub lines: Vec<DraftLine>,
}

/// Deletes a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct DeleteDraft {
    /// The version that was read.
    pub version: i32,
}

/// Issues a draft: it is frozen, numbered and sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IssueDraft {
    pub version: i32,
    /// Paid out of the wallet, a proforma bears no tax; an invoice gets a credit note over its tax.
    #[serde(default = "proforma")]
    pub kind: IssuedAs,
    /// Days until it is due. `null`: as the home company or the settings say.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 365))]
    pub due_days: Option<i32>,
}

const fn proforma() -> IssuedAs {
    IssuedAs::Proforma
}

/// What a draft comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DraftQuote {
    /// Net of each line, in order.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub lines: Vec<Decimal>,
    pub net: Money,
    pub taxes: Vec<DocumentTax>,
    pub tax: Money,
    /// To pay through a gateway; from the wallet only the net is taken.
    pub total: Money,
    /// Why these taxes.
    pub tax_decision: TaxDecision,
}

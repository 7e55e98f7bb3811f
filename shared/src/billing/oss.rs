//! What a company of the EU declares in the One Stop Shop: sales to private clients in other EU countries, by quarter.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{CompanyId, Currency, Money, Quarter};

words! {
    /// What a line of the file is.
    OssPart {
        /// Sold in the quarter, less what was given back in the same quarter.
        Supply = "supply",
        /// Given back in the quarter, of what an earlier one declared.
        Correction = "correction",
    }
}

/// Which quarter to declare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct OssQuery {
    /// A quarter of the calendar: `2026Q3`.
    pub quarter: Quarter,
}

/// The sales of a quarter to clients in other EU countries that have no valid VAT id, by country and rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OssFile {
    pub company_id: CompanyId,
    pub quarter: Quarter,
    /// Its first day.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// False: the quarter is not over, or a rate of its last day may still be published; sales and rates may still change.
    pub complete: bool,
    /// Supplies first, then corrections by the quarter that they correct; by country and rate.
    pub lines: Vec<OssLine>,
    /// The taxable net of all supplies.
    pub net: Money,
    /// The tax of all supplies.
    pub tax: Money,
    /// The tax of all corrections; zero or below.
    pub corrections: Money,
    /// Tax to be paid: that of supplies and corrections.
    pub due: Money,
    /// Invoices and credit notes to such clients that bear the company's own rates, because no tax rule matched: taxed at home,
    /// they are not in this file.
    pub at_home: i64,
}

/// What was sold to one country at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OssLine {
    /// Sold, or corrected.
    pub part: OssPart,
    /// The quarter that it was sold in; that of the file for supplies.
    pub quarter: Quarter,
    /// The country of consumption, ISO 3166-1.
    #[cfg_attr(feature = "openapi", schema(examples("DE")))]
    pub country: String,
    /// Percent.
    #[cfg_attr(feature = "openapi", schema(examples("19.000")))]
    pub rate: String,
    /// Taxable, in EUR.
    pub net: Money,
    /// In EUR.
    pub tax: Money,
    /// The same by the currency of the documents.
    pub amounts: Vec<OssAmount>,
}

/// What of a line is in one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OssAmount {
    pub currency: Currency,
    /// How many documents it sums up.
    pub documents: i64,
    /// Taxable, as on the documents.
    pub net: Money,
    /// As on the documents.
    pub tax: Money,
    /// How many of the currency one EUR buys.
    #[cfg_attr(feature = "openapi", schema(examples("4.2512")))]
    pub euro_rate: String,
    /// The day of that rate. `null`: EUR needs none.
    pub euro_rate_on: Option<Date>,
    /// Taxable, in EUR.
    pub net_eur: Money,
    /// In EUR.
    pub tax_eur: Money,
}

//! Price rows.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Currency, Period, PriceId};

/// Prices of a product or an option for one currency and period. `null` is "not offered", `"0"` is "free".
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceInput {
    pub currency: Currency,
    pub period: Period,
    /// Once, at the start.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 16, examples("0"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub setup: Option<String>,
    /// Each period.
    #[serde(default)]
    #[cfg_attr(
        feature = "openapi",
        schema(max_length = 16, examples("7.20"), pattern = r"^\d{1,11}(\.\d{1,4})?$")
    )]
    pub base: Option<String>,
    /// Each period while idle.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 16, pattern = r"^\d{1,11}(\.\d{1,4})?$"))]
    pub idle: Option<String>,
    /// For changing to a higher option.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 16, pattern = r"^\d{1,11}(\.\d{1,4})?$"))]
    pub switch_up: Option<String>,
    /// For changing to a lower option.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 16, pattern = r"^\d{1,11}(\.\d{1,4})?$"))]
    pub switch_down: Option<String>,
    /// At termination.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 16, pattern = r"^\d{1,11}(\.\d{1,4})?$"))]
    pub uninstall: Option<String>,
    /// Of the row as last read, 0 where there was none: a row that was changed since is refused. Left out, it is written over.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0))]
    pub version: Option<i32>,
}

/// A price row as stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceRow {
    pub id: PriceId,
    pub price: PriceInput,
    /// Rises with every change.
    pub version: i32,
    pub updated_at: Timestamp,
}

/// Price rows to write; rows of other currencies and periods stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceChanges {
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
    pub prices: Vec<PriceInput>,
}

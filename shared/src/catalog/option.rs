//! Option groups and options.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CatalogText, NamedProduct, PriceRow};
use crate::{Language, OptionGroupId, OptionId};

words! {
    /// How an option is chosen.
    OptionKind {
        Dropdown = "dropdown",
        Radio = "radio",
        /// A number of units of its only option.
        Quantity = "quantity",
        /// Free text that matches a pattern.
        Text = "text",
    }
}

/// A row of the list of option groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionGroupSummary {
    pub id: OptionGroupId,
    pub key: String,
    pub name: String,
    pub kind: OptionKind,
    pub visible: bool,
    /// How many options it has.
    pub options: i64,
    /// Products that use it.
    pub products: i64,
    pub sort: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An option group as staff edit it. Sent whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionGroupInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("ram")))]
    pub key: String,
    pub texts: BTreeMap<Language, CatalogText>,
    pub kind: OptionKind,
    /// What a quantity counts, e.g. `GB`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 20))]
    pub unit: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1000000))]
    pub quantity_min: i32,
    #[serde(default = "hundred")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1000000, default = 100))]
    pub quantity_max: i32,
    #[serde(default = "super::one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000000, default = 1))]
    pub quantity_step: i32,
    /// Text groups: a regular expression that the whole text must match.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub pattern: Option<String>,
    #[serde(default = "super::yes")]
    pub visible: bool,
    /// Prices of its options in other currencies follow the exchange rate.
    #[serde(default)]
    pub convert_price: bool,
}

const fn hundred() -> i32 {
    100
}

/// An option group with its options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionGroupDetail {
    pub id: OptionGroupId,
    pub group: OptionGroupInput,
    pub options: Vec<OptionDetail>,
    /// Products that use it.
    pub products: Vec<NamedProduct>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An option as staff edit it. Sent whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    /// Unique in its group.
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("ram-4")))]
    pub key: String,
    /// For machines: what the module is given.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500, examples("4096")))]
    pub value: String,
    pub texts: BTreeMap<Language, CatalogText>,
    #[serde(default = "super::yes")]
    pub visible: bool,
}

/// An option of a group with its prices.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionDetail {
    pub id: OptionId,
    pub option: OptionInput,
    pub name: String,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
    pub prices: Vec<PriceRow>,
}

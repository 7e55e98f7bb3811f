//! Products as staff edit and list them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AttributeSummary, AttributeText, CatalogText, Images, OptionKind, PriceRow, SeoText};
use crate::{Language, OptionGroupId, ProductGroupId, ProductId};

/// An attribute that one product alone has, e.g. "Traffic: unlimited".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductAttribute {
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("traffic")))]
    pub key: String,
    /// Name and value per language.
    pub texts: BTreeMap<Language, AttributeText>,
    #[serde(default = "super::yes")]
    pub visible: bool,
}

/// A row of the product list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductSummary {
    pub id: ProductId,
    pub key: String,
    /// In the language of the request.
    pub name: String,
    pub icon: String,
    /// The picture that is its icon, by its hash. `null`: none was uploaded.
    pub icon_image: Option<String>,
    pub visible: bool,
    pub retired: bool,
    pub stock_control: bool,
    /// How many may be sold in all; `null` without stock control.
    pub stock: Option<i32>,
    /// How many of them are taken by living services.
    pub stock_used: i32,
    pub module: String,
    /// Groups that show it.
    pub groups: i64,
    /// Option groups attached to it.
    pub option_groups: i64,
    /// Price rows.
    pub prices: i64,
    /// Living services.
    pub services: i64,
    pub sort: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A product as staff edit it. Sent whole: to create one, and to change one (with its `version`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    /// Unique, stable, for scripts.
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("vps-s")))]
    pub key: String,
    pub texts: BTreeMap<Language, CatalogText>,
    /// Name of an icon.
    #[serde(default = "box_icon")]
    #[cfg_attr(feature = "openapi", schema(max_length = 63, default = "box"))]
    pub icon: String,
    #[serde(default = "super::yes")]
    pub visible: bool,
    /// A hidden product can be ordered by its direct link.
    #[serde(default)]
    pub direct_link: bool,
    /// Sold no more; services that run go on.
    #[serde(default)]
    pub retired: bool,
    #[serde(default)]
    pub stock_control: bool,
    /// How many may be sold in all; needed with stock control.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1000000))]
    pub stock: Option<i32>,
    /// Monthly prices are charged by the hour.
    #[serde(default = "super::yes")]
    pub hourly_billing: bool,
    /// Clients may put the service to idle and pay the idle price.
    #[serde(default)]
    pub allow_idle: bool,
    /// Prices in other currencies follow the exchange rate.
    #[serde(default)]
    pub convert_price: bool,
    /// Hours between a charge that is not covered and suspension. `null`: 0 when charged by the hour, 72 otherwise.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 8760))]
    pub suspension_grace_hours: Option<i32>,
    /// Hours between suspension and termination. `null`: never.
    #[serde(default = "after_two_days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 87600, default = 48))]
    pub termination_delay_hours: Option<i32>,
    /// Hours after which an order without money is cancelled.
    #[serde(default = "two_days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 8760, default = 48))]
    pub cancellation_delay_hours: i32,
    /// Key of the module that delivers it.
    #[serde(default = "manual_module")]
    #[cfg_attr(feature = "openapi", schema(max_length = 63, default = "manual"))]
    pub module: String,
    /// Settings for the module, by its own schema. Secrets are masked in answers; one that is sent back as it was read is kept.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub module_settings: serde_json::Map<String, serde_json::Value>,
    /// Attributes of its own, in order of display, before those of attribute groups.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub attributes: Vec<ProductAttribute>,
    /// For staff only.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 10000))]
    pub notes: String,
}

fn box_icon() -> String {
    "box".to_owned()
}

fn manual_module() -> String {
    "manual".to_owned()
}
const fn two_days() -> i32 {
    48
}

const fn after_two_days() -> Option<i32> {
    Some(two_days())
}

/// A product with everything that belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductDetail {
    pub id: ProductId,
    /// What can be edited, with its present version.
    pub product: ProductInput,
    pub stock_used: i32,
    /// Living services.
    pub services: i64,
    /// What it has of attribute groups, in order of display.
    pub group_attributes: Vec<AttributeSummary>,
    /// In order of display.
    pub option_groups: Vec<AttachedOptionGroup>,
    pub groups: Vec<GroupOfProduct>,
    pub prices: Vec<PriceRow>,
    pub images: Images,
    /// What search engines are told, by language.
    pub seo: BTreeMap<Language, SeoText>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An option group as a product uses it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttachedOptionGroup {
    pub id: OptionGroupId,
    pub key: String,
    pub name: String,
    pub kind: OptionKind,
    /// The client must choose.
    pub required: bool,
    pub options: i64,
}

/// A product group that a product is in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GroupOfProduct {
    pub id: ProductGroupId,
    pub key: String,
    pub name: String,
    pub visible: bool,
}

/// The option groups of a product, in order. Running services keep theirs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductOptionGroups {
    /// The product's version that was read.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub groups: Vec<ProductOptionGroup>,
}

/// An option group that a product asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductOptionGroup {
    pub id: OptionGroupId,
    /// The client must choose.
    #[serde(default = "super::yes")]
    pub required: bool,
}

/// A copy of something of the catalogue under another key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewCopy {
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("vps-m")))]
    pub key: String,
}

/// A new order of rows: all ids of what is reordered, first to last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOrderOfRows {
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub ids: Vec<uuid::Uuid>,
    /// The same ids in the order that was read; refused when they stand in another one meanwhile.
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub read: Vec<uuid::Uuid>,
}

/// Which products to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ProductFilter {
    /// Only those that clients see, or only hidden ones.
    pub visible: Option<bool>,
    /// Only those that are no longer sold, or only all others.
    pub retired: Option<bool>,
    /// Only products of this group.
    pub group: Option<ProductGroupId>,
    /// Only what the module of this key delivers.
    #[cfg_attr(feature = "openapi", param(max_length = 63))]
    pub module: Option<String>,
}

//! Catalogue: products, their groups and options, prices, and quotes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Currency, Language, Money, OptionGroupId, OptionId, Period, PriceId, ProductGroupId, ProductId, ServiceId,
};

/// Characters of a name, of a short description and of a description.
pub const NAME_MAX: usize = 200;
pub const SHORT_MAX: usize = 500;
pub const DESCRIPTION_MAX: usize = 20_000;

/// Texts of one language. Descriptions are Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CatalogText {
    #[cfg_attr(feature = "openapi", schema(max_length = 200, examples("VPS S")))]
    pub name: String,
    /// One or two sentences for lists.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub short: String,
    /// Markdown.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 20000))]
    pub description: String,
}

/// Texts per language.
pub type Texts = BTreeMap<Language, CatalogText>;

/// The text in `language`, else in English, else in any language.
pub fn text_in(texts: &Texts, language: Language) -> Option<&CatalogText> {
    texts.get(&language).or_else(|| texts.get(&Language::English)).or_else(|| texts.values().next())
}

/// A descriptive property of a product, e.g. "Traffic: unlimited".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductAttribute {
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("traffic")))]
    pub key: String,
    /// Name and value per language.
    pub texts: BTreeMap<Language, AttributeText>,
    #[serde(default = "yes")]
    pub visible: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeText {
    #[cfg_attr(feature = "openapi", schema(max_length = 100, examples("Traffic")))]
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 300, examples("unlimited")))]
    pub value: String,
}

const fn yes() -> bool {
    true
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
    #[serde(default = "yes")]
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
    #[serde(default = "yes")]
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
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 87600))]
    pub termination_delay_hours: Option<i32>,
    /// Hours after which an order without money is cancelled.
    #[serde(default = "two_days")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 8760, default = 48))]
    pub cancellation_delay_hours: i32,
    /// Key of the module that delivers it.
    #[serde(default = "manual_module")]
    #[cfg_attr(feature = "openapi", schema(max_length = 63, default = "manual"))]
    pub module: String,
    /// Settings for the module, by its own schema.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub module_settings: serde_json::Map<String, serde_json::Value>,
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
fn folder_icon() -> String {
    "folder".to_owned()
}
fn manual_module() -> String {
    "manual".to_owned()
}
const fn two_days() -> i32 {
    48
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
    /// In order of display.
    pub option_groups: Vec<AttachedOptionGroup>,
    pub groups: Vec<GroupOfProduct>,
    pub prices: Vec<PriceRow>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductOptionGroup {
    pub id: OptionGroupId,
    /// The client must choose.
    #[serde(default = "yes")]
    pub required: bool,
}

/// A copy of a product under another key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductCopy {
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("vps-m")))]
    pub key: String,
}

/// A new order of rows, by drag: all ids of what is reordered, first to last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewOrderOfRows {
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub ids: Vec<uuid::Uuid>,
}

/// Which products to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ProductFilter {
    pub visible: Option<bool>,
    pub retired: Option<bool>,
    /// Only products of this group.
    pub group: Option<ProductGroupId>,
    #[cfg_attr(feature = "openapi", param(max_length = 63))]
    pub module: Option<String>,
}

/// A row of the list of product groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductGroupSummary {
    pub id: ProductGroupId,
    pub key: String,
    pub name: String,
    pub icon: String,
    pub visible: bool,
    pub products: i64,
    pub sort: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A product group as staff edit it. Sent whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductGroupInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("vps")))]
    pub key: String,
    pub texts: BTreeMap<Language, CatalogText>,
    #[serde(default = "folder_icon")]
    #[cfg_attr(feature = "openapi", schema(max_length = 63, default = "folder"))]
    pub icon: String,
    #[serde(default = "yes")]
    pub visible: bool,
    /// Its products, in order of display. `null`: leave them as they are.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub products: Option<Vec<ProductInGroup>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductInGroup {
    pub id: ProductId,
    #[serde(default = "yes")]
    pub visible: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductGroupDetail {
    pub id: ProductGroupId,
    pub group: ProductGroupInput,
    /// The products of `group.products` with their names, in the same order.
    pub products: Vec<NamedProduct>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NamedProduct {
    pub id: ProductId,
    pub key: String,
    pub name: String,
    /// Shown in this group.
    pub visible: bool,
    pub retired: bool,
}

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
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1000000, default = 1))]
    pub quantity_step: i32,
    /// Text groups: a regular expression that the whole text must match.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub pattern: Option<String>,
    #[serde(default = "yes")]
    pub visible: bool,
    /// Prices of its options in other currencies follow the exchange rate.
    #[serde(default)]
    pub convert_price: bool,
}

const fn hundred() -> i32 {
    100
}
const fn one() -> i32 {
    1
}

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
    #[serde(default = "yes")]
    pub visible: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OptionDetail {
    pub id: OptionId,
    pub option: OptionInput,
    pub name: String,
    pub prices: Vec<PriceRow>,
}

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

/// A module that can deliver products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleInfo {
    #[cfg_attr(feature = "openapi", schema(examples("manual")))]
    pub key: String,
    pub name: String,
    pub description: String,
    pub version: String,
    pub icon: String,
    /// JSON Schema of the product's settings for it.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub settings_schema: serde_json::Value,
    /// What the client is asked when ordering.
    pub fields: Vec<ModuleField>,
}

/// A field that a module asks the client for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleField {
    pub key: String,
    /// Label per language.
    pub labels: BTreeMap<Language, String>,
    pub kind: ModuleFieldKind,
    pub required: bool,
    pub length_max: u32,
}

words! {
    /// How a module's field is drawn.
    ModuleFieldKind {
        Line = "line",
        Paragraph = "paragraph",
        Secret = "secret",
    }
}

// What anybody may see.

/// The storefront.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicCatalog {
    pub groups: Vec<PublicGroup>,
    /// Currencies that something is sold in.
    pub currencies: Vec<Currency>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGroup {
    pub id: ProductGroupId,
    pub key: String,
    pub text: CatalogText,
    pub icon: String,
    pub products: Vec<PublicProduct>,
}

/// A product as the storefront shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicProduct {
    pub id: ProductId,
    pub key: String,
    pub text: CatalogText,
    pub icon: String,
    pub attributes: Vec<AttributeText>,
    /// False when sold out.
    pub in_stock: bool,
    /// Monthly prices are charged by the hour.
    pub hourly_billing: bool,
    pub prices: Vec<PublicPrice>,
}

/// What a product costs without options.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicPrice {
    pub id: PriceId,
    pub period: Period,
    pub setup: Money,
    pub base: Money,
    /// The base for an hour, for comparing periods. `null` for `one_time`.
    pub hourly: Option<Money>,
}

/// A product with all that is chosen when ordering it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicProductDetail {
    pub product: PublicProduct,
    pub groups: Vec<PublicGroupName>,
    pub option_groups: Vec<PublicOptionGroup>,
    /// What the module asks.
    pub fields: Vec<ModuleField>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGroupName {
    pub id: ProductGroupId,
    pub key: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicOptionGroup {
    pub id: OptionGroupId,
    pub key: String,
    pub text: CatalogText,
    pub kind: OptionKind,
    pub required: bool,
    pub unit: String,
    pub quantity_min: i32,
    pub quantity_max: i32,
    pub quantity_step: i32,
    pub pattern: Option<String>,
    pub options: Vec<PublicOption>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicOption {
    pub id: OptionId,
    pub key: String,
    pub text: CatalogText,
    /// An option without a row for a currency and period is free.
    pub prices: Vec<PublicPrice>,
}

// Quotes and what is ordered.

/// One thing to buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderItem {
    pub product: ProductId,
    pub period: Period,
    /// The price row that was shown; refused when it is another product's or period's.
    #[serde(default)]
    pub price: Option<PriceId>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub options: Vec<ChosenOption>,
    /// Answers to the module's own fields.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What the client calls the service. `null`: the product's name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub label: Option<String>,
    /// How many services of this kind.
    #[serde(default = "one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 50, default = 1))]
    pub quantity: i32,
}

/// What was chosen in an option group: an option (dropdown, radio), a number of units (quantity) or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChosenOption {
    pub group: OptionGroupId,
    #[serde(default)]
    pub option: Option<OptionId>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1000000))]
    pub quantity: Option<i32>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub text: Option<String>,
}

/// What would it cost?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteRequest {
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 20))]
    pub items: Vec<OrderItem>,
    /// Of a public quote. A client's quote is in his currency.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// What an order costs, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    pub currency: Currency,
    pub items: Vec<QuoteItem>,
    /// Setup of everything, once.
    pub setup: Money,
    /// What it costs for an hour, a day (24 h), a week (168 h), a month (720 h) and a year (8760 h).
    pub hourly: Money,
    pub daily: Money,
    pub weekly: Money,
    pub monthly: Money,
    pub yearly: Money,
    /// Setup and first charge: held when delivery begins, taken when it succeeds.
    pub due_now: Money,
    /// What the wallet has to spend; `null` in a public quote.
    pub available: Option<Money>,
    /// What the wallet lacks; zero when it covers the order.
    pub missing: Option<Money>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteItem {
    pub product: ProductId,
    pub name: String,
    pub period: Period,
    pub quantity: i32,
    pub lines: Vec<QuoteLine>,
    /// For one service of this item: once, then each period.
    pub setup: Money,
    pub base: Money,
    /// The base for an hour. `null` for `one_time`.
    pub hourly: Option<Money>,
    /// The first charge of one service.
    pub first_charge: Money,
    /// How the first charge comes about.
    pub first_charge_why: String,
    /// Setup and first charge of all `quantity` services.
    pub due_now: Money,
}

/// A price row that takes part, with the arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteLine {
    pub name: String,
    /// `null`: an option without a price row, which is free.
    pub price: Option<PriceId>,
    pub price_version: Option<i32>,
    pub quantity: i32,
    pub unit: String,
    pub setup: Money,
    pub base: Money,
    /// The arithmetic in words, e.g. `4 GB × 0.5000 EUR`.
    pub why: String,
}

/// Which running services a changed price would reach.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PriceReach {
    pub service: ServiceId,
    pub label: String,
    pub base_before: Money,
    pub base_after: Money,
}

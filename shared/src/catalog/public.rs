//! The storefront, which anybody may see.

use serde::{Deserialize, Serialize};

use super::{AttributeText, CatalogText, Images, Look, ModuleField, OptionKind, PublicSeo};
use crate::{
    AttributeGroupId, AttributeId, Currency, Money, OptionGroupId, OptionId, Period, PriceId, ProductGroupId,
    ProductId,
};

/// The storefront.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicCatalog {
    pub groups: Vec<PublicGroup>,
    /// Currencies that something is sold in.
    pub currencies: Vec<Currency>,
}

/// A product group as the storefront shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGroup {
    pub id: ProductGroupId,
    pub key: String,
    pub text: CatalogText,
    pub icon: String,
    pub images: Images,
    pub seo: PublicSeo,
    /// Its parts of addresses in all languages.
    pub slugs: Vec<String>,
    /// How its products are listed.
    pub list_look: Look,
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
    pub images: Images,
    pub seo: PublicSeo,
    /// Attributes of its own, in order of display.
    pub attributes: Vec<AttributeText>,
    /// What it has of attribute groups. A group stands where the first of its attributes does.
    pub attribute_groups: Vec<PublicAttributeGroup>,
    /// False when sold out.
    pub in_stock: bool,
    /// Monthly prices are charged by the hour.
    pub hourly_billing: bool,
    pub prices: Vec<PublicPrice>,
}

/// A group with those of its attributes that a product has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicAttributeGroup {
    pub id: AttributeGroupId,
    pub key: String,
    /// The catalogue leaves its description empty; the product alone has it.
    pub text: CatalogText,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
    /// In order of display.
    pub attributes: Vec<PublicAttribute>,
}

/// An attribute of a product as the storefront shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicAttribute {
    pub id: AttributeId,
    pub key: String,
    pub text: AttributeText,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
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
    /// How its prices are laid out when it is ordered: as its first group says.
    pub order_look: Look,
    pub option_groups: Vec<PublicOptionGroup>,
    /// What the module asks.
    pub fields: Vec<ModuleField>,
}

/// A product group by name, for links to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicGroupName {
    pub id: ProductGroupId,
    pub key: String,
    /// Its part of the address.
    pub slug: String,
    pub name: String,
}

/// An option group as the storefront asks for it.
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

/// An option as the storefront offers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicOption {
    pub id: OptionId,
    pub key: String,
    pub text: CatalogText,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
    /// An option without a row for a currency and period is free.
    pub prices: Vec<PublicPrice>,
}

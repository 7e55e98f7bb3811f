//! Product groups: how the storefront shows products.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CatalogText, Images, SeoText};
use crate::{Language, ProductGroupId, ProductId};

words! {
    /// How things of a product group are laid out.
    Look {
        Cards = "cards",
        Table = "table",
    }
}

const fn cards() -> Look {
    Look::Cards
}

const fn table() -> Look {
    Look::Table
}

fn folder_icon() -> String {
    "folder".to_owned()
}

/// A row of the list of product groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductGroupSummary {
    pub id: ProductGroupId,
    pub key: String,
    pub name: String,
    pub icon: String,
    /// The picture that is its icon, by its hash. `null`: none was uploaded.
    pub icon_image: Option<String>,
    pub visible: bool,
    /// How many products it has.
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
    #[serde(default = "super::yes")]
    pub visible: bool,
    /// How the storefront lists its products.
    #[serde(default = "cards")]
    pub list_look: Look,
    /// How prices are chosen from when its products are ordered.
    #[serde(default = "cards")]
    pub order_look: Look,
    /// How the client portal lists the services of its products.
    #[serde(default = "table")]
    pub manage_look: Look,
    /// Its products, in order of display. `null`: leave them as they are.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub products: Option<Vec<ProductInGroup>>,
}

/// A product of a group, and whether the group shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductInGroup {
    pub id: ProductId,
    #[serde(default = "super::yes")]
    pub visible: bool,
}

/// A product group with its products.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductGroupDetail {
    pub id: ProductGroupId,
    pub group: ProductGroupInput,
    /// The products of `group.products` with their names, in the same order.
    pub products: Vec<NamedProduct>,
    pub images: Images,
    /// What search engines are told, by language.
    pub seo: BTreeMap<Language, SeoText>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A product by name, where something lists it.
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

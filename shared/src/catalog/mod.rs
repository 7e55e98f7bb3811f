//! Catalogue: products, their groups, attributes and options, prices, and quotes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Language;

mod attribute;
mod group;
mod image;
mod module;
mod option;
mod price;
mod price_change;
mod product;
mod public;
mod quote;
mod seo;

pub use attribute::*;
pub use group::*;
pub use image::*;
pub use module::*;
pub use option::*;
pub use price::*;
pub use price_change::*;
pub use product::*;
pub use public::*;
pub use quote::*;
pub use seo::*;

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
pub fn text_in<Text>(texts: &BTreeMap<Language, Text>, language: Language) -> Option<&Text> {
    texts.get(&language).or_else(|| texts.get(&Language::English)).or_else(|| texts.values().next())
}

const fn yes() -> bool {
    true
}

const fn one() -> i32 {
    1
}

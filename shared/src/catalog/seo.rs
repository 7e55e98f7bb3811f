//! How search engines find and show products and product groups.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CatalogText;
use crate::Language;

pub const SLUG_MAX: usize = 63;
pub const SEO_TITLE_MAX: usize = 120;
pub const SEO_DESCRIPTION_MAX: usize = 320;

/// What search engines are told of a product or a product group, in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeoText {
    /// Its part of the address: lower-case letters, digits and single hyphens, unique in its language. Empty: made of the name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("cloud-server-s")))]
    pub slug: String,
    /// Empty: the name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 120))]
    pub title: String,
    /// Empty: the short description.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 320))]
    pub description: String,
    /// Whether search engines may list it.
    #[serde(default = "super::yes")]
    pub indexable: bool,
}

/// What search engines are told, by language.
pub type SeoTexts = BTreeMap<Language, SeoText>;

/// What search engines are told, in every language that is written here; in others they are told nothing of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeoInput {
    /// Of the product or group, as read; refused when somebody changed it meanwhile.
    pub version: i32,
    /// By language.
    pub texts: BTreeMap<Language, SeoText>,
}

/// The page of a product or a product group, as its reader and search engines are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicSeo {
    /// Its part of the address.
    pub slug: String,
    pub title: String,
    pub description: String,
    /// Whether search engines may list it.
    pub indexable: bool,
}

/// What was written in `language`, else in English, else in any.
fn written(texts: &SeoTexts, language: Language) -> Option<&SeoText> {
    texts.get(&language).or_else(|| texts.get(&Language::English)).or_else(|| texts.values().next())
}

/// The part of the address in `language`; the key when no slug was written.
pub fn slug_in<'a>(texts: &'a SeoTexts, language: Language, key: &'a str) -> &'a str {
    written(texts, language).map_or(key, |text| &text.slug)
}

impl PublicSeo {
    /// What was written in `language`, else in English, else in any; the key, the name and the short description where nothing was.
    pub fn of(texts: &SeoTexts, language: Language, key: &str, text: &CatalogText) -> Self {
        let written = written(texts, language);
        let pick = |pick: fn(&SeoText) -> &str, other: &str| {
            let written = written.map(pick).filter(|text| !text.is_empty());
            written.unwrap_or(other).to_owned()
        };
        Self {
            slug: slug_in(texts, language, key).to_owned(),
            title: pick(|text| &text.title, &text.name),
            description: pick(|text| &text.description, &text.short),
            indexable: written.is_none_or(|text| text.indexable),
        }
    }
}

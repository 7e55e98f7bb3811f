//! Modules that deliver products.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Language;

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

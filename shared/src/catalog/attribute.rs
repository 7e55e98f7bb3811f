//! Attribute groups and attributes: what distinguishes products, written once for all that have it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{CatalogText, NamedProduct};
use crate::{AttributeGroupId, AttributeId, Language};

/// Characters of an attribute's name and of its value.
pub const ATTRIBUTE_NAME_MAX: usize = 100;
pub const ATTRIBUTE_VALUE_MAX: usize = 300;

/// Name and value of an attribute in one language, e.g. "Traffic: unlimited".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeText {
    #[cfg_attr(feature = "openapi", schema(max_length = 100, examples("Traffic")))]
    pub name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 300, examples("unlimited")))]
    pub value: String,
}

/// A row of the list of attribute groups.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeGroupSummary {
    pub id: AttributeGroupId,
    pub key: String,
    /// In the language of the request.
    pub name: String,
    /// The picture that is its icon, by its hash. `null`: none was uploaded.
    pub icon_image: Option<String>,
    pub visible: bool,
    /// How many attributes are in it.
    pub attributes: i64,
    /// Products that have some of them.
    pub products: i64,
    pub sort: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An attribute group as staff edit it. Sent whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeGroupInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("hardware")))]
    pub key: String,
    pub texts: BTreeMap<Language, CatalogText>,
    /// Visitors see its attributes.
    #[serde(default = "super::yes")]
    pub visible: bool,
}

/// An attribute group with its attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeGroupDetail {
    pub id: AttributeGroupId,
    /// What can be edited, with its present version.
    pub group: AttributeGroupInput,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
    /// In their order.
    pub attributes: Vec<AttributeDetail>,
    /// Products that have some of them.
    pub products: Vec<NamedProduct>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// An attribute as staff edit it. Sent whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeInput {
    /// The version that was read; only to change one.
    #[serde(default)]
    pub version: Option<i32>,
    /// Unique in its group.
    #[cfg_attr(feature = "openapi", schema(max_length = 63, examples("nvme")))]
    pub key: String,
    /// Name and value per language.
    pub texts: BTreeMap<Language, AttributeText>,
    #[serde(default = "super::yes")]
    pub visible: bool,
}

/// An attribute of a group, as staff see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeDetail {
    pub id: AttributeId,
    /// What can be edited, with its present version.
    pub attribute: AttributeInput,
    /// In the language of the request.
    pub text: AttributeText,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
}

/// An attribute with the name of its group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeSummary {
    pub id: AttributeId,
    /// The group that it is in.
    pub group_id: AttributeGroupId,
    /// The name of its group.
    pub group_name: String,
    pub key: String,
    /// In the language of the request.
    pub text: AttributeText,
    /// The picture that is its icon, by its hash. `null`: there is none.
    pub icon_image: Option<String>,
    /// Visitors see it: it and its group are shown.
    pub visible: bool,
}

/// The attributes of a product out of attribute groups, in order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProductAttributes {
    /// The product's version that was read.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub attributes: Vec<AttributeOfProduct>,
}

/// An attribute that a product has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AttributeOfProduct {
    pub id: AttributeId,
}

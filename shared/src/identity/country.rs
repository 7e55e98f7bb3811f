//! Countries by ISO 3166-1, regions by ISO 3166-2.

use serde::{Deserialize, Serialize};

/// A country or territory of ISO 3166-1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$", example = "PL"))]
    pub code: String,
    /// English short name.
    pub name: String,
    /// What its people call it.
    pub native_name: String,
    /// With the plus: `+48`. Empty where there is none.
    pub calling_code: String,
    /// A member of the European Union for VAT.
    pub eu: bool,
    /// Has regions to choose from.
    pub has_regions: bool,
}

/// A part of a country by ISO 3166-2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Region {
    /// ISO 3166-2.
    #[cfg_attr(feature = "openapi", schema(example = "PL-MZ"))]
    pub code: String,
    pub name: String,
    /// What it is: state, province, voivodship…
    pub kind: String,
}

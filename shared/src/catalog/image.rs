//! Pictures of products, product groups, attributes and options.

use serde::{Deserialize, Serialize};

/// The most bytes of an upload.
pub const IMAGE_BYTES_MAX: usize = 5 * 1024 * 1024;

words! {
    /// What a picture is for.
    ImageSlot {
        /// At most 256 × 256 pixels.
        Icon = "icon",
        /// At most 1600 × 1600 pixels.
        Background = "background",
    }
}

/// A picture: PNG, JPEG or WebP by its content, at most 5 MiB and 40 megapixels. It is written anew, without what else
/// the file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImageInput {
    /// The file, in Base64.
    #[cfg_attr(
        feature = "openapi",
        schema(
            max_length = 6990508,
            examples(
                "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
            )
        )
    )]
    pub content: String,
    /// The hash of the picture that you read in this place, `null` for none; refused when another one is there meanwhile.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$"))]
    pub read: Option<String>,
}

/// The picture that is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
#[serde(deny_unknown_fields)]
pub struct ImageRead {
    /// The hash of the picture that you read in this place; refused when another one, or none, is there meanwhile.
    #[cfg_attr(feature = "openapi", param(min_length = 64, max_length = 64, pattern = "^[0-9a-f]{64}$"))]
    pub read: String,
}

/// The pictures of a product or a product group, by their hashes: `GET /public/images/{hash}` gives them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Images {
    /// At most 256 × 256 pixels. `null`: there is none.
    pub icon: Option<String>,
    /// At most 1600 × 1600 pixels. `null`: there is none.
    pub background: Option<String>,
}

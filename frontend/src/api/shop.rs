//! The storefront: what anybody may see.

use shared::Currency;
use shared::catalog::{PublicCatalog, PublicProductDetail, Quote, QuoteRequest};
use shared::settings::TermsText;

use super::client::{self, ApiError, Reply};

pub async fn catalog(currency: Option<Currency>) -> Result<PublicCatalog, ApiError> {
    let currency = currency.map(|currency| currency.to_string()).unwrap_or_default();
    client::get(&client::with_query("/public/catalog", &[("currency", currency)])).await
}

/// Where a picture is, by its hash: for `<img>`.
pub fn image(hash: &str) -> String {
    client::file(&format!("/public/images/{hash}"))
}

/// A product by its key or slug.
pub fn product(key: &str) -> Reply<PublicProductDetail> {
    client::get(&format!("/public/products/{}", urlencoding::encode(key)))
}

/// A version of the terms; the newest when it is not said.
pub fn terms(version: Option<String>) -> Reply<TermsText> {
    client::get(&client::with_query("/public/terms", &[("version", version.unwrap_or_default())]))
}

pub fn quote(request: &QuoteRequest) -> Reply<Quote> {
    client::post("/public/quote", request)
}

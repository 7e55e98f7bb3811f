//! The storefront: what anybody may see.

use shared::Currency;
use shared::catalog::{PublicCatalog, PublicProductDetail, Quote, QuoteRequest};

use super::client::{self, ApiError, Reply};

pub async fn catalog(currency: Option<Currency>) -> Result<PublicCatalog, ApiError> {
    let currency = currency.map(|currency| currency.to_string()).unwrap_or_default();
    client::get(&client::with_query("/public/catalog", &[("currency", currency)])).await
}

/// A product by its key.
pub fn product(key: &str) -> Reply<PublicProductDetail> {
    client::get(&format!("/public/products/{}", urlencoding::encode(key)))
}

pub fn quote(request: &QuoteRequest) -> Reply<Quote> {
    client::post("/public/quote", request)
}

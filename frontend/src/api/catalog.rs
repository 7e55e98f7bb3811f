//! The catalogue, as staff edit it.

use shared::catalog::*;
use shared::{OptionGroupId, OptionId, Page, PriceId, ProductGroupId, ProductId};

use super::client::{self, ApiError, Nothing};

pub async fn products(query: String) -> Result<Page<ProductSummary>, ApiError> {
    client::get(&format!("/admin/products?{query}")).await
}

pub async fn product(id: ProductId) -> Result<ProductDetail, ApiError> {
    client::get(&format!("/admin/products/{id}")).await
}

pub async fn create_product(body: &ProductInput) -> Result<ProductDetail, ApiError> {
    client::post("/admin/products", body).await
}

pub async fn change_product(id: ProductId, body: &ProductInput) -> Result<ProductDetail, ApiError> {
    client::put(&format!("/admin/products/{id}"), body).await
}

pub async fn delete_product(id: ProductId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/products/{id}")).await
}

pub async fn duplicate_product(id: ProductId, body: &ProductCopy) -> Result<ProductDetail, ApiError> {
    client::post(&format!("/admin/products/{id}/duplicate"), body).await
}

pub async fn set_option_groups(id: ProductId, body: &ProductOptionGroups) -> Result<ProductDetail, ApiError> {
    client::put(&format!("/admin/products/{id}/option-groups"), body).await
}

pub async fn set_product_prices(id: ProductId, body: &PriceChanges) -> Result<Vec<PriceRow>, ApiError> {
    client::put(&format!("/admin/products/{id}/prices"), body).await
}

pub async fn set_option_prices(id: OptionId, body: &PriceChanges) -> Result<Vec<PriceRow>, ApiError> {
    client::put(&format!("/admin/options/{id}/prices"), body).await
}

pub async fn delete_price(id: PriceId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/prices/{id}")).await
}

pub async fn modules() -> Result<Vec<ModuleInfo>, ApiError> {
    client::get("/admin/modules").await
}

pub async fn product_groups(query: String) -> Result<Page<ProductGroupSummary>, ApiError> {
    client::get(&format!("/admin/product-groups?{query}")).await
}

pub async fn product_group(id: ProductGroupId) -> Result<ProductGroupDetail, ApiError> {
    client::get(&format!("/admin/product-groups/{id}")).await
}

pub async fn create_product_group(body: &ProductGroupInput) -> Result<ProductGroupDetail, ApiError> {
    client::post("/admin/product-groups", body).await
}

pub async fn change_product_group(
    id: ProductGroupId,
    body: &ProductGroupInput,
) -> Result<ProductGroupDetail, ApiError> {
    client::put(&format!("/admin/product-groups/{id}"), body).await
}

pub async fn delete_product_group(id: ProductGroupId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/product-groups/{id}")).await
}

pub async fn option_groups(query: String) -> Result<Page<OptionGroupSummary>, ApiError> {
    client::get(&format!("/admin/option-groups?{query}")).await
}

pub async fn option_group(id: OptionGroupId) -> Result<OptionGroupDetail, ApiError> {
    client::get(&format!("/admin/option-groups/{id}")).await
}

pub async fn create_option_group(body: &OptionGroupInput) -> Result<OptionGroupDetail, ApiError> {
    client::post("/admin/option-groups", body).await
}

pub async fn change_option_group(
    id: OptionGroupId,
    body: &OptionGroupInput,
) -> Result<OptionGroupDetail, ApiError> {
    client::put(&format!("/admin/option-groups/{id}"), body).await
}

pub async fn delete_option_group(id: OptionGroupId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/option-groups/{id}")).await
}

pub async fn create_option(id: OptionGroupId, body: &OptionInput) -> Result<OptionGroupDetail, ApiError> {
    client::post(&format!("/admin/option-groups/{id}/options"), body).await
}

pub async fn change_option(id: OptionId, body: &OptionInput) -> Result<OptionGroupDetail, ApiError> {
    client::put(&format!("/admin/options/{id}"), body).await
}

pub async fn delete_option(id: OptionId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/options/{id}")).await
}

/// Puts rows in order. `what` is `products`, `product-groups`, `option-groups` or `options`.
pub async fn reorder(what: &str, body: &NewOrderOfRows) -> Result<Nothing, ApiError> {
    client::put(&format!("/admin/{what}/order"), body).await
}

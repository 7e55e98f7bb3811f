//! The catalogue, as staff edit it.

use shared::catalog::*;
use shared::{OptionGroupId, OptionId, Page, PriceId, ProductGroupId, ProductId, Rehearsal};

use super::client::{self, Nothing, Reply};

pub fn products(query: String) -> Reply<Page<ProductSummary>> {
    client::get(&format!("/admin/products?{query}"))
}

pub fn product(id: ProductId) -> Reply<ProductDetail> {
    client::get(&format!("/admin/products/{id}"))
}

pub fn create_product(body: &ProductInput) -> Reply<ProductDetail> {
    client::post("/admin/products", body)
}

pub fn change_product(id: ProductId, body: &ProductInput) -> Reply<ProductDetail> {
    client::put(&format!("/admin/products/{id}"), body)
}

pub fn duplicate_product(id: ProductId, body: &ProductCopy) -> Reply<ProductDetail> {
    client::post(&format!("/admin/products/{id}/duplicate"), body)
}

pub fn set_option_groups(id: ProductId, body: &ProductOptionGroups) -> Reply<ProductDetail> {
    client::put(&format!("/admin/products/{id}/option-groups"), body)
}

pub fn set_product_prices(id: ProductId, body: &PriceChanges) -> Reply<Vec<PriceRow>> {
    client::put(&format!("/admin/products/{id}/prices"), body)
}

pub fn set_option_prices(id: OptionId, body: &PriceChanges) -> Reply<Vec<PriceRow>> {
    client::put(&format!("/admin/options/{id}/prices"), body)
}

pub fn delete_price(id: PriceId) -> Reply<Nothing> {
    client::delete(&format!("/admin/prices/{id}"))
}

pub fn modules() -> Reply<Vec<ModuleInfo>> {
    client::get("/admin/modules")
}

pub fn product_groups(query: String) -> Reply<Page<ProductGroupSummary>> {
    client::get(&format!("/admin/product-groups?{query}"))
}

pub fn product_group(id: ProductGroupId) -> Reply<ProductGroupDetail> {
    client::get(&format!("/admin/product-groups/{id}"))
}

pub fn create_product_group(body: &ProductGroupInput) -> Reply<ProductGroupDetail> {
    client::post("/admin/product-groups", body)
}

pub fn change_product_group(id: ProductGroupId, body: &ProductGroupInput) -> Reply<ProductGroupDetail> {
    client::put(&format!("/admin/product-groups/{id}"), body)
}

pub fn option_groups(query: String) -> Reply<Page<OptionGroupSummary>> {
    client::get(&format!("/admin/option-groups?{query}"))
}

pub fn option_group(id: OptionGroupId) -> Reply<OptionGroupDetail> {
    client::get(&format!("/admin/option-groups/{id}"))
}

pub fn create_option_group(body: &OptionGroupInput) -> Reply<OptionGroupDetail> {
    client::post("/admin/option-groups", body)
}

pub fn change_option_group(id: OptionGroupId, body: &OptionGroupInput) -> Reply<OptionGroupDetail> {
    client::put(&format!("/admin/option-groups/{id}"), body)
}

pub fn create_option(id: OptionGroupId, body: &OptionInput) -> Reply<OptionGroupDetail> {
    client::post(&format!("/admin/option-groups/{id}/options"), body)
}

pub fn change_option(id: OptionId, body: &OptionInput) -> Reply<OptionGroupDetail> {
    client::put(&format!("/admin/options/{id}"), body)
}

/// Says what deleting it would take with it.
pub fn rehearse_delete_option(id: OptionId) -> Reply<Rehearsal> {
    client::delete(&format!("/admin/options/{id}?dry_run=true"))
}

pub fn delete_option(id: OptionId) -> Reply<Nothing> {
    client::delete(&format!("/admin/options/{id}"))
}

/// Puts rows in order. `what` is `products`, `product-groups`, `option-groups` or `options`.
pub fn reorder(what: &str, body: &NewOrderOfRows) -> Reply<Nothing> {
    client::put(&format!("/admin/{what}/order"), body)
}

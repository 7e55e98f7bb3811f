//! The catalogue, as staff edit it.

use shared::catalog::*;
use shared::{
    AttributeGroupId, AttributeId, OptionGroupId, OptionId, Page, PriceChangeId, PriceId, ProductGroupId,
    ProductId, Rehearsal,
};

use super::client::{self, Key, Nothing, Reply};

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

/// A record that was made; its address tells more.
#[derive(serde::Deserialize)]
pub struct Made {
    pub id: uuid::Uuid,
}

/// Copies the product or group at `path`.
pub fn duplicate(path: &str, body: &NewCopy) -> Reply<Made> {
    client::post(&format!("{path}/duplicate"), body)
}

pub fn set_product_attributes(id: ProductId, body: &ProductAttributes) -> Reply<ProductDetail> {
    client::put(&format!("/admin/products/{id}/attributes"), body)
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

/// Who would pay how much more at the prices of now.
pub fn preview_price_change(id: ProductId, query: &str) -> Reply<PriceChangePreview> {
    client::get(&format!("/admin/products/{id}/price-changes/preview?{query}"))
}

/// Applies the prices of now to running services.
pub fn plan_price_change(id: ProductId, body: &NewPriceChange, key: &Key) -> Reply<PriceChange> {
    client::post_once(&format!("/admin/products/{id}/price-changes"), body, key)
}

pub fn price_changes(id: ProductId) -> Reply<Page<PriceChange>> {
    client::get(&format!("/admin/products/{id}/price-changes?per_page=10"))
}

pub fn price_change(id: PriceChangeId) -> Reply<PriceChange> {
    client::get(&format!("/admin/price-changes/{id}"))
}

pub fn price_change_services(id: PriceChangeId, query: &str) -> Reply<Page<PriceChangeService>> {
    client::get(&format!("/admin/price-changes/{id}/services?{query}"))
}

/// Only before its instant.
pub fn cancel_price_change(id: PriceChangeId) -> Reply<PriceChange> {
    client::act(&format!("/admin/price-changes/{id}/cancel"))
}

/// Sets a picture at `…/images/{slot}` of a product, group, attribute or option.
pub fn set_image(path: &str, body: &ImageInput) -> Reply<Nothing> {
    client::put(path, body)
}

/// Takes the picture away whose hash was read.
pub fn delete_image(path: &str, read: &str) -> Reply<Nothing> {
    client::delete(&format!("{path}?read={read}"))
}

/// Writes what search engines are told at `…/seo` of a product or product group.
pub fn set_seo(path: &str, body: &SeoInput) -> Reply<Nothing> {
    client::put(path, body)
}

pub fn modules(query: String) -> Reply<Page<ModuleSummary>> {
    client::get(&format!("/admin/modules?{query}"))
}

pub fn module(key: String) -> Reply<ModuleDetail> {
    client::get(&format!("/admin/modules/{key}"))
}

pub fn configure_module(key: &str, body: &ModuleConfiguration) -> Reply<ModuleDetail> {
    client::put(&format!("/admin/modules/{key}/configuration"), body)
}

/// `activate` or `deactivate`.
pub fn switch_module(key: &str, act: &str, version: i32) -> Reply<ModuleDetail> {
    client::act(&format!("/admin/modules/{key}/{act}?version={version}"))
}

pub fn test_module(key: &str) -> Reply<ModuleTest> {
    client::act(&format!("/admin/modules/{key}/test"))
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

pub fn attribute_groups(query: String) -> Reply<Page<AttributeGroupSummary>> {
    client::get(&format!("/admin/attribute-groups?{query}"))
}

pub fn attribute_group(id: AttributeGroupId) -> Reply<AttributeGroupDetail> {
    client::get(&format!("/admin/attribute-groups/{id}"))
}

pub fn create_attribute_group(body: &AttributeGroupInput) -> Reply<AttributeGroupDetail> {
    client::post("/admin/attribute-groups", body)
}

pub fn change_attribute_group(
    id: AttributeGroupId,
    body: &AttributeGroupInput,
) -> Reply<AttributeGroupDetail> {
    client::put(&format!("/admin/attribute-groups/{id}"), body)
}

/// The attributes of all groups.
pub fn attributes(query: String) -> Reply<Page<AttributeSummary>> {
    client::get(&format!("/admin/attributes?{query}"))
}

pub fn create_attribute(id: AttributeGroupId, body: &AttributeInput) -> Reply<AttributeGroupDetail> {
    client::post(&format!("/admin/attribute-groups/{id}/attributes"), body)
}

pub fn change_attribute(id: AttributeId, body: &AttributeInput) -> Reply<AttributeGroupDetail> {
    client::put(&format!("/admin/attributes/{id}"), body)
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

/// Says what deleting the option or attribute at `path` would take with it.
pub fn rehearse_delete_part(path: &str) -> Reply<Rehearsal> {
    client::delete(&format!("{path}?dry_run=true"))
}

pub fn delete_part(path: &str) -> Reply<Nothing> {
    client::delete(path)
}

/// Puts rows in order. `what` is `products`, a kind of groups, `attributes` or `options`.
pub fn reorder(what: &str, body: &NewOrderOfRows) -> Reply<Nothing> {
    client::put(&format!("/admin/{what}/order"), body)
}

//! The storefront as rows.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use schema::{product_group_products, product_groups, products};
use serde_json::Value;
use shared::catalog::{Look, SLUG_MAX};
use shared::{Language, ProductGroupId, ProductId};

use crate::catalog::product::store::Product;
use crate::catalog::seo;
use crate::db::Conn;

/// A group that is shown.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = product_groups, check_for_backend(diesel::pg::Pg))]
pub struct ShownGroup {
    pub id: ProductGroupId,
    pub key: String,
    pub texts: Value,
    pub icon: String,
    pub icon_image: Option<String>,
    pub background_image: Option<String>,
    pub list_look: Look,
    pub order_look: Look,
}

/// The visible groups, in order.
pub async fn groups(conn: &mut Conn) -> QueryResult<Vec<ShownGroup>> {
    product_groups::table
        .filter(product_groups::visible)
        .order((product_groups::sort, product_groups::id))
        .select(ShownGroup::as_select())
        .load(conn)
        .await
}

/// Which visible products each visible group shows, in its order.
pub async fn members(conn: &mut Conn) -> QueryResult<Vec<(ProductGroupId, ProductId)>> {
    product_group_products::table
        .inner_join(product_groups::table)
        .inner_join(products::table)
        .filter(product_groups::visible.and(product_group_products::visible))
        .filter(products::visible.and(products::retired.eq(false)))
        .order((product_group_products::sort, product_group_products::product_id))
        .select((product_group_products::group_id, product_group_products::product_id))
        .load(conn)
        .await
}

/// Whether an address can be a slug or a key at all.
fn is_address(address: &str) -> bool {
    address.len() <= SLUG_MAX && !address.contains('\0')
}

/// A visible group by its slug or key, and the language of the slug: `reads` when several have it, or none.
pub async fn group_at(
    conn: &mut Conn,
    address: &str,
    reads: Language,
) -> QueryResult<Option<(ShownGroup, Language)>> {
    if !is_address(address) {
        return Ok(None);
    }
    let found = seo::store::group_with(conn, address, reads).await?;
    let language = found.map_or(reads, |(_, language)| language);
    let shown = product_groups::table.filter(product_groups::visible).select(ShownGroup::as_select());
    let group = match found {
        Some((id, _)) => shown.filter(product_groups::id.eq(id)).first(conn).await.optional()?,
        None => shown.filter(product_groups::key.eq(address)).first(conn).await.optional()?,
    };
    Ok(group.map(|group| (group, language)))
}

/// A product that can be ordered: visible, or hidden with a direct link. By its slug or key, with the language of the slug:
/// `reads` when several have it, or none.
pub async fn product_at(
    conn: &mut Conn,
    address: &str,
    reads: Language,
) -> QueryResult<Option<(Product, Language)>> {
    if !is_address(address) {
        return Ok(None);
    }
    let found = seo::store::product_with(conn, address, reads).await?;
    let language = found.map_or(reads, |(_, language)| language);
    let open = products::table
        .filter(products::retired.eq(false))
        .filter(products::visible.or(products::direct_link))
        .select(Product::as_select());
    let product = match found {
        Some((id, _)) => open.filter(products::id.eq(id)).first(conn).await.optional()?,
        None => open.filter(products::key.eq(address)).first(conn).await.optional()?,
    };
    Ok(product.map(|product| (product, language)))
}

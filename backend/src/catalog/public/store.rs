//! The storefront as rows.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use schema::{product_group_products, product_groups, products};
use serde_json::Value;
use shared::{ProductGroupId, ProductId};

use crate::catalog::product::store::Product;
use crate::db::Conn;

/// A group that is shown.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = product_groups, check_for_backend(diesel::pg::Pg))]
pub struct ShownGroup {
    pub id: ProductGroupId,
    pub key: String,
    pub texts: Value,
    pub icon: String,
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

/// A product that can be ordered: visible, or hidden with a direct link. By key.
pub async fn product_by_key(conn: &mut Conn, key: &str) -> QueryResult<Option<Product>> {
    products::table
        .filter(products::key.eq(key).and(products::retired.eq(false)))
        .filter(products::visible.or(products::direct_link))
        .select(Product::as_select())
        .first(conn)
        .await
        .optional()
}

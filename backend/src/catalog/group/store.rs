//! Product groups as rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{product_group_products, product_groups};
use serde_json::Value;
use shared::catalog::{Look, ProductGroupInput, ProductGroupSummary, ProductInGroup};
use shared::{Language, ProductGroupId};

use crate::catalog::{order, text};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::error::Result;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = product_groups, check_for_backend(diesel::pg::Pg))]
pub struct ProductGroup {
    pub id: ProductGroupId,
    pub key: String,
    pub texts: Value,
    pub icon: String,
    pub icon_image: Option<String>,
    pub background_image: Option<String>,
    pub visible: bool,
    pub list_look: Look,
    pub order_look: Look,
    pub manage_look: Look,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl ProductGroup {
    /// As staff edit it, without its products.
    pub fn input(&self) -> Result<ProductGroupInput> {
        Ok(ProductGroupInput {
            version: Some(self.version),
            key: self.key.clone(),
            texts: text::read(self.texts.clone())?,
            icon: self.icon.clone(),
            visible: self.visible,
            list_look: self.list_look,
            order_look: self.order_look,
            manage_look: self.manage_look,
            products: None,
        })
    }
}

#[derive(Debug, QueryableByName)]
struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: ProductGroupId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Text)]
    icon: String,
    #[diesel(sql_type = Nullable<Text>)]
    icon_image: Option<String>,
    #[diesel(sql_type = Bool)]
    visible: bool,
    #[diesel(sql_type = BigInt)]
    products: i64,
    #[diesel(sql_type = Integer)]
    sort: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    updated_at: jiff_diesel::Timestamp,
}

/// What the list sorts by; the first is the default.
pub const SORTS: &[&str] = &["sort", "key", "name", "created_at", "products"];

/// A page of product groups with their counts.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    language: Language,
) -> QueryResult<(Vec<ProductGroupSummary>, i64)> {
    const COLUMNS: &str =
        "g.id, g.key, g.texts, g.icon, g.icon_image, g.visible, g.sort, g.created_at, g.updated_at,
         (SELECT count(*) FROM product_group_products m WHERE m.group_id = g.id) AS products";
    let from =
        format!("product_groups g WHERE $1::text IS NULL OR {}", text::found("g", text::SEARCHED, "$1"));
    let order = text::order(paging, language, "g", &["products"]);
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let items = rows
        .into_iter()
        .map(|row: SummaryRow| ProductGroupSummary {
            id: row.id,
            name: text::name(&row.texts, language, &row.key),
            key: row.key,
            icon: row.icon,
            icon_image: row.icon_image,
            visible: row.visible,
            products: row.products,
            sort: row.sort,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect();
    Ok((items, total))
}

pub async fn find(conn: &mut Conn, id: ProductGroupId) -> QueryResult<Option<ProductGroup>> {
    product_groups::table.find(id).select(ProductGroup::as_select()).first(conn).await.optional()
}

/// Locks one group until the transaction ends.
pub async fn lock(tx: &mut Conn, id: ProductGroupId) -> QueryResult<Option<ProductGroup>> {
    product_groups::table.find(id).select(ProductGroup::as_select()).for_update().first(tx).await.optional()
}

/// Writes a new group at the end of the list.
pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    id: ProductGroupId,
    input: &ProductGroupInput,
) -> Result<()> {
    let last: Option<i32> =
        product_groups::table.select(diesel::dsl::max(product_groups::sort)).first(tx).await?;
    diesel::insert_into(product_groups::table)
        .values((
            product_groups::id.eq(id),
            product_groups::key.eq(&input.key),
            product_groups::texts.eq(serde_json::to_value(&input.texts)?),
            product_groups::icon.eq(&input.icon),
            product_groups::visible.eq(input.visible),
            product_groups::list_look.eq(input.list_look),
            product_groups::order_look.eq(input.order_look),
            product_groups::manage_look.eq(input.manage_look),
            product_groups::sort.eq(order::after(last)),
            product_groups::created_at.eq(jiff_diesel::Timestamp::from(now)),
            product_groups::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

pub async fn update(
    tx: &mut Conn,
    now: Timestamp,
    id: ProductGroupId,
    input: &ProductGroupInput,
) -> Result<()> {
    diesel::update(product_groups::table.find(id))
        .set((
            product_groups::key.eq(&input.key),
            product_groups::texts.eq(serde_json::to_value(&input.texts)?),
            product_groups::icon.eq(&input.icon),
            product_groups::visible.eq(input.visible),
            product_groups::list_look.eq(input.list_look),
            product_groups::order_look.eq(input.order_look),
            product_groups::manage_look.eq(input.manage_look),
            product_groups::version.eq(product_groups::version + 1),
            product_groups::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

/// Replaces the products of a group. They must exist.
pub async fn set_products(tx: &mut Conn, id: ProductGroupId, products: &[ProductInGroup]) -> QueryResult<()> {
    diesel::delete(product_group_products::table.filter(product_group_products::group_id.eq(id)))
        .execute(tx)
        .await?;
    let rows: Vec<_> = products
        .iter()
        .zip(0_i32..)
        .map(|(product, sort)| {
            (
                product_group_products::group_id.eq(id),
                product_group_products::product_id.eq(product.id),
                product_group_products::visible.eq(product.visible),
                product_group_products::sort.eq(sort),
            )
        })
        .collect();
    diesel::insert_into(product_group_products::table).values(rows).execute(tx).await?;
    Ok(())
}

/// Copies what belongs to a group: its products, pictures.
pub async fn copy_parts(tx: &mut Conn, from: ProductGroupId, to: ProductGroupId) -> QueryResult<()> {
    for statement in [
        "INSERT INTO product_group_products (group_id, product_id, sort, visible)
         SELECT $2, product_id, sort, visible FROM product_group_products WHERE group_id = $1",
        "UPDATE product_groups g SET icon_image = f.icon_image, background_image = f.background_image
         FROM product_groups f WHERE f.id = $1 AND g.id = $2",
    ] {
        diesel::sql_query(statement).bind::<SqlUuid, _>(from).bind::<SqlUuid, _>(to).execute(tx).await?;
    }
    Ok(())
}

/// Deletes a group; its products stay.
pub async fn delete(tx: &mut Conn, id: ProductGroupId) -> QueryResult<()> {
    diesel::delete(product_groups::table.find(id)).execute(tx).await?;
    Ok(())
}

//! What products belong to and what belongs to them: product groups, attributes and option groups.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use schema::{product_attributes, product_option_groups};
use serde_json::Value;
use shared::catalog::{
    AttachedOptionGroup, AttributeOfProduct, GroupOfProduct, NamedProduct, OptionKind, ProductOptionGroup,
};
use shared::{AttributeGroupId, AttributeId, Language, OptionGroupId, ProductGroupId, ProductId};
use uuid::Uuid;

use crate::catalog::text;
use crate::db::Conn;

#[derive(Debug, QueryableByName)]
struct AttachedRow {
    #[diesel(sql_type = SqlUuid)]
    id: OptionGroupId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Text)]
    kind: OptionKind,
    #[diesel(sql_type = Bool)]
    required: bool,
    #[diesel(sql_type = BigInt)]
    options: i64,
}

/// The option groups of a product, in order.
pub async fn option_groups(
    conn: &mut Conn,
    id: ProductId,
    language: Language,
) -> QueryResult<Vec<AttachedOptionGroup>> {
    let rows: Vec<AttachedRow> = diesel::sql_query(
        "SELECT g.id, g.key, g.texts, g.kind, a.required, (SELECT count(*) FROM options o WHERE o.group_id = g.id) AS options
         FROM product_option_groups a JOIN option_groups g ON g.id = a.group_id
         WHERE a.product_id = $1 ORDER BY a.sort, g.id",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    let attached = |row: AttachedRow| AttachedOptionGroup {
        id: row.id,
        name: text::name(&row.texts, language, &row.key),
        key: row.key,
        kind: row.kind,
        required: row.required,
        options: row.options,
    };
    Ok(rows.into_iter().map(attached).collect())
}

#[derive(Debug, QueryableByName)]
struct GroupRow {
    #[diesel(sql_type = SqlUuid)]
    id: ProductGroupId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Bool)]
    visible: bool,
}

/// The product groups that a product is in.
pub async fn groups(conn: &mut Conn, id: ProductId, language: Language) -> QueryResult<Vec<GroupOfProduct>> {
    let rows: Vec<GroupRow> = diesel::sql_query(
        "SELECT g.id, g.key, g.texts, (g.visible AND m.visible) AS visible
         FROM product_group_products m JOIN product_groups g ON g.id = m.group_id
         WHERE m.product_id = $1 ORDER BY g.sort, g.id",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    let group = |row: GroupRow| GroupOfProduct {
        id: row.id,
        name: text::name(&row.texts, language, &row.key),
        key: row.key,
        visible: row.visible,
    };
    Ok(rows.into_iter().map(group).collect())
}

#[derive(Debug, QueryableByName)]
struct NamedRow {
    #[diesel(sql_type = SqlUuid)]
    id: ProductId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Bool)]
    visible: bool,
    #[diesel(sql_type = Bool)]
    retired: bool,
}

impl NamedRow {
    fn named(self, language: Language) -> NamedProduct {
        NamedProduct {
            id: self.id,
            name: text::name(&self.texts, language, &self.key),
            key: self.key,
            visible: self.visible,
            retired: self.retired,
        }
    }
}

/// The products that a query finds for the id of what they belong to.
async fn named(
    conn: &mut Conn,
    query: &'static str,
    id: Uuid,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    let rows: Vec<NamedRow> = diesel::sql_query(query).bind::<SqlUuid, _>(id).load(conn).await?;
    Ok(rows.into_iter().map(|row| row.named(language)).collect())
}

/// The products of a product group, in its order.
pub async fn in_group(
    conn: &mut Conn,
    id: ProductGroupId,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    named(
        conn,
        "SELECT p.id, p.key, p.texts, m.visible, p.retired
         FROM product_group_products m JOIN products p ON p.id = m.product_id
         WHERE m.group_id = $1 ORDER BY m.sort, p.id",
        id.0,
        language,
    )
    .await
}

/// The products that use an option group.
pub async fn with_option_group(
    conn: &mut Conn,
    id: OptionGroupId,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    named(
        conn,
        "SELECT p.id, p.key, p.texts, p.visible, p.retired
         FROM product_option_groups a JOIN products p ON p.id = a.product_id
         WHERE a.group_id = $1 ORDER BY p.sort, p.id",
        id.0,
        language,
    )
    .await
}

/// The products that have attributes of a group.
pub async fn with_attribute_group(
    conn: &mut Conn,
    id: AttributeGroupId,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    named(
        conn,
        "SELECT p.id, p.key, p.texts, p.visible, p.retired FROM products p
         WHERE EXISTS (SELECT 1 FROM product_attributes m JOIN attributes a ON a.id = m.attribute_id
                       WHERE m.product_id = p.id AND a.group_id = $1)
         ORDER BY p.sort, p.id",
        id.0,
        language,
    )
    .await
}

/// The products that use a module, those that are sold first.
pub async fn with_module(
    conn: &mut Conn,
    module: &str,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    let rows: Vec<NamedRow> = diesel::sql_query(
        "SELECT p.id, p.key, p.texts, p.visible, p.retired
         FROM products p WHERE p.module = $1 ORDER BY p.retired, p.sort, p.id LIMIT 200",
    )
    .bind::<Text, _>(module)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.named(language)).collect())
}

/// The option groups of a product as staff write them, in order.
pub async fn written_option_groups(tx: &mut Conn, id: ProductId) -> QueryResult<Vec<ProductOptionGroup>> {
    let rows: Vec<(OptionGroupId, bool)> = product_option_groups::table
        .filter(product_option_groups::product_id.eq(id))
        .order((product_option_groups::sort, product_option_groups::group_id))
        .select((product_option_groups::group_id, product_option_groups::required))
        .load(tx)
        .await?;
    Ok(rows.into_iter().map(|(id, required)| ProductOptionGroup { id, required }).collect())
}

/// What a product has of attribute groups as staff write it, in order.
pub async fn written_attributes(tx: &mut Conn, id: ProductId) -> QueryResult<Vec<AttributeOfProduct>> {
    let ids: Vec<AttributeId> = product_attributes::table
        .filter(product_attributes::product_id.eq(id))
        .order((product_attributes::sort, product_attributes::attribute_id))
        .select(product_attributes::attribute_id)
        .load(tx)
        .await?;
    Ok(ids.into_iter().map(|id| AttributeOfProduct { id }).collect())
}

/// Replaces the option groups of a product. Groups must exist.
pub async fn set_option_groups(
    tx: &mut Conn,
    id: ProductId,
    groups: &[ProductOptionGroup],
) -> QueryResult<()> {
    diesel::delete(product_option_groups::table.filter(product_option_groups::product_id.eq(id)))
        .execute(tx)
        .await?;
    let rows: Vec<_> = groups
        .iter()
        .zip(0_i32..)
        .map(|(group, sort)| {
            (
                product_option_groups::product_id.eq(id),
                product_option_groups::group_id.eq(group.id),
                product_option_groups::required.eq(group.required),
                product_option_groups::sort.eq(sort),
            )
        })
        .collect();
    diesel::insert_into(product_option_groups::table).values(rows).execute(tx).await?;
    Ok(())
}

/// Replaces what a product has of attribute groups. Attributes must exist.
pub async fn set_attributes(tx: &mut Conn, id: ProductId, wanted: &[AttributeId]) -> QueryResult<()> {
    diesel::delete(product_attributes::table.filter(product_attributes::product_id.eq(id)))
        .execute(tx)
        .await?;
    let rows: Vec<_> = wanted
        .iter()
        .zip(0_i32..)
        .map(|(attribute, sort)| {
            (
                product_attributes::product_id.eq(id),
                product_attributes::attribute_id.eq(*attribute),
                product_attributes::sort.eq(sort),
            )
        })
        .collect();
    diesel::insert_into(product_attributes::table).values(rows).execute(tx).await?;
    Ok(())
}

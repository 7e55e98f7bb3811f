//! Attribute groups and attributes as rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{attribute_groups, attributes, product_attributes};
use serde_json::Value;
use shared::catalog::{
    AttributeDetail, AttributeGroupInput, AttributeGroupSummary, AttributeInput, AttributeSummary,
};
use shared::{AttributeGroupId, AttributeId, Language, ProductId};
use uuid::Uuid;

use crate::catalog::{order, text};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::error::Result;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = attribute_groups, check_for_backend(diesel::pg::Pg))]
pub struct AttributeGroup {
    pub id: AttributeGroupId,
    pub key: String,
    pub texts: Value,
    pub icon_image: Option<String>,
    pub visible: bool,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl AttributeGroup {
    /// As staff edit it.
    pub fn input(&self) -> Result<AttributeGroupInput> {
        Ok(AttributeGroupInput {
            version: Some(self.version),
            key: self.key.clone(),
            texts: text::read(self.texts.clone())?,
            visible: self.visible,
        })
    }
}

/// An attribute as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = attributes, check_for_backend(diesel::pg::Pg))]
pub struct Attribute {
    pub id: AttributeId,
    pub group_id: AttributeGroupId,
    pub key: String,
    pub texts: Value,
    pub icon_image: Option<String>,
    pub visible: bool,
    pub version: i32,
}

impl Attribute {
    /// As staff edit it.
    pub fn input(&self) -> Result<AttributeInput> {
        Ok(AttributeInput {
            version: Some(self.version),
            key: self.key.clone(),
            texts: serde_json::from_value(self.texts.clone())?,
            visible: self.visible,
        })
    }

    pub fn detail(&self, language: Language) -> Result<AttributeDetail> {
        let attribute = self.input()?;
        Ok(AttributeDetail {
            id: self.id,
            text: text::attribute(&attribute.texts, language, &self.key),
            attribute,
            icon_image: self.icon_image.clone(),
        })
    }
}

#[derive(Debug, QueryableByName)]
struct GroupRow {
    #[diesel(sql_type = SqlUuid)]
    id: AttributeGroupId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Nullable<Text>)]
    icon_image: Option<String>,
    #[diesel(sql_type = Bool)]
    visible: bool,
    #[diesel(sql_type = BigInt)]
    attributes: i64,
    #[diesel(sql_type = BigInt)]
    products: i64,
    #[diesel(sql_type = Integer)]
    sort: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    updated_at: jiff_diesel::Timestamp,
}

/// What the list of groups sorts by; the first is the default.
pub const GROUP_SORTS: &[&str] = &["sort", "key", "name", "created_at", "attributes", "products"];

/// A page of attribute groups with their counts.
pub async fn list_groups(
    conn: &mut Conn,
    paging: &Paging,
    language: Language,
) -> QueryResult<(Vec<AttributeGroupSummary>, i64)> {
    const COLUMNS: &str = "g.id, g.key, g.texts, g.icon_image, g.visible, g.sort, g.created_at, g.updated_at,
         (SELECT count(*) FROM attributes a WHERE a.group_id = g.id) AS attributes,
         (SELECT count(DISTINCT m.product_id) FROM product_attributes m JOIN attributes a ON a.id = m.attribute_id
          WHERE a.group_id = g.id) AS products";
    let from =
        format!("attribute_groups g WHERE $1::text IS NULL OR {}", text::found("g", text::SEARCHED, "$1"));
    let order = text::order(paging, language, "g", &["attributes", "products"]);
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let items = rows
        .into_iter()
        .map(|row: GroupRow| AttributeGroupSummary {
            id: row.id,
            name: text::name(&row.texts, language, &row.key),
            key: row.key,
            icon_image: row.icon_image,
            visible: row.visible,
            attributes: row.attributes,
            products: row.products,
            sort: row.sort,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect();
    Ok((items, total))
}

/// An attribute with the name of its group.
#[derive(Debug, QueryableByName)]
struct AttributeRow {
    #[diesel(sql_type = SqlUuid)]
    id: AttributeId,
    #[diesel(sql_type = SqlUuid)]
    group_id: AttributeGroupId,
    #[diesel(sql_type = Text)]
    group_key: String,
    #[diesel(sql_type = Jsonb)]
    group_texts: Value,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Nullable<Text>)]
    icon_image: Option<String>,
    #[diesel(sql_type = Bool)]
    visible: bool,
}

const ATTRIBUTE_COLUMNS: &str =
    "a.id, a.group_id, g.key AS group_key, g.texts AS group_texts, a.key, a.texts,
     a.icon_image, (a.visible AND g.visible) AS visible";

impl AttributeRow {
    fn summary(self, language: Language) -> Result<AttributeSummary> {
        let texts = serde_json::from_value(self.texts)?;
        Ok(AttributeSummary {
            id: self.id,
            group_id: self.group_id,
            group_name: text::name(&self.group_texts, language, &self.group_key),
            text: text::attribute(&texts, language, &self.key),
            key: self.key,
            icon_image: self.icon_image,
            visible: self.visible,
        })
    }
}

/// What the list of attributes sorts by; the first is the default: group by group.
pub const SORTS: &[&str] = &["sort", "key", "name"];

/// A page of the attributes of all groups.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    language: Language,
) -> Result<(Vec<AttributeSummary>, i64)> {
    let from = format!(
        "attributes a JOIN attribute_groups g ON g.id = a.group_id WHERE $1::text IS NULL OR {} OR {}",
        text::found("a", text::SEARCHED_OF_ATTRIBUTES, "$1"),
        text::found("g", text::SEARCHED, "$1"),
    );
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let order = match paging.sort {
        "sort" => format!("g.sort {direction}, g.id, a.sort {direction}, a.id"),
        _ => text::order(paging, language, "a", &[]),
    };
    let list = List { columns: ATTRIBUTE_COLUMNS, from: &from, order: &order };
    let (rows, total): (Vec<AttributeRow>, i64) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let items = rows.into_iter().map(|row| row.summary(language)).collect::<Result<_>>()?;
    Ok((items, total))
}

/// What a product has of attribute groups, in its order.
pub async fn of_product(conn: &mut Conn, id: ProductId, language: Language) -> Result<Vec<AttributeSummary>> {
    let rows: Vec<AttributeRow> = diesel::sql_query(format!(
        "SELECT {ATTRIBUTE_COLUMNS} FROM product_attributes m JOIN attributes a ON a.id = m.attribute_id
         JOIN attribute_groups g ON g.id = a.group_id WHERE m.product_id = $1 ORDER BY m.sort, a.id"
    ))
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    rows.into_iter().map(|row| row.summary(language)).collect()
}

/// The visible attributes of several products, in each product's order. Their groups may be hidden.
pub async fn visible(conn: &mut Conn, products: &[ProductId]) -> QueryResult<Vec<(ProductId, Attribute)>> {
    product_attributes::table
        .inner_join(attributes::table)
        .filter(product_attributes::product_id.eq_any(products))
        .filter(attributes::visible)
        .order((product_attributes::product_id, product_attributes::sort, product_attributes::attribute_id))
        .select((product_attributes::product_id, Attribute::as_select()))
        .load(conn)
        .await
}

/// Which of these groups are visible, in any order.
pub async fn visible_groups(conn: &mut Conn, ids: &[AttributeGroupId]) -> QueryResult<Vec<AttributeGroup>> {
    attribute_groups::table
        .filter(attribute_groups::id.eq_any(ids))
        .filter(attribute_groups::visible)
        .select(AttributeGroup::as_select())
        .load(conn)
        .await
}

pub async fn find_group(conn: &mut Conn, id: AttributeGroupId) -> QueryResult<Option<AttributeGroup>> {
    attribute_groups::table.find(id).select(AttributeGroup::as_select()).first(conn).await.optional()
}

/// Locks one group until the transaction ends.
pub async fn lock_group(tx: &mut Conn, id: AttributeGroupId) -> QueryResult<Option<AttributeGroup>> {
    attribute_groups::table
        .find(id)
        .select(AttributeGroup::as_select())
        .for_update()
        .first(tx)
        .await
        .optional()
}

/// The attributes of a group, in order.
pub async fn in_group(conn: &mut Conn, group: AttributeGroupId) -> QueryResult<Vec<Attribute>> {
    attributes::table
        .filter(attributes::group_id.eq(group))
        .order((attributes::sort, attributes::id))
        .select(Attribute::as_select())
        .load(conn)
        .await
}

/// The group that an attribute is in.
pub async fn group_of(conn: &mut Conn, id: AttributeId) -> QueryResult<Option<AttributeGroupId>> {
    attributes::table.find(id).select(attributes::group_id).first(conn).await.optional()
}

/// Which of these exist; none of them is deleted until the transaction ends.
pub async fn known(tx: &mut Conn, ids: &[AttributeId]) -> QueryResult<Vec<AttributeId>> {
    attributes::table
        .filter(attributes::id.eq_any(ids))
        .order(attributes::id)
        .select(attributes::id)
        .for_key_share()
        .load(tx)
        .await
}

/// Locks one attribute until the transaction ends.
pub async fn lock(tx: &mut Conn, id: AttributeId) -> QueryResult<Option<Attribute>> {
    attributes::table.find(id).select(Attribute::as_select()).for_update().first(tx).await.optional()
}

/// The keys of at most eleven products that have an attribute, or attributes of a group: its id is `id`.
pub async fn users(conn: &mut Conn, id: Uuid) -> QueryResult<Vec<String>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        key: String,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT DISTINCT p.key FROM product_attributes m JOIN attributes a ON a.id = m.attribute_id
         JOIN products p ON p.id = m.product_id WHERE $1 IN (a.id, a.group_id) ORDER BY p.key LIMIT 11",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.key).collect())
}

/// The columns of a group that staff edit.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = attribute_groups)]
struct EditableGroup<'a> {
    key: &'a str,
    texts: Value,
    visible: bool,
    updated_at: jiff_diesel::Timestamp,
}

fn editable_group(input: &AttributeGroupInput, now: Timestamp) -> Result<EditableGroup<'_>> {
    Ok(EditableGroup {
        key: &input.key,
        texts: serde_json::to_value(&input.texts)?,
        visible: input.visible,
        updated_at: now.into(),
    })
}

/// The columns of an attribute that staff edit.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = attributes)]
struct Editable<'a> {
    key: &'a str,
    texts: Value,
    visible: bool,
    updated_at: jiff_diesel::Timestamp,
}

fn editable(input: &AttributeInput, now: Timestamp) -> Result<Editable<'_>> {
    Ok(Editable {
        key: &input.key,
        texts: serde_json::to_value(&input.texts)?,
        visible: input.visible,
        updated_at: now.into(),
    })
}

/// Writes a new group at the end of the list.
pub async fn insert_group(
    tx: &mut Conn,
    now: Timestamp,
    id: AttributeGroupId,
    input: &AttributeGroupInput,
) -> Result<()> {
    let last: Option<i32> =
        attribute_groups::table.select(diesel::dsl::max(attribute_groups::sort)).first(tx).await?;
    diesel::insert_into(attribute_groups::table)
        .values((
            attribute_groups::id.eq(id),
            editable_group(input, now)?,
            attribute_groups::sort.eq(order::after(last)),
            attribute_groups::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

pub async fn update_group(
    tx: &mut Conn,
    now: Timestamp,
    id: AttributeGroupId,
    input: &AttributeGroupInput,
) -> Result<()> {
    diesel::update(attribute_groups::table.find(id))
        .set((editable_group(input, now)?, attribute_groups::version.eq(attribute_groups::version + 1)))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

/// What is said when a product took something while it was deleted.
const IN_USE: &str = "Products have it.";

/// Deletes a group and its attributes; fails when a product has one of them.
pub async fn delete_group(tx: &mut Conn, id: AttributeGroupId) -> Result<()> {
    diesel::delete(attribute_groups::table.find(id))
        .execute(tx)
        .await
        .map_err(|error| text::in_use(error, IN_USE))?;
    Ok(())
}

/// Writes a new attribute at the end of its group.
pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    group: AttributeGroupId,
    id: AttributeId,
    input: &AttributeInput,
) -> Result<()> {
    let last: Option<i32> = attributes::table
        .filter(attributes::group_id.eq(group))
        .select(diesel::dsl::max(attributes::sort))
        .first(tx)
        .await?;
    diesel::insert_into(attributes::table)
        .values((
            attributes::id.eq(id),
            attributes::group_id.eq(group),
            editable(input, now)?,
            attributes::sort.eq(order::after(last)),
            attributes::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

pub async fn update(tx: &mut Conn, now: Timestamp, id: AttributeId, input: &AttributeInput) -> Result<()> {
    diesel::update(attributes::table.find(id))
        .set((editable(input, now)?, attributes::version.eq(attributes::version + 1)))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

/// Deletes an attribute; fails when a product has it.
pub async fn delete(tx: &mut Conn, id: AttributeId) -> Result<()> {
    diesel::delete(attributes::table.find(id))
        .execute(tx)
        .await
        .map_err(|error| text::in_use(error, IN_USE))?;
    Ok(())
}

/// Copies what belongs to a group into another that has nothing: its attributes, pictures.
pub async fn copy_parts(
    tx: &mut Conn,
    now: Timestamp,
    from: AttributeGroupId,
    to: AttributeGroupId,
) -> QueryResult<()> {
    for statement in [
        "INSERT INTO attributes (id, group_id, key, texts, icon_image, visible, sort, created_at, updated_at)
         SELECT uuid_v7($3), $2, key, texts, icon_image, visible, sort, $3, $3 FROM attributes WHERE group_id = $1",
        "UPDATE attribute_groups g SET icon_image = f.icon_image
         FROM attribute_groups f WHERE f.id = $1 AND g.id = $2 AND $3 IS NOT NULL",
    ] {
        diesel::sql_query(statement)
            .bind::<SqlUuid, _>(from)
            .bind::<SqlUuid, _>(to)
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
            .execute(tx)
            .await?;
    }
    Ok(())
}

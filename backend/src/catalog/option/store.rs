//! Option groups and options as rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{option_groups, options, product_option_groups};
use serde_json::Value;
use shared::catalog::{OptionGroupInput, OptionGroupSummary, OptionInput, OptionKind};
use shared::{Language, OptionGroupId, OptionId, ProductId};

use crate::catalog::{order, text};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::error::Result;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = option_groups, check_for_backend(diesel::pg::Pg))]
pub struct OptionGroup {
    pub id: OptionGroupId,
    pub key: String,
    pub texts: Value,
    pub kind: OptionKind,
    pub unit: String,
    pub quantity_min: i32,
    pub quantity_max: i32,
    pub quantity_step: i32,
    pub pattern: Option<String>,
    pub visible: bool,
    pub convert_price: bool,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl OptionGroup {
    /// As staff edit it.
    pub fn input(&self) -> Result<OptionGroupInput> {
        Ok(OptionGroupInput {
            version: Some(self.version),
            key: self.key.clone(),
            texts: text::read(self.texts.clone())?,
            kind: self.kind,
            unit: self.unit.clone(),
            quantity_min: self.quantity_min,
            quantity_max: self.quantity_max,
            quantity_step: self.quantity_step,
            pattern: self.pattern.clone(),
            visible: self.visible,
            convert_price: self.convert_price,
        })
    }
}

/// An option as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = options, check_for_backend(diesel::pg::Pg))]
pub struct Choice {
    pub id: OptionId,
    pub group_id: OptionGroupId,
    pub key: String,
    pub value: String,
    pub texts: Value,
    pub icon_image: Option<String>,
    pub visible: bool,
    pub sort: i32,
    pub version: i32,
}

impl Choice {
    /// As staff edit it.
    pub fn input(&self) -> Result<OptionInput> {
        Ok(OptionInput {
            version: Some(self.version),
            key: self.key.clone(),
            value: self.value.clone(),
            texts: text::read(self.texts.clone())?,
            visible: self.visible,
        })
    }
}

#[derive(Debug, QueryableByName)]
struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: OptionGroupId,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Text)]
    kind: OptionKind,
    #[diesel(sql_type = Bool)]
    visible: bool,
    #[diesel(sql_type = BigInt)]
    options: i64,
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
pub const SORTS: &[&str] = &["sort", "key", "name", "kind", "created_at", "options", "products"];

/// A page of option groups with their counts.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    language: Language,
) -> QueryResult<(Vec<OptionGroupSummary>, i64)> {
    const COLUMNS: &str = "g.id, g.key, g.texts, g.kind, g.visible, g.sort, g.created_at, g.updated_at,
         (SELECT count(*) FROM options o WHERE o.group_id = g.id) AS options,
         (SELECT count(*) FROM product_option_groups a WHERE a.group_id = g.id) AS products";
    let from =
        format!("option_groups g WHERE $1::text IS NULL OR {}", text::found("g", text::SEARCHED, "$1"));
    let order = text::order(paging, language, "g", &["options", "products"]);
    let list = List { columns: COLUMNS, from: &from, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let items = rows
        .into_iter()
        .map(|row: SummaryRow| OptionGroupSummary {
            id: row.id,
            name: text::name(&row.texts, language, &row.key),
            key: row.key,
            kind: row.kind,
            visible: row.visible,
            options: row.options,
            products: row.products,
            sort: row.sort,
            created_at: row.created_at.to_jiff(),
            updated_at: row.updated_at.to_jiff(),
        })
        .collect();
    Ok((items, total))
}

pub async fn find_group(conn: &mut Conn, id: OptionGroupId) -> QueryResult<Option<OptionGroup>> {
    option_groups::table.find(id).select(OptionGroup::as_select()).first(conn).await.optional()
}

/// Locks one group until the transaction ends.
pub async fn lock_group(tx: &mut Conn, id: OptionGroupId) -> QueryResult<Option<OptionGroup>> {
    option_groups::table.find(id).select(OptionGroup::as_select()).for_update().first(tx).await.optional()
}

/// Which of these exist; none of them is deleted until the transaction ends.
pub async fn known_groups(tx: &mut Conn, ids: &[OptionGroupId]) -> QueryResult<Vec<OptionGroupId>> {
    option_groups::table
        .filter(option_groups::id.eq_any(ids))
        .order(option_groups::id)
        .select(option_groups::id)
        .for_key_share()
        .load(tx)
        .await
}

/// A group as a product uses it.
#[derive(Clone, Debug)]
pub struct Attached {
    pub product: ProductId,
    pub required: bool,
    pub group: OptionGroup,
}

/// The groups of several products, in each product's order.
pub async fn attached(conn: &mut Conn, products: &[ProductId]) -> QueryResult<Vec<Attached>> {
    let rows: Vec<(ProductId, bool, OptionGroup)> = product_option_groups::table
        .inner_join(option_groups::table)
        .filter(product_option_groups::product_id.eq_any(products))
        .order((product_option_groups::product_id, product_option_groups::sort))
        .select((
            product_option_groups::product_id,
            product_option_groups::required,
            OptionGroup::as_select(),
        ))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(product, required, group)| Attached { product, required, group }).collect())
}

/// Groups by id.
pub async fn groups(conn: &mut Conn, ids: &[OptionGroupId]) -> QueryResult<Vec<OptionGroup>> {
    option_groups::table
        .filter(option_groups::id.eq_any(ids))
        .select(OptionGroup::as_select())
        .load(conn)
        .await
}

/// The options of groups, each group's in order.
pub async fn choices(conn: &mut Conn, groups: &[OptionGroupId]) -> QueryResult<Vec<Choice>> {
    options::table
        .filter(options::group_id.eq_any(groups))
        .order((options::group_id, options::sort, options::id))
        .select(Choice::as_select())
        .load(conn)
        .await
}

/// The group that an option is in.
pub async fn group_of(conn: &mut Conn, id: OptionId) -> QueryResult<Option<OptionGroupId>> {
    options::table.find(id).select(options::group_id).first(conn).await.optional()
}

/// Locks one option until the transaction ends.
pub async fn lock_choice(tx: &mut Conn, id: OptionId) -> QueryResult<Option<Choice>> {
    options::table.find(id).select(Choice::as_select()).for_update().first(tx).await.optional()
}

/// The columns of a group that staff edit.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = option_groups, treat_none_as_null = true)]
struct EditableGroup<'a> {
    key: &'a str,
    texts: Value,
    kind: OptionKind,
    unit: &'a str,
    quantity_min: i32,
    quantity_max: i32,
    quantity_step: i32,
    pattern: Option<&'a str>,
    visible: bool,
    convert_price: bool,
    updated_at: jiff_diesel::Timestamp,
}

fn editable_group(input: &OptionGroupInput, now: Timestamp) -> Result<EditableGroup<'_>> {
    Ok(EditableGroup {
        key: &input.key,
        texts: serde_json::to_value(&input.texts)?,
        kind: input.kind,
        unit: &input.unit,
        quantity_min: input.quantity_min,
        quantity_max: input.quantity_max,
        quantity_step: input.quantity_step,
        pattern: input.pattern.as_deref(),
        visible: input.visible,
        convert_price: input.convert_price,
        updated_at: now.into(),
    })
}

/// The columns of an option that staff edit.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = options)]
struct EditableChoice<'a> {
    key: &'a str,
    value: &'a str,
    texts: Value,
    visible: bool,
    updated_at: jiff_diesel::Timestamp,
}

fn editable_choice(input: &OptionInput, now: Timestamp) -> Result<EditableChoice<'_>> {
    Ok(EditableChoice {
        key: &input.key,
        value: &input.value,
        texts: serde_json::to_value(&input.texts)?,
        visible: input.visible,
        updated_at: now.into(),
    })
}

/// Writes a new group at the end of the list.
pub async fn insert_group(
    tx: &mut Conn,
    now: Timestamp,
    id: OptionGroupId,
    input: &OptionGroupInput,
) -> Result<()> {
    let last: Option<i32> =
        option_groups::table.select(diesel::dsl::max(option_groups::sort)).first(tx).await?;
    diesel::insert_into(option_groups::table)
        .values((
            option_groups::id.eq(id),
            editable_group(input, now)?,
            option_groups::sort.eq(order::after(last)),
            option_groups::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

pub async fn update_group(
    tx: &mut Conn,
    now: Timestamp,
    id: OptionGroupId,
    input: &OptionGroupInput,
) -> Result<()> {
    diesel::update(option_groups::table.find(id))
        .set((editable_group(input, now)?, option_groups::version.eq(option_groups::version + 1)))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

/// Deletes a group and its options; fails when a product or service uses them.
pub async fn delete_group(tx: &mut Conn, id: OptionGroupId) -> Result<()> {
    diesel::delete(option_groups::table.find(id))
        .execute(tx)
        .await
        .map_err(|error| text::in_use(error, "Products or services use this group."))?;
    Ok(())
}

/// Writes a new option at the end of its group.
pub async fn insert_choice(
    tx: &mut Conn,
    now: Timestamp,
    group: OptionGroupId,
    id: OptionId,
    input: &OptionInput,
) -> Result<()> {
    let last: Option<i32> = options::table
        .filter(options::group_id.eq(group))
        .select(diesel::dsl::max(options::sort))
        .first(tx)
        .await?;
    diesel::insert_into(options::table)
        .values((
            options::id.eq(id),
            options::group_id.eq(group),
            editable_choice(input, now)?,
            options::sort.eq(order::after(last)),
            options::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

pub async fn update_choice(tx: &mut Conn, now: Timestamp, id: OptionId, input: &OptionInput) -> Result<()> {
    diesel::update(options::table.find(id))
        .set((editable_choice(input, now)?, options::version.eq(options::version + 1)))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

/// Deletes an option; fails when a service has chosen it.
pub async fn delete_choice(tx: &mut Conn, id: OptionId) -> Result<()> {
    diesel::delete(options::table.find(id))
        .execute(tx)
        .await
        .map_err(|error| text::in_use(error, "Services have chosen this option: hide it instead."))?;
    Ok(())
}

/// Raises the version of a group whose options changed.
pub async fn touch_group(tx: &mut Conn, now: Timestamp, id: OptionGroupId) -> QueryResult<()> {
    diesel::update(option_groups::table.find(id))
        .set(option_groups::updated_at.eq(jiff_diesel::Timestamp::from(now)))
        .execute(tx)
        .await?;
    Ok(())
}

/// Copies the options of a group into another that has none, with their prices and pictures.
pub async fn copy_choices(
    tx: &mut Conn,
    now: Timestamp,
    from: OptionGroupId,
    to: OptionGroupId,
) -> QueryResult<()> {
    for statement in [
        "INSERT INTO options (id, group_id, key, value, texts, icon_image, visible, sort, created_at, updated_at)
         SELECT uuid_v7($3), $2, key, value, texts, icon_image, visible, sort, $3, $3
         FROM options WHERE group_id = $1",
        "INSERT INTO prices (id, option_id, currency, period, setup, base, idle, switch_up, switch_down, uninstall, updated_at)
         SELECT uuid_v7($3), n.id, p.currency, p.period, p.setup, p.base, p.idle, p.switch_up, p.switch_down,
             p.uninstall, $3
         FROM prices p JOIN options o ON o.id = p.option_id JOIN options n ON n.group_id = $2 AND n.key = o.key
         WHERE o.group_id = $1",
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

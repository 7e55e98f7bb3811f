//! Products as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{product_option_groups, products, services};
use serde_json::Value;
use shared::catalog::{
    AttachedOptionGroup, GroupOfProduct, Images, NamedProduct, OptionKind, ProductFilter, ProductInput,
    ProductOptionGroup, ProductSummary,
};
use shared::{Language, OptionGroupId, ProductGroupId, ProductId};
use uuid::Uuid;

use crate::catalog::module::settings::{self, Settings};
use crate::catalog::text;
use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::list::{self, List, Sql};
use crate::http::Paging;
use crate::http::error::Result;

/// States in which a service takes stock, as SQL.
pub const LIVING: &str = "('pending', 'provisioning', 'active', 'suspended', 'failed')";

/// A product as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg))]
pub struct Product {
    pub id: ProductId,
    pub key: String,
    pub texts: Value,
    pub icon: String,
    pub icon_image: Option<String>,
    pub background_image: Option<String>,
    pub visible: bool,
    pub direct_link: bool,
    pub retired: bool,
    pub stock_control: bool,
    pub stock: Option<i32>,
    pub stock_used: i32,
    pub hourly_billing: bool,
    pub allow_idle: bool,
    pub convert_price: bool,
    pub suspension_grace_hours: Option<i32>,
    pub termination_delay_hours: Option<i32>,
    pub cancellation_delay_hours: i32,
    pub module: String,
    pub module_settings: Value,
    pub attributes: Value,
    pub notes: String,
    pub sort: i32,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl Product {
    /// The settings for its module as they are shown.
    pub fn settings_masked(&self) -> Settings {
        let schema = provisioners::find(&self.module).map(|module| module.info().settings_schema);
        let stored = self.module_settings.as_object();
        stored.map(|stored| settings::masked(&schema.unwrap_or_default(), stored)).unwrap_or_default()
    }

    /// As staff edit it; secrets of the settings are masked.
    pub fn input(&self) -> Result<ProductInput> {
        Ok(ProductInput {
            version: Some(self.version),
            key: self.key.clone(),
            texts: text::read(self.texts.clone())?,
            icon: self.icon.clone(),
            visible: self.visible,
            direct_link: self.direct_link,
            retired: self.retired,
            stock_control: self.stock_control,
            stock: self.stock,
            hourly_billing: self.hourly_billing,
            allow_idle: self.allow_idle,
            convert_price: self.convert_price,
            suspension_grace_hours: self.suspension_grace_hours,
            termination_delay_hours: self.termination_delay_hours,
            cancellation_delay_hours: self.cancellation_delay_hours,
            module: self.module.clone(),
            module_settings: self.settings_masked(),
            attributes: serde_json::from_value(self.attributes.clone())?,
            notes: self.notes.clone(),
        })
    }

    pub fn images(&self) -> Images {
        Images { icon: self.icon_image.clone(), background: self.background_image.clone() }
    }

    pub fn name(&self, language: Language) -> String {
        text::name(&self.texts, language, &self.key)
    }

    /// How many more may be sold; `None`: any number.
    pub fn left(&self) -> Option<i32> {
        self.stock_control.then(|| (self.stock.unwrap_or(0) - self.stock_used).max(0))
    }
}

/// A product of the list.
#[derive(Debug, QueryableByName)]
pub struct SummaryRow {
    #[diesel(sql_type = SqlUuid)]
    id: ProductId,
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
    #[diesel(sql_type = Bool)]
    retired: bool,
    #[diesel(sql_type = Bool)]
    stock_control: bool,
    #[diesel(sql_type = Nullable<Integer>)]
    stock: Option<i32>,
    #[diesel(sql_type = Integer)]
    stock_used: i32,
    #[diesel(sql_type = Text)]
    module: String,
    #[diesel(sql_type = BigInt)]
    groups: i64,
    #[diesel(sql_type = BigInt)]
    option_groups: i64,
    #[diesel(sql_type = BigInt)]
    prices: i64,
    #[diesel(sql_type = BigInt)]
    services: i64,
    #[diesel(sql_type = Integer)]
    sort: i32,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Timestamptz)]
    updated_at: jiff_diesel::Timestamp,
}

impl SummaryRow {
    pub fn summary(self, language: Language) -> ProductSummary {
        ProductSummary {
            id: self.id,
            name: text::name(&self.texts, language, &self.key),
            key: self.key,
            icon: self.icon,
            icon_image: self.icon_image,
            visible: self.visible,
            retired: self.retired,
            stock_control: self.stock_control,
            stock: self.stock,
            stock_used: self.stock_used,
            module: self.module,
            groups: self.groups,
            option_groups: self.option_groups,
            prices: self.prices,
            services: self.services,
            sort: self.sort,
            created_at: self.created_at.to_jiff(),
            updated_at: self.updated_at.to_jiff(),
        }
    }
}

/// What the list sorts by; the first is the default.
pub const SORTS: &[&str] = &["sort", "key", "name", "created_at", "updated_at", "services", "module"];

const FROM: &str = "products p WHERE ($1::bool IS NULL OR p.visible = $1) AND ($2::bool IS NULL OR p.retired = $2)
           AND ($3::uuid IS NULL OR EXISTS (SELECT 1 FROM product_group_products g WHERE g.product_id = p.id AND g.group_id = $3))
           AND ($4::text IS NULL OR p.module = $4) AND ($5::text IS NULL OR p.key ILIKE $5 OR p.texts::text ILIKE $5)";

/// Columns of the list.
fn columns() -> String {
    format!(
        "p.id, p.key, p.texts, p.icon, p.icon_image, p.visible, p.retired, p.stock_control, p.stock, p.stock_used, p.module, p.sort,
         p.created_at, p.updated_at,
         (SELECT count(*) FROM product_group_products g WHERE g.product_id = p.id) AS groups,
         (SELECT count(*) FROM product_option_groups o WHERE o.product_id = p.id) AS option_groups,
         (SELECT count(*) FROM prices r WHERE r.product_id = p.id) AS prices,
         (SELECT count(*) FROM services s WHERE s.product_id = p.id AND s.state IN {LIVING}) AS services"
    )
}

fn order(paging: &Paging, language: Language) -> String {
    text::order(paging, language, "p", &["services"])
}

fn filtered<'q>(sql: String, paging: &Paging, filter: &'q ProductFilter) -> Sql<'q> {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<Nullable<Bool>, _>(filter.visible)
        .bind::<Nullable<Bool>, _>(filter.retired)
        .bind::<Nullable<SqlUuid>, _>(filter.group)
        .bind::<Nullable<Text>, _>(&filter.module)
        .bind::<Nullable<Text>, _>(paging.pattern())
}

/// A page of products with their counts.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &ProductFilter,
    language: Language,
) -> QueryResult<(Vec<ProductSummary>, i64)> {
    let list = List { columns: &columns(), from: FROM, order: &order(paging, language) };
    let (rows, total): (Vec<SummaryRow>, i64) =
        list::page(conn, paging, list, |sql| filtered(sql, paging, filter)).await?;
    Ok((rows.into_iter().map(|row| row.summary(language)).collect(), total))
}

/// All products that the filter lets through.
pub async fn all(
    tx: &mut Conn,
    paging: &Paging,
    filter: &ProductFilter,
    language: Language,
) -> QueryResult<Cursor<SummaryRow>> {
    let list = List { columns: &columns(), from: FROM, order: &order(paging, language) };
    list::all(tx, list, |sql| filtered(sql, paging, filter)).await
}

pub async fn find(conn: &mut Conn, id: ProductId) -> QueryResult<Option<Product>> {
    products::table.find(id).select(Product::as_select()).first(conn).await.optional()
}

/// Several at once, in any order.
pub async fn find_all(conn: &mut Conn, ids: &[ProductId]) -> QueryResult<Vec<Product>> {
    products::table.filter(products::id.eq_any(ids)).select(Product::as_select()).load(conn).await
}

/// Locks one product until the transaction ends.
pub async fn lock(tx: &mut Conn, id: ProductId) -> QueryResult<Option<Product>> {
    products::table.find(id).select(Product::as_select()).for_update().first(tx).await.optional()
}

/// Services of it that have not ended.
pub async fn living_services(conn: &mut Conn, id: ProductId) -> QueryResult<i64> {
    services::table
        .filter(services::product_id.eq(id).and(services::ended_at.is_null()))
        .count()
        .get_result(conn)
        .await
}

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

/// The products of a product group, in its order.
pub async fn in_group(
    conn: &mut Conn,
    id: ProductGroupId,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    let rows: Vec<NamedRow> = diesel::sql_query(
        "SELECT p.id, p.key, p.texts, m.visible, p.retired
         FROM product_group_products m JOIN products p ON p.id = m.product_id
         WHERE m.group_id = $1 ORDER BY m.sort, p.id",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.named(language)).collect())
}

/// The products that use an option group.
pub async fn with_option_group(
    conn: &mut Conn,
    id: OptionGroupId,
    language: Language,
) -> QueryResult<Vec<NamedProduct>> {
    let rows: Vec<NamedRow> = diesel::sql_query(
        "SELECT p.id, p.key, p.texts, p.visible, p.retired
         FROM product_option_groups a JOIN products p ON p.id = a.product_id
         WHERE a.group_id = $1 ORDER BY p.sort, p.id",
    )
    .bind::<SqlUuid, _>(id)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.named(language)).collect())
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

/// The columns that staff edit.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = products, treat_none_as_null = true)]
struct Editable<'a> {
    key: &'a str,
    texts: Value,
    icon: &'a str,
    visible: bool,
    direct_link: bool,
    retired: bool,
    stock_control: bool,
    stock: Option<i32>,
    hourly_billing: bool,
    allow_idle: bool,
    convert_price: bool,
    suspension_grace_hours: Option<i32>,
    termination_delay_hours: Option<i32>,
    cancellation_delay_hours: i32,
    module: &'a str,
    module_settings: Value,
    attributes: Value,
    notes: &'a str,
    updated_at: jiff_diesel::Timestamp,
}

fn editable(input: &ProductInput, now: Timestamp) -> Result<Editable<'_>> {
    Ok(Editable {
        key: &input.key,
        texts: serde_json::to_value(&input.texts)?,
        icon: &input.icon,
        visible: input.visible,
        direct_link: input.direct_link,
        retired: input.retired,
        stock_control: input.stock_control,
        stock: input.stock,
        hourly_billing: input.hourly_billing,
        allow_idle: input.allow_idle,
        convert_price: input.convert_price,
        suspension_grace_hours: input.suspension_grace_hours,
        termination_delay_hours: input.termination_delay_hours,
        cancellation_delay_hours: input.cancellation_delay_hours,
        module: &input.module,
        module_settings: Value::Object(input.module_settings.clone()),
        attributes: serde_json::to_value(&input.attributes)?,
        notes: &input.notes,
        updated_at: now.into(),
    })
}

/// Writes a new product at the end of the list. The secrets of its settings are sealed already.
pub async fn insert(tx: &mut Conn, now: Timestamp, id: ProductId, input: &ProductInput) -> Result<()> {
    let last: Option<i32> =
        products::table.select(diesel::dsl::max(products::sort)).first(tx).await.map_err(text::taken)?;
    let values = (
        products::id.eq(id),
        editable(input, now)?,
        products::sort.eq(last.map_or(0, |last| last.saturating_add(1))),
        products::created_at.eq(jiff_diesel::Timestamp::from(now)),
    );
    diesel::insert_into(products::table).values(values).execute(tx).await.map_err(text::taken)?;
    Ok(())
}

/// Overwrites what staff edit, and raises the version. The secrets of its settings are sealed already.
pub async fn update(tx: &mut Conn, now: Timestamp, id: ProductId, input: &ProductInput) -> Result<()> {
    diesel::update(products::table.find(id))
        .set((editable(input, now)?, products::version.eq(products::version + 1)))
        .execute(tx)
        .await
        .map_err(text::taken)?;
    Ok(())
}

/// Counts the living services into the stock, when its control is switched on.
pub async fn count_stock(tx: &mut Conn, id: ProductId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE services SET stock_taken = true WHERE product_id = $1 AND ended_at IS NULL AND NOT stock_taken",
    )
    .bind::<SqlUuid, _>(id)
    .execute(tx)
    .await?;
    diesel::sql_query(
        "UPDATE products SET stock_used = (SELECT count(*) FROM services WHERE product_id = $1 AND stock_taken) WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes `quantity` out of the stock, in one statement. `None`: not so many are left. `Some(false)`: it is not counted.
pub async fn take_stock(tx: &mut Conn, id: ProductId, quantity: i32) -> QueryResult<Option<bool>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Bool)]
        counted: bool,
    }
    let taken: Vec<Taken> = diesel::sql_query(
        "UPDATE products SET stock_used = stock_used + CASE WHEN stock_control THEN $2 ELSE 0 END
         WHERE id = $1 AND (NOT stock_control OR stock_used + $2 <= stock) RETURNING stock_control AS counted",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(quantity)
    .load(tx)
    .await?;
    Ok(taken.into_iter().next().map(|row| row.counted))
}

/// Gives stock back that ended services took.
pub async fn give_stock(tx: &mut Conn, id: ProductId, quantity: i32) -> QueryResult<()> {
    diesel::sql_query("UPDATE products SET stock_used = greatest(stock_used - $2, 0) WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(quantity)
        .execute(tx)
        .await?;
    Ok(())
}

/// Deletes a product; fails by its foreign key when services or orders need it.
pub async fn delete(tx: &mut Conn, id: ProductId) -> Result<bool> {
    let gone = diesel::delete(products::table.find(id))
        .execute(tx)
        .await
        .map_err(|error| text::in_use(error, "It has been sold: retire it instead."))?;
    Ok(gone > 0)
}

/// Replaces the option groups of a product. Groups must exist.
pub async fn set_option_groups(
    tx: &mut Conn,
    now: Timestamp,
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
    diesel::update(products::table.find(id))
        .set((
            products::version.eq(products::version + 1),
            products::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Copies what belongs to a product: option groups, places in groups, prices, pictures.
pub async fn copy_parts(tx: &mut Conn, now: Timestamp, from: ProductId, to: ProductId) -> QueryResult<()> {
    for statement in [
        "INSERT INTO product_option_groups (product_id, group_id, required, sort)
         SELECT $2, group_id, required, sort FROM product_option_groups WHERE product_id = $1 AND $3 IS NOT NULL",
        "INSERT INTO product_group_products (group_id, product_id, sort, visible)
         SELECT group_id, $2, sort + 1, visible FROM product_group_products WHERE product_id = $1 AND $3 IS NOT NULL",
        "INSERT INTO prices (id, product_id, currency, period, setup, base, idle, switch_up, switch_down, uninstall, updated_at)
         SELECT gen_random_uuid(), $2, currency, period, setup, base, idle, switch_up, switch_down, uninstall, $3
         FROM prices WHERE product_id = $1",
        "UPDATE products p SET icon_image = f.icon_image, background_image = f.background_image
         FROM products f WHERE f.id = $1 AND p.id = $2 AND $3 IS NOT NULL",
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

/// Keeps others from reordering the rows of a table until the transaction ends.
pub async fn lock_order(tx: &mut Conn, table: &'static str) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind::<Text, _>(format!("order of {table}"))
        .execute(tx)
        .await?;
    Ok(())
}

/// Those of `ids` that the table has, in its order.
pub async fn in_order(tx: &mut Conn, table: &'static str, ids: &[Uuid]) -> QueryResult<Vec<Uuid>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: Uuid,
    }
    let rows: Vec<Row> =
        diesel::sql_query(format!("SELECT t.id FROM {table} t WHERE t.id = ANY ($1) ORDER BY t.sort, t.id"))
            .bind::<Array<SqlUuid>, _>(ids)
            .load(tx)
            .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Gives the rows of a table the order of `ids`.
pub async fn reorder(tx: &mut Conn, table: &'static str, ids: &[Uuid]) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE {table} t SET sort = o.place::integer FROM unnest($1) WITH ORDINALITY AS o(id, place) WHERE t.id = o.id"
    ))
    .bind::<Array<SqlUuid>, _>(ids)
    .execute(tx)
    .await?;
    Ok(())
}

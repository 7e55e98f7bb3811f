//! Products as rows.

use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{products, services};
use serde_json::Value;
use shared::catalog::{Images, ProductInput};
use shared::{Language, ProductId};

use crate::catalog::module::settings::{self, Settings};
use crate::catalog::{order, text};
use crate::db::Conn;
use crate::http::error::Result;

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

/// The columns that staff edit.
#[derive(AsChangeset, Insertable)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
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
        products::sort.eq(order::after(last)),
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

/// Raises the version of a product whose parts changed.
pub async fn raise_version(tx: &mut Conn, now: Timestamp, id: ProductId) -> QueryResult<()> {
    diesel::update(products::table.find(id))
        .set((
            products::version.eq(products::version + 1),
            products::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
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

/// Copies what belongs to a product: attributes, option groups, places in groups, prices, pictures.
pub async fn copy_parts(tx: &mut Conn, now: Timestamp, from: ProductId, to: ProductId) -> QueryResult<()> {
    for statement in [
        "INSERT INTO product_attributes (product_id, attribute_id, sort)
         SELECT $2, attribute_id, sort FROM product_attributes WHERE product_id = $1 AND $3 IS NOT NULL",
        "INSERT INTO product_option_groups (product_id, group_id, required, sort)
         SELECT $2, group_id, required, sort FROM product_option_groups WHERE product_id = $1 AND $3 IS NOT NULL",
        "INSERT INTO product_group_products (group_id, product_id, sort, visible)
         SELECT group_id, $2, sort + 1, visible FROM product_group_products WHERE product_id = $1 AND $3 IS NOT NULL",
        "INSERT INTO prices (id, product_id, currency, period, setup, base, idle, switch_up, switch_down, uninstall, updated_at)
         SELECT uuid_v7($3), $2, currency, period, setup, base, idle, switch_up, switch_down, uninstall, $3
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

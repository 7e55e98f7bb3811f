//! Carts as rows.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{cart_items, clients, products};
use serde_json::Value;
use shared::catalog::OrderItem;
use shared::{CartItemId, ClientId, Currency, Period, ProductId};

use crate::db::Conn;
use crate::http::error::Result;

/// An item as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = cart_items, check_for_backend(diesel::pg::Pg))]
pub struct Row {
    pub id: CartItemId,
    pub product_id: ProductId,
    pub period: Period,
    options: Value,
    fields: Value,
    label: Option<String>,
    pub quantity: i32,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub added_at: Timestamp,
}

impl Row {
    /// As it is ordered, secrets and all.
    pub fn item(&self) -> Result<OrderItem> {
        Ok(OrderItem {
            product: self.product_id,
            period: self.period,
            price: None,
            options: serde_json::from_value(self.options.clone())?,
            fields: serde_json::from_value(self.fields.clone())?,
            label: self.label.clone(),
            quantity: self.quantity,
        })
    }
}

/// A product as a cart names it, also when it is not sold any more.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = products, check_for_backend(diesel::pg::Pg))]
pub struct Named {
    pub key: String,
    pub texts: Value,
    pub module: String,
}

/// Locks the client until the transaction ends, so that its cart stands still: the currency it pays in.
pub async fn lock(tx: &mut Conn, client: ClientId) -> QueryResult<Option<Currency>> {
    clients::table.find(client).select(clients::currency).for_no_key_update().first(tx).await.optional()
}

/// What is in the cart, the first added first.
pub async fn list(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<(Row, Named)>> {
    cart_items::table
        .inner_join(products::table)
        .filter(cart_items::client_id.eq(client))
        .order((cart_items::added_at, cart_items::id))
        .select((Row::as_select(), Named::as_select()))
        .load(conn)
        .await
}

pub async fn find(conn: &mut Conn, client: ClientId, id: CartItemId) -> QueryResult<Option<Row>> {
    cart_items::table.find((client, id)).select(Row::as_select()).first(conn).await.optional()
}

pub async fn count(conn: &mut Conn, client: ClientId) -> QueryResult<i64> {
    cart_items::table.filter(cart_items::client_id.eq(client)).count().get_result(conn).await
}

/// The label as it is kept: `None` when there is none.
fn label(item: &OrderItem) -> Option<&str> {
    item.label.as_deref().map(str::trim).filter(|label| !label.is_empty())
}

pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    id: CartItemId,
    item: &OrderItem,
) -> Result<()> {
    diesel::insert_into(cart_items::table)
        .values((
            cart_items::client_id.eq(client),
            cart_items::id.eq(id),
            cart_items::product_id.eq(item.product),
            cart_items::period.eq(item.period),
            cart_items::options.eq(serde_json::to_value(&item.options)?),
            cart_items::fields.eq(serde_json::to_value(&item.fields)?),
            cart_items::label.eq(label(item)),
            cart_items::quantity.eq(item.quantity),
            cart_items::added_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Puts something else in the place of an item.
pub async fn replace(tx: &mut Conn, client: ClientId, id: CartItemId, item: &OrderItem) -> Result<()> {
    diesel::update(cart_items::table.find((client, id)))
        .set((
            cart_items::product_id.eq(item.product),
            cart_items::period.eq(item.period),
            cart_items::options.eq(serde_json::to_value(&item.options)?),
            cart_items::fields.eq(serde_json::to_value(&item.fields)?),
            cart_items::label.eq(label(item)),
            cart_items::quantity.eq(item.quantity),
            cart_items::version.eq(cart_items::version + 1),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Whether there was such an item.
pub async fn remove(tx: &mut Conn, client: ClientId, id: CartItemId) -> QueryResult<bool> {
    Ok(diesel::delete(cart_items::table.find((client, id))).execute(tx).await? > 0)
}

pub async fn clear(tx: &mut Conn, client: ClientId) -> QueryResult<()> {
    diesel::delete(cart_items::table.filter(cart_items::client_id.eq(client))).execute(tx).await?;
    Ok(())
}

//! Creating and changing product groups.

use std::collections::BTreeSet;

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::ProductGroupId;
use shared::catalog::{NewCopy, ProductGroupInput, ProductInGroup};

use super::store;
use crate::audit::Actor;
use crate::catalog::log::Kind;
use crate::catalog::{product, text};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

pub(in crate::catalog) const GROUP: Kind = Kind { word: "product_group", title: "Product group" };

fn check(input: &ProductGroupInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    text::check(&mut fields, &input.texts);
    fields.key("icon", &input.icon);
    if input.products.as_ref().is_some_and(|products| products.len() > 500) {
        fields.add("products", "too_long", "At most 500 products.");
    }
    fields.finish()
}

/// Writes the products of a group; refuses unknown ones and those that stand twice.
async fn set_products(tx: &mut Conn, id: ProductGroupId, products: &[ProductInGroup]) -> Result<()> {
    let wanted: Vec<_> = products.iter().map(|product| product.id).collect();
    let found = product::store::find_all(tx, &wanted).await?;
    let known: BTreeSet<_> = found.iter().map(|product| product.id).collect();
    let mut fields = Fields::new();
    fields.known_once("products", &wanted, &known);
    fields.finish()?;
    store::set_products(tx, id, products).await?;
    Ok(())
}

/// Creates a group at the end of the list.
pub async fn create(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    input: &ProductGroupInput,
) -> Result<ProductGroupId> {
    check(input)?;
    conn.transaction(async |tx| {
        let id = ProductGroupId::generate();
        store::insert(tx, now, id, input).await?;
        if let Some(products) = &input.products {
            set_products(tx, id, products).await?;
        }
        GROUP.record(id.0, &input.key).created(tx, now, actor, input).await?;
        Ok(id)
    })
    .await
}

/// Changes a group. Refuses a version that is not the present one.
pub async fn change(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ProductGroupId,
    input: &ProductGroupInput,
) -> Result<()> {
    let version = text::version(input.version)?;
    check(input)?;
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, version)?;
        store::update(tx, now, id, input).await?;
        if let Some(products) = &input.products {
            set_products(tx, id, products).await?;
        }
        GROUP.record(id.0, &input.key).changed(tx, now, actor, &before.input()?, input).await?;
        Ok(())
    })
    .await
}

/// Copies a group with its products and pictures; the copy is hidden, at the end of the list.
pub async fn duplicate(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    from: ProductGroupId,
    copy: &NewCopy,
) -> Result<ProductGroupId> {
    text::check_copy(copy)?;
    conn.transaction(async |tx| {
        let original = store::find(tx, from).await?.ok_or_else(Refusal::not_found)?;
        let input = ProductGroupInput { key: copy.key.clone(), visible: false, ..original.input()? };
        let id = ProductGroupId::generate();
        store::insert(tx, now, id, &input).await?;
        store::copy_parts(tx, from, id).await?;
        GROUP.record(id.0, &input.key).copied(tx, now, actor, &original.key, &input).await?;
        Ok(id)
    })
    .await
}

/// Deletes a group; its products stay.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ProductGroupId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete(tx, id).await?;
        GROUP.record(id.0, &before.key).deleted(tx, now, actor, &before.input()?).await?;
        Ok(())
    })
    .await
}

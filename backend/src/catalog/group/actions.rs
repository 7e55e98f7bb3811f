//! Creating and changing product groups.

use std::collections::BTreeSet;

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::catalog::{ProductGroupInput, ProductInGroup};
use shared::{Code, ProductGroupId};

use super::store;
use crate::audit::{self, Actor, Entry};
use crate::catalog::{product, text};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

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
    let mut seen = BTreeSet::new();
    let mut fields = Fields::new();
    for (place, product) in wanted.iter().enumerate() {
        let field = format!("products.{place}.id");
        fields.check(known.contains(product), &field, "unknown", "There is no such product.");
        fields.check(seen.insert(*product), &field, "taken", "This product is in the list twice.");
    }
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
        let entry = Entry {
            action: "product_group.created",
            description: format!("Product group {} created", input.key),
            subject: Some(("product_group", id.0)),
            new: Some(serde_json::to_value(input)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
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
        if before.version != version {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        store::update(tx, now, id, input).await?;
        if let Some(products) = &input.products {
            set_products(tx, id, products).await?;
        }
        let entry = Entry {
            action: "product_group.changed",
            description: format!("Product group {} changed", input.key),
            subject: Some(("product_group", id.0)),
            old: Some(serde_json::to_value(before.input()?)?),
            new: Some(serde_json::to_value(input)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

/// Deletes a group; its products stay.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ProductGroupId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete(tx, id).await?;
        let entry = Entry {
            action: "product_group.deleted",
            description: format!("Product group {} deleted", before.key),
            subject: Some(("product_group", id.0)),
            old: Some(serde_json::to_value(before.input()?)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

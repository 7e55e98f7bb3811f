//! Filling a cart, emptying it, and ordering what is in it.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::cart::CartItemChange;
use shared::catalog::{ModuleFieldKind, OrderItem};
use shared::{CartItemId, ClientId, Code, Currency, Language, OrderId};

use super::store::{self, Named, Row};
use crate::catalog::offer::{self, Buyer, ITEMS_MAX};
use crate::catalog::text;
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::services::order::actions::{self as order, Placing};

/// The keys of a module's fields that are secrets.
pub(super) fn secrets(module: &str) -> Vec<String> {
    let fields = provisioners::find(module).map(|module| module.info().fields).unwrap_or_default();
    fields.into_iter().filter(|field| field.kind == ModuleFieldKind::Secret).map(|field| field.key).collect()
}

/// What people call an item: its label, else its product.
fn called(row: &Row, product: &Named, language: Language) -> Result<String> {
    Ok(row.item()?.label.unwrap_or_else(|| text::name(&product.texts, language, &product.key)))
}

/// Refuses what could not be ordered by itself; the fields are named as they stand in the item, after `prefix`.
async fn check(
    tx: &mut Conn,
    currency: Currency,
    item: &OrderItem,
    language: Language,
    prefix: &str,
) -> Result<()> {
    let one = std::slice::from_ref(item);
    let checked = offer::read_each(tx, currency, one, Buyer::Client, language).await?;
    match checked.into_iter().find_map(Result::err) {
        None => Ok(()),
        Some(mut faults) => {
            for fault in &mut faults {
                fault.field = format!("{prefix}{}", inside(&fault.field));
            }
            Err(Refusal::fields(faults).into())
        }
    }
}

/// `period` of `items.3.period`; a fault of the whole item is one of its product.
pub(super) fn inside(field: &str) -> &str {
    field.strip_prefix("items.").and_then(|rest| rest.split_once('.')).map_or("product", |(_, inner)| inner)
}

/// The number in `items.3.period`.
fn place(field: &str) -> Option<usize> {
    field.strip_prefix("items.")?.split('.').next()?.parse().ok()
}

/// Puts something into the cart. Refuses what is not on offer, and more than 20 items. Locks the client.
///
/// Stock is looked at when the cart is read, and taken when it is ordered.
pub async fn add(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    item: &OrderItem,
    language: Language,
) -> Result<()> {
    conn.transaction(async |tx| {
        let currency = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        check(tx, currency, item, language, "").await?;
        if usize::try_from(store::count(tx, client).await?).is_ok_and(|count| count >= ITEMS_MAX) {
            let detail = format!("A cart holds {ITEMS_MAX} items: order or remove some first.");
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        store::insert(tx, now, client, CartItemId::generate(), item).await
    })
    .await
}

/// Puts something else in the place of an item; it keeps the secrets that were left out. Locks the client.
///
/// Refuses what could not be ordered now, and a version that is not the present one.
pub async fn replace(
    conn: &mut Conn,
    client: ClientId,
    id: CartItemId,
    change: &CartItemChange,
    language: Language,
) -> Result<()> {
    conn.transaction(async |tx| {
        let currency = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let before = store::find(tx, client, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, change.version)?;
        let mut item = change.item.clone();
        if item.product == before.product_id {
            let module = crate::catalog::product::store::find(tx, item.product).await?;
            let kept = before.item()?.fields;
            for key in module.map(|product| secrets(&product.module)).unwrap_or_default() {
                if let Some(value) = kept.get(&key) {
                    item.fields.entry(key).or_insert_with(|| value.clone());
                }
            }
        }
        check(tx, currency, &item, language, "item.").await?;
        store::replace(tx, client, id, &item).await
    })
    .await
}

/// Takes an item out of the cart. Locks the client: an order that is being placed has it or has it not.
pub async fn remove(conn: &mut Conn, client: ClientId, id: CartItemId) -> Result<()> {
    conn.transaction(async |tx| {
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        if !store::remove(tx, client, id).await? {
            return Err(Refusal::not_found().into());
        }
        Ok(())
    })
    .await
}

/// Empties the cart. Locks the client.
pub async fn clear(conn: &mut Conn, client: ClientId) -> Result<()> {
    conn.transaction(async |tx| {
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        Ok(store::clear(tx, client).await?)
    })
    .await
}

/// Orders all that is in the cart, and empties it. Locks the client.
///
/// Refuses an empty cart, and everything that placing an order refuses, with the names of the items in the way.
pub async fn order(tx: &mut Conn, now: Timestamp, who: Placing<'_>) -> Result<OrderId> {
    store::lock(tx, who.client).await?.ok_or_else(Refusal::not_found)?;
    let rows = store::list(tx, who.client).await?;
    if rows.is_empty() {
        return Err(Refusal::because(Code::Conflict, "The cart is empty.").into());
    }
    let items = rows.iter().map(|(row, _)| row.item()).collect::<Result<Vec<_>>>()?;
    let id = match order::place(tx, now, who, &items).await {
        Ok(id) => id,
        Err(Error::Refused(refusal)) => return Err(named(refusal, &rows, who.language)?.into()),
        Err(error) => return Err(error),
    };
    store::clear(tx, who.client).await?;
    Ok(id)
}

/// A refusal that says by name which items it is about.
fn named(mut refusal: Refusal, rows: &[(Row, Named)], language: Language) -> Result<Refusal> {
    let mut about = Vec::new();
    for fault in &refusal.fields {
        if let Some((row, product)) = place(&fault.field).and_then(|place| rows.get(place)) {
            about.push(format!("{}: {}", called(row, product, language)?, fault.message));
        }
    }
    if !about.is_empty() {
        refusal.detail = Some(about.join(" "));
    }
    Ok(refusal)
}

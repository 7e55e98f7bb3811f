//! A cart as its client sees it, every item looked at as it stands now.

use std::collections::HashMap;

use jiff::Timestamp;
use shared::cart::{Cart, CartItem};
use shared::{ClientId, FieldError, Language, ProductId};

use super::actions::{inside, secrets};
use super::store;
use crate::billing::wallet;
use crate::catalog::offer::{self, Buyer, Offer};
use crate::catalog::text;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::services::order::quote;

/// The cart of a client with what it costs now. The number of queries does not grow with it.
pub(super) async fn cart(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    language: Language,
) -> Result<Cart> {
    let wallet = wallet::store::find(conn, client).await?.ok_or_else(Refusal::not_found)?;
    let rows = store::list(conn, client).await?;
    if rows.is_empty() {
        return Ok(Cart { items: Vec::new(), orderable: false, quote: None });
    }
    let items = rows.iter().map(|(row, _)| row.item()).collect::<Result<Vec<_>>>()?;
    let read = offer::read_each(conn, wallet.currency, &items, Buyer::Client, language).await?;
    let checked = in_stock(read);
    let offers: Vec<Offer> = checked.iter().filter_map(|one| one.as_ref().ok().cloned()).collect();
    let quote =
        if offers.is_empty() { None } else { Some(quote::of(conn, now, &wallet, &offers, language).await?) };
    let orderable = offers.len() == rows.len();
    let mut prices = quote.as_ref().map(|quote| quote.items.clone()).unwrap_or_default().into_iter();
    let mut shown = Vec::with_capacity(rows.len());
    for (((row, product), mut item), checked) in rows.iter().zip(items).zip(checked) {
        for key in secrets(&product.module) {
            item.fields.remove(&key);
        }
        shown.push(CartItem {
            id: row.id,
            item,
            name: text::name(&product.texts, language, &product.key),
            price: checked.as_ref().ok().and_then(|_| prices.next()),
            faults: checked.err().unwrap_or_default(),
            version: row.version,
            added_at: row.added_at,
        });
    }
    Ok(Cart { items: shown, orderable, quote })
}

/// Whether the stock covers each of them, those before it served first.
fn in_stock(read: Vec<Result<Offer, Vec<FieldError>>>) -> Vec<Result<Offer, Vec<FieldError>>> {
    let mut taken: HashMap<ProductId, i32> = HashMap::new();
    let take = |one: Result<Offer, Vec<FieldError>>| {
        let offer = one.map_err(|faults| faults.into_iter().map(within).collect::<Vec<_>>())?;
        let taken = taken.entry(offer.product.id).or_default();
        if offer.product.left().is_some_and(|left| left - *taken < offer.quantity) {
            return Err(vec![offer::out_of_stock("product")]);
        }
        *taken += offer.quantity;
        Ok(offer)
    };
    read.into_iter().map(take).collect()
}

/// A fault by its field inside of the item.
fn within(mut fault: FieldError) -> FieldError {
    fault.field = inside(&fault.field).to_owned();
    fault
}

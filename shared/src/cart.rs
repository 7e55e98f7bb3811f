//! The cart: what a client means to order, kept on the server until it does.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalog::{ExpectedCost, OrderItem, Quote, QuoteItem};
use crate::{CartItemId, FieldError};

/// What is in the cart, and what ordering it would cost now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Cart {
    /// The first added first.
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub items: Vec<CartItem>,
    /// Whether all of it can be ordered as it stands.
    pub orderable: bool,
    /// What the items cost that can be ordered. `null`: none can.
    pub quote: Option<Quote>,
}

/// Something in the cart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CartItem {
    pub id: CartItemId,
    /// As it would be ordered; secrets among its fields are not told again.
    pub item: OrderItem,
    /// The product, in the language of the request.
    pub name: String,
    /// What it costs now. `null`: it cannot be ordered.
    pub price: Option<QuoteItem>,
    /// Why it cannot be ordered any more, by the fields of `item`; empty when it can.
    pub faults: Vec<FieldError>,
    pub version: i32,
    /// When it was put into the cart.
    pub added_at: Timestamp,
}

/// Puts something else in the place of an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CartItemChange {
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub version: i32,
    /// A secret field that is left out stays as it was.
    pub item: OrderItem,
}

/// Orders all that is in the cart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CartOrder {
    /// The version of the terms that the buyer accepts: the newest; left out when none was published.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub terms_version: Option<i32>,
    /// What the buyer was shown. Left out: the order is placed at what it costs. A repeat with the same `Idempotency-Key` may
    /// say otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<ExpectedCost>,
}

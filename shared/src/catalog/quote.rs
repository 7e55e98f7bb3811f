//! What is ordered, and what it costs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::billing::document::FundsQuote;
use crate::billing::spending::SpendingOutlook;
use crate::{Currency, Money, OptionGroupId, OptionId, Period, PriceId, ProductId};

/// One thing to buy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrderItem {
    pub product: ProductId,
    pub period: Period,
    /// The price row that was shown; refused when it is another product's or period's.
    #[serde(default)]
    pub price: Option<PriceId>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub options: Vec<ChosenOption>,
    /// Answers to the module's own fields, at most 100.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// What the client calls the service. `null`: the product's name.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub label: Option<String>,
    /// How many services of this kind.
    #[serde(default = "super::one")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 50, default = 1))]
    pub quantity: i32,
}

/// What was chosen in an option group: an option (dropdown, radio), a number of units (quantity) or a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChosenOption {
    pub group: OptionGroupId,
    #[serde(default)]
    pub option: Option<OptionId>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1000000))]
    pub quantity: Option<i32>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub text: Option<String>,
}

/// What would it cost?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteRequest {
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 20))]
    pub items: Vec<OrderItem>,
    /// Of a public quote. A client's quote is in his currency.
    #[serde(default)]
    pub currency: Option<Currency>,
}

/// What an order costs, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quote {
    pub currency: Currency,
    pub items: Vec<QuoteItem>,
    /// Setup of everything, once.
    pub setup: Money,
    /// What it costs for an hour, a day (24 h), a week (168 h), a month (720 h) and a year (8760 h).
    pub hourly: Money,
    pub daily: Money,
    pub weekly: Money,
    pub monthly: Money,
    pub yearly: Money,
    /// Setup and first charge: held when delivery begins, taken when it succeeds.
    pub due_now: Money,
    /// What the wallet has to spend; `null` in a public quote.
    pub available: Option<Money>,
    /// What the wallet lacks; zero when it covers the order.
    pub missing: Option<Money>,
    /// Paying in what the wallet lacks now, with tax, rounded up to what the currency can pay. `null`: it lacks nothing.
    pub top_up: Option<FundsQuote>,
    /// What the client's spend guard says to it. `null`: nothing is guarded, or the quote is public.
    #[serde(default)]
    pub spending: Option<SpendingOutlook>,
}

impl Quote {
    /// What somebody who was shown this quote takes the order to cost.
    pub fn expected(&self) -> ExpectedCost {
        ExpectedCost { due_now: self.due_now, monthly: self.monthly }
    }
}

/// What the buyer was shown: an order that costs more is refused with `price_changed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExpectedCost {
    /// `due_now` of the quote. The first hour of a month's price may cost a little more or less than was shown.
    pub due_now: Money,
    /// `monthly` of the quote.
    pub monthly: Money,
}

/// What one item of a cart costs, and how that comes about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteItem {
    pub product: ProductId,
    pub name: String,
    pub period: Period,
    pub quantity: i32,
    pub lines: Vec<QuoteLine>,
    /// For one service of this item: once, then each period.
    pub setup: Money,
    pub base: Money,
    /// The base for an hour. `null` for `one_time`.
    pub hourly: Option<Money>,
    /// The first charge of one service.
    pub first_charge: Money,
    /// How the first charge comes about.
    pub first_charge_why: String,
    /// Setup and first charge of all `quantity` services.
    pub due_now: Money,
}

/// A price row that takes part, with the arithmetic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuoteLine {
    pub name: String,
    /// `null`: an option without a price row, which is free.
    pub price: Option<PriceId>,
    pub price_version: Option<i32>,
    pub quantity: i32,
    pub unit: String,
    pub setup: Money,
    pub base: Money,
    /// The arithmetic in words, e.g. `4 GB × 0.5000 EUR`.
    pub why: String,
}

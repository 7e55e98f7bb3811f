//! Amounts as they stand on pages.

use leptos::prelude::*;
use rust_decimal::Decimal;
use shared::{Currency, Money};

use crate::format;

/// An amount of the ledger: four decimals, as stored.
pub(crate) fn exact(amount: Decimal, currency: Currency) -> String {
    format::money_exact(Money::ledger(amount, currency))
}

/// An amount with the currency's own decimals, more when it has more.
pub(crate) fn amount(amount: Decimal, currency: Currency) -> String {
    format::money(Money::ledger(amount, currency))
}

/// An amount rounded to the currency's own decimals.
pub(crate) fn short(amount: Decimal, currency: Currency) -> String {
    format::money_short(Money::ledger(amount, currency))
}

/// A movement: with sign and colour, four decimals.
#[component]
pub(crate) fn Signed(amount: Decimal, currency: Currency) -> impl IntoView {
    let text = exact(amount, currency);
    let (class, text) = match amount {
        amount if amount.is_zero() => ("num", text),
        amount if amount.is_sign_negative() => ("num neg font-semibold", text),
        _ => ("num pos font-semibold", format!("+{text}")),
    };
    view! { <span class=class>{text}</span> }
}

/// A plain number without trailing zeros: a rate, a quantity.
pub fn plain_number(number: Decimal) -> String {
    number.normalize().to_string()
}

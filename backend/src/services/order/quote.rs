//! What an order would cost a client: with what its wallet lacks, and what its spend guard says; and whether that is what the
//! client was shown.

use anyhow::Context;
use jiff::Timestamp;
use rules::charging::recurring_cost;
use rust_decimal::Decimal;
use shared::catalog::{ExpectedCost, Quote};
use shared::{Code, Currency, Language, Money};

use crate::billing::wallet::Wallet;
use crate::billing::{document, spending};
use crate::catalog::offer::Offer;
use crate::catalog::quote;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// The quote of offers for the client of a wallet, in its currency.
pub async fn of(
    conn: &mut Conn,
    now: Timestamp,
    wallet: &Wallet,
    offers: &[Offer],
    language: Language,
) -> Result<Quote> {
    let currency = wallet.currency;
    let mut quote = quote::add_up(offers, currency, language, now)?;
    let lacking = (quote.due_now.amount() - wallet.available()).max(Decimal::ZERO);
    quote.available = Some(Money::ledger(wallet.available(), currency));
    quote.missing = Some(Money::ledger(lacking, currency));
    if lacking > Decimal::ZERO {
        let net = quote::payable(lacking, currency)?;
        quote.top_up = Some(document::actions::quote(conn, now, wallet.client_id, net, language).await?);
    }
    let (added, setup) = (quote::recurring(offers), quote.setup.amount());
    quote.spending = spending::actions::outlook(conn, now, wallet, &added, setup).await?;
    Ok(quote)
}

/// Refuses offers that cost more now, or for a month, than the buyer was shown, with `PriceChanged`.
///
/// The first hour of a month's price is no fault: it costs a little more or less by its place in the month, and the cost of a
/// month tells when its price was raised.
pub fn require_expected(
    offers: &[Offer],
    currency: Currency,
    now: Timestamp,
    expected: &ExpectedCost,
) -> Result<()> {
    let (mut due_now, mut certain) = (Decimal::ZERO, Decimal::ZERO);
    for offer in offers {
        let (setup, count) = (offer.snapshot.total.setup, Decimal::from(offer.quantity));
        let first = quote::first(offer, now)?;
        due_now += (setup + first.amount) * count;
        certain += if first.hour_of_month.is_some() { setup * count } else { (setup + first.amount) * count };
    }
    let cost = recurring_cost(quote::recurring(offers)).context("adding up prices")?;
    let monthly = Money::rounded(cost.monthly, currency);
    let same_currency = expected.due_now.currency() == currency && expected.monthly.currency() == currency;
    if same_currency
        && Money::ledger(certain, currency).amount() <= expected.due_now.amount()
        && monthly.amount() <= expected.monthly.amount()
    {
        return Ok(());
    }
    let detail = format!(
        "The price has changed: {} now and {monthly} for a month, instead of {} and {}.",
        Money::ledger(due_now, currency),
        expected.due_now,
        expected.monthly
    );
    Err(Refusal::because(Code::PriceChanged, detail).into())
}

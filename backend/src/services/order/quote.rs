//! What an order would cost a client: with what its wallet lacks, and what its spend guard says.

use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::catalog::Quote;
use shared::{Language, Money};

use crate::billing::wallet::Wallet;
use crate::billing::{document, spending};
use crate::catalog::offer::Offer;
use crate::catalog::quote;
use crate::db::Conn;
use crate::http::error::Result;

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
        quote.top_up = Some(document::actions::quote(conn, now, wallet.client_id, net).await?);
    }
    let (added, setup) = (quote::recurring(offers), quote.setup.amount());
    quote.spending = spending::actions::outlook(conn, now, wallet, &added, setup).await?;
    Ok(quote)
}

//! What an order would cost, line by line, with the reason of every amount.

use actix_web::post;
use actix_web::web::Data;
use anyhow::Context;
use jiff::Timestamp;
use rules::charging::recurring_cost;
use rules::starting::{FirstCharge, first_charge};
use rust_decimal::{Decimal, RoundingStrategy};
use shared::catalog::{Quote, QuoteItem, QuoteLine, QuoteRequest};
use shared::services::ChargeBy;
use shared::{Currency, Language, Money, Period};

use crate::App;
use crate::catalog::offer::{self, Buyer, Offer, row_name};
use crate::catalog::price;
use crate::catalog::text::Reads;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, Visitor};
use crate::words::{self, fill};

pub fn routes(cfg: &mut Routes) {
    cfg.service(public_quote);
}

/// The price for an hour; `None` for what is not recurring.
pub fn hourly(base: Decimal, period: Period, currency: Currency) -> Result<Option<Money>> {
    if period == Period::OneTime {
        return Ok(None);
    }
    let cost = recurring_cost([(base, period)]).context("adding up prices")?;
    Ok(Some(Money::ledger(cost.hourly, currency)))
}

/// Setup and first charge of one service that would start `now`.
pub fn first(offer: &Offer, now: Timestamp) -> Result<FirstCharge> {
    Ok(first_charge(offer.snapshot.total.base, offer.period, offer.charge_by, now)
        .context("calculating the first charge")?)
}

/// What all services of the offers cost for their periods.
pub fn recurring(offers: &[Offer]) -> Vec<(Decimal, Period)> {
    let cost = |offer: &Offer| (offer.snapshot.total.base * Decimal::from(offer.quantity), offer.period);
    offers.iter().map(cost).collect()
}

fn why_first(first: &FirstCharge, base: Money, by: ChargeBy, language: Language) -> String {
    let texts = &words::of(language).quote;
    match (by, first.hour_of_month) {
        (ChargeBy::Once, _) => fill(texts.once, &[("base", &base)]),
        (ChargeBy::Periods, _) => fill(texts.first_period, &[("base", &base)]),
        (ChargeBy::Hours, None) => fill(texts.first_hour, &[("base", &base)]),
        (ChargeBy::Hours, Some((k, n))) => {
            let sum = format!("{base} × {k}/{n} − {base} × {}/{n}", k - 1);
            fill(texts.hour_of_month, &[("hour", &k), ("hours", &n), ("sum", &sum)])
        }
    }
}

/// What has to be paid in when `missing` is missing: rounded up to what the currency can pay. Refuses what is more than anybody
/// can pay in at once.
pub fn payable(missing: Decimal, currency: Currency) -> Result<Money> {
    let up = missing.round_dp_with_strategy(currency.decimals(), RoundingStrategy::AwayFromZero);
    let message = "This costs more than can be paid in at once: order less.";
    Ok(Money::exact(up, currency).map_err(|_| Refusal::field("items", "out_of_range", message))?)
}

/// Adds up offers. The wallet is the caller's matter.
pub fn add_up(offers: &[Offer], currency: Currency, language: Language, now: Timestamp) -> Result<Quote> {
    let money = |amount: Decimal| Money::ledger(amount, currency);
    let mut items = Vec::with_capacity(offers.len());
    let mut setup = Decimal::ZERO;
    let mut due_now = Decimal::ZERO;
    for offer in offers {
        let total = &offer.snapshot.total;
        let first = first(offer, now)?;
        let count = Decimal::from(offer.quantity);
        let item_due = (total.setup + first.amount) * count;
        setup += total.setup * count;
        due_now += item_due;
        let rows = std::iter::once(&offer.snapshot.product).chain(&offer.snapshot.options);
        let mut lines = Vec::new();
        for row in rows {
            let quantity = Decimal::from(row.quantity);
            let chosen = offer.chosen.iter().find(|chosen| match (&row.of, &chosen.option) {
                (rules::pricing::PriceOf::Option { option_id }, Some(option)) => option.id == *option_id,
                _ => false,
            });
            let unit = chosen.map(|chosen| chosen.group.unit.clone()).unwrap_or_default();
            let base = row.amounts.base.unwrap_or_default();
            let why = match row.price_id {
                None => words::of(language).quote.included.to_owned(),
                Some(_) if row.quantity == 1 && unit.is_empty() => money(base).to_string(),
                Some(_) => format!("{} {unit} × {}", row.quantity, money(base)).replace("  ", " "),
            };
            lines.push(QuoteLine {
                name: row_name(row, &offer.product, &offer.chosen, language),
                price: row.price_id,
                price_version: row.price_version,
                quantity: i32::try_from(row.quantity).unwrap_or(i32::MAX),
                unit,
                setup: money(row.amounts.setup.unwrap_or_default() * quantity),
                base: money(base * quantity),
                why,
            });
        }
        items.push(QuoteItem {
            product: offer.product.id,
            name: offer.product.name(language),
            period: offer.period,
            quantity: offer.quantity,
            lines,
            setup: money(total.setup),
            base: money(total.base),
            hourly: hourly(total.base, offer.period, currency)?,
            first_charge: money(first.amount),
            first_charge_why: why_first(&first, money(total.base), offer.charge_by, language),
            due_now: money(item_due),
        });
    }
    let cost = recurring_cost(recurring(offers)).context("adding up prices")?;
    Ok(Quote {
        currency,
        items,
        setup: money(setup),
        hourly: money(cost.hourly),
        daily: Money::rounded(cost.daily, currency),
        weekly: Money::rounded(cost.weekly, currency),
        monthly: Money::rounded(cost.monthly, currency),
        yearly: Money::rounded(cost.yearly, currency),
        due_now: money(due_now),
        available: None,
        missing: None,
        top_up: None,
        spending: None,
    })
}

/// Say what an order would cost.
#[utoipa::path(tag = "public", operation_id = "quotePublicly", request_body = QuoteRequest,
    responses((status = 200, body = Quote)))]
#[post("/public/quote")]
async fn public_quote(
    app: Data<App>,
    _who: Visitor,
    reads: Reads,
    request: Json<QuoteRequest>,
) -> Result<Json<Quote>> {
    let mut conn = app.db.get().await?;
    let currency =
        request.currency.ok_or_else(|| Refusal::field("currency", "required", "Choose a currency."))?;
    if !price::store::currencies_enabled(&mut conn).await?.contains(&currency) {
        return Err(Refusal::field("currency", "unknown", "We do not sell in this currency.").into());
    }
    let offers = offer::read(&mut conn, currency, &request.items, Buyer::Client, reads.0).await?;
    Ok(Json(add_up(&offers, currency, reads.0, app.clock.now())?))
}

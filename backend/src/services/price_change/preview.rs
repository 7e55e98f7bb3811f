//! Who would pay how much more. Reads every running service of a product, a few clients at a time.

use std::collections::BTreeMap;

use anyhow::anyhow;
use rules::charging::recurring_cost;
use rules::pricing::{NewPrice, PriceOf, PriceSnapshot};
use rust_decimal::Decimal;
use shared::catalog::{PriceChangePreview, PriceChangeRow, PriceChangeTotal};
use shared::{Currency, Money, Period, ProductId};

use super::store::{self, Running};
use crate::catalog::offer::Shelf;
use crate::catalog::price::store::Price;
use crate::db::Conn;
use crate::http::Paging;
use crate::http::error::Result;

/// Clients of one step.
pub(super) const CLIENTS: i64 = 100;

/// What new prices mean for a service.
pub(super) enum Meaning {
    /// It pays the same.
    Unchanged,
    /// What it has is not offered any more: it keeps its prices.
    Kept,
    /// What a period will cost.
    Changed(Decimal),
}

pub(super) fn meaning(running: &Running, prices: &[NewPrice]) -> Result<Meaning> {
    let sold: PriceSnapshot = serde_json::from_value(running.snapshot.clone())?;
    Ok(match sold.repriced(prices) {
        Err(_) => Meaning::Kept,
        Ok(new) if new.costs_as(&sold) => Meaning::Unchanged,
        Ok(new) => Meaning::Changed(new.total.base),
    })
}

/// The price rows of a product and of the options that it can have, as they are now.
pub async fn prices_of(conn: &mut Conn, product: ProductId) -> Result<Vec<NewPrice>> {
    let shelf = Shelf::of(conn, &[product]).await?;
    let new = |of: PriceOf, price: &Price| NewPrice {
        of,
        price_id: price.id,
        price_version: price.version,
        currency: price.currency,
        period: price.period,
        amounts: price.amounts(),
    };
    let own =
        shelf.prices_of_product(product).map(|price| new(PriceOf::Product { product_id: product }, price));
    let options =
        shelf.groups(product).flat_map(|attached| shelf.options(attached.group.id)).flat_map(|option| {
            let of = PriceOf::Option { option_id: option.id };
            shelf.prices_of_option(option.id).map(move |price| new(of.clone(), price))
        });
    Ok(own.chain(options).collect())
}

/// Whether any running service would pay something else.
pub async fn changes_anything(conn: &mut Conn, product: ProductId, prices: &[NewPrice]) -> Result<bool> {
    let mut after = None;
    loop {
        let rows = store::running(conn, product, after, CLIENTS).await?;
        let Some(last) = rows.last() else { return Ok(false) };
        after = Some(last.client_id);
        for row in &rows {
            if matches!(meaning(row, prices)?, Meaning::Changed(_)) {
                return Ok(true);
            }
        }
    }
}

/// One page of the services that would pay something else, and what all of them come to.
pub async fn preview(conn: &mut Conn, product: ProductId, paging: &Paging) -> Result<PriceChangePreview> {
    let prices = prices_of(conn, product).await?;
    let (first, end) = (paging.offset(), paging.offset() + paging.limit());
    let mut shown = PriceChangePreview {
        items: Vec::new(),
        page: paging.page,
        per_page: paging.per_page,
        total: 0,
        totals: Vec::new(),
        unchanged: 0,
        kept: 0,
    };
    let mut sums: BTreeMap<(Currency, Period), Sum> = BTreeMap::new();
    let mut after = None;
    loop {
        let rows = store::running(conn, product, after, CLIENTS).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.client_id);
        for row in rows {
            match meaning(&row, &prices)? {
                Meaning::Unchanged => shown.unchanged += 1,
                Meaning::Kept => shown.kept += 1,
                Meaning::Changed(base) => {
                    sums.entry((row.currency, row.period)).or_default().add(row.base, base);
                    if (first..end).contains(&shown.total) {
                        shown.items.push(line(row, base));
                    }
                    shown.total += 1;
                }
            }
        }
    }
    shown.totals = totals(&sums)?;
    Ok(shown)
}

fn line(row: Running, base: Decimal) -> PriceChangeRow {
    let money = |amount| Money::ledger(amount, row.currency);
    PriceChangeRow {
        base_before: money(row.base),
        base_after: money(base),
        difference: money(base - row.base),
        service_id: row.id,
        label: row.label,
        client_id: row.client_id,
        client_name: row.client_name,
        period: row.period,
    }
}

/// What services of one currency and period cost together.
#[derive(Default)]
struct Sum {
    services: i64,
    before: Decimal,
    after: Decimal,
}

impl Sum {
    fn add(&mut self, before: Decimal, after: Decimal) {
        self.services += 1;
        self.before += before;
        self.after += after;
    }
}

fn totals(sums: &BTreeMap<(Currency, Period), Sum>) -> Result<Vec<PriceChangeTotal>> {
    let mut totals: Vec<PriceChangeTotal> = Vec::new();
    for (currency, _) in sums.keys() {
        if totals.last().is_some_and(|total| total.currency == *currency) {
            continue;
        }
        let of_it = || sums.iter().filter(|((of, _), _)| of == currency);
        let monthly = |amount: fn(&Sum) -> Decimal| -> Result<Decimal> {
            let prices = of_it().map(|((_, period), sum)| (amount(sum), *period));
            Ok(recurring_cost(prices).map_err(|error| anyhow!(error))?.monthly)
        };
        let (before, after) = (monthly(|sum| sum.before)?, monthly(|sum| sum.after)?);
        totals.push(PriceChangeTotal {
            currency: *currency,
            services: of_it().map(|(_, sum)| sum.services).sum(),
            monthly_before: Money::rounded(before, *currency),
            monthly_after: Money::rounded(after, *currency),
            monthly_difference: Money::rounded(after - before, *currency),
        });
    }
    Ok(totals)
}

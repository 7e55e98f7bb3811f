//! What a service costs: its six amounts, as the sum of the product's row and the rows of its options.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use shared::money::AMOUNT_MAX;
use shared::{Currency, OptionId, Period, PriceId, ProductId};

use crate::{Result, RuleError};

/// A price row: six amounts, net. `None` is "not offered", zero is "free".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts {
    /// Once, with the first period.
    pub setup: Option<Decimal>,
    /// Each period.
    pub base: Option<Decimal>,
    /// Each period while idle, instead of `base`.
    pub idle: Option<Decimal>,
    /// For changing to this option from a lower one.
    pub switch_up: Option<Decimal>,
    /// For changing to this option from a higher one.
    pub switch_down: Option<Decimal>,
    /// At termination.
    pub uninstall: Option<Decimal>,
}

/// What a snapshot row was taken from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PriceOf {
    Product { product_id: ProductId },
    Option { option_id: OptionId },
}

/// A price row as it was when the service was sold, and how many of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotRow {
    #[serde(flatten)]
    pub of: PriceOf,
    /// The key of the product or option, for people and programs.
    pub key: String,
    /// `None`: an option without a row of this currency and period; it is free.
    pub price_id: Option<PriceId>,
    pub price_version: Option<i32>,
    pub quantity: u32,
    pub amounts: Amounts,
}

/// What a service was sold at. Later price changes do not reach it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceSnapshot {
    pub currency: Currency,
    pub period: Period,
    pub product: SnapshotRow,
    pub options: Vec<SnapshotRow>,
    pub total: Total,
}

/// The amounts of a whole service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    pub setup: Decimal,
    pub base: Decimal,
    /// `None`: the service cannot be idle.
    pub idle: Option<Decimal>,
    /// `None`: the product's row does not offer it; options have their own.
    pub switch_up: Option<Decimal>,
    pub switch_down: Option<Decimal>,
    pub uninstall: Decimal,
}

impl PriceSnapshot {
    /// Takes the snapshot. Refuses a product or option whose row has no `base` (`NotOffered`) and totals beyond what the
    /// ledger can multiply with.
    pub fn take(
        currency: Currency,
        period: Period,
        product: SnapshotRow,
        options: Vec<SnapshotRow>,
    ) -> Result<Self> {
        let total = total(period, &product, &options)?;
        Ok(Self { currency, period, product, options, total })
    }
}

/// A row of the catalogue that running services are moved to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPrice {
    #[serde(flatten)]
    pub of: PriceOf,
    pub price_id: PriceId,
    pub price_version: i32,
    pub currency: Currency,
    pub period: Period,
    pub amounts: Amounts,
}

impl PriceSnapshot {
    /// The same product and options at new prices.
    ///
    /// A row without a new price keeps its amounts, and so does one that was sold at a later version of the new price. Refuses
    /// what is not offered any more (`NotOffered`) and totals beyond what the ledger can multiply with.
    pub fn repriced(&self, prices: &[NewPrice]) -> Result<Self> {
        let row = |row: &SnapshotRow| {
            let found = prices.iter().find(|price| {
                price.of == row.of && price.currency == self.currency && price.period == self.period
            });
            let later = |price: &&NewPrice| {
                row.price_id == Some(price.price_id)
                    && row.price_version.is_some_and(|version| version > price.price_version)
            };
            match found.filter(|price| !later(price)) {
                None => row.clone(),
                Some(price) => SnapshotRow {
                    price_id: Some(price.price_id),
                    price_version: Some(price.price_version),
                    amounts: price.amounts.clone(),
                    ..row.clone()
                },
            }
        };
        Self::take(self.currency, self.period, row(&self.product), self.options.iter().map(row).collect())
    }

    /// The same product and options at the prices of another currency.
    ///
    /// Refuses (`NotOffered`) when the product, or an option that is paid for, has no row there.
    pub fn in_currency(&self, currency: Currency, prices: &[NewPrice]) -> Result<Self> {
        let priced = |row: &SnapshotRow| {
            let found = prices.iter().find(|price| {
                price.of == row.of && price.currency == currency && price.period == self.period
            });
            found.map(|price| SnapshotRow {
                price_id: Some(price.price_id),
                price_version: Some(price.price_version),
                amounts: price.amounts.clone(),
                ..row.clone()
            })
        };
        let option = |row: &SnapshotRow| {
            let free = || row.price_id.is_none().then(|| row.clone());
            priced(row).or_else(free).ok_or(RuleError::NotOffered)
        };
        let product = priced(&self.product).ok_or(RuleError::NotOffered)?;
        let options = self.options.iter().map(option).collect::<Result<_>>()?;
        Self::take(currency, self.period, product, options)
    }

    /// Whether a service that runs would pay or be paid otherwise: its setup is past.
    pub fn costs_as(&self, other: &Self) -> bool {
        let running = |total: &Total| (total.base, total.idle, total.uninstall);
        running(&self.total) == running(&other.total)
    }
}

/// The six amounts of a service: product row + option rows × quantity.
///
/// An option without a row is free. `setup` and `uninstall` that are not offered cost nothing. A service can be idle when
/// its product can; an option that knows no idle price goes on at its base. `one_time` has only `setup` and `base`.
pub fn total(period: Period, product: &SnapshotRow, options: &[SnapshotRow]) -> Result<Total> {
    let own = &product.amounts;
    let paid: Vec<&SnapshotRow> = options.iter().filter(|row| row.price_id.is_some()).collect();
    if own.base.is_none() || paid.iter().any(|row| row.amounts.base.is_none() && row.quantity > 0) {
        return Err(RuleError::NotOffered);
    }
    let sum = |of: fn(&Amounts) -> Option<Decimal>| -> Result<Decimal> {
        let mut sum = of(own).unwrap_or_default();
        for row in &paid {
            let part = of(&row.amounts).unwrap_or_default().checked_mul(Decimal::from(row.quantity));
            sum = part.and_then(|part| sum.checked_add(part)).ok_or(RuleError::OutOfRange)?;
        }
        if sum > AMOUNT_MAX || sum < Decimal::ZERO { Err(RuleError::OutOfRange) } else { Ok(sum) }
    };
    let recurring = period != Period::OneTime;
    let offered = |amount: Option<Decimal>, of: fn(&Amounts) -> Option<Decimal>| -> Result<Option<Decimal>> {
        if recurring && amount.is_some() { sum(of).map(Some) } else { Ok(None) }
    };
    Ok(Total {
        setup: sum(|row| row.setup)?,
        base: sum(|row| row.base)?,
        idle: offered(own.idle, |row| row.idle.or(row.base))?,
        switch_up: offered(own.switch_up, |row| row.switch_up)?,
        switch_down: offered(own.switch_down, |row| row.switch_down)?,
        uninstall: if recurring { sum(|row| row.uninstall)? } else { Decimal::ZERO },
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn row(of: PriceOf, quantity: u32, amounts: Amounts) -> SnapshotRow {
        SnapshotRow {
            of,
            key: "key".to_owned(),
            price_id: Some(PriceId::generate()),
            price_version: Some(1),
            quantity,
            amounts,
        }
    }
    fn product(amounts: Amounts) -> SnapshotRow {
        row(PriceOf::Product { product_id: ProductId::generate() }, 1, amounts)
    }
    fn option(quantity: u32, amounts: Amounts) -> SnapshotRow {
        row(PriceOf::Option { option_id: OptionId::generate() }, quantity, amounts)
    }
    fn amounts(base: &str, idle: Option<&str>) -> Amounts {
        Amounts {
            setup: Some(Decimal::ONE),
            base: Some(base.parse().unwrap()),
            idle: idle.map(|text| text.parse().unwrap()),
            ..Amounts::default()
        }
    }

    #[test]
    fn options_count_by_their_quantity() {
        let total =
            total(Period::Monthly, &product(amounts("10", Some("2"))), &[option(3, amounts("1.5", None))])
                .unwrap();
        assert_eq!(total.base, "14.5".parse().unwrap());
        assert_eq!(total.setup, "4".parse().unwrap());
        assert_eq!(total.idle, Some("6.5".parse().unwrap()));
        assert_eq!(total.switch_up, None);
    }

    #[test]
    fn a_product_without_a_base_price_is_not_offered() {
        let refused = total(Period::Monthly, &product(Amounts::default()), &[]);
        assert_eq!(refused, Err(RuleError::NotOffered));
    }

    #[test]
    fn an_option_without_a_row_is_free() {
        let free = SnapshotRow { price_id: None, price_version: None, ..option(5, Amounts::default()) };
        let total = total(Period::Monthly, &product(amounts("10", None)), &[free]).unwrap();
        assert_eq!(total.base, "10".parse().unwrap());
    }

    #[test]
    fn one_time_is_never_idle_and_never_switched() {
        let total = total(Period::OneTime, &product(amounts("10", Some("1"))), &[]).unwrap();
        assert_eq!((total.idle, total.switch_up, total.uninstall), (None, None, Decimal::ZERO));
    }

    #[test]
    fn a_snapshot_goes_to_json_and_back_exactly() {
        let snapshot = PriceSnapshot::take(
            Currency::EUR,
            Period::Monthly,
            product(amounts("19.9900", None)),
            vec![option(2, amounts("0.1234", None))],
        )
        .unwrap();
        let text = serde_json::to_string(&snapshot).unwrap();
        assert!(text.contains("\"19.9900\""), "{text}");
        assert_eq!(serde_json::from_str::<PriceSnapshot>(&text).unwrap(), snapshot);
    }

    fn new_price(row: &SnapshotRow, version: i32, amounts: Amounts) -> NewPrice {
        NewPrice {
            of: row.of.clone(),
            price_id: row.price_id.unwrap(),
            price_version: version,
            currency: Currency::EUR,
            period: Period::Monthly,
            amounts,
        }
    }

    #[test]
    fn new_prices_reach_every_row_that_has_one_and_was_not_sold_later() {
        let (own, small, large) =
            (product(amounts("10", None)), option(2, amounts("1", None)), option(1, amounts("5", None)));
        let free = SnapshotRow { price_id: None, price_version: None, ..option(5, Amounts::default()) };
        let later = SnapshotRow { price_version: Some(3), ..large };
        let options = vec![small.clone(), later.clone(), free];
        let sold = PriceSnapshot::take(Currency::EUR, Period::Monthly, own.clone(), options).unwrap();
        assert_eq!(sold.total.base, "17".parse().unwrap());
        let prices = [
            new_price(&own, 2, amounts("12", None)),
            new_price(&small, 2, amounts("1.5", None)),
            new_price(&later, 2, amounts("9", None)),
            NewPrice { currency: "PLN".parse().unwrap(), ..new_price(&small, 2, amounts("99", None)) },
        ];
        let moved = sold.repriced(&prices).unwrap();
        assert_eq!(moved.total.base, "20".parse().unwrap());
        assert!(!moved.costs_as(&sold));
        assert_eq!(moved.repriced(&prices).unwrap(), moved, "twice is once");
        assert_eq!(sold.repriced(&[]).unwrap(), sold);
    }

    #[test]
    fn another_currency_needs_a_price_for_everything_that_is_paid_for() {
        let pln: Currency = "PLN".parse().unwrap();
        let (own, large) = (product(amounts("10", None)), option(2, amounts("5", None)));
        let free = SnapshotRow { price_id: None, price_version: None, ..option(5, Amounts::default()) };
        let sold =
            PriceSnapshot::take(Currency::EUR, Period::Monthly, own.clone(), vec![large.clone(), free])
                .unwrap();
        let there = |row: &SnapshotRow, base: &str| NewPrice {
            currency: pln,
            ..new_price(row, 3, amounts(base, None))
        };
        let moved = sold.in_currency(pln, &[there(&own, "45"), there(&large, "20")]).unwrap();
        assert_eq!((moved.currency, moved.total.base), (pln, "85".parse().unwrap()));
        assert_eq!((moved.product.price_version, moved.options[1].price_id), (Some(3), None));
        for prices in
            [vec![there(&own, "45")], vec![there(&large, "20")], vec![new_price(&own, 3, amounts("9", None))]]
        {
            assert_eq!(sold.in_currency(pln, &prices), Err(RuleError::NotOffered));
        }
    }

    #[test]
    fn what_is_not_offered_any_more_is_not_repriced() {
        let own = product(amounts("10", None));
        let sold = PriceSnapshot::take(Currency::EUR, Period::Monthly, own.clone(), Vec::new()).unwrap();
        let prices = [new_price(&own, 2, Amounts::default())];
        assert_eq!(sold.repriced(&prices), Err(RuleError::NotOffered));
    }

    #[test]
    fn a_new_setup_alone_costs_a_running_service_nothing() {
        let own = product(amounts("10", None));
        let sold = PriceSnapshot::take(Currency::EUR, Period::Monthly, own.clone(), Vec::new()).unwrap();
        let setup = Amounts { setup: Some("50".parse().unwrap()), ..amounts("10", None) };
        assert!(sold.repriced(&[new_price(&own, 2, setup)]).unwrap().costs_as(&sold));
    }

    proptest! {
        #[test]
        fn the_order_of_options_does_not_matter(prices in prop::collection::vec((0_i64..1_000_000_000, 0_u32..50), 0..6)) {
            let options: Vec<SnapshotRow> = prices
                .iter()
                .map(|(price, quantity)| {
                    let base = Some(Decimal::new(*price, 4));
                    option(*quantity, Amounts { base, ..Amounts::default() })
                })
                .collect();
            let mut turned = options.clone();
            turned.reverse();
            let product = product(amounts("1", None));
            prop_assert_eq!(total(Period::Hourly, &product, &options), total(Period::Hourly, &product, &turned));
        }
    }
}

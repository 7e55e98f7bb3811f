//! The One Stop Shop of the EU: what the amounts of a declaration come to in euro.
//!
//! Sources: Directive 2006/112/EC, articles 369g (what is declared, corrections of earlier quarters) and 369h (in euro, at the
//! rate of the last day of the quarter as the European Central Bank publishes it, or of the next day of publication); the form
//! is that of Implementing Regulation (EU) 2020/194, annex III.

use jiff::civil::Date;
use rust_decimal::Decimal;
use shared::Currency;
use shared::money::round_half_up;

use crate::{Result, RuleError};

/// How many of `currency` one `base` bought from a day on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DatedRate {
    pub base: Currency,
    pub currency: Currency,
    pub on: Date,
    pub rate: Decimal,
}

/// How many of a currency one euro buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EuroRate {
    pub rate: Decimal,
    /// The day of the rate it was worked out from, the older of two. `None`: it is the euro itself.
    pub on: Option<Date>,
}

impl EuroRate {
    /// An amount in euro, rounded to cents, half away from zero.
    pub fn of(&self, amount: Decimal) -> Result<Decimal> {
        let exact = amount.checked_div(self.rate).ok_or(RuleError::OutOfRange)?;
        Ok(round_half_up(exact, Currency::EUR.decimals()))
    }
}

/// The rate of a currency, from the one rate that each pair of currencies has on a day: against the euro, or against another
/// currency that the euro has a rate against, the newest. `None`: nothing says it.
pub fn euro_rate(rates: &[DatedRate], currency: Currency) -> Option<EuroRate> {
    if currency == Currency::EUR {
        return Some(EuroRate { rate: Decimal::ONE, on: None });
    }
    // Of a currency against itself the rate is one, on whatever day.
    let against = |base: Currency, currency: Currency| -> Option<(Decimal, Option<Date>)> {
        if base == currency {
            return Some((Decimal::ONE, None));
        }
        let found = rates.iter().find(|rate| rate.base == base && rate.currency == currency)?;
        Some((found.rate, Some(found.on)))
    };
    rates
        .iter()
        .filter_map(|known| {
            let (own, own_on) = against(known.base, currency)?;
            let (euro, euro_on) = against(known.base, Currency::EUR)?;
            let on = [own_on, euro_on].into_iter().flatten().min();
            Some(EuroRate { rate: own.checked_div(euro)?, on })
        })
        .filter(|rate| rate.rate > Decimal::ZERO)
        .max_by_key(|rate| rate.on)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn dated(base: Currency, currency: Currency, rate: &str, on: Date) -> DatedRate {
        DatedRate { base, currency, on, rate: decimal(rate) }
    }

    const END: Date = date(2026, 9, 30);

    #[test]
    fn the_euro_itself_needs_no_rate() {
        let rate = euro_rate(&[], Currency::EUR).unwrap();
        assert_eq!(
            (rate.rate, rate.on, rate.of(decimal("-1.5")).unwrap()),
            (Decimal::ONE, None, decimal("-1.5"))
        );
        assert_eq!(euro_rate(&[], Currency::PLN), None);
    }

    #[test]
    fn amounts_are_divided_by_the_rate_and_rounded_once() {
        let rates = [dated(Currency::EUR, Currency::PLN, "4.2512", END)];
        let rate = euro_rate(&rates, Currency::PLN).unwrap();
        assert_eq!((rate.rate, rate.on), (decimal("4.2512"), Some(END)));
        assert_eq!(rate.of(decimal("1000.00")).unwrap(), decimal("235.23"));
        assert_eq!(rate.of(decimal("-230.00")).unwrap(), decimal("-54.10"));
    }

    #[test]
    fn rates_against_another_currency_are_crossed() {
        let earlier = date(2026, 9, 1);
        let rates = [
            dated(Currency::PLN, Currency::EUR, "0.25", END),
            dated(Currency::PLN, Currency::CAD, "0.375", earlier),
        ];
        assert_eq!(euro_rate(&rates, Currency::PLN), Some(EuroRate { rate: decimal("4"), on: Some(END) }));
        assert_eq!(
            euro_rate(&rates, Currency::CAD),
            Some(EuroRate { rate: decimal("1.5"), on: Some(earlier) })
        );
        // The newer of two ways.
        let direct = dated(Currency::EUR, Currency::CAD, "1.6", END);
        let rate = euro_rate(&[rates[0], rates[1], direct], Currency::CAD).unwrap();
        assert_eq!((rate.rate, rate.on), (decimal("1.6"), Some(END)));
    }
}

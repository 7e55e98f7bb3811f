//! Looking ahead: recurring cost, the recommended top-up, until when a wallet lasts.

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use shared::Period;
use shared::money::round_half_up;

use super::hours::{HourlyPrice, due_hours, hours_cost};
use super::periods::begun_by;
use super::{hours_later, instant, paid_until};
use crate::units::{amount, units};
use crate::{Result, RuleError};

/// A running service, for looking ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Running {
    /// By the hour, with the wallet's watermark.
    Hours { price: HourlyPrice, stream_from: Timestamp, charged_to: Timestamp },
    /// By whole periods; `charged` of them are paid since `anchor`.
    Periods { price: Decimal, period: Period, anchor: Timestamp, charged: i32 },
}

/// Recurring cost per hour, day, week, month and year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurringCost {
    /// Four decimals.
    pub hourly: Decimal,
    /// The hourly cost × 24, 168, 720 and 8760, two decimals each.
    pub daily: Decimal,
    pub weekly: Decimal,
    pub monthly: Decimal,
    pub yearly: Decimal,
}

/// Adds up prices and the periods they are for: Σ price ÷ hours of its period. `one_time` counts nothing.
pub fn recurring_cost(prices: impl IntoIterator<Item = (Decimal, Period)>) -> Result<RecurringCost> {
    // Exact in 26280ths (the hours of three years, which every period divides but biweekly's 336): the common multiple.
    const COMMON: i128 = 26_280 * 336;
    let mut sum = 0_i128;
    for (price, period) in prices {
        let Some(hours) = period.nominal_hours() else { continue };
        let weighted = units(price)?.checked_mul(COMMON / i128::from(hours)).ok_or(RuleError::OutOfRange)?;
        sum = sum.checked_add(weighted).ok_or(RuleError::OutOfRange)?;
    }
    let hourly = amount(crate::units::divide_half_up(sum, COMMON)?)?;
    let times = |hours: u32| round_half_up(hourly * Decimal::from(hours), 2);
    Ok(RecurringCost {
        hourly,
        daily: times(24),
        weekly: times(168),
        monthly: times(720),
        yearly: times(8760),
    })
}

/// What falls due from now until `until`, that instant included.
pub fn cost_until(services: &[Running], until: Timestamp) -> Result<Decimal> {
    amount(units_between(services, None, until)?)
}

/// What falls due after `after`, or has not been charged yet, until `until`, that instant included.
fn units_between(services: &[Running], after: Option<Timestamp>, until: Timestamp) -> Result<i128> {
    let mut sum = 0_i128;
    for service in services {
        let cost = match service {
            Running::Hours { price, stream_from, charged_to } => {
                let charged_to = after.map_or(*charged_to, |after| after.max(*charged_to));
                match due_hours(*stream_from, charged_to, until)? {
                    Some((from, hours)) => hours_cost(*price, from, hours)?,
                    None => 0,
                }
            }
            Running::Periods { price, period, anchor, charged } => {
                let due = |at: Timestamp| -> Result<i64> {
                    Ok((begun_by(*anchor, *period, at)? - i64::from(*charged)).max(0))
                };
                let more = i128::from(due(until)? - after.map_or(Ok(0), due)?);
                units(*price)?.checked_mul(more).ok_or(RuleError::OutOfRange)?
            }
        };
        sum = sum.checked_add(cost).ok_or(RuleError::OutOfRange)?;
    }
    Ok(sum)
}

/// What is left of `balance` now and after each of so many days of 24 hours, when everything that is due by then is paid, that
/// instant included. Below zero where it is not enough.
pub fn balances_ahead(
    balance: Decimal,
    services: &[Running],
    now: Timestamp,
    days: i64,
) -> Result<Vec<Decimal>> {
    let (mut left, mut counted) = (units(balance)?, None);
    let mut balances = Vec::new();
    for day in 0..=days {
        let at = hours_later(now, 24 * day)?;
        let cost = units_between(services, counted, at)?;
        left = left.checked_sub(cost).ok_or(RuleError::OutOfRange)?;
        balances.push(amount(left)?);
        counted = Some(at);
    }
    Ok(balances)
}

/// The instant at which `available` first does not cover everything that is due; `None`: it lasts beyond `horizon`.
pub fn lasts_until(
    available: Decimal,
    services: &[Running],
    now: Timestamp,
    horizon: Timestamp,
) -> Result<Option<Timestamp>> {
    let available = units(available)?;
    let lacks = |cost: i128| cost > 0 && cost > available;
    let (mut enough, mut short) = (now.as_second(), horizon.as_second());
    let mut spent = units_between(services, None, instant(enough)?)?;
    if lacks(spent) {
        return Ok(Some(now));
    }
    // What fell due by the last instant at which it was enough is not counted again.
    let cost = |spent: i128, enough: i64, until: i64| -> Result<i128> {
        let more = units_between(services, Some(instant(enough)?), instant(until)?)?;
        spent.checked_add(more).ok_or(RuleError::OutOfRange)
    };
    if short <= enough || !lacks(cost(spent, enough, short)?) {
        return Ok(None);
    }
    // The cost only grows, so halving finds the very second.
    while short - enough > 1 {
        let middle = enough + (short - enough) / 2;
        let due = cost(spent, enough, middle)?;
        if lacks(due) { short = middle } else { (enough, spent) = (middle, due) }
    }
    Ok(Some(instant(short)?))
}

/// How much may be added at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopUpLimits {
    pub min: Decimal,
    pub max: Decimal,
    /// What the wallet still takes before it holds as much as it may.
    pub room: Decimal,
}

/// The top-up that makes `balance` cover `cost`: not below zero, rounded up to the whole unit, inside the limits.
///
/// Nothing when nothing is lacking, and when the wallet does not take the smallest top-up any more.
pub fn recommended(cost: Decimal, balance: Decimal, limits: TopUpLimits) -> Decimal {
    let lacking = cost - balance;
    if lacking <= Decimal::ZERO || limits.room < limits.min {
        return Decimal::ZERO;
    }
    // The limits may not be whole: whole units between them, if there are any.
    let (least, most) = (limits.min.ceil(), limits.max.min(limits.room));
    let whole = lacking.round_dp_with_strategy(0, RoundingStrategy::AwayFromZero).max(least);
    if whole <= most { whole } else { most.floor().max(limits.min) }
}

/// The begin of the next charge of a service.
pub fn next_charge(service: &Running) -> Result<Timestamp> {
    match service {
        Running::Hours { stream_from, charged_to, .. } => paid_until(*stream_from, *charged_to),
        Running::Periods { period, anchor, charged, .. } => super::nth_start(*anchor, *period, *charged),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }
    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn recurring_cost_compares_every_period() {
        let cost = recurring_cost([
            (decimal("20"), Period::Monthly),
            (decimal("120"), Period::Annually),
            (decimal("3.36"), Period::Biweekly),
            (decimal("99"), Period::OneTime),
        ])
        .unwrap();
        // 20/720 + 120/8760 + 3.36/336 = 0.0277… + 0.0136… + 0.01
        assert_eq!(cost.hourly, decimal("0.0515"));
        assert_eq!(cost.daily, decimal("1.24"));
        assert_eq!(cost.monthly, decimal("37.08"));
        assert_eq!(cost.yearly, decimal("451.14"));
    }

    #[test]
    fn every_period_divides_the_common_multiple() {
        for hours in Period::ALL.iter().filter_map(|period| period.nominal_hours()) {
            assert_eq!((26_280_i128 * 336) % i128::from(hours), 0, "{hours}");
        }
    }

    #[test]
    fn the_recommended_top_up_is_whole_and_inside_the_limits() {
        let limits = |cost: &str, balance: &str, room: &str| {
            let limits = TopUpLimits { min: decimal("10"), max: decimal("1000"), room: decimal(room) };
            recommended(decimal(cost), decimal(balance), limits)
        };
        assert_eq!(limits("20.01", "0", "5000"), decimal("21"));
        assert_eq!(limits("20", "20", "5000"), Decimal::ZERO);
        assert_eq!(limits("20", "19.99", "5000"), decimal("10"));
        assert_eq!(limits("5000", "-3", "5003"), decimal("1000"));
        assert_eq!(limits("500", "100.75", "37.2508"), decimal("37"), "the wallet takes no more");
        assert_eq!(limits("500", "100.75", "9.99"), Decimal::ZERO, "the wallet takes no top-up at all");
    }

    #[test]
    fn the_recommended_top_up_is_whole_though_the_limits_are_not() {
        let of = |cost: &str, min: &str, max: &str| {
            let limits = TopUpLimits { min: decimal(min), max: decimal(max), room: decimal("5000") };
            recommended(decimal(cost), Decimal::ZERO, limits)
        };
        // A yen has no cents: 10.50 of them cannot be paid.
        assert_eq!(of("3", "10.50", "1000"), decimal("11"));
        assert_eq!(of("11", "10.50", "1000"), decimal("11"));
        assert_eq!(of("2000", "10.50", "999.99"), decimal("999"));
        assert_eq!(of("3", "10.50", "10.75"), decimal("10.50"), "nothing whole lies between them");
    }

    #[test]
    fn a_year_is_taken_from_the_balance_on_its_day() {
        let now = second(1_790_000_000);
        let yearly = Running::Periods {
            price: decimal("60"),
            period: Period::Annually,
            anchor: second(1_790_000_000 + 10 * 86_400 - 365 * 86_400),
            charged: 1,
        };
        let balances = balances_ahead(decimal("40.5"), &[yearly], now, 30).unwrap();
        assert_eq!(balances.len(), 31);
        assert!(balances[..10].iter().all(|balance| *balance == decimal("40.5")));
        assert!(balances[10..].iter().all(|balance| *balance == decimal("-19.5")));
    }

    proptest! {
        #[test]
        fn balances_ahead_are_what_the_cost_until_then_leaves(
            balance in -1_000_000_i64..2_000_000, price in 1_i64..500_000, offset in -90_000_i64..90_000, daily in 1_i64..50_000,
        ) {
            let now = second(1_790_000_000);
            let services = [
                Running::Hours {
                    price: HourlyPrice::Month(Decimal::new(price * 100, 4)),
                    stream_from: second(1_790_000_000 + offset),
                    charged_to: second(1_790_000_000 - 7200),
                },
                Running::Periods {
                    price: Decimal::new(daily, 4),
                    period: Period::Daily,
                    anchor: second(1_790_000_000 + offset),
                    charged: 0,
                },
            ];
            let balance = Decimal::new(balance, 4);
            let balances = balances_ahead(balance, &services, now, 30).unwrap();
            for (day, left) in (0..).zip(balances) {
                let cost = cost_until(&services, second(1_790_000_000 + day * 86_400)).unwrap();
                prop_assert_eq!(left, balance - cost);
            }
        }

        #[test]
        fn a_wallet_lasts_exactly_until_it_does_not(
            available in 0_i64..2_000_000, price in 1_i64..500_000, offset in 0_i64..3600, yearly in 1_i64..5_000_000,
        ) {
            let now = second(1_790_000_000);
            let services = [
                Running::Hours {
                    price: HourlyPrice::Month(Decimal::new(price * 100, 4)),
                    stream_from: second(1_790_000_000 + offset),
                    charged_to: now,
                },
                Running::Periods {
                    price: Decimal::new(yearly, 4),
                    period: Period::Weekly,
                    anchor: second(1_789_900_000),
                    charged: 1,
                },
            ];
            let horizon = second(1_790_000_000 + 90 * 86_400);
            let available = Decimal::new(available, 4);
            match lasts_until(available, &services, now, horizon).unwrap() {
                None => prop_assert!(cost_until(&services, horizon).unwrap() <= available),
                Some(until) => {
                    prop_assert!(cost_until(&services, until).unwrap() > available);
                    let before = second(until.as_second() - 1);
                    prop_assert!(until == now || cost_until(&services, before).unwrap() <= available);
                }
            }
        }
    }
}

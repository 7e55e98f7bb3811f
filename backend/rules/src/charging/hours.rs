//! Charging by the hour, so that the hours of a month add up to its price exactly.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use super::{HOUR, instant};
use crate::units::{amount, divide_half_up, units};
use crate::{Result, RuleError};

/// The price that hours are charged at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HourlyPrice {
    /// So much for each hour.
    Hour(Decimal),
    /// So much for a calendar month, shared by its hours.
    Month(Decimal),
}

/// Consecutive hours of one service in one calendar month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourSlice {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Position of the first hour in its month, from 1.
    pub first: i64,
    /// Position of the last hour.
    pub last: i64,
    /// Hours of the month.
    pub of_month: i64,
    pub amount: Decimal,
}

/// A calendar month in UTC: the second it begins at, and its hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Month {
    pub(crate) begins: i64,
    pub(crate) hours: i64,
}

impl Month {
    pub(crate) fn of(second: i64) -> Result<Self> {
        let first: Date = instant(second)?.to_zoned(TimeZone::UTC).date().first_of_month();
        let begins =
            first.to_zoned(TimeZone::UTC).map_err(|_| RuleError::BadInstant)?.timestamp().as_second();
        Ok(Self { begins, hours: i64::from(first.days_in_month()) * 24 })
    }

    pub(crate) fn ends(self) -> i64 {
        self.begins + self.hours * HOUR
    }

    /// Position of the calendar hour that holds `second`, from 1.
    fn position(self, second: i64) -> i64 {
        (second - self.begins).div_euclid(HOUR) + 1
    }
}

/// The amounts of `hours` consecutive hours, the first beginning at `from`, month by month.
///
/// With N the hours of the calendar month in which an hour begins and k its position (1…N), an hour of a month's price
/// costs round4(price·k/N) − round4(price·(k−1)/N). So a slice costs the difference of its two ends, and a whole month
/// costs its price exactly, however it is cut.
pub fn hour_slices(price: HourlyPrice, from: Timestamp, hours: i64) -> Result<Vec<HourSlice>> {
    let mut slices = Vec::new();
    let mut begins = from.as_second();
    let mut left = hours;
    while left > 0 {
        let month = Month::of(begins)?;
        // The hours that begin before the month ends.
        let here = ((month.ends() - begins + HOUR - 1) / HOUR).min(left);
        let first = month.position(begins);
        let last = first + here - 1;
        let cost = match price {
            HourlyPrice::Hour(price) => {
                units(price)?.checked_mul(i128::from(here)).ok_or(RuleError::OutOfRange)?
            }
            HourlyPrice::Month(price) => {
                let price = units(price)?;
                share(price, last, month.hours)? - share(price, first - 1, month.hours)?
            }
        };
        let ends = begins + here * HOUR;
        slices.push(HourSlice {
            from: instant(begins)?,
            to: instant(ends)?,
            first,
            last,
            of_month: month.hours,
            amount: amount(cost)?,
        });
        begins = ends;
        left -= here;
    }
    Ok(slices)
}

/// What hours cost together, in units of 0.0001.
pub(crate) fn hours_cost(price: HourlyPrice, from: Timestamp, hours: i64) -> Result<i128> {
    let mut cost = 0_i128;
    for slice in hour_slices(price, from, hours)? {
        cost = cost.checked_add(units(slice.amount)?).ok_or(RuleError::OutOfRange)?;
    }
    Ok(cost)
}

fn share(price: i128, hour: i64, of_month: i64) -> Result<i128> {
    divide_half_up(price.checked_mul(i128::from(hour)).ok_or(RuleError::OutOfRange)?, i128::from(of_month))
}

/// The uncharged hours of a service in the stream: the first one's begin, and how many there are.
///
/// In the stream are the hours `stream_from`, `stream_from` + 1 h, …; those that begin at or before the wallet's watermark
/// `charged_to` are charged, those that begin after it and not after `now` are due. `None`: nothing is due.
pub fn due_hours(
    stream_from: Timestamp,
    charged_to: Timestamp,
    now: Timestamp,
) -> Result<Option<(Timestamp, i64)>> {
    let first = paid_until(stream_from, charged_to)?.as_second();
    let now = now.as_second();
    if first > now {
        return Ok(None);
    }
    Ok(Some((instant(first)?, (now - first) / HOUR + 1)))
}

/// Until when a service in the stream is paid: the begin of its first hour after the watermark.
pub fn paid_until(stream_from: Timestamp, charged_to: Timestamp) -> Result<Timestamp> {
    let (from, to) = (stream_from.as_second(), charged_to.as_second());
    instant(if from > to { from } else { from + ((to - from) / HOUR + 1) * HOUR })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }
    fn sum(slices: &[HourSlice]) -> Decimal {
        slices.iter().map(|slice| slice.amount).sum()
    }

    #[test]
    fn the_hour_of_an_odd_minute_has_the_place_of_its_calendar_hour() {
        let slice =
            hour_slices(HourlyPrice::Month("20".parse().unwrap()), at("2026-11-03T14:37:00Z"), 1).unwrap()[0];
        assert_eq!((slice.first, slice.last, slice.of_month), (2 * 24 + 15, 2 * 24 + 15, 720));
        assert_eq!(slice.to, at("2026-11-03T15:37:00Z"));
        // 20 x 63 / 720 = 1.75; 20 x 62 / 720 = 1.7222
        assert_eq!(slice.amount.to_string(), "0.0278");
    }

    #[test]
    fn an_hour_across_midnight_of_the_first_belongs_to_the_month_it_begins_in() {
        let slices =
            hour_slices(HourlyPrice::Month("7.2".parse().unwrap()), at("2026-02-28T23:30:00Z"), 2).unwrap();
        assert_eq!(slices.len(), 2);
        assert_eq!((slices[0].first, slices[0].of_month), (672, 672));
        assert_eq!((slices[1].first, slices[1].of_month), (1, 744));
    }

    #[test]
    fn what_is_charged_is_never_due_again() {
        let from = at("2026-11-03T14:37:00Z");
        assert_eq!(due_hours(from, at("2026-11-03T14:00:00Z"), at("2026-11-03T14:36:59Z")), Ok(None));
        assert_eq!(due_hours(from, at("2026-11-03T14:00:00Z"), from), Ok(Some((from, 1))));
        assert_eq!(due_hours(from, from, from), Ok(None));
        assert_eq!(
            due_hours(from, from, at("2026-11-03T17:37:00Z")),
            Ok(Some((at("2026-11-03T15:37:00Z"), 3)))
        );
    }

    fn any_month() -> impl Strategy<Value = Timestamp> {
        (2020_i16..2060, 1_i8..=12).prop_map(|(year, month)| {
            Date::new(year, month, 1).unwrap().to_zoned(TimeZone::UTC).unwrap().timestamp()
        })
    }

    proptest! {
        #[test]
        fn the_hours_of_a_month_add_up_to_its_price(units in 0_i64..=999_999_999_990_000, month in any_month(), minute in 0_i64..60) {
            let price = Decimal::new(units, 4);
            let from = instant(month.as_second() + minute * 60).unwrap();
            let hours = Month::of(from.as_second()).unwrap().hours;
            let whole = hour_slices(HourlyPrice::Month(price), from, hours).unwrap();
            prop_assert_eq!(sum(&whole), price);
            let mut single = Decimal::ZERO;
            for hour in 0..hours {
                let begins = instant(from.as_second() + hour * HOUR).unwrap();
                let slice = hour_slices(HourlyPrice::Month(price), begins, 1).unwrap();
                prop_assert!(slice[0].amount >= Decimal::ZERO);
                single += slice[0].amount;
            }
            prop_assert_eq!(single, price);
        }

        #[test]
        fn cutting_hours_neither_makes_nor_loses_money(
            units in 0_i64..=10_000_000_000, month in any_month(), offset in 0_i64..2_700_000, hours in 1_i64..2000, cut in 0_i64..2000,
        ) {
            let cut = cut.min(hours);
            let from = instant(month.as_second() + offset).unwrap();
            let middle = instant(from.as_second() + cut * HOUR).unwrap();
            for price in [HourlyPrice::Month(Decimal::new(units, 4)), HourlyPrice::Hour(Decimal::new(units, 4))] {
                let whole = sum(&hour_slices(price, from, hours).unwrap());
                let parts = sum(&hour_slices(price, from, cut).unwrap()) + sum(&hour_slices(price, middle, hours - cut).unwrap());
                prop_assert_eq!(whole, parts);
            }
        }

        #[test]
        fn two_runs_charge_the_hours_of_one(start in 0_i64..10_000, first in 0_i64..500_000, second in 0_i64..500_000) {
            let base = 1_790_000_000;
            let from = instant(base + start).unwrap();
            let watermark = instant(base).unwrap();
            let middle = instant(base + first).unwrap();
            let now = instant(base + first + second).unwrap();
            let count = |watermark, now| due_hours(from, watermark, now).unwrap().map_or(0, |(_, hours)| hours);
            prop_assert_eq!(count(watermark, now), count(watermark, middle) + count(middle, now));
        }
    }
}

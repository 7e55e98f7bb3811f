//! Charging by whole periods, which never drift.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use shared::Period;

use crate::{Result, RuleError};

/// Nanoseconds of an hour.
const HOUR_NS: i128 = 3_600_000_000_000;

/// A period: when it begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodStart {
    /// Which one after the anchor, from 0.
    pub number: i32,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// When the n-th period after `anchor` begins (UTC): 31 Jan → 28 Feb → 31 Mar, counted from the anchor and never drifting.
///
/// Refuses `one_time`, which has no periods.
pub fn nth_start(anchor: Timestamp, period: Period, n: i32) -> Result<Timestamp> {
    let n = i64::from(n);
    let span: Span = match period {
        Period::OneTime => return Err(RuleError::NotRecurring),
        Period::Hourly => n.hours(),
        Period::Daily => n.days(),
        Period::Weekly => (7 * n).days(),
        Period::Biweekly => (14 * n).days(),
        Period::Monthly => n.months(),
        Period::Quarterly => (3 * n).months(),
        Period::Semiannually => (6 * n).months(),
        Period::Annually => (12 * n).months(),
        Period::Biennially => (24 * n).months(),
        Period::Triennially => (36 * n).months(),
    };
    let start = anchor.to_zoned(TimeZone::UTC).checked_add(span).map_err(|_| RuleError::BadInstant)?;
    Ok(start.timestamp())
}

/// How many periods after `anchor` began by `at`: told by one look at the calendar, however many they are.
pub fn begun_by(anchor: Timestamp, period: Period, at: Timestamp) -> Result<i64> {
    let months = match period {
        Period::Monthly => 1,
        Period::Quarterly => 3,
        Period::Semiannually => 6,
        Period::Annually => 12,
        Period::Biennially => 24,
        Period::Triennially => 36,
        Period::OneTime | Period::Hourly | Period::Daily | Period::Weekly | Period::Biweekly => 0,
    };
    let hours = period.nominal_hours().ok_or(RuleError::NotRecurring)?;
    if at < anchor {
        return Ok(0);
    }
    if months == 0 {
        let whole = (at.as_nanosecond() - anchor.as_nanosecond()) / (i128::from(hours) * HOUR_NS);
        return i64::try_from(whole + 1).map_err(|_| RuleError::OutOfRange);
    }
    let whole = (month_number(at) - month_number(anchor)) / months;
    let last = i32::try_from(whole).map_err(|_| RuleError::OutOfRange)?;
    // Later in the very month that `at` lies in, the last one has not begun yet.
    Ok(if nth_start(anchor, period, last)? <= at { whole + 1 } else { whole })
}

/// Months (UTC) since the year 0.
fn month_number(at: Timestamp) -> i64 {
    let date = at.to_zoned(TimeZone::UTC).date();
    i64::from(date.year()) * 12 + i64::from(date.month())
}

/// The periods that began by `now` and are not charged yet: number `charged` and those after it.
pub fn due_periods(
    anchor: Timestamp,
    period: Period,
    charged: i32,
    now: Timestamp,
) -> Result<Vec<PeriodStart>> {
    let mut due = Vec::new();
    let mut number = charged;
    let mut from = nth_start(anchor, period, number)?;
    while from <= now {
        let to = nth_start(anchor, period, number + 1)?;
        due.push(PeriodStart { number, from, to });
        number += 1;
        from = to;
    }
    Ok(due)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_last_of_january_does_not_drift() {
        let anchor = at("2027-01-31T10:20:30Z");
        let starts: Vec<String> =
            (0..4).map(|n| nth_start(anchor, Period::Monthly, n).unwrap().to_string()).collect();
        assert_eq!(
            starts,
            ["2027-01-31T10:20:30Z", "2027-02-28T10:20:30Z", "2027-03-31T10:20:30Z", "2027-04-30T10:20:30Z"]
        );
        assert_eq!(
            nth_start(at("2028-02-29T00:00:00Z"), Period::Annually, 4),
            Ok(at("2032-02-29T00:00:00Z"))
        );
        assert_eq!(nth_start(anchor, Period::OneTime, 1), Err(RuleError::NotRecurring));
    }

    #[test]
    fn missed_periods_are_all_due() {
        let due =
            due_periods(at("2026-01-01T00:00:00Z"), Period::Weekly, 1, at("2026-01-22T00:00:00Z")).unwrap();
        assert_eq!(due.iter().map(|period| period.number).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!(due[2].to, at("2026-01-29T00:00:00Z"));
    }

    proptest! {
        #[test]
        fn periods_follow_each_other_without_a_gap(
            start in 1_500_000_000_i64..2_500_000_000, later in 0_i64..300_000_000, kind in 0_usize..10,
        ) {
            let period = Period::ALL[1..][kind];
            if period == Period::Hourly { return Ok(()); }
            let anchor = Timestamp::from_second(start).unwrap();
            let now = Timestamp::from_second(start + later).unwrap();
            let due = due_periods(anchor, period, 0, now).unwrap();
            prop_assert_eq!(due[0].from, anchor);
            for pair in due.windows(2) {
                prop_assert_eq!(pair[0].to, pair[1].from);
                prop_assert!(pair[0].to > pair[0].from);
            }
            prop_assert!(due[due.len() - 1].from <= now && due[due.len() - 1].to > now);
        }

        #[test]
        fn periods_are_counted_as_they_are_listed(
            start in 1_500_000_000_i64..2_500_000_000, later in -5_000_000_i64..300_000_000, kind in 0_usize..10,
            exact in any::<bool>(),
        ) {
            let period = Period::ALL[1..][kind];
            let later = if period == Period::Hourly { later % 1_000_000 } else { later };
            let anchor = Timestamp::from_second(start).unwrap();
            let at = Timestamp::from_second(start + later).unwrap();
            // The very second that a period begins at counts, and the one before it does not.
            let at = if exact { nth_start(anchor, period, i32::try_from(later % 7).unwrap()).unwrap() } else { at };
            for at in [at, Timestamp::from_second(at.as_second() - 1).unwrap()] {
                let listed = due_periods(anchor, period, 0, at).unwrap().len();
                prop_assert_eq!(begun_by(anchor, period, at), Ok(i64::try_from(listed).unwrap()));
            }
        }
    }
}

//! Charging by whole periods, which never drift.

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan};
use shared::Period;

use crate::{Result, RuleError};

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
    }
}

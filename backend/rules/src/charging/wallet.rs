//! What a wallet that cannot pay everything pays: oldest first, and one service never blocks another.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::ServiceId;

use super::hours::{HourlyPrice, hours_cost};
use super::{HOUR, instant};
use crate::units::{amount, units};
use crate::{Result, RuleError};

/// What one service owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    pub service: ServiceId,
    pub plan: DuePlan,
}

/// Its charges, oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DuePlan {
    /// Consecutive hours from `from` on.
    Hours { price: HourlyPrice, from: Timestamp, count: i64 },
    /// Whole periods at one price, by when they begin.
    Periods { price: Decimal, starts: Vec<Timestamp> },
}

impl DuePlan {
    fn count(&self) -> i64 {
        match self {
            Self::Hours { count, .. } => *count,
            Self::Periods { starts, .. } => i64::try_from(starts.len()).unwrap_or(i64::MAX),
        }
    }

    fn begins(&self, number: i64) -> Result<i64> {
        match self {
            Self::Hours { from, .. } => Ok(from.as_second() + number * HOUR),
            Self::Periods { starts, .. } => {
                let start = usize::try_from(number).ok().and_then(|number| starts.get(number));
                start.map(|start| start.as_second()).ok_or(RuleError::OutOfRange)
            }
        }
    }

    fn cost(&self, number: i64) -> Result<i128> {
        match self {
            Self::Hours { price, .. } => hours_cost(*price, instant(self.begins(number)?)?, 1),
            Self::Periods { price, .. } => units(*price),
        }
    }
}

/// What became of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub service: ServiceId,
    /// How many of its charges, from the oldest on, are taken.
    pub covered: i64,
    /// What they come to.
    pub amount: Decimal,
    /// The begin of its first charge that the wallet could not cover.
    pub past_due_since: Option<Timestamp>,
}

/// Decides what a wallet with `available` to spend pays of what is due. In the order of `due`.
///
/// Charges are taken by the instant they begin at, then by service id. One that does not fit is not charged, nor anything
/// later of its service; the others go on. What costs nothing always fits.
pub fn settle_short_wallet(available: Decimal, due: &[Due]) -> Result<Vec<Settled>> {
    let mut left = units(available)?;
    let mut taken = vec![(0_i64, 0_i128, None); due.len()];
    let mut next = BinaryHeap::new();
    for (index, one) in due.iter().enumerate() {
        if one.plan.count() > 0 {
            next.push(Reverse((one.plan.begins(0)?, one.service, index)));
        }
    }
    while let Some(Reverse((begins, service, index))) = next.pop() {
        let plan = &due[index].plan;
        let (covered, paid, past_due) = &mut taken[index];
        let cost = plan.cost(*covered)?;
        if cost > 0 && cost > left {
            *past_due = Some(instant(begins)?);
            continue;
        }
        left -= cost;
        *paid += cost;
        *covered += 1;
        if *covered < plan.count() {
            next.push(Reverse((plan.begins(*covered)?, service, index)));
        }
    }
    due.iter()
        .zip(taken)
        .map(|(due, (covered, paid, past_due_since))| {
            Ok(Settled { service: due.service, covered, amount: amount(paid)?, past_due_since })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }
    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }
    fn by_hour(price: &str, from: &str, count: i64) -> Due {
        let plan = DuePlan::Hours { price: HourlyPrice::Hour(decimal(price)), from: at(from), count };
        Due { service: ServiceId::generate(), plan }
    }

    #[test]
    fn one_that_does_not_fit_does_not_block_the_others() {
        let due = [by_hour("5", "2026-11-01T10:00:00Z", 2), by_hour("1", "2026-11-01T10:30:00Z", 3)];
        let settled = settle_short_wallet(decimal("4"), &due).unwrap();
        assert_eq!((settled[0].covered, settled[0].past_due_since), (0, Some(at("2026-11-01T10:00:00Z"))));
        assert_eq!(
            (settled[1].covered, settled[1].amount, settled[1].past_due_since),
            (3, decimal("3"), None)
        );
    }

    #[test]
    fn nothing_later_of_a_past_due_service_is_charged() {
        let starts = vec![at("2026-10-01T00:00:00Z"), at("2026-11-01T00:00:00Z")];
        let monthly =
            Due { service: ServiceId::generate(), plan: DuePlan::Periods { price: decimal("10"), starts } };
        let settled = settle_short_wallet(decimal("15"), &[monthly]).unwrap();
        assert_eq!((settled[0].covered, settled[0].past_due_since), (1, Some(at("2026-11-01T00:00:00Z"))));
    }

    #[test]
    fn what_is_free_runs_on_in_debt() {
        let settled = settle_short_wallet(decimal("-3"), &[by_hour("0", "2026-11-01T10:00:00Z", 5)]).unwrap();
        assert_eq!((settled[0].covered, settled[0].past_due_since), (5, None));
    }

    proptest! {
        #[test]
        fn never_more_than_there_is_and_everything_that_can_be_paid(
            available in 0_i64..3_000_000,
            services in prop::collection::vec((0_i64..500_000, 0_i64..7200, 1_i64..30), 1..6),
        ) {
            let due: Vec<Due> = services
                .iter()
                .map(|(price, offset, count)| Due {
                    service: ServiceId::generate(),
                    plan: DuePlan::Hours {
                        price: HourlyPrice::Month(Decimal::new(*price * 700, 4)),
                        from: Timestamp::from_second(1_793_000_000 + offset).unwrap(),
                        count: *count,
                    },
                })
                .collect();
            let settled = settle_short_wallet(Decimal::new(available, 4), &due).unwrap();
            let spent: Decimal = settled.iter().map(|one| one.amount).sum();
            prop_assert!(spent <= Decimal::new(available, 4));
            let left = Decimal::new(available, 4) - spent;
            for (due, settled) in due.iter().zip(&settled) {
                match settled.past_due_since {
                    None => prop_assert_eq!(settled.covered, due.plan.count()),
                    // What was refused does not fit into what is left either.
                    Some(_) => prop_assert!(due.plan.cost(settled.covered).unwrap() > units(left).unwrap()),
                }
            }
            let enough = settle_short_wallet(Decimal::new(i64::MAX / 2, 4), &due).unwrap();
            prop_assert!(enough.iter().all(|one| one.past_due_since.is_none()));
        }
    }
}

//! The spend guard: what the services of a client may cost for a month.

use rust_decimal::Decimal;
use shared::Period;

use crate::Result;
use crate::charging::recurring_cost;

/// What all services cost for a month (720 hours), before and after something is ordered. Two decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    pub before: Decimal,
    pub after: Decimal,
}

impl Growth {
    /// `present` is what the services cost now, `added` what comes on top; `one_time` counts nothing.
    pub fn of(present: &[(Decimal, Period)], added: &[(Decimal, Period)]) -> Result<Self> {
        let monthly = |prices: &[(Decimal, Period)]| -> Result<Decimal> {
            Ok(recurring_cost(prices.iter().copied())?.monthly)
        };
        Ok(Self { before: monthly(present)?, after: monthly(&[present, added].concat())? })
    }

    /// Whether a cap forbids it. What adds nothing is never forbidden, however much the services cost already.
    pub fn passes(self, cap: Decimal) -> bool {
        self.after > self.before && self.after > cap
    }
}

/// The cap that counts of two: the lower one.
pub fn lower_cap(one: Option<Decimal>, other: Option<Decimal>) -> Option<Decimal> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn growth(present: &[(&str, Period)], added: &[(&str, Period)]) -> Growth {
        let read = |prices: &[(&str, Period)]| -> Vec<(Decimal, Period)> {
            prices.iter().map(|(price, period)| (decimal(price), *period)).collect()
        };
        Growth::of(&read(present), &read(added)).unwrap()
    }

    #[test]
    fn a_cap_may_be_reached_but_not_passed() {
        let grown = growth(&[("7.20", Period::Monthly)], &[("0.01", Period::Hourly)]);
        assert_eq!((grown.before, grown.after), (decimal("7.20"), decimal("14.40")));
        assert!(!grown.passes(decimal("14.40")));
        assert!(grown.passes(decimal("14.39")));
    }

    #[test]
    fn what_adds_nothing_passes_no_cap() {
        for added in
            [&[][..], &[("99", Period::OneTime)], &[("0", Period::Monthly)], &[("-1", Period::Monthly)]]
        {
            assert!(!growth(&[("20", Period::Monthly)], added).passes(decimal("5")));
        }
        assert!(growth(&[], &[("1", Period::Monthly)]).passes(Decimal::ZERO));
    }

    #[test]
    fn the_lower_cap_counts() {
        let (low, high) = (Some(decimal("5")), Some(decimal("9")));
        assert_eq!(lower_cap(high, low), low);
        assert_eq!(lower_cap(None, high), high);
        assert_eq!(lower_cap(low, None), low);
        assert_eq!(lower_cap(None, None), None);
    }
}

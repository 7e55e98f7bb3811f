//! Exchange rates: how many of a currency one unit of another buys.

use rust_decimal::Decimal;
use shared::money::round_half_up;

use crate::{Result, RuleError};

/// Decimals of a rate: NUMERIC(19,8).
pub const DECIMALS: u32 = 8;
/// The smallest rate: 0.00000001.
pub const RATE_MIN: Decimal = Decimal::from_parts(1, 0, 0, false, DECIMALS);
/// The largest rate.
pub const RATE_MAX: Decimal = Decimal::from_parts(999_999_999, 0, 0, false, 0);

/// The rate of `other` against `base`, both given against one third currency; rounded to eight decimals, halves away from
/// zero. Refuses with `OutOfRange` what is not above zero, and a rate beyond the bounds.
pub fn cross(base: Decimal, other: Decimal) -> Result<Decimal> {
    if base <= Decimal::ZERO || other <= Decimal::ZERO {
        return Err(RuleError::OutOfRange);
    }
    let rate = round_half_up(other.checked_div(base).ok_or(RuleError::OutOfRange)?, DECIMALS);
    if (RATE_MIN..=RATE_MAX).contains(&rate) { Ok(rate) } else { Err(RuleError::OutOfRange) }
}

/// Whether a rate lies more than half of the one `before` it away from that: nothing that markets do in a day.
pub fn leaps(before: Decimal, now: Decimal) -> bool {
    (now - before).abs() > before / Decimal::TWO
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn rates_against_a_third_currency_make_one() {
        // One euro buys 4.25 PLN and 1.0893 USD: one PLN buys 0.25630588 USD.
        assert_eq!(cross(decimal("4.25"), decimal("1.0893")), Ok(decimal("0.25630588")));
        assert_eq!(cross(Decimal::ONE, decimal("4.25")), Ok(decimal("4.25")));
        assert_eq!(cross(decimal("3"), Decimal::TWO), Ok(decimal("0.66666667")));
        for (base, other) in [
            ("0", "1"),
            ("1", "0"),
            ("-1", "1"),
            ("1", "-1"),
            ("999999999", "0.00000001"),
            ("0.5", "999999999"),
        ] {
            assert_eq!(cross(decimal(base), decimal(other)), Err(RuleError::OutOfRange), "{base} {other}");
        }
    }

    #[test]
    fn a_leap_is_more_than_half_up_or_down() {
        for (now, leap) in
            [("6", false), ("6.00000001", true), ("2", false), ("1.99999999", true), ("4", false)]
        {
            assert_eq!(leaps(decimal("4"), decimal(now)), leap, "{now}");
        }
    }
}

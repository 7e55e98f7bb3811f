//! Changing options in the middle of a paid period.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::units::{amount, divide_half_up, units};
use crate::{Result, RuleError};

/// What a change of options costs now, with its arithmetic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionChange {
    pub switch_fee: Decimal,
    /// What the paid period costs before and after the change.
    pub old_price: Decimal,
    pub new_price: Decimal,
    /// Seconds of the paid period that are left, and that it has.
    pub seconds_left: i64,
    pub seconds: i64,
    /// (new − old) × left ÷ all; negative when the client gets something back.
    pub difference: Decimal,
    /// switch_fee + difference.
    pub due_now: Decimal,
}

/// The switch fee, and the difference of the prices for the rest of the paid period `from`…`until`, by exact seconds.
///
/// Rounded once, to four decimals, half away from zero. Nothing is left of a period that is over.
pub fn option_change(
    switch_fee: Decimal,
    old_price: Decimal,
    new_price: Decimal,
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<OptionChange> {
    let seconds = until.as_second() - from.as_second();
    if seconds <= 0 {
        return Err(RuleError::BadInstant);
    }
    let seconds_left = (until.as_second() - now.as_second()).clamp(0, seconds);
    let more = units(new_price)? - units(old_price)?;
    let rest = more.checked_mul(i128::from(seconds_left)).ok_or(RuleError::OutOfRange)?;
    let difference = amount(divide_half_up(rest, i128::from(seconds))?)?;
    let due_now = switch_fee.checked_add(difference).ok_or(RuleError::OutOfRange)?;
    Ok(OptionChange { switch_fee, old_price, new_price, seconds_left, seconds, difference, due_now })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn half_of_the_period_costs_half_of_the_difference() {
        let change = option_change(
            "2".parse().unwrap(),
            "10".parse().unwrap(),
            "20".parse().unwrap(),
            second(0),
            second(1000),
            second(500),
        )
        .unwrap();
        assert_eq!(change.difference, "5".parse().unwrap());
        assert_eq!(change.due_now, "7".parse().unwrap());
    }

    proptest! {
        #[test]
        fn there_and_back_at_one_instant_costs_only_the_fees(
            old in 0_i64..1_000_000_000, new in 0_i64..1_000_000_000, length in 1_i64..100_000_000, passed in 0_i64..100_000_000,
        ) {
            let price = |units| Decimal::new(units, 4);
            let (until, now) = (second(length), second(passed.min(length)));
            let up = option_change(Decimal::ZERO, price(old), price(new), second(0), until, now).unwrap();
            let down = option_change(Decimal::ZERO, price(new), price(old), second(0), until, now).unwrap();
            prop_assert_eq!(up.due_now + down.due_now, Decimal::ZERO);
            prop_assert!(up.difference.abs() <= (price(new) - price(old)).abs());
        }
    }
}

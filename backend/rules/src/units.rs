//! Whole units of 0.0001: what the database calculates with, too.

use rust_decimal::Decimal;
use shared::money::LEDGER_DECIMALS;

use crate::{Result, RuleError};

/// The amount in units of 0.0001. Refuses an amount with more than four decimals.
pub fn units(amount: Decimal) -> Result<i128> {
    let plain = amount.normalize();
    let missing = LEDGER_DECIMALS.checked_sub(plain.scale()).ok_or(RuleError::TooPrecise)?;
    plain.mantissa().checked_mul(10_i128.pow(missing)).ok_or(RuleError::OutOfRange)
}

/// The amount of so many units of 0.0001.
pub fn amount(units: i128) -> Result<Decimal> {
    Decimal::try_from_i128_with_scale(units, LEDGER_DECIMALS).map_err(|_| RuleError::OutOfRange)
}

/// `numerator / denominator`, half away from zero. The denominator is above zero.
pub fn divide_half_up(numerator: i128, denominator: i128) -> Result<i128> {
    let doubled = numerator.checked_mul(2).ok_or(RuleError::OutOfRange)?;
    let away = if numerator < 0 { -denominator } else { denominator };
    let shifted = doubled.checked_add(away).ok_or(RuleError::OutOfRange)?;
    shifted.checked_div(denominator.checked_mul(2).ok_or(RuleError::OutOfRange)?).ok_or(RuleError::OutOfRange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        assert_eq!(divide_half_up(5, 10), Ok(1));
        assert_eq!(divide_half_up(-5, 10), Ok(-1));
        assert_eq!(divide_half_up(4, 10), Ok(0));
        assert_eq!(divide_half_up(-14, 10), Ok(-1));
        assert_eq!(divide_half_up(15, 10), Ok(2));
    }

    #[test]
    fn amounts_go_there_and_back() {
        for text in ["0", "12.3456", "-0.0001", "99999999999.9999"] {
            let given: Decimal = text.parse().unwrap();
            assert_eq!(amount(units(given).unwrap()).unwrap(), given);
        }
        assert_eq!(units("0.00001".parse().unwrap()), Err(RuleError::TooPrecise));
        assert_eq!(units("1.20000".parse().unwrap()), Ok(12_000));
    }
}

//! The first charge of a service, before and when it starts.

use jiff::Timestamp;
use rust_decimal::Decimal;
use shared::Period;
use shared::services::ChargeBy;

use crate::Result;
use crate::charging::{HourlyPrice, hour_slices, nth_start};

/// How a service is charged: once; by the hour (hourly prices, and monthly ones of products with hourly billing); or by
/// whole periods.
pub fn charge_by(period: Period, hourly_billing: bool) -> ChargeBy {
    match period {
        Period::OneTime => ChargeBy::Once,
        Period::Hourly => ChargeBy::Hours,
        Period::Monthly if hourly_billing => ChargeBy::Hours,
        _ => ChargeBy::Periods,
    }
}

/// What is charged at the start, with its arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirstCharge {
    pub amount: Decimal,
    pub from: Timestamp,
    /// `None` for `one_time`: it never ends.
    pub to: Option<Timestamp>,
    /// Of a month's price by the hour: the hour's position in its month, and the hours of that month.
    pub hour_of_month: Option<(i64, i64)>,
}

/// The charge of a service that starts at `at`: the whole price, the first hour, or the first period.
pub fn first_charge(base: Decimal, period: Period, by: ChargeBy, at: Timestamp) -> Result<FirstCharge> {
    match by {
        ChargeBy::Once => Ok(FirstCharge { amount: base, from: at, to: None, hour_of_month: None }),
        ChargeBy::Periods => {
            let to = nth_start(at, period, 1)?;
            Ok(FirstCharge { amount: base, from: at, to: Some(to), hour_of_month: None })
        }
        ChargeBy::Hours => {
            let price =
                if period == Period::Hourly { HourlyPrice::Hour(base) } else { HourlyPrice::Month(base) };
            let mut first = FirstCharge { amount: Decimal::ZERO, from: at, to: None, hour_of_month: None };
            for slice in hour_slices(price, at, 1)? {
                first.amount += slice.amount;
                first.to = Some(slice.to);
                if matches!(price, HourlyPrice::Month(_)) {
                    first.hour_of_month = Some((slice.first, slice.of_month));
                }
            }
            Ok(first)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_month_by_the_hour_begins_with_one_hour() {
        let by = charge_by(Period::Monthly, true);
        let first = first_charge(Decimal::from(72), Period::Monthly, by, at("2026-04-10T14:37:00Z")).unwrap();
        // April has 720 hours; 14:00 on the 10th is its 231st.
        assert_eq!(first.amount, "0.1".parse().unwrap());
        assert_eq!(first.hour_of_month, Some((231, 720)));
        assert_eq!(first.to, Some(at("2026-04-10T15:37:00Z")));
    }

    #[test]
    fn without_hourly_billing_the_whole_month_is_charged() {
        let by = charge_by(Period::Monthly, false);
        assert_eq!(by, ChargeBy::Periods);
        let first = first_charge(Decimal::from(72), Period::Monthly, by, at("2026-01-31T00:00:00Z")).unwrap();
        assert_eq!((first.amount, first.to), (Decimal::from(72), Some(at("2026-02-28T00:00:00Z"))));
    }

    #[test]
    fn once_is_for_ever() {
        let by = charge_by(Period::OneTime, true);
        let first = first_charge(Decimal::TEN, Period::OneTime, by, at("2026-01-31T00:00:00Z")).unwrap();
        assert_eq!((first.amount, first.to), (Decimal::TEN, None));
    }
}

//! What a service would cost, before it does.

use anyhow::anyhow;
use jiff::Timestamp;
use rules::charging::{hour_slices, whole_second};
use rust_decimal::Decimal;
use shared::Period;
use shared::services::ChargeBy;

use super::store::hourly_price;
use crate::http::error::Result;

/// What the first charge of a service comes to at `now`, its setup not included.
pub fn first_charge(charge_by: ChargeBy, period: Period, price: Decimal, now: Timestamp) -> Result<Decimal> {
    match charge_by {
        ChargeBy::Once | ChargeBy::Periods => Ok(price),
        ChargeBy::Hours => {
            let slices = hour_slices(hourly_price(period, price), whole_second(now), 1);
            let slices = slices.map_err(|error| anyhow!(error))?;
            Ok(slices.iter().map(|slice| slice.amount).sum())
        }
    }
}

/// How a service of this period is charged.
pub fn charge_by(period: Period, hourly_billing: HourlyBilling) -> ChargeBy {
    match (period, hourly_billing) {
        (Period::OneTime, _) => ChargeBy::Once,
        (Period::Hourly, _) | (Period::Monthly, HourlyBilling::On) => ChargeBy::Hours,
        _ => ChargeBy::Periods,
    }
}

/// Whether months of a product are charged by the hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HourlyBilling {
    On,
    Off,
}

/// What resuming a suspended service takes from the wallet at once: nothing while a part of its paid time is left.
pub fn resume_cost(
    service: &super::store::ServiceMoney,
    suspended_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<Decimal> {
    if time_left(service.paid_until, suspended_at) > 0 {
        return Ok(Decimal::ZERO);
    }
    match service.charge_by {
        ChargeBy::Once => Ok(Decimal::ZERO),
        charge_by => first_charge(charge_by, service.period, service.price(), now),
    }
}

/// Seconds of paid time that were left when the service was suspended. Time suspended is not charged.
pub(crate) fn time_left(paid_until: Option<Timestamp>, suspended_at: Option<Timestamp>) -> i64 {
    match (paid_until, suspended_at) {
        (Some(until), Some(suspended)) => (until.as_second() - suspended.as_second()).max(0),
        _ => 0,
    }
}

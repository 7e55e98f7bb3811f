//! What resuming a service would cost, before it does.

use anyhow::anyhow;
use jiff::Timestamp;
use rules::charging::whole_second;
use rules::starting::first_charge;
use rust_decimal::Decimal;
use shared::services::ChargeBy;

use crate::http::error::Result;

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
        charge_by => {
            let first = first_charge(service.price(), service.period, charge_by, whole_second(now));
            Ok(first.map_err(|error| anyhow!(error))?.amount)
        }
    }
}

/// Seconds of paid time that were left when the service was suspended. Time suspended is not charged.
pub(crate) fn time_left(paid_until: Option<Timestamp>, suspended_at: Option<Timestamp>) -> i64 {
    match (paid_until, suspended_at) {
        (Some(until), Some(suspended)) => (until.as_second() - suspended.as_second()).max(0),
        _ => 0,
    }
}

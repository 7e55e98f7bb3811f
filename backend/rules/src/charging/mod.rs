//! Charges: how much for which time, in advance.
//!
//! A service charged by the hour pays each hour when it begins; one charged by periods pays each period when it begins.
//! Hours and periods are counted in UTC.

pub mod change;
pub mod forecast;
pub mod hours;
pub mod periods;
pub mod wallet;

pub use change::{OptionChange, option_change};
pub use forecast::{
    Running, TopUpLimits, balances_ahead, cost_until, lasts_until, recommended, recurring_cost,
};
pub use hours::{HourSlice, HourlyPrice, due_hours, hour_slices, paid_until};
pub use periods::{PeriodStart, begun_by, due_periods, nth_start};
pub use wallet::{Due, DuePlan, Settled, settle_short_wallet};

use jiff::Timestamp;

use crate::{Result, RuleError};

/// Seconds of an hour.
pub const HOUR: i64 = 3600;

/// The instant without its fraction of a second: charging counts in whole seconds.
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The instant so many hours later.
pub fn hours_later(at: Timestamp, hours: i64) -> Result<Timestamp> {
    instant(at.as_second() + hours * HOUR)
}

/// The instant a second earlier: a watermark that has not passed `at`.
pub fn second_before(at: Timestamp) -> Timestamp {
    instant(at.as_second() - 1).unwrap_or(at)
}

/// The calendar month (UTC) of an epoch second: the second it begins at, and its hours.
pub fn month_of(second: i64) -> Result<(i64, i64)> {
    let month = hours::Month::of(second)?;
    Ok((month.begins, month.hours))
}

pub(crate) fn instant(second: i64) -> Result<Timestamp> {
    Timestamp::from_second(second).map_err(|_| RuleError::BadInstant)
}

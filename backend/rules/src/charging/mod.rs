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
pub use forecast::{Running, cost_until, lasts_until, recommended, recurring_cost};
pub use hours::{HourSlice, HourlyPrice, due_hours, hour_slices, paid_until};
pub use periods::{PeriodStart, due_periods, nth_start};
pub use wallet::{Due, DuePlan, Settled, settle_short_wallet};

use jiff::Timestamp;

use crate::{Result, RuleError};

/// Seconds of an hour.
pub const HOUR: i64 = 3600;

/// The instant without its fraction of a second: charging counts in whole seconds.
pub fn whole_second(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

pub(crate) fn instant(second: i64) -> Result<Timestamp> {
    Timestamp::from_second(second).map_err(|_| RuleError::BadInstant)
}

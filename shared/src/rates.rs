//! Exchange rates by their day, and what a feed of them brought.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Currency;

words! {
    /// Where an exchange rate comes from.
    RateSource {
        /// Staff wrote it. The feed leaves it alone.
        Staff = "staff",
        Feed = "feed",
        /// Worked out when another currency became the default.
        Rescaled = "rescaled",
    }
}

words! {
    /// Whether an exchange rate holds.
    RateStanding {
        /// Its day is still to come.
        Planned = "planned",
        InForce = "in_force",
        /// A later one followed.
        Past = "past",
    }
}

/// The exchange rate of a currency from one day on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrencyRate {
    /// The day it holds from, by the calendar of the installation's time zone.
    pub on_date: Date,
    /// How many of the currency one unit of the default currency buys.
    pub rate: String,
    /// Where it comes from.
    pub source: RateSource,
    /// Whether it holds today.
    pub standing: RateStanding,
    /// When it was written.
    pub set_at: Timestamp,
}

/// An exchange rate to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewCurrencyRate {
    /// The version of the currency that was read; every rate that is written raises it.
    pub version: i32,
    /// How many of the currency one unit of the default currency buys: up to eight decimals.
    #[cfg_attr(feature = "openapi", schema(pattern = r"^\d{1,9}(\.\d{1,8})?$", example = "4.2655"))]
    pub rate: String,
}

words! {
    /// Why a rate of the feed was not taken.
    RateFault {
        /// It is no plain decimal.
        NotANumber = "not_a_number",
        /// Zero, below it, or beyond all bounds.
        OutOfRange = "out_of_range",
        /// More than half away from the rate in force.
        Leap = "leap",
    }
}

/// A rate of the feed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedRate {
    pub currency: Currency,
    /// Against the default currency; as the feed wrote it when it is no number or beyond bounds.
    pub rate: String,
    /// Why it was not taken. `None`: it was.
    pub fault: Option<RateFault>,
}

/// What came of asking the feed: the output of the task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedRates {
    /// The day of the feed. `None`: the feed is off, nothing was asked.
    pub on_date: Option<Date>,
    /// New rates.
    pub taken: Vec<FetchedRate>,
    /// Nonsense, left out.
    pub refused: Vec<FetchedRate>,
    /// Currencies whose rate was there already.
    pub unchanged: Vec<Currency>,
    /// Currencies that staff gave a rate of that day themselves.
    pub kept: Vec<Currency>,
    /// Currencies that the feed does not know.
    pub missing: Vec<Currency>,
}

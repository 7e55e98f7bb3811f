//! Exchange rates by their day: how many of a currency one unit of the default currency buys, from that day on.
//!
//! A day has one rate for each currency, written by staff or taken from the feed; staff's own stay. The newest that is not of
//! a day to come is in force and stands with its currency (`currencies.rate`), which is what everybody else reads. What is
//! dated ahead comes into force with the conversion of prices at the beginning of its day. Days are those of the
//! installation's time zone. Rates are kept with the default currency they are against: another default begins another
//! history, and what was is neither lost nor worked out anew.

mod actions;
mod ecb;
mod feed;
mod routes;
mod store;

pub use actions::come_into_force;
pub(super) use actions::{ahead, begin_again, note, read};
pub(super) use feed::check_address;
pub use feed::fetch;
pub(super) use routes::routes;

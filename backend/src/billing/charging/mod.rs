//! Charging: what running services cost, taken from wallets in advance.
//!
//! Services charged by the hour are *in the stream* (`services.stream_from`): which of their hours are charged follows from
//! one watermark per wallet (`wallets.charged_to`), so an hour costs no update of any service. Services charged by whole
//! periods carry `paid_until` themselves. `wallets.next_due_at` says when a client is next looked at.
//!
//! Before anything that changes what a service costs (price, idle, state, options) its client is settled up to now under the
//! wallet's lock: `actions::settle`. See `docs/decisions/charging-by-watermark.md`.

pub mod actions;
pub mod batch;
pub mod change;
pub mod moving;
pub mod quote;
pub mod run;
pub mod short;
pub mod store;

pub use run::{Charged, Portions, charge_due, run};

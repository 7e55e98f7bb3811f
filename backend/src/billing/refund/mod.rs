//! Refunds: paying an invoice back, whole or in part.
//!
//! A credit note says what goes back of the net and of each tax; its parts are in proportion to what is left, so that
//! several refunds add up to the invoice exactly. Money goes back the way it came: what came through a gateway leaves the
//! wallet (or revenue, when it settled lines) and the tax accounts for the gateway, the newest payment first; what was paid
//! out of the wallet goes back into it. `plan` decides everything and writes nothing; `actions` writes what it says.

pub mod actions;
mod note;
pub mod plan;
pub mod routes;
pub mod store;

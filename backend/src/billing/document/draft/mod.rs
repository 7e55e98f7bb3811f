//! Documents that staff write by hand: setup work, repairs, hours.
//!
//! A draft is a proforma over lines that nobody but staff sees. It is counted anew whenever it is changed, and once more
//! when it is issued: what is frozen then are both sides and the taxes of that day. Its invoice comes with the money
//! (`docs/decisions/paid-from-the-wallet.md`).

pub mod actions;
mod check;
pub mod routes;
mod store;

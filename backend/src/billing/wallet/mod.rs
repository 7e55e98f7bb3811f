//! Wallets: prepaid balance, what is set aside, credit limit.
//!
//! Spending is allowed while balance − held + credit limit covers it. All three change only under the wallet's row lock.

pub mod charged;
pub mod costs;
pub mod forecast;
pub mod holds;
mod limit;
pub mod routes;
pub mod store;

pub use store::Wallet;

//! Checks of clients' VAT ids, on which reverse charge rests.
//!
//! The check digits are verified here; numbers that pass are asked about at VIES, whose answer is kept with its consultation
//! number. The present answer stands on the client: it holds until number, country or the next answer change it. Every
//! question stays as a row of `vat_checks`, failed ones too. Without an answer a sale is taxed by the rules.

mod actions;
pub mod check;
pub mod evidence;
mod routes;
mod store;
pub mod vies;

pub use actions::recheck;
pub use routes::routes;
pub use vies::Vies;

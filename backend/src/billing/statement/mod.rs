//! Usage statements: what the services of a client were charged in a calendar month (UTC), service by service.
//!
//! A charge belongs to the month in which the ledger took it, whatever period it is for. So a month is final once it is over,
//! and a statement is, to the last digit, the sum of the month's charges in the ledger. Statements of finished months are
//! frozen with their paper; those of the running month are made when they are asked for and kept nowhere.

pub mod content;
pub mod csv;
pub mod make;
pub mod paper;
pub mod routes;
pub mod store;

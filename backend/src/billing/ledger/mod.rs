//! The double-entry, append-only ledger.
//!
//! One transfer is one movement: `amount` leaves the debit account and reaches the credit account. A wallet is what we owe
//! the client, so a credit makes it richer. Transfers of one event share a posting; `posting::post` is the way in for
//! everything but the charging run.

pub mod accounts;
pub mod adjust;
pub mod charges;
mod daily;
pub mod export;
mod export_transactions;
pub mod posting;
pub mod reasons;
mod reversal;
pub mod routes;
pub mod store;
pub mod words;

pub use accounts::company_account;
pub use posting::{NewTransfer, Posted, Posting, Spending, post};

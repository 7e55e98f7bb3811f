//! Payment gateways.

pub mod bank_transfer;

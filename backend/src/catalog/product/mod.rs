//! Products: what is sold.
//!
//! A key, texts, how it is charged and delivered, option groups in order, prices. A product that was ever sold is retired,
//! never deleted. `stock` is how many may be sold in all, `stock_used` how many living services take.

pub mod actions;
mod export;
mod listing;
pub mod members;
pub mod routes;
pub mod stock;
pub mod store;

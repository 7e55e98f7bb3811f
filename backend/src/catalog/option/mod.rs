//! Option groups and their options: what a client chooses for a product.
//!
//! `dropdown` and `radio` groups offer options to choose one from; a `quantity` group sells units of its first option; a
//! `text` group takes a text that matches its pattern.

pub mod actions;
pub mod routes;
pub mod store;

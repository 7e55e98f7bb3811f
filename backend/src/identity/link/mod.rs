//! Links sent by mail: each works once, for a while. We keep the SHA-256 of their token.

pub mod actions;
mod routes;
pub mod store;

pub use routes::routes;

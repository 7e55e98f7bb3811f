//! API tokens: `hw_` and 256 random bits, shown once, kept as their SHA-256. They die with their person.

pub mod actions;
mod routes;
pub mod store;

pub use routes::routes;

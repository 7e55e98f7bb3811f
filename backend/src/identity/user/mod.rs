//! Users: people's logins to the client portal. A person, not a customer.

mod actions;
mod export;
mod routes;
pub mod store;

pub use routes::routes;

//! The storefront: what anybody may see of the catalogue.

pub mod routes;
pub mod store;

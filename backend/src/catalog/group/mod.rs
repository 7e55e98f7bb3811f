//! Product groups: how products are shown.

pub mod actions;
pub mod routes;
pub mod store;

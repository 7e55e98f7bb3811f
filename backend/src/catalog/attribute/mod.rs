//! Attribute groups and their attributes: what distinguishes products, written once for all that have it.
//!
//! A product has attributes of any groups in an order of its own, beside those that it alone has. Visitors see those that
//! are visible, in groups that are.

pub mod actions;
pub mod routes;
pub mod store;

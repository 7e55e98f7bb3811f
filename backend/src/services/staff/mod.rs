//! Services as staff work with them.

pub mod bulk;
pub mod notes;
pub mod routes;

//! Services as staff work with them.

pub mod bulk;
pub mod routes;

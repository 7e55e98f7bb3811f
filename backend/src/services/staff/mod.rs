//! Services as staff work with them.

pub mod routes;

//! Services as their owners work with them.

pub mod routes;

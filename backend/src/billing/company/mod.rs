//! Home companies: the provider's legal entities that sell.
//!
//! Exactly one is the default. What documents show of a company is frozen when they are issued. A company with clients or
//! documents cannot be deleted, only archived; an archived one sells nothing new.

pub mod actions;
pub mod check;
pub mod gateway;
pub mod rehearsal;
pub mod routes;
pub mod routes_gateway;
pub mod store;

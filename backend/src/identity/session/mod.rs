//! Signing in and out, and what a session knows.
//!
//! A session is a row; the browser holds 256 random bits, we hold their SHA-256. It is complete once the second factor, where
//! there is one, was given; until then it opens nothing but the second step. Every step up gets new bits.

pub mod actions;
pub mod alert;
mod routes;
pub mod store;

pub use routes::routes;

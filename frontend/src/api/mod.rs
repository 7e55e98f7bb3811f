//! Calls of the API: a file for each domain, a function for each operation, all through [`client`].

pub mod auth;
pub mod client;
pub mod me;
pub mod money;
pub mod own;
pub mod shop;

pub use client::{ApiError, Key};

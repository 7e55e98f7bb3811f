//! Calls of the API: a file for each domain, a function for each operation, all through [`client`].

pub mod auth;
pub mod client;

pub use client::{ApiError, Key};

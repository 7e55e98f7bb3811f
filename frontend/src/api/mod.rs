//! Calls of the API: a file for each domain, a function for each operation, all through [`client`].

pub mod account;
pub mod auth;
pub mod billing;
pub mod catalog;
pub mod client;
pub mod members;
pub mod money;
pub mod notices;
pub mod own;
pub mod people;
mod read;
mod reply;
pub mod services;
pub mod settings;
pub mod shop;
pub mod spending;
pub mod staff;
pub mod statements;
pub mod support;
pub mod system;

pub use client::{ApiError, Key};
pub use reply::{Call, Work};

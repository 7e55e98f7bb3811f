//! The names of all texts.

mod admin;
mod client;
mod common;

pub use admin::Admin;
pub use client::Client;
pub use common::Common;

//! The names of all texts.

mod admin;
pub(super) mod client;
mod common;
pub(super) mod desk;
pub(super) mod parts;

pub use admin::Admin;
pub use client::Client;
pub use common::Common;
pub use desk::Desk;
pub use parts::Parts;

//! The pages, laid out like their URLs.

pub mod admin;
pub mod auth;
pub mod client;

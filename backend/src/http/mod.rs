//! HTTP: problems, sign-in, paging, the table of contents of the API.

pub mod access;
pub mod bulk;
pub mod cookies;
pub mod csv;
pub mod error;
mod examples;
pub mod extract;
pub mod fields;
pub mod health;
pub mod idempotency;
mod meanings;
pub mod network;
pub mod openapi;
pub mod pages;
pub mod paging;
mod problems;
mod reads;
pub mod request;
pub mod router;
pub mod routes;
pub mod server;
pub mod unknown;

pub use access::{Acting, May, Me, Staff, StaffHimself, Visitor, client_rights, rights};
pub use error::{Error, Refusal, Result};
pub use extract::{Json, Path, Query, Upload};
pub use fields::Fields;
pub use idempotency::IdempotencyKey;
pub use paging::Paging;
pub use reads::Reads;

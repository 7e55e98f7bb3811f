//! Pictures: of products, product groups, attribute groups, attributes and options.
//!
//! What is uploaded is read with limits and written anew, so that only its pixels are taken over. Each is stored under the
//! hash of its content: the same picture once, at an address that never shows another one. Cleaning up drops those that
//! nothing shows.

pub mod actions;
mod encode;
pub mod routes;
pub mod store;

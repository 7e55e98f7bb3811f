//! Telling people: mail and the bell.
//!
//! A message is a row of `notifications`, written in the transaction that caused it, and a task that renders and sends it.
//! Links and codes are sealed in the row until then; what is kept shows them masked.

use crate::http::routes::Routes;
pub mod actions;
pub mod event;
mod export;
mod history;
pub mod letter;
pub mod render;
mod routes;
pub mod send;
pub mod store;
pub mod transport;

pub use event::Event;
pub use letter::Letter;
pub use store::NewNotification;

/// Every operation of this domain.
pub fn routes(cfg: &mut Routes) {
    routes::routes(cfg);
}

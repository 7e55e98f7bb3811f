//! Telling people: mail and the bell.
//!
//! A message is a row of `notifications`, written in the transaction that caused it, and a task that renders and sends it.
//! Links and codes are sealed in the row until then; what is kept shows them masked.

pub mod actions;
pub mod event;
pub mod letter;
pub mod store;

pub use event::Event;
pub use letter::Letter;
pub use store::NewNotification;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}

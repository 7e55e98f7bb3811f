//! Telling people: mail and the bell.

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}

//! Catalogue: what is sold, with which options, at which prices.

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}

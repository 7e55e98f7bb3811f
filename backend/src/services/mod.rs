//! Services: orders, and what clients bought, from provisioning to termination.

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}

//! Identity: staff, users, clients, and how they prove who they are.

pub mod access;
pub mod activity;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(cfg: &mut ServiceConfig) {
    activity::routes(cfg);
}

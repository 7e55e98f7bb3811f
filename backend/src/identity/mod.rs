//! Identity: staff, users, clients, and how they prove who they are.

pub mod access;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(_cfg: &mut ServiceConfig) {}

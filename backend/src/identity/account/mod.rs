//! One's own account: names, e-mail, password, sessions, and what one arranged for himself.

mod actions;
mod preferences;
mod routes_staff;
mod routes_user;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation on one's own account.
pub fn routes(cfg: &mut ServiceConfig) {
    routes_user::routes(cfg);
    routes_staff::routes(cfg);
}

//! One's own account: names, e-mail, password, sessions, and what one arranged for himself.

use crate::http::routes::Routes;
mod actions;
mod preferences;
mod routes_staff;
mod routes_user;

/// Every operation on one's own account.
pub fn routes(cfg: &mut Routes) {
    routes_user::routes(cfg);
    routes_staff::routes(cfg);
}

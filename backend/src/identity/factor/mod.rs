//! The second factor: authenticator apps, codes by e-mail, recovery codes; and the verification center.
//!
//! A method counts once a code of it was given. The last one cannot be deleted while the second factor is on. Codes of
//! authenticator apps follow real time, whatever the development clock shows: the phone knows nothing of it.

use crate::http::routes::Routes;
pub mod actions;
mod routes_staff;
mod routes_user;
pub mod store;
mod totp;

/// Every operation of the verification centers.
pub fn routes(cfg: &mut Routes) {
    routes_user::routes(cfg);
    routes_staff::routes(cfg);
}

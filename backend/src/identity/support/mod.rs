//! Support access: a client lets the provider's staff into its portal for a day, and sees who came in and what he did.
//!
//! A *visit* is staff signed in as the owner of one client. It hangs on the session of the admin portal it came from, on what
//! that admin may do at every request, and on the client's leave; it only reads, unless he may act as clients. What concerns
//! identity and access is closed to it in any case. Every request of it is a row before it is answered.

mod actions;
mod routes_client;
mod routes_staff;
pub mod store;
mod visit;

use crate::http::routes::Routes;

pub use visit::{Noted, Visit, answered, enter};

/// Every operation on support access.
pub fn routes(cfg: &mut Routes) {
    routes_client::routes(cfg);
    routes_staff::routes(cfg);
}

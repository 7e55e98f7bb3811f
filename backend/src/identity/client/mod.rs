//! Clients: the accounts that buy. Each has one owner and any number of further users.
//!
//! States: `pending` until its owner's address is confirmed, `active`, `suspended` (sees and pays, orders nothing), `banned` and
//! `fraud` (cannot be used at all), `closed` (reads only), `deleted` (out of the lists). Every change is a row of its history.

use crate::http::routes::Routes;
pub mod actions;
mod export;
pub(super) mod members;
mod message;
mod networks;
pub mod notes;
pub(super) mod own_users;
pub(super) mod people;
mod people_routes;
mod routes;
pub mod status;
mod status_routes;
pub mod store;
pub mod tax_id;

/// Every operation on clients: of staff, and of their own users on users and networks.
pub fn routes(cfg: &mut Routes) {
    routes::routes(cfg);
    status_routes::routes(cfg);
    people_routes::routes(cfg);
    message::routes(cfg);
    networks::routes(cfg);
    own_users::routes(cfg);
}

//! Staff, the groups that say what they may do, and where each permission comes from.
//!
//! Always holds: somebody active is super administrator; nobody gives away, or takes over, more than he has; no group holds
//! itself. Changes of staff and groups happen one after the other (`store::lock`).

mod admins;
mod groups;
mod routes;
mod store;

pub use admins::{create_super, first_password};
pub use routes::routes;

//! Invitations: how people come to act for a client without staff.
//!
//! An invitation goes to an address and is accepted by the login that owns it: one that signs in, or one that is registered with
//! the link. The link works once, for seven days; sent again, it is another. The row goes when it is accepted or withdrawn.

mod actions;
mod routes;
mod store;

pub use routes::routes;

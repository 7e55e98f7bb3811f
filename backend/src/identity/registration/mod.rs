//! Registration: a user, his first client, its wallet, and a link to confirm the address.

mod actions;
mod routes;

pub use routes::routes;

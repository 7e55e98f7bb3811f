//! The cart of a client: what it means to order. Each item is checked when it is put in, looked at again whenever the cart is
//! read, and decided when the cart is ordered.

pub mod actions;
pub mod routes;
mod show;
pub mod store;

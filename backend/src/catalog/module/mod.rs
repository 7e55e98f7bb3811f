//! Modules: what ships, which of it is active, how it is configured.
//!
//! The registry is the program's (`provisioners::all`); a row keeps what staff decided. Products choose only modules that are
//! active. A module is not deactivated while products are sold with it; what it delivered goes on to be served by it. What it
//! brings to the schedule is there while it is active.

pub mod actions;
pub mod routes;
pub mod settings;
pub mod store;

//! Prices of the catalogue applied to running services: previewed, announced, and from their instant on charged.
//!
//! A change keeps the catalogue's price rows as they were when it was decided: what clients were told is what comes. It is
//! prepared client by client (whom it reaches, and a message to each), waits, and is applied client by client; a worker that
//! dies goes on where it stopped. Hours and periods that begin before the instant are charged at the old price, whenever the
//! work is done: the charging run leaves a client alone whose change is due and not yet applied.

pub mod actions;
pub mod preview;
pub mod routes;
pub mod store;
pub mod work;

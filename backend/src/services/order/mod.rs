//! Orders: several services bought at once. An order waits for money (`pending`), is delivered (`processing`), and is
//! `completed` when nothing of it is on its way any more.

pub mod actions;
mod export;
pub mod quote;
pub mod routes;
pub mod store;

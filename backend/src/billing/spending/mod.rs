//! The spend guard: what a month of a client's services may cost before people are told, and before orders are refused.
//!
//! What counts is what all services that have not ended cost for a month: those that wait, run or are suspended, at the price
//! in use (idle ones too), and as dear as a change of options on its way makes them. Running services are never stopped by it.

pub mod actions;
pub mod routes;
pub mod store;

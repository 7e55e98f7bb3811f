//! Queues as staff steer them: paused or not, how much at once, what became of their tasks.

mod routes;
pub(super) mod share;
pub(super) mod statistics;
pub(super) mod store;

pub(super) use routes::routes;

//! Background work: tasks in PostgreSQL are the truth, Redis wakes the workers.
//!
//! A task is written by `outbox::send` in the transaction that wants it. The relay gives its id to Redis, a worker takes it
//! under a lease, runs it and reports to the row. States: queued → pending → processing → completed | failed. A failed
//! attempt goes back to queued, later; a lease that is not renewed goes back at once.

use crate::http::routes::Routes;
mod bulk;
pub mod cleanup;
pub mod current;
pub mod drain;
mod export;
pub mod job;
mod list;
pub mod outbox;
pub mod process;
mod queues;
mod redis;
pub mod relay;
mod routes;
pub mod run;
pub mod schedule;
pub mod status;
pub mod store;
pub mod work;
pub mod worker;

pub use drain::{Drained, drain};
pub use job::Job;
pub use routes::shown;
pub use work::work;

/// Every operation of this domain.
pub fn routes(cfg: &mut Routes) {
    schedule::routes(cfg);
    queues::routes(cfg);
    bulk::routes(cfg);
    routes::routes(cfg);
}

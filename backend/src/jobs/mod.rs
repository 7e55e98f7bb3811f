//! Background work: tasks in PostgreSQL are the truth, Redis wakes the workers.
//!
//! A task is written by `outbox::send` in the transaction that wants it. The relay gives its id to Redis, a worker takes it
//! under a lease, runs it and reports to the row. States: queued → pending → processing → completed | failed.

pub mod job;
pub mod outbox;
pub mod run;
pub mod schedule;

pub use job::Job;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation of this domain.
pub fn routes(cfg: &mut ServiceConfig) {
    schedule::routes(cfg);
}

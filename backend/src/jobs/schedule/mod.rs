//! The schedule: one leader puts due tasks into the outbox.
//!
//! The catalogue is in the program, and modules bring tasks of their own, which are there while the module is active; the table
//! `schedules` keeps what staff changed and how it went. Next runs follow the program's clock in the schedule's own zone. A run
//! that was missed is made up once; a task never overlaps itself, because a second one of its key is not written while
//! the first is unfinished.

mod catalogue;
mod cron;
mod leader;
mod routes;
mod store;
mod words;

pub use leader::{lead, take_office, tick};
pub use routes::routes;

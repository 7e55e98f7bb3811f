//! What works in the background: tasks and schedule; who did what.

mod activity;
mod scheduler;
mod task;
mod tasks;

pub use activity::ActivityPage;
pub use scheduler::SchedulerPage;
pub use tasks::TasksPage;

//! What works in the background: tasks and schedule; who did what.

mod activity;
mod done;
mod message;
mod messages;
mod module_log;
mod queue_charts;
mod queue_control;
mod queues;
mod schedule;
mod scheduler;
mod task;
mod tasks;

pub use activity::{ActivityPage, ActivityTable, History, described};
pub use done::TaskDoneDialog;
pub use messages::{MessagesPage, MessagesTable};
pub use module_log::{ModuleLogPage, ModuleLogTable};
pub use queues::{QueuesPage, queue_word};
pub use scheduler::SchedulerPage;
pub use tasks::TasksPage;

//! Tasks, schedule, dashboard.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::bulk::{BulkResults, TaskBulk};
use shared::dashboard::Dashboard;
use shared::module_log::{ModuleLogDetail, ModuleLogSummary};
use shared::schedule::{CronAnswer, CronQuestion, Schedule, ScheduleChange};
use shared::tasks::*;
use shared::{ModuleLogId, Page, TaskId};

use super::client::{self, Key, Nothing, Reply};

pub fn dashboard() -> Reply<Dashboard> {
    client::get("/admin/dashboard")
}

pub fn tasks(query: String) -> Reply<Page<TaskSummary>> {
    client::get(&format!("/admin/tasks?{query}"))
}

pub fn task(id: TaskId) -> Reply<TaskDetail> {
    client::get(&format!("/admin/tasks/{id}"))
}

pub fn task_counts() -> Reply<TaskCounts> {
    client::get("/admin/tasks/counts")
}

pub fn retry_task(id: TaskId) -> Reply<Nothing> {
    client::act(&format!("/admin/tasks/{id}/retry"))
}

pub fn cancel_task(id: TaskId) -> Reply<Nothing> {
    client::act(&format!("/admin/tasks/{id}/cancel"))
}

pub fn task_done(id: TaskId, body: &TaskDone) -> Reply<Nothing> {
    client::post(&format!("/admin/tasks/{id}/done"), body)
}

/// Calls of modules.
pub fn module_log(query: String) -> Reply<Page<ModuleLogSummary>> {
    client::get(&format!("/admin/module-log?{query}"))
}

pub fn module_call(id: ModuleLogId) -> Reply<ModuleLogDetail> {
    client::get(&format!("/admin/module-log/{id}"))
}

/// Processes, leader and queues right now.
pub fn automation() -> Reply<AutomationStatus> {
    client::get("/admin/automation/status")
}

/// What the queues did in the last hours; the points of one kind of task when it is named.
pub fn queue_statistics(hours: &str, name: &str) -> Reply<QueueStatistics> {
    let name = if name.is_empty() { String::new() } else { format!("&name={}", urlencoding::encode(name)) };
    client::get(&format!("/admin/queues/statistics?hours={hours}{name}"))
}

pub fn change_queue(queue: Queue, body: &QueueControl) -> Reply<QueueControl> {
    client::put(&format!("/admin/queues/{queue}"), body)
}

/// Runs many tasks again, or cancels them; `dry_run` only says which of them would be refused.
pub fn act_on_tasks(body: &TaskBulk, dry_run: bool, key: &Key) -> Reply<BulkResults> {
    client::post_once(&format!("/admin/tasks/bulk?dry_run={dry_run}"), body, key)
}

/// Puts everything that failed back; `dry_run` only says how much that is.
pub fn retry_queue(queue: Queue, dry_run: bool) -> Reply<QueueRetry> {
    client::act(&format!("/admin/queues/{queue}/retry?dry_run={dry_run}"))
}

/// What a cron expression means, before it is saved.
pub fn explain_cron(body: &CronQuestion) -> Reply<CronAnswer> {
    client::post("/admin/schedules/explain", body)
}

pub fn schedules() -> Reply<Vec<Schedule>> {
    client::get("/admin/schedules")
}

pub fn change_schedule(key: &str, body: &ScheduleChange) -> Reply<Schedule> {
    client::put(&format!("/admin/schedules/{key}"), body)
}

pub fn run_schedule(key: &str) -> Reply<Schedule> {
    client::act(&format!("/admin/schedules/{key}/run"))
}

pub fn reset_schedule(key: &str) -> Reply<Schedule> {
    client::act(&format!("/admin/schedules/{key}/reset"))
}

/// The time of this installation.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ClockState {
    pub now: Timestamp,
    /// Whether it can be moved.
    pub adjustable: bool,
}

#[derive(Debug, Serialize)]
struct ClockChange {
    now: Timestamp,
}

pub fn clock() -> Reply<ClockState> {
    client::get("/public/clock")
}

/// Moves the development clock.
pub fn move_clock(now: Timestamp) -> Reply<ClockState> {
    client::post("/admin/clock", &ClockChange { now })
}

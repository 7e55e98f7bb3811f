//! Tasks, schedule, dashboard.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::dashboard::Dashboard;
use shared::schedule::{CronAnswer, CronQuestion, Schedule, ScheduleChange};
use shared::tasks::*;
use shared::{Page, TaskId};

use super::client::{self, ApiError, Nothing};

pub async fn dashboard() -> Result<Dashboard, ApiError> {
    client::get("/admin/dashboard").await
}

pub async fn tasks(query: String) -> Result<Page<TaskSummary>, ApiError> {
    client::get(&format!("/admin/tasks?{query}")).await
}

pub async fn task(id: TaskId) -> Result<TaskDetail, ApiError> {
    client::get(&format!("/admin/tasks/{id}")).await
}

pub async fn task_counts() -> Result<TaskCounts, ApiError> {
    client::get("/admin/tasks/counts").await
}

pub async fn retry_task(id: TaskId) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/tasks/{id}/retry")).await
}

pub async fn cancel_task(id: TaskId) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/tasks/{id}/cancel")).await
}

pub async fn task_done(id: TaskId, body: &TaskDone) -> Result<Nothing, ApiError> {
    client::post(&format!("/admin/tasks/{id}/done"), body).await
}

/// Processes, leader and queues right now.
pub async fn automation() -> Result<AutomationStatus, ApiError> {
    client::get("/admin/automation/status").await
}

/// What a cron expression means, before it is saved.
pub async fn explain_cron(body: &CronQuestion) -> Result<CronAnswer, ApiError> {
    client::post("/admin/schedules/explain", body).await
}

pub async fn schedules() -> Result<Vec<Schedule>, ApiError> {
    client::get("/admin/schedules").await
}

pub async fn change_schedule(key: &str, body: &ScheduleChange) -> Result<Schedule, ApiError> {
    client::put(&format!("/admin/schedules/{key}"), body).await
}

pub async fn run_schedule(key: &str) -> Result<Schedule, ApiError> {
    client::act(&format!("/admin/schedules/{key}/run")).await
}

pub async fn reset_schedule(key: &str) -> Result<Schedule, ApiError> {
    client::act(&format!("/admin/schedules/{key}/reset")).await
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

pub async fn clock() -> Result<ClockState, ApiError> {
    client::get("/public/clock").await
}

/// Moves the development clock.
pub async fn move_clock(now: Timestamp) -> Result<ClockState, ApiError> {
    client::post("/admin/clock", &ClockChange { now }).await
}

//! Tasks, schedule, dashboard.

use shared::dashboard::Dashboard;
use shared::schedule::{Schedule, ScheduleChange};
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

//! Background work as staff see it: tasks, schedule, running programs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ClientId, DocumentId, ServiceId, TaskId};

words! {
    /// Where tasks wait.
    Queue {
        Default = "default",
        Billing = "billing",
        Provisioning = "provisioning",
        Mail = "mail",
    }
}

words! {
    /// How far a task is.
    TaskState {
        /// Written; to be given to a worker.
        Queued = "queued",
        /// Given to Redis; waits for a worker.
        Pending = "pending",
        /// Leased to a worker, or waiting for a person.
        Processing = "processing",
        Completed = "completed",
        /// Gave up after all attempts.
        Failed = "failed",
        Duplicate = "duplicate",
        Cancelled = "cancelled",
    }
}

/// A task in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskSummary {
    pub id: TaskId,
    /// What it does: `charge`, `provision`, `send-notification`.
    pub name: String,
    pub queue: Queue,
    pub state: TaskState,
    /// How often it was begun.
    pub attempts: i32,
    /// After this many attempts it fails for good.
    pub attempts_max: i32,
    /// Percent done, 0 to 100.
    pub progress: i16,
    /// What it is doing, or waits for.
    pub step: Option<String>,
    /// A person has to finish it.
    pub manual: bool,
    /// Why the last attempt failed.
    pub error: Option<String>,
    pub client_id: Option<ClientId>,
    /// Name of the client, when it is about one.
    pub client_name: Option<String>,
    pub service_id: Option<ServiceId>,
    pub document_id: Option<DocumentId>,
    /// The request that caused it.
    pub request_id: Option<String>,
    /// Not before this instant.
    pub run_at: Timestamp,
    pub created_at: Timestamp,
    /// When the last attempt began.
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// How long the last attempt took, in milliseconds of real time.
    pub duration_ms: Option<i64>,
}

/// One task with what went in and came out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskDetail {
    pub task: TaskSummary,
    /// The job and its ids.
    pub input: Value,
    /// What it reported.
    pub output: Option<Value>,
    /// The worker that has it, or had it last.
    pub worker: Option<String>,
    /// Until when the worker holds it (real time).
    pub leased_until: Option<Timestamp>,
    /// Whether `retry` is possible now.
    pub can_retry: bool,
    /// Whether `cancel` is possible now.
    pub can_cancel: bool,
}

/// Which tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct TaskFilter {
    /// Only this state.
    pub state: Option<TaskState>,
    /// Only this queue.
    pub queue: Option<Queue>,
    /// Only tasks of this name.
    #[cfg_attr(feature = "openapi", param(max_length = 100))]
    pub name: Option<String>,
    /// Only what waits (or waited) for a person.
    pub manual: Option<bool>,
    /// Only about this client.
    pub client_id: Option<ClientId>,
    /// Only about this service.
    pub service_id: Option<ServiceId>,
    /// Only about this document.
    pub document_id: Option<DocumentId>,
    /// Created at or after this instant.
    pub from: Option<Timestamp>,
    /// Created before this instant.
    pub to: Option<Timestamp>,
}

/// How many tasks are in each state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskCounts {
    pub queued: i64,
    pub pending: i64,
    pub processing: i64,
    pub completed: i64,
    pub failed: i64,
    pub duplicate: i64,
    pub cancelled: i64,
    /// Of those in processing: waiting for a person.
    pub manual: i64,
}

/// What a person did to finish a manual task.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TaskDone {
    /// A note that is kept with the task.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 2000))]
    pub note: String,
}

/// A running program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RunningProcess {
    /// Name of the machine and number of the process.
    pub host: String,
    /// `serve`, `work` or `all`.
    pub role: String,
    pub version: String,
    /// Real time.
    pub started_at: Timestamp,
    /// Real time of its last heartbeat.
    pub seen_at: Timestamp,
    /// Whether the heartbeat is recent.
    pub alive: bool,
}

/// A queue right now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueStatus {
    pub queue: Queue,
    /// Due and not begun.
    pub waiting: i64,
    /// To be run later: retries and plans.
    pub later: i64,
    /// With a worker.
    pub processing: i64,
    /// Seconds that the oldest due task has waited.
    pub longest_wait_seconds: i64,
    /// Finished in the last 24 hours.
    pub completed_day: i64,
    /// Failed for good in the last 24 hours.
    pub failed_day: i64,
}

/// How the automation is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AutomationStatus {
    /// A worker and a leader are alive.
    pub healthy: bool,
    /// What is wrong, in English; empty when healthy.
    pub problems: Vec<String>,
    /// Real time of the last heartbeat of any worker.
    pub heartbeat_at: Option<Timestamp>,
    /// When a scheduled task was last put into the queue.
    pub last_run_at: Option<Timestamp>,
    /// Whether some process leads the schedule.
    pub has_leader: bool,
    pub workers_alive: i64,
    pub processes: Vec<RunningProcess>,
    pub queues: Vec<QueueStatus>,
}

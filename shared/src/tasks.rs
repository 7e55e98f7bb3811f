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
        /// The same work was waiting already when it was wanted.
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
    /// When it was last given to the workers (real time).
    pub pushed_at: Option<Timestamp>,
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
    /// The `next` of the page before; goes on there instead of counting pages, in the order of `created_at`.
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub after: Option<String>,
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
    /// Whether it leads the schedule.
    pub leader: bool,
    /// Tasks that it runs now.
    pub running: i64,
    /// Tasks that it runs at once, over all queues; 0: it only answers requests.
    pub concurrency: i64,
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
    /// Tasks of it that all working processes together can run at once by now: each has so many slots, of which the other
    /// queues keep their least.
    pub in_force: i64,
    /// What staff set.
    pub control: QueueControl,
}

/// What staff set of a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QueueControl {
    /// Nothing of it is begun; what runs is finished.
    pub paused: bool,
    /// Tasks that one process runs of it at once, at least.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 64))]
    pub concurrency_min: i32,
    /// And at most. Between the two it follows what waits. A process never runs more of it than its slots
    /// (`work.concurrency`) without the least of the other queues; `in_force` of the queue says what that comes to.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 64))]
    pub concurrency_max: i32,
    /// As last read.
    pub version: i32,
}

/// What a retry of everything that failed came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueRetry {
    /// Tasks that were put back, or would be.
    pub tasks: i64,
    /// Failed tasks whose work waits already under another task.
    pub skipped: i64,
    /// Nothing was written.
    pub dry_run: bool,
}

words! {
    /// What keeps the automation from doing its work.
    AutomationProblem {
        /// No process works on the queues.
        NoWorker = "no_worker",
        /// No process leads the schedule.
        NoLeader = "no_leader",
        /// A process stopped without a word, within the last hour.
        ProcessLost = "process_lost",
        /// Tasks of a queue that is not paused wait for more than five minutes.
        LongWait = "long_wait",
    }
}

/// How the automation is doing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AutomationStatus {
    /// Nothing keeps it from doing its work.
    pub healthy: bool,
    /// Empty when healthy.
    pub problems: Vec<AutomationProblem>,
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

/// Which time statistics are told of.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct StatisticsRange {
    /// So many hours before `to`, at most 92 days.
    #[cfg_attr(feature = "openapi", param(minimum = 1, maximum = 2208, default = 24))]
    pub hours: Option<i64>,
    /// Finished before this instant; now when left out.
    pub to: Option<Timestamp>,
    /// Only points of tasks of this name.
    #[cfg_attr(feature = "openapi", param(max_length = 100))]
    pub name: Option<String>,
}

/// What the queues did over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueueStatistics {
    pub from: Timestamp,
    pub to: Timestamp,
    /// Seconds from one point to the next.
    pub step_seconds: i64,
    /// Only points at which something finished, oldest first.
    pub points: Vec<QueuePoint>,
    /// The hundred kinds of task that ran longest altogether.
    pub names: Vec<TaskStatistics>,
}

/// What a queue did from one point to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QueuePoint {
    pub at: Timestamp,
    pub queue: Queue,
    pub completed: i64,
    pub failed: i64,
    /// Milliseconds that a task ran, on average.
    pub average_ms: i64,
    /// Seconds that the longest waiting of them had waited.
    pub longest_wait_seconds: i64,
}

/// What a kind of task came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskStatistics {
    /// As in the list of tasks: `charge`, `send-notification`.
    pub name: String,
    pub queue: Queue,
    pub completed: i64,
    pub failed: i64,
    /// Milliseconds that a task ran, on average.
    pub average_ms: i64,
    /// And the longest.
    pub longest_ms: i64,
}

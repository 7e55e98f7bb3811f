//! The list of tasks as a file.

use shared::tasks::TaskSummary;

use crate::http::csv::{Column, given};

pub(super) const COLUMNS: &[Column<TaskSummary>] = &[
    ("id", |task| task.id.to_string()),
    ("name", |task| task.name.clone()),
    ("queue", |task| task.queue.to_string()),
    ("state", |task| task.state.to_string()),
    ("attempts", |task| task.attempts.to_string()),
    ("attempts_max", |task| task.attempts_max.to_string()),
    ("progress", |task| task.progress.to_string()),
    ("step", |task| given(&task.step)),
    ("manual", |task| task.manual.to_string()),
    ("error", |task| given(&task.error)),
    ("client_id", |task| given(&task.client_id)),
    ("client_name", |task| given(&task.client_name)),
    ("service_id", |task| given(&task.service_id)),
    ("document_id", |task| given(&task.document_id)),
    ("request_id", |task| given(&task.request_id)),
    ("run_at", |task| task.run_at.to_string()),
    ("created_at", |task| task.created_at.to_string()),
    ("started_at", |task| given(&task.started_at)),
    ("finished_at", |task| given(&task.finished_at)),
    ("duration_ms", |task| given(&task.duration_ms)),
];

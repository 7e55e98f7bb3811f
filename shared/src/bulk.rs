//! The same act on many rows, each on its own.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::services::{SuspensionReason, TerminationTime};
use crate::{DocumentId, Problem, ServiceId, TaskId};

/// The most rows of one call.
pub const BULK_MAX: usize = 200;
/// The most papers of one archive.
pub const ARCHIVE_MAX: usize = 50;

/// What became of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResult {
    /// The row, as it was asked for.
    pub id: Uuid,
    /// Whether it was done, or with `dry_run` would be.
    pub ok: bool,
    /// Why not; `null` when it was.
    pub problem: Option<Problem>,
}

/// What became of every row, in the order in which they were asked for. Each is a transaction of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BulkResults {
    pub results: Vec<BulkResult>,
    /// Rows that were done, or would be.
    pub done: i64,
    /// Rows that were refused, or would be.
    pub refused: i64,
    /// Nothing was written.
    pub dry_run: bool,
}

words! {
    /// What can be done with many services at once.
    ServiceBulkAction {
        Suspend = "suspend",
        Resume = "resume",
        /// Try a failed delivery again.
        Retry = "retry",
        Terminate = "terminate",
    }
}

/// One act on many services.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceBulk {
    pub action: ServiceBulkAction,
    /// Each once.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
    pub ids: Vec<ServiceId>,
    /// `suspend`: `staff` or `abuse`; `staff` when it is left out.
    #[serde(default)]
    pub reason: Option<SuspensionReason>,
    /// `terminate` needs it.
    #[serde(default)]
    pub when: Option<TerminationTime>,
    /// Why, for the history of each.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub note: String,
}

words! {
    /// What can be done with many tasks at once.
    TaskBulkAction {
        /// Run failed or cancelled ones again.
        Retry = "retry",
        /// Cancel those that have not begun.
        Cancel = "cancel",
    }
}

/// One act on many tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskBulk {
    pub action: TaskBulkAction,
    /// Each once.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
    pub ids: Vec<TaskId>,
}

/// Cancels many unpaid proformas.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DocumentsCancel {
    /// Each once.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 200))]
    pub ids: Vec<DocumentId>,
    /// Why, for the log.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub reason: String,
}

/// Which papers to pack.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ArchiveQuery {
    /// Ids of issued documents, at most 50, with commas between them.
    #[cfg_attr(
        feature = "openapi",
        param(min_length = 36, max_length = 1849, example = "0192f0c1-2b3c-7d4e-8f50-123456789abc")
    )]
    pub ids: String,
}

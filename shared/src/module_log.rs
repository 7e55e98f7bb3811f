//! Calls of modules as staff see them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{ClientId, ModuleLogId, ServiceId};

words! {
    /// How grave a call of a module was.
    ModuleLogLevel {
        /// It goes on: the module will be asked again.
        Debug = "debug",
        Info = "info",
        /// It failed, and is tried again.
        Warning = "warning",
        /// It failed for good.
        Error = "error",
    }
}

/// One call of a module in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleLogSummary {
    pub id: ModuleLogId,
    /// When the module had answered.
    pub created_at: Timestamp,
    pub level: ModuleLogLevel,
    /// Key of the module.
    pub module: String,
    /// What it was asked for: `create`, `suspend`, `test`, or the key of what it brings to the schedule.
    pub action: String,
    /// What became of it, in a sentence.
    pub message: String,
    /// The same for every attempt at the same thing. `null`: it was about no service.
    pub operation_id: Option<Uuid>,
    pub service_id: Option<ServiceId>,
    /// What the service is called now.
    pub service_label: Option<String>,
    pub client_id: Option<ClientId>,
    pub client_name: Option<String>,
    /// 1 for the first; counts what failed before.
    pub attempt: i32,
    /// How long the module took, in milliseconds of real time.
    pub duration_ms: i64,
}

/// One call of a module with what it was given and what it answered, secrets masked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleLogDetail {
    pub entry: ModuleLogSummary,
    /// What it was given.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub request: Value,
    /// What it answered.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub response: Value,
    /// The request that caused it.
    pub request_id: Option<String>,
}

/// Which calls of modules to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ModuleLogFilter {
    /// Only of this module.
    #[cfg_attr(feature = "openapi", param(max_length = 63))]
    pub module: Option<String>,
    /// Only of this level.
    pub level: Option<ModuleLogLevel>,
    /// Only about this service.
    pub service_id: Option<ServiceId>,
    /// Made at or after this instant.
    pub from: Option<Timestamp>,
    /// Made before this instant.
    pub to: Option<Timestamp>,
    /// The `next` of the page before; goes on there instead of counting pages, in the order of `created_at`.
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub after: Option<String>,
}

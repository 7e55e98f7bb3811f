//! The schedule: what the program does by itself, and when.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tasks::TaskState;
use crate::{Language, TaskId};

words! {
    /// What a scheduled task is about.
    ScheduleCategory {
        System = "system",
        Cleanup = "cleanup",
        Products = "products",
        Finance = "finance",
        Service = "service",
        /// What a module brings; `module` of the task says which one.
        Module = "module",
    }
}

/// Title and description of a scheduled task in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduleText {
    pub title: String,
    pub description: String,
}

/// The module that brings a scheduled task.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduleModule {
    /// Of the module in the API.
    #[cfg_attr(feature = "openapi", schema(examples("manual")))]
    pub key: String,
    /// What it is called.
    pub name: String,
}

/// How the last run of a scheduled task went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScheduleRun {
    pub at: Timestamp,
    /// `null`: the task is past its retention.
    pub task: Option<TaskId>,
    pub state: Option<TaskState>,
    /// From the worker's start to its end.
    pub duration_ms: Option<i64>,
    pub error: Option<String>,
}

/// A scheduled task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Schedule {
    /// Stable, for scripts. What a module brings begins with the module's key: `manual.waiting-deliveries`.
    #[cfg_attr(feature = "openapi", schema(example = "charge"))]
    pub key: String,
    pub category: ScheduleCategory,
    /// `null`: the program's own.
    pub module: Option<ScheduleModule>,
    pub texts: BTreeMap<Language, ScheduleText>,
    /// Five fields: minute, hour, day of the month, month, day of the week.
    #[cfg_attr(feature = "openapi", schema(example = "* * * * *"))]
    pub cron: String,
    /// The cron expression in words of each language.
    pub words: BTreeMap<Language, String>,
    /// IANA time zone that the fields are read in.
    pub time_zone: String,
    pub enabled: bool,
    pub default_cron: String,
    /// The installation's zone, of the general settings.
    pub default_time_zone: String,
    /// `null`: switched off.
    pub next_run_at: Option<Timestamp>,
    pub last_run: Option<ScheduleRun>,
    pub version: i32,
}

/// A changed schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct ScheduleChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_length = 100, example = "0 3 * * *"))]
    pub cron: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 64, example = "Europe/Warsaw"))]
    pub time_zone: String,
    pub enabled: bool,
}

/// A cron expression to be explained.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CronQuestion {
    #[cfg_attr(feature = "openapi", schema(max_length = 100, example = "30 2 * * 1-5"))]
    pub cron: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 64, example = "UTC"))]
    pub time_zone: String,
}

/// What a cron expression means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CronAnswer {
    /// In words of each language.
    pub words: BTreeMap<Language, String>,
    /// The next five runs.
    pub next: Vec<Timestamp>,
}

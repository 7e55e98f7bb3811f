//! Modules that deliver products.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::NamedProduct;
use crate::schedule::ScheduleText;
use crate::tasks::Queue;
use crate::{Language, Permission};

words! {
    /// What a module does.
    ModuleKind {
        /// Delivers services.
        Provisioning = "provisioning",
    }
}

words! {
    /// How a module is doing.
    ModuleStatus {
        /// No product can be sold with it.
        Inactive = "inactive",
        Active = "active",
        /// A newer version of it asks for more than its configuration says.
        NeedsUpdate = "needs_update",
        /// Its last test failed, or this program does not have it.
        Error = "error",
    }
}

impl ModuleStatus {
    /// Whether products may be made with it, and its scheduled tasks run.
    pub const fn takes_products(self) -> bool {
        matches!(self, Self::Active | Self::Error)
    }
}

/// Stands in the settings and the configuration of modules where a secret is kept; sent back, it keeps it.
pub const SECRET_KEPT: &str = "••••••";

/// A module as it ships.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleInfo {
    #[cfg_attr(feature = "openapi", schema(examples("manual")))]
    pub key: String,
    pub name: String,
    pub description: String,
    pub version: String,
    pub kind: ModuleKind,
    pub author: String,
    pub icon: String,
    /// JSON Schema of the product's settings for it. Fields marked `writeOnly` are secrets.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub settings_schema: Value,
    /// JSON Schema of what is configured once for all products.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub configuration_schema: Value,
    /// What staff who work with it need.
    pub permissions: Vec<Permission>,
    /// Where its tasks wait.
    pub queues: Vec<Queue>,
    /// What it brings to the schedule.
    pub schedule: Vec<ModuleSchedule>,
    /// What the client is asked when ordering.
    pub fields: Vec<ModuleField>,
}

/// A task that a module brings to the schedule while it is active.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleSchedule {
    /// In the schedule it stands behind the module's key: `manual.waiting-deliveries`.
    #[cfg_attr(feature = "openapi", schema(examples("waiting-deliveries")))]
    pub key: String,
    /// Title and description per language.
    pub texts: BTreeMap<Language, ScheduleText>,
    /// Five fields, as delivered; read in the installation's time zone.
    #[cfg_attr(feature = "openapi", schema(examples("0 8 * * 1-5")))]
    pub cron: String,
}

/// A module in a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleSummary {
    /// As it ships.
    pub info: ModuleInfo,
    pub status: ModuleStatus,
    /// Products that use it and are not retired.
    pub selling: i64,
}

/// One module with its configuration and uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleDetail {
    /// The module with its status and uses.
    pub module: ModuleSummary,
    /// Its id in the activity log. `null`: nobody has touched it yet.
    pub id: Option<Uuid>,
    /// Counts changes; 0: nobody has touched it yet.
    pub version: i32,
    /// What is configured; secrets are masked.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub configuration: Map<String, Value>,
    /// What is wrong with it. `null`: nothing that is known.
    pub error: Option<String>,
    /// When it was activated last. `null`: never.
    pub activated_at: Option<Timestamp>,
    /// When it was tested last. `null`: never.
    pub tested_at: Option<Timestamp>,
    /// The products that use it, retired ones too; at most 200.
    pub products: Vec<NamedProduct>,
    /// Living services that it delivers.
    pub services: i64,
}

/// What a test of a module found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleTest {
    /// Whether what it needs can be reached.
    pub ok: bool,
    /// What it said, in a sentence.
    pub message: String,
}

/// What is configured once for all products of a module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleConfiguration {
    /// The version that was read.
    pub version: i32,
    /// By the module's own schema. A secret that is sent back as it was read is kept.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub configuration: Map<String, Value>,
}

/// Which modules to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ModuleFilter {
    /// Only of this kind.
    pub kind: Option<ModuleKind>,
    /// Only with this status.
    pub status: Option<ModuleStatus>,
}

/// A field that a module asks the client for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ModuleField {
    pub key: String,
    /// Label per language.
    pub labels: BTreeMap<Language, String>,
    pub kind: ModuleFieldKind,
    pub required: bool,
    pub length_max: u32,
}

words! {
    /// How a module's field is drawn.
    ModuleFieldKind {
        Line = "line",
        Paragraph = "paragraph",
        Secret = "secret",
    }
}

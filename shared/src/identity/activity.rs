//! Who did what.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{AdminId, ClientId, UserId};

words! {
    /// How grave a line of the activity log is.
    ActivityLevel {
        Info = "info",
        Warning = "warning",
        Error = "error",
    }
}

/// One line of the activity log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ActivityEntry {
    pub id: Uuid,
    pub at: Timestamp,
    pub level: ActivityLevel,
    /// `admin:…`, `user:…`, `system` or `visitor`.
    pub actor: String,
    /// Name of the person, as it is now.
    pub actor_name: String,
    pub admin: Option<AdminId>,
    pub user: Option<UserId>,
    /// Name of the user as whom staff did it, signed in as him. `null`: nobody acted for another.
    pub on_behalf_of: Option<String>,
    pub client: Option<ClientId>,
    pub client_name: Option<String>,
    /// What was done, for programs: `client.suspended`.
    pub action: String,
    pub subject_kind: Option<String>,
    /// Id of what it was done to.
    pub subject: Option<Uuid>,
    /// What was done, for people.
    pub description: String,
    /// Values before, by name.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub old: Option<serde_json::Value>,
    /// Values after, by name.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Object>))]
    pub new: Option<serde_json::Value>,
    pub ip: Option<String>,
    pub request_id: Option<String>,
}

/// Which lines to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct ActivityFilter {
    /// Happened at or after this instant.
    pub from: Option<Timestamp>,
    /// Happened before this instant.
    pub to: Option<Timestamp>,
    /// Only of this level.
    pub level: Option<ActivityLevel>,
    /// Beginning of the action: `client.` or `client.suspended`.
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub action: Option<String>,
    /// Only what this member of staff did.
    pub admin: Option<AdminId>,
    /// Only what this user did.
    pub user: Option<UserId>,
    /// Only about this client.
    pub client: Option<ClientId>,
    /// Only about the record of this id.
    pub subject: Option<Uuid>,
    /// The `next` of the page before; goes on there instead of counting pages.
    #[cfg_attr(feature = "openapi", param(max_length = 64))]
    pub after: Option<String>,
}

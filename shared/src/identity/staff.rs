//! Staff and the groups that say what they may do.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SecretText;
use crate::{AdminGroupId, AdminId, Language, Permission};

words! {
    /// Whether a member of staff may sign in.
    AdminStatus {
        Active = "active",
        Disabled = "disabled",
    }
}

words! {
    /// What a group of staff is for.
    AdminGroupKind {
        /// Permissions.
        System = "system",
        /// Permissions of modules.
        Modules = "modules",
        /// Permissions of the admin portal's look.
        AdminTheme = "admin_theme",
        /// Permissions of the client portal's look.
        ClientTheme = "client_theme",
        /// Which notices its members get.
        Notification = "notification",
        /// Other groups.
        Groups = "groups",
    }
}

/// A capability of staff, for choosing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionEntry {
    pub key: Permission,
    pub title: String,
}

/// The capabilities of one area.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionArea {
    pub area: String,
    pub permissions: Vec<PermissionEntry>,
}

/// Every capability there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionCatalogue {
    pub areas: Vec<PermissionArea>,
}

/// A group, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminGroupName {
    pub id: AdminGroupId,
    pub name: String,
}

/// A member of staff in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminSummary {
    pub id: AdminId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub status: AdminStatus,
    pub two_factor: bool,
    pub groups: Vec<AdminGroupName>,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// Which staff to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct AdminFilter {
    /// Only with this status.
    pub status: Option<AdminStatus>,
    /// Only members of this group.
    pub group: Option<AdminGroupId>,
}

/// A member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminDetail {
    pub id: AdminId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub language: Language,
    pub status: AdminStatus,
    pub two_factor: bool,
    pub groups: Vec<AdminGroupName>,
    /// Effective permissions, each with the groups it comes from.
    pub permissions: Vec<PermissionOrigin>,
    pub notes: String,
    pub last_sign_in_at: Option<Timestamp>,
    pub last_sign_in_ip: Option<String>,
    /// Every address ever come from, the last one first.
    pub addresses: Vec<KnownAddress>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A permission and the groups that give it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PermissionOrigin {
    pub key: Permission,
    pub title: String,
    /// Names of the groups that hold it.
    pub groups: Vec<String>,
}

/// An address that somebody came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KnownAddress {
    pub ip: String,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// A new member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAdmin {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    /// `None` mails a link to set it.
    #[serde(default)]
    pub password: Option<SecretText>,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub last_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub phone: Option<String>,
    pub language: Language,
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub groups: Vec<AdminGroupId>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 5000))]
    pub notes: String,
}

/// A changed member of staff: everything that staff may change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AdminChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub last_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub phone: Option<String>,
    pub language: Language,
    pub status: AdminStatus,
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub groups: Vec<AdminGroupId>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 5000))]
    pub notes: String,
}

/// A group in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminGroupSummary {
    pub id: AdminGroupId,
    pub name: String,
    pub description: String,
    pub kind: AdminGroupKind,
    /// Holds every permission: the super administrators.
    pub grants_all: bool,
    /// Permissions of its own.
    pub permissions: i64,
    /// Staff in it.
    pub members: i64,
    pub created_at: Timestamp,
}

/// Which groups to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct AdminGroupFilter {
    /// Only of this kind.
    pub kind: Option<AdminGroupKind>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminGroupDetail {
    pub id: AdminGroupId,
    pub name: String,
    pub description: String,
    pub kind: AdminGroupKind,
    /// Holds every permission: the super administrators.
    pub grants_all: bool,
    /// Permissions of its own.
    pub permissions: Vec<Permission>,
    /// Groups inside it.
    pub groups: Vec<AdminGroupName>,
    /// Staff in it.
    pub members: Vec<AdminName>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A member of staff, by name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminName {
    pub id: AdminId,
    pub name: String,
    pub email: String,
}

/// A new group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewAdminGroup {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub description: String,
    pub kind: AdminGroupKind,
    /// Permissions of its own; only those that you have.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub permissions: Vec<Permission>,
    /// Groups inside it (kind `groups`).
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub groups: Vec<AdminGroupId>,
}

/// A changed group. Its kind stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AdminGroupChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 1000))]
    pub description: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 500))]
    pub permissions: Vec<Permission>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub groups: Vec<AdminGroupId>,
}

/// Why it is done; kept in the activity log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 1000))]
    pub reason: String,
}

//! A person's own account: names, e-mail, password, preferences.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{SecretText, Strength, UserStatus};
use crate::{AdminId, Language, UserId};

/// The account of the signed-in user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserAccount {
    pub id: UserId,
    pub email: String,
    pub email_verified: bool,
    /// A new address that waits for its confirmation.
    pub email_pending: Option<String>,
    pub first_name: String,
    pub last_name: String,
    /// ISO 3166-1 alpha-2 country of the phone number.
    pub phone_country: Option<String>,
    pub phone: Option<String>,
    pub language: Language,
    pub status: UserStatus,
    pub two_factor: bool,
    pub password_changed_at: Option<Timestamp>,
    pub version: i32,
    pub created_at: Timestamp,
}

/// A change of one's own account. A new e-mail counts once its link was followed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UserAccountChange {
    /// As read; refused when somebody changed it meanwhile.
    pub version: i32,
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(max_length = 100))]
    pub last_name: String,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$"))]
    pub phone_country: Option<String>,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 30))]
    pub phone: Option<String>,
    pub language: Language,
    /// The existing password.
    pub current_password: SecretText,
}

/// The account of the signed-in member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminAccount {
    pub id: AdminId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone: Option<String>,
    pub language: Language,
    pub two_factor: bool,
    pub password_changed_at: Option<Timestamp>,
    pub version: i32,
    pub created_at: Timestamp,
}

/// A change of one's own account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AdminAccountChange {
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
    /// The existing password.
    pub current_password: SecretText,
}

/// A new password of one's own; other sessions end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    pub current_password: SecretText,
    pub password: SecretText,
    /// A code of the authenticator app or a recovery code, when the second factor is on.
    #[serde(default)]
    pub code: Option<SecretText>,
}

/// The new password counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordChanged {
    pub strength: Strength,
    /// Other sessions that were ended.
    pub sessions_ended: u64,
}

/// Something a person arranged for himself: a dashboard, the columns of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Preference {
    /// Any JSON, at most 64 KiB; `null` when nothing was kept.
    #[cfg_attr(feature = "openapi", schema(value_type = Value))]
    pub value: serde_json::Value,
}

//! Users: logins of people to the client portal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClientPermission, ClientRole, ClientStatus, SecretText};
use crate::{ClientId, Language, UserId};

words! {
    /// State of a login.
    UserStatus {
        /// Has not confirmed his address yet.
        New = "new",
        Active = "active",
        /// May not sign in.
        Inactive = "inactive",
    }
}

/// A user in the list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserSummary {
    pub id: UserId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone_country: Option<String>,
    pub phone: Option<String>,
    pub status: UserStatus,
    pub email_verified: bool,
    pub two_factor: bool,
    /// Clients he acts for.
    pub clients: i64,
    pub last_sign_in_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// Which users to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::IntoParams))]
#[cfg_attr(feature = "openapi", into_params(parameter_in = Query))]
pub struct UserFilter {
    /// Only with this status.
    pub status: Option<UserStatus>,
    /// Only those who sign in with a second factor, or only all others.
    pub two_factor: Option<bool>,
    /// Only those who may act for this client.
    pub client: Option<ClientId>,
}

/// A user with the clients he acts for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserDetail {
    pub id: UserId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub phone_country: Option<String>,
    pub phone: Option<String>,
    pub language: Language,
    pub status: UserStatus,
    pub email_verified: bool,
    pub phone_verified: bool,
    pub two_factor: bool,
    pub notes: String,
    /// The version of the terms that he accepted when he registered. `None`: none was published then, or staff entered him.
    pub terms_version: Option<i32>,
    /// When he accepted the terms. `None`: staff entered him.
    pub terms_accepted_at: Option<Timestamp>,
    pub clients: Vec<UserClient>,
    pub last_sign_in_at: Option<Timestamp>,
    pub last_sign_in_ip: Option<String>,
    pub version: i32,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A client that a user acts for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserClient {
    pub id: ClientId,
    /// Company name, or the person's.
    pub name: String,
    pub status: ClientStatus,
    pub role: ClientRole,
    pub permissions: Vec<ClientPermission>,
}

/// A new user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewUser {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    /// `None` mails a link to set it.
    #[serde(default)]
    pub password: Option<SecretText>,
    /// A hash of another system instead of a password: bcrypt (`$2a$`, `$2b$`, `$2y$`), argon2, scrypt or PBKDF2 (PHC strings).
    /// Replaced by ours at the first good sign-in.
    #[serde(default)]
    pub password_hash: Option<SecretText>,
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
    /// The address is known to be his: no confirmation is asked for.
    #[serde(default)]
    pub email_verified: bool,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 5000))]
    pub notes: String,
}

/// A changed user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UserChange {
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
    pub status: UserStatus,
    pub email_verified: bool,
    pub phone_verified: bool,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 5000))]
    pub notes: String,
}

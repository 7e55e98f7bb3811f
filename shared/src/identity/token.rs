//! API tokens: how scripts sign in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{ServiceId, TokenId};

/// An API token; its secret was shown once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenSummary {
    pub id: TokenId,
    pub name: String,
    /// The first characters, to tell tokens apart.
    pub prefix: String,
    /// Whose it is: name or e-mail.
    pub owner: String,
    /// `area:read` or `area:write`.
    pub scopes: Vec<String>,
    /// Networks it may be used from, as CIDR; empty: any.
    pub networks: Vec<String>,
    /// The one service it is for.
    pub service: Option<ServiceId>,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub last_used_ip: Option<String>,
    pub created_at: Timestamp,
}

/// A token to be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "Backup script"))]
    pub name: String,
    /// `area:read` or `area:write`; writing includes reading.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50, example = json!(["services:read"])))]
    pub scopes: Vec<String>,
    /// Networks it may be used from, e.g. `203.0.113.0/24`; empty: any.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub networks: Vec<String>,
    /// For this service only (client area).
    #[serde(default)]
    pub service: Option<ServiceId>,
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
}

/// A token just made, with its secret: it is shown only now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenCreated {
    pub token: TokenSummary,
    /// `hw_…`, to be sent as `Authorization: Bearer hw_…`.
    pub secret: String,
}

/// Scopes that tokens here can have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenScopes {
    pub scopes: Vec<String>,
}

//! Invitations: how people come to act for a client.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClientPermission, ClientRole, SecretText};
use crate::{ClientId, InvitationId, Language};

/// An invitation that waits to be accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientInvitation {
    pub id: InvitationId,
    pub email: String,
    pub role: ClientRole,
    pub permissions: Vec<ClientPermission>,
    /// Who invited. `null`: he has no login any more.
    pub invited_by: Option<String>,
    pub created_at: Timestamp,
    /// When the link was mailed last.
    pub sent_at: Timestamp,
    /// Until when that link holds; sent again, the invitation gets another.
    pub expires_at: Timestamp,
}

/// Somebody to act for the client. He is mailed a link that works once, for seven days.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInvitation {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email"))]
    pub email: String,
    /// Not `owner`: the account is handed over instead.
    pub role: ClientRole,
    /// Of the role `custom`; only those that you have.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 20))]
    pub permissions: Vec<ClientPermission>,
}

/// What an invitation is to, for whoever holds its link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationOffer {
    pub client_name: String,
    /// The address that was invited: the login that accepts has to own it.
    pub email: String,
    pub role: ClientRole,
    pub permissions: Vec<ClientPermission>,
    /// Who invited. `null`: he has no login any more.
    pub invited_by: Option<String>,
    /// The address has a login already: sign in and accept. False: register with it.
    pub has_login: bool,
    pub expires_at: Timestamp,
}

/// A new login for an invited address; it accepts at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct InvitedRegistration {
    /// From the link.
    pub token: SecretText,
    pub password: SecretText,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub last_name: String,
    pub language: Language,
    /// The terms of service are accepted; refused otherwise.
    pub terms_accepted: bool,
}

/// The invitation is accepted: its address acts for the client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvitationAccepted {
    pub client: ClientId,
    pub client_name: String,
    pub email: String,
}

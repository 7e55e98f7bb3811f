//! Signing in and out, one-time links, registration.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClientPermission, ClientRole, ClientStatus, InsideVisit, SecretText, Strength, UserStatus};
use crate::{AdminId, ClientId, Currency, Language, Permission, SessionId, UserId};

/// E-mail and password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email", example = "ada@example.com"))]
    pub email: String,
    pub password: SecretText,
    /// Stay signed in when the browser closes.
    #[serde(default)]
    pub remember: bool,
}

words! {
    /// A way to give the second factor.
    SecondFactorMethod {
        /// A six-digit code of an authenticator app.
        Totp = "totp",
        /// A six-digit code sent by e-mail.
        Email = "email",
        /// One of the ten recovery codes.
        Recovery = "recovery",
    }
}

/// The password was right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedIn {
    pub session: SessionId,
    /// To be sent back as `X-CSRF-Token` with every write.
    pub csrf_token: String,
    /// Methods of the second step that is needed now, the preferred one first. Empty: signed in.
    pub second_factor: Vec<SecondFactorMethod>,
    pub expires_at: Timestamp,
}

/// Which second step a half-finished sign-in waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SecondStepState {
    /// Usable methods, the preferred one first.
    pub methods: Vec<SecondFactorMethod>,
}

/// A code of the second factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SecondStep {
    pub method: SecondFactorMethod,
    /// Six digits, or a recovery code; spaces and hyphens do not matter.
    pub code: SecretText,
}

/// Who is signed in to the admin portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AdminSession {
    pub session: SessionId,
    pub admin: SignedInAdmin,
    /// Effective permissions.
    pub permissions: Vec<Permission>,
    pub csrf_token: String,
    /// Until when the password counts as just given; `None`: ask for it before actions that need it.
    pub sudo_until: Option<Timestamp>,
    /// A second factor must be set up before anything else opens.
    pub second_factor_required: bool,
    pub expires_at: Timestamp,
}

/// The signed-in member of staff.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedInAdmin {
    pub id: AdminId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub language: Language,
    pub two_factor: bool,
}

/// Who is signed in to the client portal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserSession {
    pub session: SessionId,
    pub user: SignedInUser,
    /// Accounts that this user acts for.
    pub clients: Vec<ClientAccess>,
    pub csrf_token: String,
    /// Until when the password counts as just given; `None`: ask for it before actions that need it.
    pub sudo_until: Option<Timestamp>,
    pub expires_at: Timestamp,
    /// Who of the provider's staff is signed in as this user. `null`: it is the user himself.
    pub support: Option<InsideVisit>,
}

/// The signed-in user.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SignedInUser {
    pub id: UserId,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub language: Language,
    pub status: UserStatus,
    pub email_verified: bool,
    pub two_factor: bool,
}

/// An account that the signed-in user acts for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ClientAccess {
    pub id: ClientId,
    /// Company name, or the person's.
    pub name: String,
    pub status: ClientStatus,
    /// Why it is suspended or closed, as told to the client.
    pub status_reason: Option<String>,
    pub currency: Currency,
    pub role: ClientRole,
    /// What the role allows.
    pub permissions: Vec<ClientPermission>,
    /// The owner asks for a second factor, and this user has none yet.
    pub second_factor_required: bool,
}

/// The password again, before an action that needs it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SudoRequest {
    pub password: SecretText,
}

/// The password was right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SudoGranted {
    /// Until when it counts as just given.
    pub sudo_until: Timestamp,
}

/// Asks for a link by mail. The answer is the same whether the address is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkRequest {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email", example = "ada@example.com"))]
    pub email: String,
}

/// A new password with the token of a mailed link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PasswordReset {
    /// From the link.
    pub token: SecretText,
    pub password: SecretText,
}

words! {
    /// A portal.
    PortalKind {
        Admin = "admin",
        Client = "client",
    }
}

/// The new password counts from now on; all sessions have ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PasswordResetDone {
    /// Where to sign in.
    pub portal: PortalKind,
    pub strength: Strength,
}

/// The token of a mailed link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkToken {
    /// From the link.
    pub token: SecretText,
}

/// The address is confirmed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EmailConfirmed {
    pub email: String,
}

/// A new user with his first client.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewRegistration {
    #[cfg_attr(feature = "openapi", schema(max_length = 254, format = "email", example = "ada@example.com"))]
    pub email: String,
    pub password: SecretText,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub first_name: String,
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub last_name: String,
    /// Empty for a private person.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 200))]
    pub company_name: String,
    /// Tax number of the company.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_length = 50))]
    pub tax_id: String,
    /// ISO 3166-1 alpha-2.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Z]{2}$", example = "PL"))]
    pub country: String,
    /// `None`: the installation's default.
    #[serde(default)]
    pub currency: Option<Currency>,
    pub language: Language,
    /// The terms of service are accepted; registration is refused otherwise.
    pub terms_accepted: bool,
}

/// The registration was taken. Says the same for an address that is registered already: its owner gets a mail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Registered {
    /// A link was mailed that must be followed first. False: sign in right away.
    pub confirmation_needed: bool,
    pub strength: Strength,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionSummary {
    pub id: SessionId,
    /// This is the session that asks.
    pub current: bool,
    /// What the browser calls itself.
    pub user_agent: String,
    pub ip: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
    /// `None`: still signed in.
    pub ended_at: Option<Timestamp>,
}

/// How many sessions were ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SessionsEnded {
    pub ended: u64,
}

//! The second factor and the verification center.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::SecretText;
use crate::FactorId;

words! {
    /// A kind of second factor.
    FactorKind {
        Totp = "totp",
        Email = "email",
    }
}

/// The verification center: every method, and whether the second factor is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerificationCenter {
    /// Signing in asks for a second step.
    pub two_factor: bool,
    /// Staff may be obliged to keep it on.
    pub required: bool,
    pub factors: Vec<FactorSummary>,
    /// Unused recovery codes.
    pub recovery_codes_left: i64,
}

/// A method of the second factor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FactorSummary {
    pub id: FactorId,
    pub kind: FactorKind,
    /// Name of the device, or the address.
    pub name: String,
    /// A code of it was given once; only then it counts.
    pub verified: bool,
    pub is_default: bool,
    pub last_used_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// A new authenticator app.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTotp {
    /// Name of the device.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100, example = "My phone"))]
    pub name: String,
}

/// What the authenticator app needs; shown once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TotpSetup {
    pub id: FactorId,
    /// The secret in base32, for typing.
    pub secret: String,
    /// The `otpauth://` address behind the QR code.
    pub uri: String,
    /// The QR code as an SVG image.
    pub qr_svg: String,
}

/// A current code of a method.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FactorCode {
    /// Six digits.
    pub code: SecretText,
}

/// Turns the second factor on or off; asks for a current code either way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TwoFactorChange {
    pub enabled: bool,
    /// The method that the code is of; `None`: a recovery code (only to turn it off).
    #[serde(default)]
    pub factor: Option<FactorId>,
    pub code: SecretText,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TwoFactorState {
    pub two_factor: bool,
    /// Ten codes for the day the device is lost, shown only now. Empty when turned off.
    pub recovery_codes: Vec<String>,
}

/// Ten new recovery codes; the earlier ones are void. Shown only now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryCodes {
    pub recovery_codes: Vec<String>,
}

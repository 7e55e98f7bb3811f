//! Why a request did not succeed, by RFC 9457.

use serde::{Deserialize, Serialize};

/// A word that is not on the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the known words")]
pub struct UnknownWord;

/// A refused field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// Path of the field in the request: `amount`, `lines.0.quantity`, `page`.
    pub field: String,
    /// What is wrong, for programs: `required`, `too_long`, `out_of_range`, `unknown`, `taken`, …
    pub code: String,
    /// What is wrong and how to mend it, for people.
    pub message: String,
}

impl FieldError {
    pub fn new(field: impl Into<String>, code: &str, message: impl Into<String>) -> Self {
        Self { field: field.into(), code: code.to_owned(), message: message.into() }
    }
}

/// The answer to a request that did not succeed (`application/problem+json`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// A page that explains this kind of problem: `/problems/credit-too-low`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request id; quote it to support.
    pub instance: String,
    /// The kind of problem for programs.
    pub code: Code,
    /// One entry for each rejected field, at most 100.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(max_items = 100))]
    pub fields: Vec<FieldError>,
}

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $word:literal, $status:literal, $title:literal;)+) => {
        words! {
            /// The kind of a problem. Both ends match on it; nobody renames it.
            Code { $($(#[$doc])* $variant = $word),+ }
        }
        impl Code {
            /// The HTTP status of this kind.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status),+ }
            }
            /// The kind in a few English words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }
        }
    };
}

codes! {
    BadRequest = "bad_request", 400, "The request could not be read";
    IdempotencyKeyMissing = "idempotency_key_missing", 400, "This call needs an Idempotency-Key";
    NotSignedIn = "not_signed_in", 401, "Sign in first";
    /// E-mail or password is wrong; which one is not said.
    WrongCredentials = "wrong_credentials", 401, "E-mail or password is wrong";
    /// The password is kept in a way of another system that cannot be verified here: it has to be set anew.
    PasswordResetNeeded = "password_reset_needed", 401, "Set a new password first";
    /// The second factor is needed to go on.
    SecondFactorNeeded = "second_factor_needed", 401, "A second step is needed";
    WrongCode = "wrong_code", 422, "The code is wrong or was used already";
    NotAllowed = "not_allowed", 403, "You may not do this";
    CsrfFailed = "csrf_failed", 403, "The request did not come from our pages";
    /// Repeat the password (sudo) and try again.
    PasswordNeeded = "password_needed", 403, "Confirm your password first";
    /// Staff must set up a second factor before anything else opens.
    SecondFactorRequired = "second_factor_required", 403, "Set up two-factor authentication first";
    /// An allow-list of networks does not hold the address that the request came from.
    NetworkNotAllowed = "network_not_allowed", 403, "Not from this network";
    EmailNotConfirmed = "email_not_confirmed", 403, "Confirm your e-mail first";
    AccountSuspended = "account_suspended", 403, "This account is suspended";
    /// Staff sign in as an owner only while the client allows it.
    SupportAccessNeeded = "support_access_needed", 403, "The client has not let support in";
    /// Staff are signed in as an owner, and may not act for him.
    SupportReadOnly = "support_read_only", 403, "Support may only look around here";
    /// Passwords, second factors, tokens, users and support access are never for staff who are signed in as an owner.
    NotForSupport = "not_for_support", 403, "Support cannot do this for the client";
    NotFound = "not_found", 404, "There is no such thing here";
    MethodNotAllowed = "method_not_allowed", 405, "This address does not take that method";
    /// Yours, but not in its present state.
    Conflict = "conflict", 409, "Not possible in the present state";
    InUse = "in_use", 409, "Still in use";
    /// The same Idempotency-Key is being worked on.
    InProgress = "in_progress", 409, "The same request is being worked on";
    CreditTooLow = "credit_too_low", 409, "The balance does not cover this";
    /// The services of the client would cost more for a month than its spend guard allows.
    SpendCapReached = "spend_cap_reached", 409, "The spending cap does not allow this";
    /// What is ordered costs more than the buyer was shown. Ask for another quote.
    PriceChanged = "price_changed", 409, "The price has changed";
    OutOfStock = "out_of_stock", 409, "Out of stock";
    VersionConflict = "version_conflict", 412, "Somebody changed this meanwhile";
    TooLarge = "too_large", 413, "The request is too large";
    UnsupportedMediaType = "unsupported_media_type", 415, "Send JSON";
    Invalid = "invalid", 422, "Some fields need another look";
    /// A one-time link or code that is unknown, used or expired.
    LinkExpired = "link_expired", 422, "The link is used up or expired";
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The Idempotency-Key was used for another request";
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    Internal = "internal", 500, "Something broke on our side";
    Unavailable = "unavailable", 503, "Not available right now";
}

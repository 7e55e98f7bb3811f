//! The signed-in person: account, password, second factor, sessions.

use shared::FactorId;
use shared::identity::*;

use super::client::{self, ApiError};

pub async fn account() -> Result<UserAccount, ApiError> {
    client::get("/me").await
}

pub async fn change_account(change: &UserAccountChange) -> Result<UserAccount, ApiError> {
    client::put("/me", change).await
}

pub async fn change_password(change: &PasswordChange) -> Result<PasswordChanged, ApiError> {
    client::put("/me/password", change).await
}

pub async fn verification_center() -> Result<VerificationCenter, ApiError> {
    client::get("/me/factors").await
}

/// Begins a new authenticator app; it counts once a code of it was given.
pub async fn new_totp(name: String) -> Result<TotpSetup, ApiError> {
    client::post("/me/factors/totp", &NewTotp { name }).await
}

/// Begins codes by e-mail; one is mailed at once.
pub async fn new_email_factor() -> Result<FactorSummary, ApiError> {
    client::act("/me/factors/email").await
}

pub async fn verify_factor(id: FactorId, code: &FactorCode) -> Result<FactorSummary, ApiError> {
    client::post(&format!("/me/factors/{id}/verify"), code).await
}

/// Mails a code of this method.
pub async fn send_factor_code(id: FactorId) -> Result<(), ApiError> {
    client::act(&format!("/me/factors/{id}/send")).await
}

pub async fn default_factor(id: FactorId) -> Result<VerificationCenter, ApiError> {
    client::act(&format!("/me/factors/{id}/default")).await
}

pub async fn delete_factor(id: FactorId) -> Result<(), ApiError> {
    client::delete(&format!("/me/factors/{id}")).await
}

pub async fn change_two_factor(change: &TwoFactorChange) -> Result<TwoFactorState, ApiError> {
    client::post("/me/two-factor", change).await
}

pub async fn new_recovery_codes() -> Result<RecoveryCodes, ApiError> {
    client::act("/me/recovery-codes").await
}

pub async fn sessions(query: &str) -> Result<shared::Page<SessionSummary>, ApiError> {
    client::get(&format!("/me/sessions?{query}")).await
}

pub async fn end_session(id: shared::SessionId) -> Result<(), ApiError> {
    client::delete(&format!("/me/sessions/{id}")).await
}

pub async fn end_other_sessions() -> Result<SessionsEnded, ApiError> {
    client::delete("/me/sessions").await
}

//! A person's own account, in both portals.

use shared::identity::*;
use shared::{FactorId, Page, SessionId, TokenId};

use crate::session::Portal;

use super::client::{self, ApiError, Nothing};

fn area(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "/admin/me",
        Portal::Client => "/me",
    }
}

pub async fn admin_account() -> Result<AdminAccount, ApiError> {
    client::get("/admin/me").await
}

pub async fn change_admin_account(body: &AdminAccountChange) -> Result<AdminAccount, ApiError> {
    client::put("/admin/me", body).await
}

pub async fn change_password(portal: Portal, body: &PasswordChange) -> Result<PasswordChanged, ApiError> {
    client::put(&format!("{}/password", area(portal)), body).await
}

pub async fn factors(portal: Portal) -> Result<VerificationCenter, ApiError> {
    client::get(&format!("{}/factors", area(portal))).await
}

pub async fn new_totp(portal: Portal, body: &NewTotp) -> Result<TotpSetup, ApiError> {
    client::post(&format!("{}/factors/totp", area(portal)), body).await
}

/// Begins codes by e-mail; one is mailed at once.
pub async fn new_email_factor(portal: Portal) -> Result<FactorSummary, ApiError> {
    client::act(&format!("{}/factors/email", area(portal))).await
}

/// Mails a code of this method.
pub async fn send_factor_code(portal: Portal, id: FactorId) -> Result<Nothing, ApiError> {
    client::act(&format!("{}/factors/{id}/send", area(portal))).await
}

pub async fn verify_factor(portal: Portal, id: FactorId, body: &FactorCode) -> Result<Nothing, ApiError> {
    client::post(&format!("{}/factors/{id}/verify", area(portal)), body).await
}

pub async fn make_factor_default(portal: Portal, id: FactorId) -> Result<Nothing, ApiError> {
    client::act(&format!("{}/factors/{id}/default", area(portal))).await
}

pub async fn delete_factor(portal: Portal, id: FactorId) -> Result<Nothing, ApiError> {
    client::delete(&format!("{}/factors/{id}", area(portal))).await
}

/// Turns the second factor on or off; asks for a current code.
pub async fn set_two_factor(portal: Portal, body: &TwoFactorChange) -> Result<TwoFactorState, ApiError> {
    client::post(&format!("{}/two-factor", area(portal)), body).await
}

/// New recovery codes; the old ones stop working.
pub async fn new_recovery_codes(portal: Portal) -> Result<RecoveryCodes, ApiError> {
    client::act(&format!("{}/recovery-codes", area(portal))).await
}

pub async fn sessions(portal: Portal) -> Result<Vec<SessionSummary>, ApiError> {
    Ok(client::get::<Page<SessionSummary>>(&format!("{}/sessions?per_page=200", area(portal))).await?.items)
}

pub async fn end_session(portal: Portal, id: SessionId) -> Result<Nothing, ApiError> {
    client::delete(&format!("{}/sessions/{id}", area(portal))).await
}

/// Ends all sessions but this one.
pub async fn end_other_sessions(portal: Portal) -> Result<SessionsEnded, ApiError> {
    client::delete(&format!("{}/sessions", area(portal))).await
}

/// Tokens. `base` is `/admin/me/tokens`, or `/clients/{id}/tokens` in the client portal.
pub async fn tokens(base: &str) -> Result<Vec<TokenSummary>, ApiError> {
    Ok(client::get::<Page<TokenSummary>>(&format!("{base}?per_page=200")).await?.items)
}

/// Scopes that tokens there can have.
pub async fn token_scopes(base: &str) -> Result<TokenScopes, ApiError> {
    client::get(&base.replace("/tokens", "/token-scopes")).await
}

/// The secret is in this answer only.
pub async fn create_token(base: &str, body: &NewToken) -> Result<TokenCreated, ApiError> {
    client::post(base, body).await
}

pub async fn revoke_token(base: &str, id: TokenId) -> Result<Nothing, ApiError> {
    client::delete(&format!("{base}/{id}")).await
}

/// Something that the person arranged for himself.
pub async fn preference(portal: Portal, key: &str) -> Result<Preference, ApiError> {
    client::get(&format!("{}/preferences/{key}", area(portal))).await
}

pub async fn set_preference(portal: Portal, key: &str, body: &Preference) -> Result<Preference, ApiError> {
    client::put(&format!("{}/preferences/{key}", area(portal)), body).await
}

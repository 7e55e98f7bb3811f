//! A person's own account, in both portals.

use shared::identity::*;
use shared::{FactorId, Page, SessionId, TokenId};

use crate::session::Portal;

use super::client::{self, Nothing, Reply};

fn area(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "/admin/me",
        Portal::Client => "/me",
    }
}

pub fn admin_account() -> Reply<AdminAccount> {
    client::get("/admin/me")
}

pub fn change_admin_account(body: &AdminAccountChange) -> Reply<AdminAccount> {
    client::put("/admin/me", body)
}

pub fn user_account() -> Reply<UserAccount> {
    client::get("/me")
}

pub fn change_user_account(body: &UserAccountChange) -> Reply<UserAccount> {
    client::put("/me", body)
}

pub fn change_password(portal: Portal, body: &PasswordChange) -> Reply<PasswordChanged> {
    client::put(&format!("{}/password", area(portal)), body)
}

pub fn factors(portal: Portal) -> Reply<VerificationCenter> {
    client::get(&format!("{}/factors", area(portal)))
}

pub fn new_totp(portal: Portal, body: &NewTotp) -> Reply<TotpSetup> {
    client::post(&format!("{}/factors/totp", area(portal)), body)
}

/// Begins codes by e-mail; one is mailed at once.
pub fn new_email_factor(portal: Portal) -> Reply<FactorSummary> {
    client::act(&format!("{}/factors/email", area(portal)))
}

/// Mails a code of this method.
pub fn send_factor_code(portal: Portal, id: FactorId) -> Reply<Nothing> {
    client::act(&format!("{}/factors/{id}/send", area(portal)))
}

pub fn verify_factor(portal: Portal, id: FactorId, body: &FactorCode) -> Reply<Nothing> {
    client::post(&format!("{}/factors/{id}/verify", area(portal)), body)
}

pub fn make_factor_default(portal: Portal, id: FactorId) -> Reply<VerificationCenter> {
    client::act(&format!("{}/factors/{id}/default", area(portal)))
}

pub fn delete_factor(portal: Portal, id: FactorId) -> Reply<Nothing> {
    client::delete(&format!("{}/factors/{id}", area(portal)))
}

/// Turns the second factor on or off; asks for a current code.
pub fn set_two_factor(portal: Portal, body: &TwoFactorChange) -> Reply<TwoFactorState> {
    client::post(&format!("{}/two-factor", area(portal)), body)
}

/// New recovery codes; the old ones stop working.
pub fn new_recovery_codes(portal: Portal) -> Reply<RecoveryCodes> {
    client::act(&format!("{}/recovery-codes", area(portal)))
}

pub fn sessions(portal: Portal, query: &str) -> Reply<Page<SessionSummary>> {
    client::get(&format!("{}/sessions?{query}", area(portal)))
}

pub fn end_session(portal: Portal, id: SessionId) -> Reply<Nothing> {
    client::delete(&format!("{}/sessions/{id}", area(portal)))
}

/// Ends all sessions but this one.
pub fn end_other_sessions(portal: Portal) -> Reply<SessionsEnded> {
    client::delete(&format!("{}/sessions", area(portal)))
}

/// Tokens. `base` is `/admin/me/tokens`, or `/clients/{id}/tokens` in the client portal.
pub fn tokens(base: &str, query: &str) -> Reply<Page<TokenSummary>> {
    client::get(&format!("{base}?{query}"))
}

/// Scopes that tokens there can have.
pub fn token_scopes(base: &str) -> Reply<TokenScopes> {
    client::get(&base.replace("/tokens", "/token-scopes"))
}

/// The secret is in this answer only.
pub fn create_token(base: &str, body: &NewToken) -> Reply<TokenCreated> {
    client::post(base, body)
}

pub fn revoke_token(base: &str, id: TokenId) -> Reply<Nothing> {
    client::delete(&format!("{base}/{id}"))
}

/// Something that the person arranged for himself.
pub fn preference(portal: Portal, key: &str) -> Reply<Preference> {
    client::get(&format!("{}/preferences/{key}", area(portal)))
}

pub fn set_preference(portal: Portal, key: &str, body: &Preference) -> Reply<Preference> {
    client::put(&format!("{}/preferences/{key}", area(portal)), body)
}

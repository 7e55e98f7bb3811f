//! Signing in and out, one-time links, registration.

use shared::identity::*;
use shared::settings::PublicSettings;

use super::client::{self, ApiError, Nothing};
use crate::session::Portal;

fn area(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "/auth/admin",
        Portal::Client => "/auth",
    }
}

pub async fn public_settings() -> Result<PublicSettings, ApiError> {
    client::get("/public/settings").await
}

pub async fn sign_in(portal: Portal, body: &SignIn) -> Result<SignedIn, ApiError> {
    client::post(&format!("{}/sign-in", area(portal)), body).await
}

pub async fn second_step(portal: Portal, body: &SecondStep) -> Result<SignedIn, ApiError> {
    client::post(&format!("{}/second-factor", area(portal)), body).await
}

/// Mails a code for the second step.
pub async fn send_code(portal: Portal) -> Result<Nothing, ApiError> {
    client::act(&format!("{}/second-factor/send", area(portal))).await
}

pub async fn sign_out(portal: Portal) -> Result<Nothing, ApiError> {
    client::act(&format!("{}/sign-out", area(portal))).await
}

pub async fn admin_session() -> Result<AdminSession, ApiError> {
    client::get("/auth/admin/session").await
}

pub async fn user_session() -> Result<UserSession, ApiError> {
    client::get("/auth/session").await
}

/// Gives the password again, for what needs it freshly given.
pub async fn sudo(portal: Portal, body: &SudoRequest) -> Result<SudoGranted, ApiError> {
    client::post(&format!("{}/sudo", area(portal)), body).await
}

/// Mails a link to set a new password. The same answer whether the address is known.
pub async fn forgot(portal: Portal, body: &LinkRequest) -> Result<Nothing, ApiError> {
    client::post(&format!("{}/password/forgotten", area(portal)), body).await
}

pub async fn reset(body: &PasswordReset) -> Result<PasswordResetDone, ApiError> {
    client::post("/auth/password/reset", body).await
}

pub async fn confirm_email(body: &LinkToken) -> Result<EmailConfirmed, ApiError> {
    client::post("/auth/email/confirm", body).await
}

pub async fn resend_confirmation(body: &LinkRequest) -> Result<Nothing, ApiError> {
    client::post("/auth/email/resend", body).await
}

pub async fn register(body: &NewRegistration) -> Result<Registered, ApiError> {
    client::post("/public/registration", body).await
}

pub async fn countries() -> Result<Vec<Country>, ApiError> {
    client::get("/public/countries").await
}

pub async fn regions(country: &str) -> Result<Vec<Region>, ApiError> {
    client::get(&format!("/public/countries/{country}/regions")).await
}

//! Signing in and out, one-time links, registration.

use shared::identity::*;
use shared::settings::PublicSettings;

use super::client::{self, Nothing, Reply};
use crate::session::Portal;

fn area(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "/auth/admin",
        Portal::Client => "/auth",
    }
}

pub fn public_settings() -> Reply<PublicSettings> {
    client::get("/public/settings")
}

pub fn sign_in(portal: Portal, body: &SignIn) -> Reply<SignedIn> {
    client::post(&format!("{}/sign-in", area(portal)), body)
}

pub fn second_step(portal: Portal, body: &SecondStep) -> Reply<SignedIn> {
    client::post(&format!("{}/second-factor", area(portal)), body)
}

/// Mails a code for the second step.
pub fn send_code(portal: Portal) -> Reply<Nothing> {
    client::act(&format!("{}/second-factor/send", area(portal)))
}

pub fn sign_out(portal: Portal) -> Reply<Nothing> {
    client::act(&format!("{}/sign-out", area(portal)))
}

pub fn admin_session() -> Reply<AdminSession> {
    client::get("/auth/admin/session")
}

pub fn user_session() -> Reply<UserSession> {
    client::get("/auth/session")
}

/// Gives the password again, for what needs it freshly given.
pub fn sudo(portal: Portal, body: &SudoRequest) -> Reply<SudoGranted> {
    client::post(&format!("{}/sudo", area(portal)), body)
}

/// Mails a link to set a new password. The same answer whether the address is known.
pub fn forgot(portal: Portal, body: &LinkRequest) -> Reply<Nothing> {
    client::post(&format!("{}/password/forgotten", area(portal)), body)
}

pub fn reset(body: &PasswordReset) -> Reply<PasswordResetDone> {
    client::post("/auth/password/reset", body)
}

pub fn confirm_email(body: &LinkToken) -> Reply<EmailConfirmed> {
    client::post("/auth/email/confirm", body)
}

pub fn resend_confirmation(body: &LinkRequest) -> Reply<Nothing> {
    client::post("/auth/email/resend", body)
}

pub fn register(body: &NewRegistration) -> Reply<Registered> {
    client::post("/public/registration", body)
}

pub fn countries() -> Reply<Vec<Country>> {
    client::get("/public/countries")
}

pub fn regions(country: &str) -> Reply<Vec<Region>> {
    client::get(&format!("/public/countries/{country}/regions"))
}

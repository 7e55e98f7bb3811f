//! The person and the client's account: profile, login, second factor, sessions, tokens.

mod factors;
mod me;
mod password;
mod profile;
mod sessions;
mod tokens;
mod two_factor;

pub(super) use factors::VerificationPage;
pub(super) use me::MePage;
pub(super) use password::PasswordPage;
pub(super) use profile::ProfilePage;
pub(super) use sessions::SessionsPage;
pub(super) use tokens::TokensPage;
pub(super) use two_factor::TwoFactorPage;

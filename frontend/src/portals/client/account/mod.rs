//! The person and the client's account: profile, login, second factor, sessions, tokens.

mod me;
mod profile;
mod security;
mod support;
mod tokens;
mod users;

pub(super) use me::MePage;
pub(super) use profile::ProfilePage;
pub(super) use security::{PasswordPage, SessionsPage, TwoFactorPage, VerificationPage};
pub(super) use support::{SupportPage, SupportVisitPage};
pub(super) use tokens::TokensPage;
pub(super) use users::UsersPage;

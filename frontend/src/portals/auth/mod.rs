//! Before signing in: password and second step, forgotten passwords, registration, mailed links.

mod invitation;
mod password;
mod registration;
mod sign_in;

pub use invitation::InvitationPage;
pub use password::{ForgotPage, ResetPage};
pub use registration::{ConfirmPage, RegisterPage};
pub use sign_in::SignInPage;

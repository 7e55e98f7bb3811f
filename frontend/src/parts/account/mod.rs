//! A person's own security, in both portals: password, second step, sessions, tokens.

mod methods;
mod password;
mod sessions;
mod tokens;
mod two_factor;

pub use methods::Methods;
pub use password::{ChangePassword, bars, password_hint};
pub use sessions::Sessions;
pub use tokens::{TokenTable, Tokens};
pub use two_factor::TwoFactor;

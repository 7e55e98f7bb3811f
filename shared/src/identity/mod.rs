//! People: how they sign in, what they may do, and the accounts they belong to.

pub mod account;
pub mod activity;
pub mod client;
pub mod country;
pub mod factor;
pub mod invitation;
pub mod network;
pub mod password;
pub mod secret;
pub mod session;
pub mod staff;
pub mod support;
pub mod token;
pub mod user;

pub use account::*;
pub use activity::*;
pub use client::*;
pub use country::*;
pub use factor::*;
pub use invitation::*;
pub use network::*;
pub use password::{PasswordScheme, PasswordSchemeCount, Strength, strength};
pub use secret::SecretText;
pub use session::*;
pub use staff::*;
pub use support::*;
pub use token::*;
pub use user::*;

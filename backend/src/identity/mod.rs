//! Identity: staff, users, clients, and how they prove who they are.
//!
//! A *person* is staff or a user: who signs in. A *client* is the account that buys; users act for clients.

use crate::http::routes::Routes;
pub mod access;
pub mod account;
pub mod activity;
pub mod attempts;
pub mod client;
pub mod contact;
pub mod factor;
pub mod invitation;
mod letters;
pub mod link;
pub mod password;
pub mod person;
pub mod profile;
mod random;
pub mod registration;
pub mod session;
pub mod staff;
pub mod support;
pub mod token;
pub mod user;
mod ways_in;

/// Every operation of this domain.
pub fn routes(cfg: &mut Routes) {
    session::routes(cfg);
    link::routes(cfg);
    registration::routes(cfg);
    account::routes(cfg);
    factor::routes(cfg);
    token::routes(cfg);
    password::routes(cfg);
    user::routes(cfg);
    client::routes(cfg);
    invitation::routes(cfg);
    profile::routes(cfg);
    staff::routes(cfg);
    support::routes(cfg);
    activity::routes(cfg);
}

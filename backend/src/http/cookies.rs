//! Session cookies: one pair for each portal.

use actix_web::cookie::{Cookie, SameSite, time::Duration};

use crate::config::Config;

/// Which portal a session belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portal {
    Admin,
    Client,
}

impl Portal {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Client => "client",
        }
    }

    /// What the sessions of it are kept as: staff inside a client's portal have a kind of their own.
    pub const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Admin => &["admin"],
            Self::Client => &["client", "support"],
        }
    }
}

fn is_secure(config: &Config) -> bool {
    config.http.public_url.starts_with("https:")
}

/// Name of the session cookie: `__Host-hw_session`, `__Host-hw_admin_session`; without the prefix on plain HTTP.
pub fn session_name(config: &Config, portal: Portal) -> &'static str {
    match (is_secure(config), portal) {
        (true, Portal::Admin) => "__Host-hw_admin_session",
        (true, Portal::Client) => "__Host-hw_session",
        (false, Portal::Admin) => "hw_admin_session",
        (false, Portal::Client) => "hw_session",
    }
}

/// Name of the cookie that the pages read the CSRF token from.
pub fn csrf_name(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "hw_admin_csrf",
        Portal::Client => "hw_csrf",
    }
}

fn cookie(config: &Config, name: &'static str, value: String, keep: Option<i64>) -> Cookie<'static> {
    let mut cookie =
        Cookie::build(name, value).path("/").same_site(SameSite::Lax).secure(is_secure(config)).finish();
    if let Some(seconds) = keep {
        cookie.set_max_age(Duration::seconds(seconds));
    }
    cookie
}

/// Both cookies of a new session. `keep_seconds`: `None` ends with the browser.
pub fn begin(
    config: &Config,
    portal: Portal,
    token: &str,
    csrf: &str,
    keep_seconds: Option<i64>,
) -> [Cookie<'static>; 2] {
    let mut session = cookie(config, session_name(config, portal), token.to_owned(), keep_seconds);
    session.set_http_only(true);
    [session, cookie(config, csrf_name(portal), csrf.to_owned(), keep_seconds)]
}

/// Takes both cookies away.
pub fn end(config: &Config, portal: Portal) -> [Cookie<'static>; 2] {
    let mut session = cookie(config, session_name(config, portal), String::new(), Some(0));
    session.set_http_only(true);
    [session, cookie(config, csrf_name(portal), String::new(), Some(0))]
}

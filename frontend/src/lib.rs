//! The two portals of Hostwright: `/` for clients, `/admin` for staff. A Leptos app that runs in the browser.
//!
//! Each portal is a program of its own (`bin/client.rs`, `bin/staff.rs`), so that nobody downloads the other's pages.

#![allow(
    unreachable_pub,
    reason = "only the two portals are reached from outside; `pub` says what a folder offers the others"
)]

mod api;
mod app;
mod clock;
mod format;
mod i18n;
mod parts;
mod portals;
mod query;
mod session;
mod theme;

/// Starts the client portal in the page that is open.
pub fn start_client_portal() {
    theme::begin();
    leptos::mount::mount_to_body(
        || leptos::view! { <app::App portal=session::Portal::Client pages=app::client_pages /> },
    );
}

/// Starts the staff portal in the page that is open.
pub fn start_staff_portal() {
    theme::begin();
    leptos::mount::mount_to_body(
        || leptos::view! { <app::App portal=session::Portal::Admin pages=app::staff_pages /> },
    );
}

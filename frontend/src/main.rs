//! The two portals of Hostwright: `/` for clients, `/admin` for staff. One Leptos app that runs in the browser.

#![allow(
    unreachable_pub,
    reason = "nothing is reached from outside a program; `pub` says what a folder offers the others"
)]

mod api;
mod app;
mod format;
mod i18n;
mod parts;
mod portals;
mod query;
mod session;
mod theme;

fn main() {
    console_error_panic_hook::set_once();
    theme::begin();
    leptos::mount::mount_to_body(app::App);
}

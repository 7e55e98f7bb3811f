//! Messages to people: the bell, and the history that staff see.

use shared::notifications::*;
use shared::{NotificationId, Page};

use super::client::{self, Reply};
use crate::session::Portal;

fn area(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "/admin/bell",
        Portal::Client => "/me/bell",
    }
}

pub fn bell(portal: Portal) -> Reply<Bell> {
    client::get(area(portal))
}

/// Marks messages read, or all of them. Gives the bell as it is then.
pub fn mark_read(portal: Portal, body: &BellRead) -> Reply<Bell> {
    client::post(&format!("{}/read", area(portal)), body)
}

pub fn history(query: String) -> Reply<Page<NotificationSummary>> {
    client::get(&format!("/admin/notifications?{query}"))
}

pub fn message(id: NotificationId) -> Reply<NotificationDetail> {
    client::get(&format!("/admin/notifications/{id}"))
}

pub fn resend(id: NotificationId) -> Reply<NotificationDetail> {
    client::act(&format!("/admin/notifications/{id}/resend"))
}

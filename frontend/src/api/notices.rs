//! Messages to people: the bell, and the history that staff see.

use shared::notifications::*;
use shared::{NotificationId, Page};

use super::client::{self, ApiError};
use crate::session::Portal;

fn area(portal: Portal) -> &'static str {
    match portal {
        Portal::Admin => "/admin/bell",
        Portal::Client => "/me/bell",
    }
}

pub async fn bell(portal: Portal) -> Result<Bell, ApiError> {
    client::get(area(portal)).await
}

/// Marks messages read, or all of them. Gives the bell as it is then.
pub async fn mark_read(portal: Portal, body: &BellRead) -> Result<Bell, ApiError> {
    client::post(&format!("{}/read", area(portal)), body).await
}

pub async fn history(query: String) -> Result<Page<NotificationSummary>, ApiError> {
    client::get(&format!("/admin/notifications?{query}")).await
}

pub async fn message(id: NotificationId) -> Result<NotificationDetail, ApiError> {
    client::get(&format!("/admin/notifications/{id}")).await
}

pub async fn resend(id: NotificationId) -> Result<NotificationDetail, ApiError> {
    client::act(&format!("/admin/notifications/{id}/resend")).await
}

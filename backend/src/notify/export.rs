//! The history of messages as a file.

use shared::notifications::NotificationSummary;

use crate::http::csv::{Column, given};

pub(super) const COLUMNS: &[Column<NotificationSummary>] = &[
    ("id", |message| message.id.to_string()),
    ("event", |message| message.event.clone()),
    ("audience", |message| message.audience.to_string()),
    ("email", |message| message.email.clone()),
    ("language", |message| message.language.to_string()),
    ("subject", |message| given(&message.subject)),
    ("state", |message| message.state.to_string()),
    ("answer", |message| given(&message.answer)),
    ("client_id", |message| given(&message.client_id)),
    ("client_name", |message| given(&message.client_name)),
    ("bell", |message| message.bell.to_string()),
    ("created_at", |message| message.created_at.to_string()),
    ("sent_at", |message| given(&message.sent_at)),
];

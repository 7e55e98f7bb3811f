//! The activity log as a file.

use shared::identity::ActivityEntry;

use crate::http::csv::{Column, given};

/// `old` and `new` are JSON.
pub(super) const COLUMNS: &[Column<ActivityEntry>] = &[
    ("id", |entry| entry.id.to_string()),
    ("at", |entry| entry.at.to_string()),
    ("level", |entry| entry.level.to_string()),
    ("actor", |entry| entry.actor.clone()),
    ("actor_name", |entry| entry.actor_name.clone()),
    ("admin", |entry| given(&entry.admin)),
    ("user", |entry| given(&entry.user)),
    ("client", |entry| given(&entry.client)),
    ("client_name", |entry| given(&entry.client_name)),
    ("action", |entry| entry.action.clone()),
    ("subject_kind", |entry| given(&entry.subject_kind)),
    ("subject", |entry| given(&entry.subject)),
    ("description", |entry| entry.description.clone()),
    ("old", |entry| given(&entry.old)),
    ("new", |entry| given(&entry.new)),
    ("ip", |entry| given(&entry.ip)),
    ("request_id", |entry| given(&entry.request_id)),
];

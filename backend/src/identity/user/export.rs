//! The list of users as a file.

use shared::identity::UserSummary;

use crate::http::csv::{Column, given};

pub(super) const COLUMNS: &[Column<UserSummary>] = &[
    ("id", |user| user.id.to_string()),
    ("email", |user| user.email.clone()),
    ("first_name", |user| user.first_name.clone()),
    ("last_name", |user| user.last_name.clone()),
    ("phone_country", |user| given(&user.phone_country)),
    ("phone", |user| given(&user.phone)),
    ("status", |user| user.status.to_string()),
    ("email_verified", |user| user.email_verified.to_string()),
    ("two_factor", |user| user.two_factor.to_string()),
    ("clients", |user| user.clients.to_string()),
    ("last_sign_in_at", |user| given(&user.last_sign_in_at)),
    ("created_at", |user| user.created_at.to_string()),
];

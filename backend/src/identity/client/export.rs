//! The list of clients as a file.

use shared::identity::ClientSummary;

use crate::http::csv::{Column, given};

pub(super) const COLUMNS: &[Column<ClientSummary>] = &[
    ("id", |client| client.id.to_string()),
    ("name", |client| client.name.clone()),
    ("company", |client| client.company_name.clone()),
    ("email", |client| client.email.clone()),
    ("status", |client| client.status.to_string()),
    ("owner", |client| client.owner.as_ref().map_or_else(String::new, |owner| owner.email.clone())),
    ("country", |client| given(&client.country)),
    ("city", |client| given(&client.city)),
    ("balance", |client| client.balance.amount().to_string()),
    ("currency", |client| client.balance.currency().to_string()),
    ("created_at", |client| client.created_at.to_string()),
];

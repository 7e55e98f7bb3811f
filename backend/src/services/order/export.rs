//! The list of orders as a file.

use shared::services::OrderSummary;

use crate::http::csv::{Column, given};

pub(super) const COLUMNS: &[Column<OrderSummary>] = &[
    ("id", |order| order.id.to_string()),
    ("client_id", |order| order.client_id.to_string()),
    ("client_name", |order| order.client_name.clone()),
    ("status", |order| order.status.to_string()),
    ("services", |order| order.services.to_string()),
    ("due_now", |order| order.due_now.amount().to_string()),
    ("currency", |order| order.due_now.currency().to_string()),
    ("cancel_at", |order| given(&order.cancel_at)),
    ("created_at", |order| order.created_at.to_string()),
];

//! The list of products as a file.

use shared::catalog::ProductSummary;

use crate::http::csv::{Column, given};

pub(super) const COLUMNS: &[Column<ProductSummary>] = &[
    ("id", |product| product.id.to_string()),
    ("key", |product| product.key.clone()),
    ("name", |product| product.name.clone()),
    ("visible", |product| product.visible.to_string()),
    ("retired", |product| product.retired.to_string()),
    ("stock_control", |product| product.stock_control.to_string()),
    ("stock", |product| given(&product.stock)),
    ("stock_used", |product| product.stock_used.to_string()),
    ("module", |product| product.module.clone()),
    ("groups", |product| product.groups.to_string()),
    ("option_groups", |product| product.option_groups.to_string()),
    ("prices", |product| product.prices.to_string()),
    ("services", |product| product.services.to_string()),
    ("sort", |product| product.sort.to_string()),
    ("created_at", |product| product.created_at.to_string()),
    ("updated_at", |product| product.updated_at.to_string()),
];

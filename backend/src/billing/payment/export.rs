//! The list of payments as a file.

use shared::billing::payment::PaymentSummary;

use crate::http::csv::{Column, given};

/// All amounts are in `currency`.
pub(super) const COLUMNS: &[Column<PaymentSummary>] = &[
    ("id", |payment| payment.id.to_string()),
    ("received_on", |payment| payment.received_on.to_string()),
    ("status", |payment| payment.status.to_string()),
    ("client_id", |payment| payment.client_id.to_string()),
    ("client_name", |payment| payment.client_name.clone()),
    ("company_id", |payment| payment.company_id.to_string()),
    ("document_id", |payment| given(&payment.document_id)),
    ("document_number", |payment| given(&payment.document_number)),
    ("gateway_id", |payment| payment.gateway_id.to_string()),
    ("gateway_name", |payment| payment.gateway_name.clone()),
    ("external_id", |payment| payment.external_id.clone()),
    ("gross", |payment| payment.gross.amount().to_string()),
    ("fee", |payment| payment.fee.amount().to_string()),
    ("to_wallet", |payment| payment.to_wallet.amount().to_string()),
    ("to_tax", |payment| payment.to_tax.amount().to_string()),
    ("to_suspense", |payment| payment.to_suspense.amount().to_string()),
    ("assigned", |payment| payment.assigned.amount().to_string()),
    ("refunded", |payment| payment.refunded.amount().to_string()),
    ("currency", |payment| payment.gross.currency().to_string()),
    ("note", |payment| payment.note.clone()),
    ("booked_by", |payment| payment.booked_by.clone()),
    ("created_at", |payment| payment.created_at.to_string()),
];

//! What clients and staff are told about documents and payments.

use anyhow::anyhow;
use jiff::Timestamp;
use serde_json::json;
use shared::billing::payment::PaymentRemark;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{DocumentId, Money, Permission};

use crate::billing::document::Document;
use crate::db::Conn;
use crate::http::error::Result;
use crate::notify::{Event, Letter};

/// Tells the client that a proforma or an invoice was issued, with its PDF.
pub async fn issued(tx: &mut Conn, now: Timestamp, row: &Document) -> Result<()> {
    let event = match row.kind {
        DocumentKind::Proforma => Event::ProformaIssued,
        DocumentKind::Invoice => Event::InvoiceIssued,
        DocumentKind::CreditNote => return Err(anyhow!("a credit note is told of by its refund").into()),
    };
    let params = json!({
        "number": row.number,
        "total": Money::rounded(row.total, row.currency),
        "due_on": row.due_on,
        "is_unpaid": row.status == DocumentStatus::Unpaid,
        "document_id": row.id,
    });
    Letter::new(event, params).with_document(row.id).client(tx, now, row.client_id).await
}

/// Tells the client by which credit note an unpaid invoice was corrected, and why.
pub async fn corrected(
    tx: &mut Conn,
    now: Timestamp,
    note: &Document,
    invoice: &Document,
    reason: &str,
) -> Result<()> {
    let number = invoice.number.as_deref().unwrap_or_default();
    credit_note(tx, now, Event::InvoiceCorrected, note, number, reason).await
}

/// Tells the client what was paid back, with the credit note's PDF. `invoice` is the number of what it corrects.
pub async fn refunded(
    tx: &mut Conn,
    now: Timestamp,
    note: &Document,
    invoice: &str,
    reason: &str,
) -> Result<()> {
    credit_note(tx, now, Event::CreditNoteIssued, note, invoice, reason).await
}

async fn credit_note(
    tx: &mut Conn,
    now: Timestamp,
    event: Event,
    note: &Document,
    invoice: &str,
    reason: &str,
) -> Result<()> {
    let params = json!({
        "number": note.number,
        "total": Money::rounded(note.total.abs(), note.currency),
        "invoice": invoice,
        "reason": reason,
        "document_id": note.id,
    });
    Letter::new(event, params).with_document(note.id).client(tx, now, note.client_id).await
}

/// A payment that people are told of.
#[derive(Clone, Copy, Debug)]
pub struct Booked<'a> {
    pub gross: Money,
    /// What of it matches nothing.
    pub suspense: Money,
    pub remarks: &'a [PaymentRemark],
}

/// Thanks the client, tells staff, and asks staff to look at what matches nothing.
pub async fn booked(tx: &mut Conn, now: Timestamp, row: &Document, booked: Booked<'_>) -> Result<()> {
    let document: DocumentId = row.id;
    let number = row.number.as_deref().unwrap_or_default();
    let params = json!({ "amount": booked.gross, "number": number, "document_id": document });
    Letter::new(Event::PaymentReceived, params).client(tx, now, row.client_id).await?;
    let client_name = row.buyer.pointer("/party/name").and_then(|name| name.as_str()).unwrap_or_default();
    let params = json!({
        "amount": booked.gross, "client_name": client_name, "number": number, "document_id": document,
    });
    Letter::new(Event::PaymentBooked, params).staff(tx, now, Permission::PaymentsView).await?;
    if booked.suspense.is_zero() {
        return Ok(());
    }
    let reason = match booked.remarks.last() {
        Some(PaymentRemark::Cancelled) => format!("{number} was cancelled"),
        Some(PaymentRemark::AlreadyPaid) => format!("{number} was paid already"),
        _ => format!("more than was due on {number}"),
    };
    let params = json!({
        "amount": booked.suspense, "client_name": client_name, "reason": reason, "document_id": document,
    });
    Letter::new(Event::PaymentUnmatched, params).staff(tx, now, Permission::PaymentsView).await
}

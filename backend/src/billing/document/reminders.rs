//! Reminding of documents that are due, and cancelling proformas that nobody pays.

use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use schema::documents;
use serde_json::json;
use shared::billing::document::{CancelDocument, DocumentPurpose};
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{Money, Permission};

use super::store::Document;
use super::{Terms, actions};
use crate::App;
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::error::Result;
use crate::jobs::current::{self, Walk};
use crate::notify::{Event, Letter};

/// Days that a reminder may come late, so that a day without a worker loses none.
const LATE_DAYS_MAX: i64 = 3;
/// Documents of one step.
const BATCH: i64 = 500;

/// The daily job. A reminder is told once, whenever and however often this runs.
pub async fn run(app: &App) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let terms = Terms::load(&mut conn).await?;
    let today = terms.today(now);
    let (mut reminded, mut cancelled, mut walk) = (0, 0, Walk::of(2));
    walk.begin("reminding", terms.finance.reminder_days.len());
    for days in &terms.finance.reminder_days {
        reminded += remind(&mut conn, now, today, *days).await?;
        walk.step(&mut conn).await?;
    }
    if terms.finance.proforma_cancel_days > 0 {
        let days = i64::from(terms.finance.proforma_cancel_days);
        cancelled = cancel_forgotten(&mut conn, now, today, days).await?;
    }
    current::output(&json!({ "due": reminded, "cancelled": cancelled }))
}

fn days_before(today: Date, days: i64) -> Result<Date> {
    Ok(today.checked_sub(days.days()).map_err(anyhow::Error::new)?)
}

/// What waits for money and whose due date lies in `(after, until]`, the next of them behind `last`.
async fn waiting(
    conn: &mut Conn,
    after: Date,
    until: Date,
    last: Option<shared::DocumentId>,
) -> QueryResult<Vec<Document>> {
    let mut query = documents::table
        .filter(documents::status.eq_any([DocumentStatus::Unpaid, DocumentStatus::PartiallyPaid]))
        .filter(documents::due_on.gt(jiff_diesel::Date::from(after)))
        .filter(documents::due_on.le(jiff_diesel::Date::from(until)))
        .order_by(documents::id)
        .limit(BATCH)
        .select(Document::as_select())
        .into_boxed();
    if let Some(last) = last {
        query = query.filter(documents::id.gt(last));
    }
    query.load(conn).await
}

/// Tells of documents that are due in `-days` days, or have been for `days`: of how many, those told of before included.
async fn remind(conn: &mut Conn, now: Timestamp, today: Date, days: i32) -> Result<usize> {
    let until = days_before(today, i64::from(days))?;
    let after = days_before(until, LATE_DAYS_MAX)?;
    let (mut last, mut told) = (None, 0);
    loop {
        let rows = waiting(conn, after, until, last).await?;
        let Some(end) = rows.last() else { return Ok(told) };
        last = Some(end.id);
        told += rows.len();
        conn.transaction(async |tx| {
            for row in &rows {
                tell(tx, now, row, days).await?;
            }
            Ok::<(), crate::Error>(())
        })
        .await?;
    }
}

async fn tell(tx: &mut Conn, now: Timestamp, row: &Document, days: i32) -> Result<()> {
    let due = Money::rounded(row.due(), row.currency);
    let number = row.number.as_deref().unwrap_or_default();
    let params = json!({ "number": number, "total": due, "due_on": row.due_on, "document_id": row.id });
    let event = match (row.kind, days > 0) {
        (DocumentKind::Invoice, true) => Event::InvoiceOverdue,
        (DocumentKind::Invoice, false) => Event::InvoiceReminder,
        (_, true) => Event::ProformaOverdue,
        (_, false) => Event::ProformaReminder,
    };
    let key = format!("reminder:{}:{days}", row.id);
    Letter::new(event, params).once(&key).client(tx, now, row.client_id).await?;
    if days > 0 {
        let client_name = row.buyer.pointer("/party/name").and_then(|name| name.as_str()).unwrap_or_default();
        let params =
            json!({ "number": number, "total": due, "client_name": client_name, "document_id": row.id });
        Letter::new(Event::DocumentOverdue, params)
            .once(&key)
            .staff(tx, now, Permission::DocumentsView)
            .await?;
    }
    Ok(())
}

/// Cancels unpaid proformas for funds that were due so many days ago. Partly paid ones wait for staff, and so do those that
/// staff wrote: what they ask for may be done already. Returns how many.
async fn cancel_forgotten(conn: &mut Conn, now: Timestamp, today: Date, days: i64) -> Result<usize> {
    let until = days_before(today, days + 1)?;
    let first = jiff::civil::date(2000, 1, 1);
    let (mut last, mut cancelled) = (None, 0);
    loop {
        let rows = waiting(conn, first, until, last).await?;
        let Some(end) = rows.last() else { return Ok(cancelled) };
        last = Some(end.id);
        let forgotten =
            |row: &&Document| row.status == DocumentStatus::Unpaid && row.purpose == DocumentPurpose::Funds;
        for row in rows.iter().filter(forgotten) {
            let input = CancelDocument {
                version: row.version,
                reason: format!("Not paid within {days} days after it was due."),
            };
            match actions::cancel(conn, now, &Actor::system(), row.id, &input).await {
                // Somebody paid or cancelled it a moment ago.
                Err(crate::Error::Refused(_)) => {}
                outcome => {
                    outcome?;
                    cancelled += 1;
                }
            }
        }
    }
}

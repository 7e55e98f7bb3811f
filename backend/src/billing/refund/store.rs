//! Refunds as rows.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::refund::{Share, TaxShare};
use rust_decimal::Decimal;
use schema::{payments, refunds};
use shared::billing::DocumentKind;
use shared::billing::document::DocumentLink;
use shared::billing::payment::PaymentStatus;
use shared::billing::refund::{RefundMethod, RefundSummary};
use shared::{Currency, DocumentId, Language, Money, PaymentId, RefundId};

use crate::billing::document::{self, Document};
use crate::db::Conn;

/// What the credit notes of an invoice have given back; taxes in the order of the invoice.
async fn given(conn: &mut Conn, invoice: DocumentId) -> QueryResult<Share> {
    #[derive(QueryableByName)]
    struct Net {
        #[diesel(sql_type = Numeric)]
        net: Decimal,
    }
    #[derive(QueryableByName)]
    struct Tax {
        #[diesel(sql_type = Numeric)]
        base: Decimal,
        #[diesel(sql_type = Numeric)]
        amount: Decimal,
    }
    let net: Net = diesel::sql_query(
        "SELECT coalesce(-sum(net), 0) AS net FROM documents WHERE kind = 'credit_note' AND invoice_id = $1",
    )
    .bind::<SqlUuid, _>(invoice)
    .get_result(conn)
    .await?;
    let taxes: Vec<Tax> = diesel::sql_query(
        "SELECT -sum(t.base) AS base, -sum(t.amount) AS amount
         FROM document_taxes t JOIN documents d ON d.id = t.document_id
         WHERE d.kind = 'credit_note' AND d.invoice_id = $1 GROUP BY t.position ORDER BY t.position",
    )
    .bind::<SqlUuid, _>(invoice)
    .load(conn)
    .await?;
    let taxes = taxes.into_iter().map(|tax| TaxShare { base: tax.base, amount: tax.amount }).collect();
    Ok(Share { net: net.net, taxes })
}

/// What of an invoice is left to be paid back. `taxes` are the invoice's own.
pub async fn left(
    conn: &mut Conn,
    invoice: &Document,
    taxes: &[document::store::Tax],
) -> crate::http::error::Result<Share> {
    let whole = Share {
        net: invoice.net,
        taxes: taxes.iter().map(|tax| TaxShare { base: tax.base, amount: tax.amount }).collect(),
    };
    Ok(whole.without(&given(conn, invoice.id).await?).map_err(anyhow::Error::new)?)
}

/// A refund to be written.
#[derive(Clone, Debug)]
pub struct NewRow {
    pub invoice: DocumentId,
    pub credit_note: DocumentId,
    /// `None`: into the wallet.
    pub payment: Option<PaymentId>,
    pub amount: Decimal,
    pub method: RefundMethod,
    pub reference: String,
    pub reason: String,
    pub created_by: String,
}

pub async fn insert(tx: &mut Conn, now: Timestamp, row: &NewRow) -> QueryResult<()> {
    diesel::insert_into(refunds::table)
        .values((
            refunds::id.eq(RefundId::generate()),
            refunds::invoice_id.eq(row.invoice),
            refunds::credit_note_id.eq(row.credit_note),
            refunds::payment_id.eq(row.payment),
            refunds::amount.eq(row.amount),
            refunds::method.eq(row.method),
            refunds::reference.eq(&row.reference),
            refunds::reason.eq(&row.reason),
            refunds::created_by.eq(&row.created_by),
            refunds::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Writes on a payment what went back of it; whole, it counts as refunded.
pub async fn add_to_payment(
    tx: &mut Conn,
    now: Timestamp,
    id: PaymentId,
    amount: Decimal,
) -> QueryResult<()> {
    diesel::update(payments::table.find(id))
        .set((
            payments::refunded.eq(payments::refunded + amount),
            payments::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    diesel::update(
        payments::table.find(id).filter(payments::refunded.eq(payments::to_wallet + payments::to_tax)),
    )
    .set(payments::status.eq(PaymentStatus::Refunded))
    .execute(tx)
    .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: RefundId,
    #[diesel(sql_type = SqlUuid)]
    credit_note_id: DocumentId,
    #[diesel(sql_type = Nullable<Text>)]
    number: Option<String>,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    payment_id: Option<PaymentId>,
    #[diesel(sql_type = Nullable<Text>)]
    gateway_name: Option<String>,
    #[diesel(sql_type = Text)]
    method: RefundMethod,
    #[diesel(sql_type = Numeric)]
    amount: Decimal,
    #[diesel(sql_type = Text)]
    reference: String,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    created_by: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

impl From<Row> for RefundSummary {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            credit_note: DocumentLink {
                id: row.credit_note_id,
                kind: DocumentKind::CreditNote,
                number: row.number,
            },
            payment_id: row.payment_id,
            gateway_name: row.gateway_name,
            method: row.method,
            amount: Money::rounded(row.amount, row.currency),
            reference: row.reference,
            reason: row.reason,
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
        }
    }
}

/// Refunds of an invoice, or of one of its credit notes, oldest first; at most 200.
pub async fn of_document(
    conn: &mut Conn,
    document: DocumentId,
    language: Language,
) -> QueryResult<Vec<RefundSummary>> {
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT r.id, r.credit_note_id, n.number, n.currency, r.payment_id, r.method, r.amount, r.reference, r.reason,
                r.created_by, r.created_at, coalesce(g.texts->$1->>'name', g.texts->'en'->>'name', g.key) AS gateway_name
         FROM refunds r JOIN documents n ON n.id = r.credit_note_id
         LEFT JOIN payments p ON p.id = r.payment_id LEFT JOIN gateways g ON g.id = p.gateway_id
         WHERE r.invoice_id = $2 OR r.credit_note_id = $2 ORDER BY r.created_at, r.id LIMIT $3",
    )
    .bind::<Text, _>(language)
    .bind::<SqlUuid, _>(document)
    .bind::<Integer, _>(200)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(RefundSummary::from).collect())
}

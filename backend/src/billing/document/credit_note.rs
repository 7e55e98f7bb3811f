//! Credit notes: what corrects an invoice, with negative amounts.

use jiff::Timestamp;
use rules::document::{TaxAmount, Totals};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::DocumentId;
use shared::billing::{DocumentKind, DocumentStatus};

use super::frozen::{self, Texts};
use super::store::{self, Document, Issued, Line};
use super::{Terms, actions, invoice, number};
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::error::Result;
use crate::words::{self, fill};

/// What a credit note says besides what its invoice froze: parties, tax decision, notes.
#[derive(Debug)]
pub struct Correction {
    pub lines: Vec<Line>,
    /// Not above zero.
    pub net: Decimal,
    /// In the order of the invoice, none above zero.
    pub taxes: Vec<TaxAmount>,
    /// A sentence in the invoice's language.
    pub reason: String,
}

/// Issues the credit note of an invoice. Whoever calls it moves the money, if there is any, and tells the client.
pub async fn issue(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    invoice: &Document,
    correction: Correction,
) -> Result<Document> {
    let Correction { mut lines, net, taxes, reason } = correction;
    let today = Terms::load(tx).await?.today(now);
    let id = DocumentId::generate();
    for line in &mut lines {
        line.document_id = id;
    }
    let tax: Decimal = taxes.iter().map(|tax| tax.amount).sum();
    let totals =
        Totals { lines: lines.iter().map(|line| line.amount).collect(), net, taxes, tax, total: net + tax };
    let frozen: Texts = serde_json::from_value(invoice.texts.clone())?;
    let texts = Texts { notes: std::iter::once(reason).chain(frozen.notes).collect() };
    let issued = Issued {
        id,
        company: invoice.company_id,
        client: invoice.client_id,
        kind: DocumentKind::CreditNote,
        status: DocumentStatus::Paid,
        purpose: invoice.purpose,
        number: number::draw(tx, invoice.company_id, DocumentKind::CreditNote, today).await?,
        currency: invoice.currency,
        totals,
        language: invoice.language,
        issued_on: today,
        due_on: today,
        paid: true,
        seller: frozen::sold_again(tx, invoice.company_id, invoice.seller.clone()).await?,
        buyer: invoice.buyer.clone(),
        tax_decision: invoice.tax_decision.clone(),
        texts: serde_json::to_value(texts)?,
        proforma: None,
        invoice: Some(invoice.id),
        order: None,
        created_by: actor.to_string(),
    };
    actions::insert(tx, now, actor, &issued, lines).await
}

/// Takes back an invoice that nobody has paid.
pub(super) async fn of_all(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    invoice: &Document,
    reason: &str,
) -> Result<Document> {
    let explanation = json!({ "for": "cancellation", "invoice": invoice.id });
    let lines = all_lines(tx, invoice, &explanation).await?;
    let taxes = taken_back(store::taxes(tx, invoice.id).await?);
    let reason = fill(words::of(invoice.language).documents.refund_reason, &[("reason", &reason)]);
    issue(tx, now, actor, invoice, Correction { lines, net: -invoice.net, taxes, reason }).await
}

/// Takes back the tax of an invoice that the wallet pays: that money has borne its own. `None`: it bears none.
pub async fn of_tax(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    invoice: &Document,
) -> Result<Option<Document>> {
    if invoice.tax.is_zero() {
        return Ok(None);
    }
    let taxes = taken_back(store::taxes(tx, invoice.id).await?);
    let base = taxes.first().map_or(Decimal::ZERO, |tax| -tax.base);
    let lines = invoice::moved_out_of_tax(invoice, &[], base);
    let reason = words::of(invoice.language).documents.paid_from_balance.to_owned();
    let correction = Correction { lines, net: Decimal::ZERO, taxes, reason };
    issue(tx, now, actor, invoice, correction).await.map(Some)
}

/// All lines of an invoice, taken back.
pub async fn all_lines(tx: &mut Conn, invoice: &Document, explanation: &Value) -> Result<Vec<Line>> {
    let lines = store::lines(tx, invoice.id).await?.into_iter().map(|line| Line {
        quantity: -line.quantity,
        discount: -line.discount,
        amount: -line.amount,
        explanation: with_tax_class(explanation, &line.explanation),
        ..line
    });
    Ok(lines.collect())
}

fn taken_back(taxes: Vec<store::Tax>) -> Vec<TaxAmount> {
    let back =
        |tax: store::Tax| TaxAmount { name: tax.name, rate: tax.rate, base: -tax.base, amount: -tax.amount };
    taxes.into_iter().map(back).collect()
}

/// Whether a line bears tax stays sealed with it.
fn with_tax_class(explanation: &Value, of_line: &Value) -> Value {
    let mut explanation = explanation.clone();
    if let Some(class) = of_line.get("tax_class") {
        explanation["tax_class"] = class.clone();
    }
    explanation
}

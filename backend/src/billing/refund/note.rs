//! The credit note of a refund: what the invoice says, with negative amounts.

use jiff::Timestamp;
use rules::document::{TaxAmount, Totals};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::DocumentId;
use shared::billing::{DocumentKind, DocumentStatus};

use super::plan::Plan;
use crate::audit::Actor;
use crate::billing::document::frozen::{self, Texts};
use crate::billing::document::store::{Issued, Line};
use crate::billing::document::{self, Document, Terms, number};
use crate::db::Conn;
use crate::http::error::Result;
use crate::words::{self, fill};

/// Issues it. It repeats the parties, the tax decision and the notes that the invoice froze.
pub(super) async fn issue(tx: &mut Conn, now: Timestamp, actor: &Actor, plan: &Plan) -> Result<Document> {
    let invoice = &plan.invoice;
    let today = Terms::load(tx).await?.today(now);
    let id = DocumentId::generate();
    let lines = lines(tx, id, plan).await?;
    let taxes = plan.taxes.iter().zip(&plan.part.taxes).map(|(tax, share)| TaxAmount {
        name: tax.name.clone(),
        rate: tax.rate,
        base: -share.base,
        amount: -share.amount,
    });
    let totals = Totals {
        lines: lines.iter().map(|line| line.amount).collect(),
        net: -plan.part.net,
        taxes: taxes.collect(),
        tax: -plan.part.tax(),
        total: -plan.part.total(),
    };
    let frozen: Texts = serde_json::from_value(invoice.texts.clone())?;
    let reason = fill(words::of(invoice.language).documents.refund_reason, &[("reason", &plan.reason)]);
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
    document::actions::insert(tx, now, actor, &issued, lines).await
}

/// The lines of an invoice that is paid back whole at once; otherwise one line over the part.
async fn lines(tx: &mut Conn, id: DocumentId, plan: &Plan) -> Result<Vec<Line>> {
    let invoice = &plan.invoice;
    let explanation = json!({ "for": "refund", "invoice": invoice.id });
    if plan.part.net == invoice.net && plan.part.total() == invoice.total {
        let lines = document::store::lines(tx, invoice.id).await?.into_iter().map(|line| Line {
            document_id: id,
            quantity: -line.quantity,
            discount: -line.discount,
            amount: -line.amount,
            explanation: taken_back(&explanation, &line.explanation),
            ..line
        });
        return Ok(lines.collect());
    }
    let number = invoice.number.as_deref().unwrap_or_default();
    Ok(vec![Line {
        document_id: id,
        position: 1,
        description: fill(words::of(invoice.language).documents.partial_refund, &[("number", &number)]),
        quantity: Decimal::NEGATIVE_ONE,
        unit: String::new(),
        unit_price: plan.part.net,
        discount: Decimal::ZERO,
        amount: -plan.part.net,
        explanation,
    }])
}

/// Whether a line bears tax stays sealed with it.
fn taken_back(explanation: &Value, of_line: &Value) -> Value {
    let mut explanation = explanation.clone();
    if let Some(class) = of_line.get("tax_class") {
        explanation["tax_class"] = class.clone();
    }
    explanation
}

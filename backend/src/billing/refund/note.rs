//! The credit note of a refund: what the invoice says, with negative amounts.

use jiff::Timestamp;
use rules::document::TaxAmount;
use rust_decimal::Decimal;
use serde_json::json;
use shared::billing::draft::TaxClass;

use super::plan::Plan;
use crate::audit::Actor;
use crate::billing::document::Document;
use crate::billing::document::credit_note::{self, Correction};
use crate::billing::document::store::Line;
use crate::db::Conn;
use crate::http::error::Result;
use crate::words::{self, fill};

/// Issues it. It repeats the parties, the tax decision and the notes that the invoice froze.
pub(super) async fn issue(tx: &mut Conn, now: Timestamp, actor: &Actor, plan: &Plan) -> Result<Document> {
    let invoice = &plan.invoice;
    let lines = lines(tx, plan).await?;
    let taxes = plan.taxes.iter().zip(&plan.part.taxes).map(|(tax, share)| TaxAmount {
        name: tax.name.clone(),
        rate: tax.rate,
        base: -share.base,
        amount: -share.amount,
    });
    let reason = fill(words::of(invoice.language).documents.refund_reason, &[("reason", &plan.reason)]);
    let correction = Correction { lines, net: -plan.part.net, taxes: taxes.collect(), reason };
    credit_note::issue(tx, now, actor, invoice, correction).await
}

/// The lines of an invoice that is paid back whole at once; otherwise one line over the part.
async fn lines(tx: &mut Conn, plan: &Plan) -> Result<Vec<Line>> {
    let invoice = &plan.invoice;
    let mut explanation = json!({ "for": "refund", "invoice": invoice.id });
    if plan.part.net == invoice.net && plan.part.total() == invoice.total {
        return credit_note::all_lines(tx, invoice, &explanation).await;
    }
    // Its tax was taken back before, when the wallet paid it.
    if !plan.taxes.is_empty() && plan.part.taxes.iter().all(|share| share.base.is_zero()) {
        explanation["tax_class"] = json!(TaxClass::Exempt);
    }
    let number = invoice.number.as_deref().unwrap_or_default();
    Ok(vec![Line {
        document_id: invoice.id,
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

//! The invoice that a proforma becomes when it is paid.

use jiff::Timestamp;
use rules::document::Totals;
use rules::tax::Decision;
use rust_decimal::Decimal;
use serde_json::Value;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{DocumentId, Language};

use super::frozen::{self, Texts};
use super::store::{self, Document, Issued};
use super::{Terms, actions, number};
use crate::audit::Actor;
use crate::db::Conn;
use crate::http::error::Result;

/// Issues the invoice of a proforma of which nothing is due any more. It repeats what the proforma froze: parties, lines
/// and taxes that were paid for. Called once, by the payment that settles it.
pub async fn issue(tx: &mut Conn, now: Timestamp, actor: &Actor, proforma: &Document) -> Result<Document> {
    let lines = store::lines(tx, proforma.id).await?;
    let taxes = store::taxes(tx, proforma.id).await?;
    let totals = Totals {
        lines: lines.iter().map(|line| line.amount).collect(),
        net: proforma.net,
        taxes: taxes
            .into_iter()
            .map(|tax| rules::document::TaxAmount {
                name: tax.name,
                rate: tax.rate,
                base: tax.base,
                amount: tax.amount,
            })
            .collect(),
        tax: proforma.tax,
        total: proforma.total,
    };
    let decision = proforma.tax_decision.clone();
    let texts = proforma.texts.clone();
    write(tx, now, actor, proforma, Bill { lines, totals, decision, texts }).await
}

/// Issues the invoice of a proforma that was paid out of the wallet: its lines without tax, because that money has borne
/// its own. Called once, by that payment.
pub async fn issue_untaxed(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    proforma: &Document,
) -> Result<Document> {
    let lines = store::lines(tx, proforma.id).await?;
    let frozen: Decision = serde_json::from_value(proforma.tax_decision.clone())?;
    let decision = rules::tax::of_balance(frozen.class, Terms::load(tx).await?.today(now));
    let texts = Texts { notes: vec![paid_from_balance(proforma.language).to_owned()] };
    let totals = Totals {
        lines: lines.iter().map(|line| line.amount).collect(),
        net: proforma.net,
        taxes: Vec::new(),
        tax: Decimal::ZERO,
        total: proforma.net,
    };
    let decision = serde_json::to_value(decision)?;
    let texts = serde_json::to_value(texts)?;
    write(tx, now, actor, proforma, Bill { lines, totals, decision, texts }).await
}

/// What an invoice says besides the parties of its proforma.
struct Bill {
    lines: Vec<store::Line>,
    totals: Totals,
    /// `rules::tax::Decision`.
    decision: Value,
    /// `Texts`.
    texts: Value,
}

async fn write(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    proforma: &Document,
    bill: Bill,
) -> Result<Document> {
    let today = Terms::load(tx).await?.today(now);
    let id = DocumentId::generate();
    let mut lines = bill.lines;
    for line in &mut lines {
        line.document_id = id;
    }
    let issued = Issued {
        id,
        company: proforma.company_id,
        client: proforma.client_id,
        kind: DocumentKind::Invoice,
        status: DocumentStatus::Paid,
        purpose: proforma.purpose,
        number: number::draw(tx, proforma.company_id, DocumentKind::Invoice, today).await?,
        currency: proforma.currency,
        totals: bill.totals,
        language: proforma.language,
        issued_on: today,
        due_on: today,
        paid: true,
        seller: frozen::sold_again(tx, proforma.company_id, proforma.seller.clone()).await?,
        buyer: proforma.buyer.clone(),
        tax_decision: bill.decision,
        texts: bill.texts,
        proforma: Some(proforma.id),
        invoice: None,
        order: proforma.order_id,
        created_by: actor.to_string(),
    };
    let invoice = actions::insert(tx, now, actor, &issued, lines).await?;
    store::set_invoice(tx, proforma.id, invoice.id).await?;
    Ok(invoice)
}

const fn paid_from_balance(language: Language) -> &'static str {
    match language {
        Language::English => "Paid from the account balance. Its tax was invoiced when the funds were added.",
        Language::Polish => "Zapłacono z salda konta. Podatek zafakturowano przy zasileniu konta.",
        Language::Ukrainian => {
            "Сплачено з балансу рахунку. Податок включено до рахунку-фактури під час поповнення."
        }
    }
}

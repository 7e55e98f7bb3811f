//! The invoice that a proforma becomes when it is paid.

use jiff::Timestamp;
use rules::document::Totals;
use rules::tax::Decision;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use shared::billing::draft::TaxClass;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{DocumentId, Money};

use super::frozen::{self, Texts};
use super::store::{self, Document, Issued};
use super::{Terms, actions, number};
use crate::audit::Actor;
use crate::billing::payment::from_wallet;
use crate::db::Conn;
use crate::http::error::Result;
use crate::words;

/// Issues the invoice of a proforma of which nothing is due any more. It repeats what the proforma froze: parties, lines
/// and taxes that were paid for; of what the wallet paid a part, two lines say that it bears no tax again. Called once, by
/// the payment that settles it.
pub async fn issue(tx: &mut Conn, now: Timestamp, actor: &Actor, proforma: &Document) -> Result<Document> {
    let mut lines = store::lines(tx, proforma.id).await?;
    let frozen = store::taxes(tx, proforma.id).await?;
    let base_of = |taxes: &[store::Tax]| taxes.first().map_or(Decimal::ZERO, |tax| tax.base);
    let whole = base_of(&frozen);
    let taxes = from_wallet::taxes_left(proforma, frozen)?;
    let mut texts: Texts = serde_json::from_value(proforma.texts.clone())?;
    if !proforma.from_wallet.is_zero() {
        let moved = moved_out_of_tax(proforma, &lines, whole - base_of(&taxes));
        lines.extend(moved);
        let amount = Money::rounded(proforma.from_wallet, proforma.currency);
        let paid = words::of(proforma.language).documents.paid_from_balance;
        texts.notes.push(format!("{amount}: {paid}"));
    }
    let tax: Decimal = taxes.iter().map(|tax| tax.amount).sum();
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
        tax,
        total: proforma.net + tax,
    };
    let decision = proforma.tax_decision.clone();
    let texts = serde_json::to_value(texts)?;
    write(tx, now, actor, proforma, Bill { lines, totals, decision, texts }).await
}

/// Two lines that come to nothing: the part of the net that the wallet paid, away from what bears tax and to what bears none.
/// `base`: what of it would have borne tax.
pub(super) fn moved_out_of_tax(paid: &Document, lines: &[store::Line], base: Decimal) -> Vec<store::Line> {
    if base.is_zero() {
        return Vec::new();
    }
    let said = &words::of(paid.language).documents;
    let last = lines.iter().map(|line| line.position).max().unwrap_or_default();
    let line = |place: i32, description: &str, quantity: Decimal, class: TaxClass| store::Line {
        document_id: paid.id,
        position: last + place,
        description: description.to_owned(),
        quantity,
        unit: String::new(),
        unit_price: base,
        discount: Decimal::ZERO,
        amount: quantity * base,
        explanation: json!({ "for": "wallet", (paid.kind.as_str()): paid.id, "tax_class": class }),
    };
    vec![
        line(1, said.from_balance, Decimal::NEGATIVE_ONE, TaxClass::Standard),
        line(2, said.from_balance_exempt, Decimal::ONE, TaxClass::Exempt),
    ]
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
    let texts = Texts { notes: vec![words::of(proforma.language).documents.paid_from_balance.to_owned()] };
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

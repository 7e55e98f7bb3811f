//! Documents as they are shown.

use jiff::civil::Date;
use rust_decimal::Decimal;
use shared::billing::document::{
    DocumentAction, DocumentDetail, DocumentLine, DocumentLink, DocumentSummary, DocumentTax,
};
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{Currency, Language, Money};

use super::store::{self, Document};
use super::{einvoice, files, frozen, paper};
use crate::billing::payment;
use crate::billing::refund;
use crate::billing::tax::explain;
use crate::db::Conn;
use crate::http::error::Result;
use crate::words::{self, fill};

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    Staff,
    Client,
}

/// A row of a list.
pub fn summary(row: &Document, today: Date) -> DocumentSummary {
    let name = |side: &serde_json::Value| {
        side.pointer("/party/name").and_then(|name| name.as_str()).unwrap_or_default().to_owned()
    };
    let money = |amount: Decimal| Money::rounded(amount, row.currency);
    let due = row.due();
    DocumentSummary {
        id: row.id,
        kind: row.kind,
        status: row.status,
        purpose: row.purpose,
        number: row.number.clone(),
        company_id: row.company_id,
        company_name: name(&row.seller),
        client_id: row.client_id,
        client_name: name(&row.buyer),
        net: money(row.net),
        tax: money(row.tax),
        total: money(row.total),
        paid: money(row.paid),
        due: money(due),
        issued_on: row.issued_on,
        due_on: row.due_on,
        overdue: !due.is_zero() && row.due_on.is_some_and(|on| on < today),
        created_at: row.created_at,
    }
}

/// A tax of a document with its arithmetic.
pub fn tax(
    borne: (&str, Decimal),
    base: Decimal,
    amount: Decimal,
    currency: Currency,
    language: Language,
) -> DocumentTax {
    let (name, rate) = borne;
    DocumentTax {
        name: name.to_owned(),
        rate,
        base: Money::rounded(base, currency),
        amount: Money::rounded(amount, currency),
        why: tax_why(rate, base, amount, currency, language),
    }
}

/// `23 % of 100.00 = 23.00 EUR`, with the exact product where it had to be rounded.
fn tax_why(rate: Decimal, base: Decimal, amount: Decimal, currency: Currency, language: Language) -> String {
    let texts = &words::of(language).documents;
    let (rate, base_shown) = (rate.normalize(), paper::plain(base, currency));
    let shown = format!("{} {currency}", paper::plain(amount, currency));
    match base.checked_mul(rate).map(|product| (product / Decimal::ONE_HUNDRED).normalize()) {
        // Parts of an invoice that are paid back take their share of its tax instead of being counted anew.
        Some(exact) if shared::money::round_half_up(exact, currency.decimals()) != amount => {
            fill(texts.tax_part, &[("amount", &shown), ("rate", &rate), ("base", &base_shown)])
        }
        Some(exact) if exact != amount => fill(
            texts.tax_rounded,
            &[("rate", &rate), ("base", &base_shown), ("exact", &exact), ("amount", &shown)],
        ),
        _ => fill(texts.tax, &[("rate", &rate), ("base", &base_shown), ("amount", &shown)]),
    }
}

/// `2 × 10.00 − 1.00 = 19.00 EUR net`.
fn line_why(line: &store::Line, currency: Currency, language: Language) -> String {
    let discount = if line.discount.is_zero() {
        String::new()
    } else {
        format!(" − {}", paper::plain(line.discount, currency))
    };
    let sum = format!("{} × {}{discount}", line.quantity.normalize(), line.unit_price.normalize());
    let amount = format!("{} {currency}", paper::plain(line.amount, currency));
    fill(words::of(language).documents.line, &[("sum", &sum), ("amount", &amount)])
}

/// A document with everything on it, told in `language`.
pub async fn detail(
    conn: &mut Conn,
    row: Document,
    today: Date,
    reader: Reader,
    language: Language,
) -> Result<DocumentDetail> {
    let seller: frozen::Seller = serde_json::from_value(row.seller.clone())?;
    let buyer: frozen::Buyer = serde_json::from_value(row.buyer.clone())?;
    let texts: frozen::Texts = serde_json::from_value(row.texts.clone())?;
    let decision: rules::tax::Decision = serde_json::from_value(row.tax_decision.clone())?;
    let money = |amount: Decimal| Money::ledger(amount, row.currency);
    let lines = store::lines(conn, row.id).await?;
    let borne = store::taxes(conn, row.id).await?;
    let xml_formats = einvoice::formats(conn, &row, &lines, &borne).await?;
    let lines = lines
        .into_iter()
        .map(|line| DocumentLine {
            why: line_why(&line, row.currency, language),
            tax_class: line.tax_class(),
            position: line.position,
            description: line.description,
            quantity: line.quantity,
            unit: line.unit,
            unit_price: money(line.unit_price),
            discount: money(line.discount),
            amount: Money::rounded(line.amount, row.currency),
            explanation: line.explanation,
        })
        .collect();
    let left = match reader {
        Reader::Staff if rules::states::document_refundable(row.kind, row.status) => {
            Some(refund::store::left(conn, &row, &borne).await?.total())
        }
        _ => None,
    };
    let taxes = borne
        .into_iter()
        .map(|one| tax((&one.name, one.rate), one.base, one.amount, row.currency, language))
        .collect();
    let related: Vec<_> = row.proforma_id.into_iter().chain(row.invoice_id).collect();
    let links = if related.is_empty() { Vec::new() } else { store::links(conn, &related).await? };
    let link = |id: Option<shared::DocumentId>| {
        links.iter().find(|(found, ..)| Some(*found) == id).map(|(id, kind, number)| DocumentLink {
            id: *id,
            kind: *kind,
            number: number.clone(),
        })
    };
    let credit_notes = match row.kind {
        DocumentKind::Invoice => store::credit_notes(conn, row.id).await?,
        _ => Vec::new(),
    };
    let credit_notes = credit_notes
        .into_iter()
        .map(|(id, number)| DocumentLink { id, kind: DocumentKind::CreditNote, number })
        .collect();
    let paid_by = row.proforma_id.unwrap_or(row.id);
    let payments = payment::store::of_document(conn, paid_by, language).await?;
    let refunds = refund::store::of_document(conn, row.id, language).await?;
    let hash = files::file_hash(conn, row.id).await?;
    let mut notes = texts.notes;
    if row.kind == DocumentKind::Proforma {
        notes.push(words::of(row.language).documents.not_a_tax_document.to_owned());
    }
    Ok(DocumentDetail {
        pay_to: seller.pay_to,
        bank: paper::bank_fields(&seller.bank),
        footer: seller.footer,
        seller: seller.party,
        buyer: buyer.party,
        lines,
        taxes,
        tax_decision: explain::decision(decision, language),
        notes,
        language: row.language,
        issued_at: row.issued_at,
        paid_at: row.paid_at,
        cancelled_at: row.cancelled_at,
        proforma: link(row.proforma_id),
        invoice: link(row.invoice_id),
        credit_notes,
        order_id: row.order_id,
        payments,
        refunds,
        refundable: left.map(|left| Money::rounded(left, row.currency)),
        pdf_sha256: hash.map(|hash| data_encoding::HEXLOWER.encode(&hash)),
        logo_sha256: files::logo_name(conn, &row).await?,
        xml_formats,
        actions: actions(&row, reader),
        version: row.version,
        updated_at: row.updated_at,
        document: summary(&row, today),
    })
}

fn actions(row: &Document, reader: Reader) -> Vec<DocumentAction> {
    let payable = rules::states::document_payable(row.kind, row.status);
    let from_wallet = payment::from_wallet::payable(row);
    let staff = reader == Reader::Staff;
    let draft = row.status == DocumentStatus::Draft;
    // Money that comes in late or twice has to be booked, too.
    let takes_money = row.asks_for_money() && !draft;
    let refundable = rules::states::document_refundable(row.kind, row.status);
    [
        (DocumentAction::Draft, staff && draft),
        (DocumentAction::Pay, !staff && payable),
        (DocumentAction::AddPayment, staff && takes_money),
        (DocumentAction::PayFromWallet, from_wallet),
        (DocumentAction::Refund, staff && refundable),
        (DocumentAction::Cancel, staff && cancellable(row)),
    ]
    .into_iter()
    .filter_map(|(action, can)| can.then_some(action))
    .collect()
}

/// Only what nobody has paid for: a part that was paid has to be invoiced or given back first.
pub fn cancellable(row: &Document) -> bool {
    row.status == DocumentStatus::Unpaid
}

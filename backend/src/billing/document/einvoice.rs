//! Electronic invoices: what an invoice or credit note froze, told in XML. The same document gives the same bytes.

use anyhow::Context;
use einvoice::{Account, Address, Corrected, Facts, Kind, Party, Relief, Unfit};
use rules::tax::Decision;
use rust_decimal::Decimal;
use shared::Code;
use shared::billing::company::BankAccount;
use shared::billing::document::{DocumentParty, XmlFormat};
use shared::billing::draft::TaxClass;
use shared::billing::{DocumentKind, DocumentStatus};

use super::frozen::{self, Place};
use super::store::{self, Document, Line, Tax};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// A document in a format. `pln_rate`: see `einvoice::fa3`.
///
/// Refuses drafts and proformas, which are no invoices, and what the format cannot say, with the reason.
pub async fn xml(
    conn: &mut Conn,
    row: &Document,
    format: XmlFormat,
    pln_rate: Option<Decimal>,
) -> Result<String> {
    if row.status == DocumentStatus::Draft || row.kind == DocumentKind::Proforma {
        let detail = "Only invoices and credit notes have an electronic form.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    let lines = store::lines(conn, row.id).await?;
    let taxes = store::taxes(conn, row.id).await?;
    let facts = facts(conn, row, &lines, &taxes).await?;
    Ok(write(&facts, format, pln_rate)
        .map_err(|unfit| Refusal::because(Code::Conflict, unfit.to_string()))?)
}

/// The formats that a document can be told in, from what stands on it.
pub async fn formats(
    conn: &mut Conn,
    row: &Document,
    lines: &[Line],
    taxes: &[Tax],
) -> Result<Vec<XmlFormat>> {
    if row.status == DocumentStatus::Draft || row.kind == DocumentKind::Proforma {
        return Ok(Vec::new());
    }
    let facts = facts(conn, row, lines, taxes).await?;
    Ok(XmlFormat::ALL.iter().copied().filter(|format| write(&facts, *format, None).is_ok()).collect())
}

/// What the paper of a document carries: its Cross Industry Invoice, where the seller wanted that and it can be said.
pub async fn embedded(conn: &mut Conn, row: &Document) -> Result<Option<String>> {
    let seller: frozen::Seller = serde_json::from_value(row.seller.clone())?;
    if !seller.embed_einvoice || row.kind == DocumentKind::Proforma {
        return Ok(None);
    }
    let lines = store::lines(conn, row.id).await?;
    let taxes = store::taxes(conn, row.id).await?;
    let facts = facts(conn, row, &lines, &taxes).await?;
    Ok(write(&facts, XmlFormat::Cii, None)
        .inspect_err(|unfit| tracing::warn!(document.id = %row.id, %unfit, "a paper stays without its electronic invoice"))
        .ok())
}

fn write(facts: &Facts, format: XmlFormat, pln_rate: Option<Decimal>) -> Result<String, Unfit> {
    match format {
        XmlFormat::Cii => einvoice::cii(facts),
        XmlFormat::Ubl => einvoice::ubl(facts),
        XmlFormat::Fa3 => einvoice::fa3(facts, pln_rate),
    }
}

/// The frozen document as the formats take it: the amounts of a credit note are positive there.
async fn facts(conn: &mut Conn, row: &Document, lines: &[Line], taxes: &[Tax]) -> Result<Facts> {
    let seller: frozen::Seller = serde_json::from_value(row.seller.clone())?;
    let buyer: frozen::Buyer = serde_json::from_value(row.buyer.clone())?;
    let decision: Decision = serde_json::from_value(row.tax_decision.clone())?;
    let texts: frozen::Texts = serde_json::from_value(row.texts.clone())?;
    let takes_back = row.kind == DocumentKind::CreditNote;
    // The first sentence of a credit note is its reason; those of the law follow.
    let (reasons, notes) = texts.notes.split_at(usize::from(takes_back).min(texts.notes.len()));
    let corrects = match (takes_back, row.invoice_id) {
        (true, Some(id)) => {
            let invoice = store::find_for_staff(conn, id).await?.context("the invoice of a credit note")?;
            Some(Corrected {
                number: invoice.number.context("an issued document has a number")?,
                issued_on: invoice.issued_on.context("an issued document has a date")?,
                reason: reasons.concat(),
            })
        }
        _ => None,
    };
    let base = taxes.first().map_or(Decimal::ZERO, |tax| tax.base.abs());
    // A line that takes something back keeps its sign among the others.
    let sign = if takes_back { Decimal::NEGATIVE_ONE } else { Decimal::ONE };
    let told = lines.iter().map(|line| told_line(line, sign, !taxes.is_empty())).collect();
    // An invoice for a proforma is born paid; whatever happens to a document later is not told.
    let settled = takes_back || row.proforma_id.is_some();
    Ok(Facts {
        kind: if takes_back { Kind::CreditNote } else { Kind::Invoice },
        number: row.number.clone().context("an issued document has a number")?,
        issued_at: row.issued_at.context("an issued document has an instant")?,
        issued_on: row.issued_on.context("an issued document has a date")?,
        due_on: if takes_back { None } else { row.due_on },
        currency: row.currency,
        relief: Relief::of(&decision.basis, &seller.facts.country, &buyer.facts.country),
        account: account(&seller.bank),
        seller: seller_party(seller),
        buyer: buyer_party(buyer),
        lines: einvoice::sorted_by_base(told, base),
        taxes: taxes.iter().map(told_tax).collect(),
        net: row.net.abs(),
        tax: row.tax.abs(),
        total: row.total.abs(),
        paid: if settled { row.total.abs() } else { Decimal::ZERO },
        notes: notes.to_vec(),
        corrects,
    })
}

fn told_line(line: &Line, sign: Decimal, bears_tax: bool) -> einvoice::Line {
    einvoice::Line {
        description: line.description.clone(),
        quantity: line.quantity * sign,
        unit: line.unit.clone(),
        unit_price: line.unit_price,
        discount: line.discount * sign,
        amount: line.amount * sign,
        taxed: bears_tax && line.tax_class() == TaxClass::Standard,
    }
}

fn told_tax(tax: &Tax) -> einvoice::Tax {
    einvoice::Tax { name: tax.name.clone(), rate: tax.rate, base: tax.base.abs(), amount: tax.amount.abs() }
}

fn seller_party(seller: frozen::Seller) -> Party {
    let country = seller.facts.country;
    let vat_id = Some(seller.facts.vat_id).filter(|id| !id.is_empty());
    let vat_id = vat_id.map(|id| einvoice::vat_id(&id, &country));
    party(seller.party, seller.place, country, vat_id)
}

/// The buyer's number counts as a VAT id where it was found to be one.
fn buyer_party(buyer: frozen::Buyer) -> Party {
    let country = buyer.facts.country;
    let is_vat_id = buyer.facts.vat_evidence.is_some_and(|evidence| evidence.valid);
    let number = buyer.party.tax_ids.first().map(|id| id.value.clone()).filter(|_| is_vat_id);
    let vat_id = number.map(|id| einvoice::vat_id(&id, &country));
    party(buyer.party, buyer.place, country, vat_id)
}

fn party(shown: DocumentParty, place: Option<Place>, country: String, vat_id: Option<String>) -> Party {
    let place = place.unwrap_or_else(|| Place {
        line1: shown.address.first().cloned().unwrap_or_default(),
        line2: shown.address.iter().skip(1).cloned().collect::<Vec<_>>().join(", "),
        ..Place::default()
    });
    Party {
        name: shown.name,
        address: Address {
            line1: place.line1,
            line2: place.line2,
            city: place.city,
            postcode: place.postcode,
            region: place.region,
            country,
        },
        vat_id,
        tax_id: shown.tax_ids.into_iter().next().map(|id| id.value),
        email: shown.contacts.into_iter().find(|contact| contact.contains('@')),
    }
}

fn account(bank: &BankAccount) -> Option<Account> {
    let iban: String = bank.iban.chars().filter(|c| !c.is_whitespace()).collect();
    let is_iban = !iban.is_empty();
    let number = if is_iban { iban } else { bank.account.clone() };
    (!number.is_empty()).then(|| Account { number, is_iban, bic: bank.bic.clone(), bank: bank.bank.clone() })
}

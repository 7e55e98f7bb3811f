//! The paper of a document: typeset from what was frozen, and itself frozen with its SHA-256.

use anyhow::Context;
use diesel_async::AsyncConnection;
use pdf::{DocumentData, EpcPayment, Logo, LogoType};
use rust_decimal::Decimal;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::billing::company::{self, Labelled, Paper};
use shared::billing::document::DocumentParty;
use shared::billing::draft::TaxClass;
use shared::billing::{DocumentKind, DocumentStatus};
use shared::{Code, Currency, DocumentId};

use super::store::{self, Document, Line, Tax};
use super::{Terms, einvoice, files, frozen, typesetting};
use crate::App;
use crate::billing::template;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::jobs::current;

/// The PDF of an issued document. Typesets and freezes it when nobody has yet.
pub async fn of(app: &App, document: DocumentId) -> Result<Vec<u8>> {
    let mut conn = app.db.get().await?;
    if let Some((_, bytes)) = files::file(&mut conn, document).await? {
        return Ok(bytes);
    }
    let row = store::find_for_staff(&mut conn, document).await?.ok_or_else(Refusal::not_found)?;
    if row.status == DocumentStatus::Draft {
        return Err(Refusal::because(Code::Conflict, "A draft has no paper yet; issue it first.").into());
    }
    let (kind, data) = data(&mut conn, &row).await?;
    let own = template::store::source(&mut conn, row.template_version).await?;
    let xml = einvoice::embedded(&mut conn, &row).await?;
    // The connection is not held while processor time is spent.
    drop(conn);
    let printed = match own {
        Some(source) => Some(template::actions::print(app, kind, &data, source, xml.clone()).await?),
        None => None,
    };
    let (bytes, faults) = match printed {
        Some(Ok(bytes)) => (bytes, Vec::new()),
        // Nobody is left without a paper because samples did not foresee this document.
        other => {
            (built_in(document, kind, data, xml).await?, other.and_then(|own| own.err()).unwrap_or_default())
        }
    };
    let sha256 = Sha256::digest(&bytes);
    let (now, mut conn) = (app.clock.now(), app.db.get().await?);
    conn.transaction::<_, crate::Error, _>(async |tx| {
        if files::insert_file(tx, now, document, &sha256, &bytes).await? && !faults.is_empty() {
            template::actions::tell_of_faults(tx, now, &row, &faults).await?;
        }
        Ok(())
    })
    .await?;
    // Ours, or the one of somebody who was faster: the same bytes, unless the program changed in between.
    let (_, kept) = files::file(&mut conn, document).await?.context("a paper that was just frozen")?;
    Ok(kept)
}

async fn built_in(
    document: DocumentId,
    kind: pdf::Kind,
    data: DocumentData,
    xml: Option<String>,
) -> Result<Vec<u8>> {
    let bytes = typesetting::within(typesetting::TIME_MAX, move || typeset_with(kind, &data, xml.as_deref()))
        .await
        .map_err(anyhow::Error::from)
        .flatten()
        .with_context(|| format!("typesetting document {document}"))?;
    Ok(bytes)
}

/// With its electronic invoice, where there is one. PDF/A cannot hold everything that a paper can, a letter that no font
/// has for one: such a paper stays an ordinary PDF, because a document needs one.
fn typeset_with(kind: pdf::Kind, data: &DocumentData, xml: Option<&str>) -> anyhow::Result<Vec<u8>> {
    if let Some(xml) = xml {
        match pdf::render_with_einvoice(kind, data, xml) {
            Ok(bytes) => return Ok(bytes),
            Err(error) => tracing::warn!(%error, "a paper stays without its electronic invoice"),
        }
    }
    pdf::render(kind, data)
}

/// The job: makes sure that the paper is there.
pub async fn typeset(app: &App, document: DocumentId) -> Result<()> {
    let bytes = of(app, document).await?.len();
    current::output(&json!({ "bytes": bytes }))
}

/// How the kind is called by the templates.
pub const fn kind(kind: DocumentKind) -> pdf::Kind {
    match kind {
        DocumentKind::Proforma => pdf::Kind::Proforma,
        DocumentKind::Invoice => pdf::Kind::Invoice,
        DocumentKind::CreditNote => pdf::Kind::CreditNote,
    }
}

async fn data(conn: &mut Conn, row: &Document) -> Result<(pdf::Kind, DocumentData)> {
    let seller: frozen::Seller = serde_json::from_value(row.seller.clone())?;
    let buyer: frozen::Buyer = serde_json::from_value(row.buyer.clone())?;
    let texts: frozen::Texts = serde_json::from_value(row.texts.clone())?;
    let number = row.number.clone().context("an issued document has a number")?;
    let lines = store::lines(conn, row.id).await?;
    let taxes = store::taxes(conn, row.id).await?;
    let source = row.proforma_id.or(if row.kind == DocumentKind::CreditNote { row.invoice_id } else { None });
    let related = match source {
        Some(id) => store::find_for_staff(conn, id).await?,
        None => None,
    };
    let related = related.and_then(|related| {
        Some(pdf::Related {
            kind: kind(related.kind),
            number: related.number?,
            issued_on: related.issued_on?,
        })
    });
    let logo = logo(conn, seller.logo.as_deref()).await?;
    let issued_on = row.issued_on.context("an issued document has a date")?;
    // An invoice for a proforma is born paid; whatever happens to a document later is not on its paper.
    let asks_for_money = row.asks_for_money();
    let born_paid = row.kind == DocumentKind::Invoice && !asks_for_money;
    let paid_on = match (born_paid, row.paid_at) {
        (true, Some(at)) => Some(Terms::load(conn).await?.today(at)),
        _ => None,
    };
    let money = |amount: Decimal| plain(amount, row.currency);
    let payment_qr = if asks_for_money && row.currency == Currency::EUR {
        pdf::epc_payload(&EpcPayment {
            name: &seller.party.name,
            iban: &seller.bank.iban,
            bic: &seller.bank.bic,
            amount: &money(row.total),
            reference: &number,
        })
    } else {
        None
    };
    let due = if asks_for_money { row.total } else { Decimal::ZERO };
    let bank = bank_fields(&seller.bank).into_iter().map(field).collect();
    let data = DocumentData {
        language: row.language.to_string(),
        paper: size(seller.paper),
        number,
        issued_at: row.issued_at.context("an issued document has an instant")?,
        issued_on,
        due_on: if asks_for_money { row.due_on } else { None },
        paid_on,
        currency: row.currency.to_string(),
        seller: party(seller.party),
        buyer: party(buyer.party),
        bank,
        lines: lines.into_iter().map(|line| printed_line(line, row.currency)).collect(),
        taxes: taxes.into_iter().map(|tax| printed_tax(tax, row.currency)).collect(),
        net: money(row.net),
        tax: money(row.tax),
        total: money(row.total),
        paid: born_paid.then(|| money(row.total)),
        due: money(due),
        related,
        notes: texts.notes,
        pay_to: seller.pay_to,
        payment_qr,
        logo,
        footer: seller.footer,
    };
    Ok((kind(row.kind), data))
}

/// A kept logo by its name, SHA-256 in hexadecimal.
pub async fn logo(conn: &mut Conn, name: Option<&str>) -> Result<Option<Logo>> {
    let Some(name) = name else { return Ok(None) };
    let sha256 = data_encoding::HEXLOWER.decode(name.as_bytes()).map_err(anyhow::Error::new)?;
    Ok(files::logo(conn, &sha256).await?.map(|(media_type, bytes)| Logo {
        media_type: if media_type == "image/png" { LogoType::Png } else { LogoType::Svg },
        bytes,
    }))
}

/// A logo that is not kept yet, as the templates take it.
pub const fn present_logo(media_type: company::LogoType, bytes: Vec<u8>) -> Logo {
    let media_type = match media_type {
        company::LogoType::Png => LogoType::Png,
        company::LogoType::Svg => LogoType::Svg,
    };
    Logo { media_type, bytes }
}

/// How the size of the sheet is called by the templates.
pub const fn size(paper: Paper) -> pdf::Paper {
    match paper {
        Paper::A4 => pdf::Paper::A4,
        Paper::UsLetter => pdf::Paper::UsLetter,
    }
}

/// Bank details as they are shown, without what is empty.
pub fn bank_fields(bank: &shared::billing::company::BankAccount) -> Vec<Labelled> {
    [("Bank", &bank.bank), ("IBAN", &bank.iban), ("BIC", &bank.bic), ("Account", &bank.account)]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| Labelled { label: label.to_owned(), value: value.clone() })
        .collect()
}

/// `12.3400` EUR as `12.34`.
pub fn plain(amount: Decimal, currency: Currency) -> String {
    let mut amount = shared::money::round_half_up(amount, currency.decimals());
    amount.rescale(currency.decimals());
    amount.to_string()
}

/// A labelled value, as the templates take it.
pub fn field(labelled: Labelled) -> pdf::Field {
    pdf::Field { label: labelled.label, value: labelled.value }
}

/// One side, as the templates take it.
pub fn party(party: DocumentParty) -> pdf::Party {
    pdf::Party {
        name: party.name,
        address: party.address,
        tax_ids: party.tax_ids.into_iter().map(field).collect(),
        contacts: party.contacts,
    }
}

fn printed_line(line: Line, currency: Currency) -> pdf::Line {
    // A unit price may be finer than the currency: 0.0278 an hour.
    let price = line.unit_price.normalize();
    let unit_price =
        if price.scale() > currency.decimals() { price.to_string() } else { plain(price, currency) };
    pdf::Line {
        exempt: line.tax_class() == TaxClass::Exempt,
        description: line.description,
        quantity: line.quantity.to_string(),
        unit: line.unit,
        unit_price,
        discount: plain(line.discount, currency),
        amount: plain(line.amount, currency),
    }
}

fn printed_tax(tax: Tax, currency: Currency) -> pdf::Tax {
    pdf::Tax {
        name: tax.name,
        rate: tax.rate.to_string(),
        base: plain(tax.base, currency),
        amount: plain(tax.amount, currency),
    }
}

//! Writing, changing, issuing and deleting drafts.

use anyhow::anyhow;
use jiff::Timestamp;
use rules::document::Line;
use serde_json::json;
use shared::billing::DocumentKind;
use shared::billing::DocumentStatus;
use shared::billing::draft::{DraftChange, DraftLine, DraftQuote, IssueDraft, IssuedAs, NewDraft};
use shared::{ClientId, Code, DocumentId, Language, Money};

use super::check::{self, Drafted};
use super::store::{self, Content, Issuing};
use crate::audit::{self, Actor, Entry};
use crate::billing::document::actions::{self as issuing, Reckoned};
use crate::billing::document::frozen::{self, Buying, Texts};
use crate::billing::document::{self, Document, Terms, number, show};
use crate::billing::tax::explain;
use crate::billing::template::{self, store::Place};
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// Reads lines for a client and counts them.
async fn reckon(
    conn: &mut Conn,
    now: Timestamp,
    client: ClientId,
    lines: &[DraftLine],
) -> Result<(Vec<Drafted>, Reckoned)> {
    let buying = frozen::buying(conn, now, client).await?;
    let drafted = check::read(lines, buying.currency)?;
    let reckoned = count(conn, now, buying, &drafted).await?;
    Ok((drafted, reckoned))
}

async fn count(conn: &mut Conn, now: Timestamp, buying: Buying, drafted: &[Drafted]) -> Result<Reckoned> {
    let terms = Terms::load(conn).await?;
    let lines: Vec<Line> = drafted.iter().map(|drafted| drafted.line.clone()).collect();
    let reckoned = issuing::reckon(conn, now, &terms, buying, &lines).await?;
    let asks = reckoned.totals.total > rust_decimal::Decimal::ZERO;
    let mut fields = Fields::new();
    fields.check(asks, "lines", "out_of_range", "The total has to be above zero.");
    fields.finish()?;
    Ok(reckoned)
}

fn content(reckoned: &Reckoned) -> Result<Content> {
    let Reckoned { buying, selling, decision, totals, .. } = reckoned;
    let texts = Texts { notes: issuing::notes(decision, buying.language) };
    Ok(Content {
        company: buying.company,
        currency: buying.currency,
        totals: totals.clone(),
        language: buying.language,
        seller: serde_json::to_value(&selling.seller)?,
        buyer: serde_json::to_value(&buying.buyer)?,
        tax_decision: serde_json::to_value(decision)?,
        texts: serde_json::to_value(texts)?,
    })
}

fn rows(id: DocumentId, drafted: &[Drafted], reckoned: &Reckoned) -> Vec<document::store::Line> {
    let amounts = drafted.iter().zip(&reckoned.totals.lines);
    (1_i32..)
        .zip(amounts)
        .map(|(position, (drafted, amount))| document::store::Line {
            document_id: id,
            position,
            description: drafted.description.clone(),
            quantity: drafted.line.quantity,
            unit: drafted.unit.clone(),
            unit_price: drafted.line.unit_price,
            discount: drafted.line.discount,
            amount: *amount,
            explanation: drafted.explanation(),
        })
        .collect()
}

/// What lines come to for a client today.
pub async fn quote(
    conn: &mut Conn,
    now: Timestamp,
    input: &NewDraft,
    language: Language,
) -> Result<DraftQuote> {
    let (_, reckoned) = reckon(conn, now, input.client_id, &input.lines).await?;
    let Reckoned { buying, totals, decision, .. } = reckoned;
    let currency = buying.currency;
    let taxes = totals
        .taxes
        .iter()
        .map(|tax| show::tax((&tax.name, tax.rate), tax.base, tax.amount, currency, language))
        .collect();
    Ok(DraftQuote {
        net: Money::rounded(totals.net, currency),
        taxes,
        tax: Money::rounded(totals.tax, currency),
        total: Money::rounded(totals.total, currency),
        lines: totals.lines,
        tax_decision: explain::decision(decision, language),
    })
}

/// Writes a new draft.
pub async fn create(tx: &mut Conn, now: Timestamp, actor: &Actor, input: &NewDraft) -> Result<Document> {
    let (drafted, reckoned) = reckon(tx, now, input.client_id, &input.lines).await?;
    let id = DocumentId::generate();
    let lines = rows(id, &drafted, &reckoned);
    store::insert(tx, now, id, input.client_id, &actor.to_string(), &content(&reckoned)?, lines).await?;
    let row = find(tx, id).await?;
    trail(tx, now, actor, &row, "document.drafted", "drafted").await?;
    Ok(row)
}

/// Writes a draft anew. Locks it; refuses what is issued.
pub async fn change(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &DraftChange,
) -> Result<Document> {
    let row = lock(tx, id, input.version).await?;
    let (drafted, reckoned) = reckon(tx, now, row.client_id, &input.lines).await?;
    let lines = rows(id, &drafted, &reckoned);
    store::replace(tx, now, id, &content(&reckoned)?, lines).await?;
    let row = find(tx, id).await?;
    trail(tx, now, actor, &row, "document.draft_changed", "changed").await?;
    Ok(row)
}

/// Deletes a draft. Locks it; refuses what is issued.
pub async fn delete(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    version: i32,
) -> Result<()> {
    let row = lock(tx, id, version).await?;
    if !store::delete(tx, id).await? {
        return Err(anyhow!("draft {id} is locked and not there").into());
    }
    trail(tx, now, actor, &row, "document.draft_deleted", "deleted").await
}

/// Issues a draft as a proforma or as an invoice: both sides, lines and the taxes of today are frozen, the number is drawn,
/// the client is told.
///
/// Locks the client and its wallet, so that currency and home company stay as they are, then the draft. Refuses a client
/// whose profile lacks name or billing address, and one whose currency is another by now.
pub async fn issue(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &IssueDraft,
) -> Result<Document> {
    let mut fields = Fields::new();
    fields.range("due_days", i64::from(input.due_days.unwrap_or(0)), 0, 365);
    fields.finish()?;
    let found = document::store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
    wallet::store::lock_with_client(tx, found.client_id).await?.ok_or_else(Refusal::not_found)?;
    let row = lock(tx, id, input.version).await?;
    let buying = frozen::buying(tx, now, row.client_id).await?;
    frozen::require_complete(&buying)?;
    if buying.currency != row.currency {
        let detail = format!("The client pays in {} by now; write the lines anew.", buying.currency);
        return Err(Refusal::because(Code::Conflict, detail).into());
    }

    let lines = document::store::lines(tx, id).await?;
    let drafted: Vec<Drafted> = lines.into_iter().map(Drafted::kept).collect();
    let mut reckoned = count(tx, now, buying, &drafted).await?;
    reckoned.selling.seller.logo = frozen::keep_logo(tx, reckoned.buying.company).await?;
    let days = match (input.due_days, reckoned.selling.due_days) {
        (Some(days), _) | (None, Some(days)) => i64::from(days),
        (None, None) => i64::from(Terms::load(tx).await?.finance.due_days),
    };
    let (company, today) = (reckoned.buying.company, reckoned.today);
    let due_on = issuing::due_on(today, days)?;

    let lines = rows(id, &drafted, &reckoned);
    store::replace(tx, now, id, &content(&reckoned)?, lines).await?;
    let kind = match input.kind {
        IssuedAs::Proforma => DocumentKind::Proforma,
        IssuedAs::Invoice => DocumentKind::Invoice,
    };
    let number = number::draw(tx, company, kind, today).await?;
    let place = Place { company, kind, language: reckoned.buying.language };
    let template = template::actions::version_for(tx, place).await?;
    store::issue(tx, now, id, &Issuing { kind, number: &number, issued_on: today, due_on, template })
        .await
        .map_err(|error| issuing::number_taken(error, &number))?;
    issuing::announce(tx, now, actor, id).await
}

/// Locks a draft of this version.
async fn lock(tx: &mut Conn, id: DocumentId, version: i32) -> Result<Document> {
    let row = document::store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    if row.status != DocumentStatus::Draft {
        let detail = format!("It was issued as {}.", row.number.as_deref().unwrap_or_default());
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    Refusal::if_changed(row.version, version)?;
    Ok(row)
}

async fn find(tx: &mut Conn, id: DocumentId) -> Result<Document> {
    let found = document::store::find_for_staff(tx, id).await?;
    Ok(found.ok_or_else(|| anyhow!("a draft that was just written"))?)
}

async fn trail(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    row: &Document,
    action: &str,
    what: &str,
) -> Result<()> {
    let total = Money::rounded(row.total, row.currency);
    let entry = Entry {
        action,
        description: format!("Document over {total} {what}"),
        client: Some(row.client_id),
        subject: Some(("document", row.id.0)),
        new: Some(json!({ "total": total })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    Ok(())
}

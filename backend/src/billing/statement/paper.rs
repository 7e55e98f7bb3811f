//! The paper of a statement: of a finished month frozen with its SHA-256, of the running one typeset for the moment.

use anyhow::Context;
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{ClientId, Month};

use super::content::{self, Line, Part, Whole};
use super::store;
use crate::App;
use crate::billing::document::{frozen, paper, typesetting};
use crate::http::error::Result;
use crate::jobs::current;

/// The PDF of a client's month. That of a frozen statement is typeset once and kept.
pub async fn of(app: &App, client: ClientId, month: Month) -> Result<Vec<u8>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if let Some((_, bytes)) = store::file(&mut conn, client, month).await? {
        return Ok(bytes);
    }
    let mut whole = content::require(&mut conn, now, client, month).await?;
    let frozen = whole.made_at.is_some();
    if !frozen {
        let company = whole.company;
        whole.seller.logo = conn.transaction(async |tx| frozen::keep_logo(tx, company).await).await?;
    }
    let logo = paper::logo(&mut conn, whole.seller.logo.as_deref()).await?;
    // The connection is not held while processor time is spent.
    drop(conn);
    let data = printed(whole, now, logo);
    let bytes = typesetting::within(typesetting::TIME_MAX, move || pdf::render_statement(&data))
        .await
        .map_err(anyhow::Error::from)
        .flatten()
        .with_context(|| format!("typesetting the statement of {client} for {month}"))?;
    if !frozen {
        return Ok(bytes);
    }
    let sha256 = Sha256::digest(&bytes);
    let mut conn = app.db.get().await?;
    store::insert_file(&mut conn, now, client, month, &sha256, &bytes).await?;
    // Ours, or the one of somebody who was faster.
    let (_, kept) = store::file(&mut conn, client, month).await?.context("a paper that was just frozen")?;
    Ok(kept)
}

/// The job: makes sure that the paper of a frozen statement is there.
pub async fn typeset(app: &App, client: ClientId, month: Month) -> Result<()> {
    if store::find(&mut *app.db.get().await?, client, month).await?.is_none() {
        return Ok(());
    }
    let bytes = of(app, client, month).await?.len();
    current::output(&json!({ "bytes": bytes }))
}

fn printed(whole: Whole, now: Timestamp, logo: Option<pdf::Logo>) -> pdf::StatementData {
    let total = whole.charged - whole.returned;
    pdf::StatementData {
        language: whole.language.to_string(),
        paper: paper::size(whole.seller.paper),
        number: whole.month.to_string(),
        month: whole.month.first_day(),
        made_at: whole.made_at.unwrap_or(now),
        preliminary: whole.month.ends().is_none_or(|end| end > now),
        currency: whole.currency.to_string(),
        seller: paper::party(whole.seller.party),
        buyer: paper::party(whole.buyer.party),
        services: whole.parts.into_iter().map(service).collect(),
        charged: amount(whole.charged),
        returned: (!whole.returned.is_zero()).then(|| amount(whole.returned)),
        total: amount(total),
        logo,
        footer: whole.seller.footer,
    }
}

fn service(part: Part) -> pdf::StatementService {
    pdf::StatementService {
        label: part.label,
        product: part.product,
        total: amount(part.lines.iter().map(|line| line.amount).sum()),
        lines: part.lines.into_iter().map(line).collect(),
    }
}

fn line(line: Line) -> pdf::StatementLine {
    pdf::StatementLine {
        what: line.what.as_str(),
        from: line.from,
        to: line.to,
        charges: line.charges,
        hours: line.hours,
        amount: amount(line.amount),
    }
}

/// With all four decimals of the ledger: what is printed adds up.
fn amount(mut amount: Decimal) -> String {
    amount.rescale(4);
    amount.to_string()
}

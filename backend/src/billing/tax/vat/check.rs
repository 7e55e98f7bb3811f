//! The task that has a VAT id checked.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use rules::vat::VatNumber;
use serde_json::json;
use shared::ClientId;
use shared::billing::vat::{VatOutcome, VatSource};

use super::evidence::{self, StoredEvidence};
use super::store::{self, NewCheck};
use super::vies::Reply;
use crate::App;
use crate::audit::{self, Actor, Entry, Level};
use crate::billing::tax::vat_id;
use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::identity::client;
use crate::identity::client::tax_id::{self, TaxId};
use crate::jobs::current;

/// How often a number that changes while it is asked about is asked about again at once.
const ROUNDS_MAX: u8 = 3;

/// Asks about the client's VAT id, unless it was answered about at `since` or later. Fails while nobody can answer: the
/// task is tried again.
pub async fn run(app: &App, client: ClientId, since: Timestamp) -> Result<()> {
    for _ in 0..ROUNDS_MAX {
        let found = tax_id::find(&mut *app.db.get().await?, client).await?;
        let Some(asked) = found else { return Ok(()) };
        let Some(number) = evidence::number_of(&asked) else { return Ok(()) };
        if evidence::is_answered(&asked, since)? {
            return Ok(());
        }
        let (source, reply) = find_out(app, &asked, &number).await;
        let mut conn = app.db.get().await?;
        let now = app.clock.now();
        let stands = conn
            .transaction::<_, Error, _>(async |tx| {
                keep(tx, now, client, &asked, &number, source, &reply).await
            })
            .await?;
        if stands {
            current::output(
                &json!({ "vat_id": number.to_string(), "outcome": reply.outcome, "note": reply.note }),
            )?;
            return match reply.outcome {
                VatOutcome::Unavailable => Err(anyhow::anyhow!("VIES: {}", reply.note).into()),
                VatOutcome::Valid | VatOutcome::Invalid | VatOutcome::Failed => Ok(()),
            };
        }
    }
    Err(anyhow::anyhow!("the tax id changed whenever it was asked about").into())
}

/// Wrong check digits need no question.
async fn find_out(app: &App, asked: &TaxId, number: &VatNumber) -> (VatSource, Reply) {
    if !vat_id::number_holds(number) {
        return (VatSource::Checksum, Reply::plain(VatOutcome::Invalid));
    }
    (VatSource::Vies, app.vies.ask(number, evidence::requester_of(asked).as_ref()).await)
}

/// Keeps what was found out, and lets an answer stand on the client. False: its tax id is another one by now.
///
/// Locks the client.
async fn keep(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    asked: &TaxId,
    number: &VatNumber,
    source: VatSource,
    reply: &Reply,
) -> Result<bool> {
    client::store::lock(tx, client).await?;
    let requester = match source {
        VatSource::Vies => evidence::requester_of(asked),
        VatSource::Checksum | VatSource::Staff => None,
    };
    let new = NewCheck {
        vat_id: &number.to_string(),
        requester_vat_id: &requester.map(|requester| requester.to_string()).unwrap_or_default(),
        source,
        reply,
        admin: None,
    };
    store::insert(tx, now, client, &new).await?;
    if !tax_id::find(tx, client).await?.is_some_and(|present| present.is_still(asked)) {
        return Ok(false);
    }
    let valid = match reply.outcome {
        VatOutcome::Valid => true,
        VatOutcome::Invalid => false,
        VatOutcome::Unavailable | VatOutcome::Failed => return Ok(true),
    };
    let stored = StoredEvidence::of(asked, source, reply.consultation.clone());
    let before = store::keep_answer(tx, now, client, valid, &serde_json::to_value(stored)?).await?;
    if before != Some(valid) {
        let found = if valid { "valid" } else { "invalid" };
        let entry = Entry {
            action: "client.vat_id_checked",
            description: format!("The VAT id {number} was found {found} by {source}"),
            client: Some(client),
            subject: Some(("client", client.0)),
            new: Some(json!({ "valid": valid, "consultation": reply.consultation })),
            level: if before == Some(true) { Level::Warning } else { Level::Info },
            ..Entry::default()
        };
        audit::record(tx, &Actor::system(), now, entry).await?;
    }
    Ok(true)
}

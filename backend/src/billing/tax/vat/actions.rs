//! What staff and the schedule do about VAT ids.

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::billing::vat::{VatAnswer, VatCheck, VatCheckTask, VatOutcome, VatSource};
use shared::{AdminId, ClientId, Code};

use super::evidence::{self, StoredEvidence};
use super::store::{self, NewCheck};
use super::vies::Reply;
use crate::audit::{self, Actor, Entry};
use crate::billing::tax::vat_id;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::client;
use crate::identity::client::tax_id::{self, TaxId};

/// An answer is asked for again after a year.
const ANSWER_HOLDS: SignedDuration = SignedDuration::from_hours(365 * 24);
/// Who was asked about without an answer is asked about by the next day's run.
const ASKED_LATELY: SignedDuration = SignedDuration::from_hours(20);
/// Clients of one run, and the pause between two of them: offices refuse many questions at once.
const BATCH: i64 = 500;
const PAUSE: SignedDuration = SignedDuration::from_secs(20);

/// Has the tax ids checked whose answer is a year old or missing, one after the other.
pub async fn recheck(conn: &mut Conn, now: Timestamp) -> Result<()> {
    let ago = |time: SignedDuration| now.checked_sub(time).unwrap_or(now);
    let (before, lately) = (ago(ANSWER_HOLDS), ago(ASKED_LATELY));
    conn.transaction::<_, Error, _>(async |tx| {
        let mut run_at = now;
        for client in store::due(tx, before, lately, BATCH).await? {
            tax_id::ask(tx, now, run_at, client).await?;
            run_at = run_at.checked_add(PAUSE).unwrap_or(run_at);
        }
        Ok(())
    })
    .await
}

/// Locks a client and reads its tax id. Refuses a client without one that an office of the EU answers about.
async fn lock(tx: &mut Conn, client: ClientId) -> Result<TaxId> {
    client::store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let tax_id = tax_id::find(tx, client).await?.ok_or_else(Refusal::not_found)?;
    if evidence::number_of(&tax_id).is_none() {
        let detail =
            "The client has no VAT id of an EU country or Northern Ireland; no other is answered about.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    Ok(tax_id)
}

/// Has a client's VAT id checked now. Its present answer stands until there is another one. Locks the client.
pub(super) async fn ask(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
) -> Result<VatCheckTask> {
    let asked = lock(tx, client).await?;
    let task_id = tax_id::ask(tx, now, now, client).await?;
    let entry = Entry {
        action: "client.vat_id_asked",
        description: format!("Had the VAT id {} checked", asked.tax_id),
        client: Some(client),
        subject: Some(("client", client.0)),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    Ok(VatCheckTask { task_id })
}

/// Keeps an answer that staff have got, and lets it stand on the client. Locks the client.
///
/// Refuses an answer about another number than the present one, and a valid number whose check digits are wrong.
pub(super) async fn record(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    admin: AdminId,
    client: ClientId,
    input: &VatAnswer,
) -> Result<VatCheck> {
    let asked = lock(tx, client).await?;
    let number = evidence::number_of(&asked).ok_or_else(Refusal::not_found)?;
    let consultation = input.consultation.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let mut fields = Fields::new();
    fields.check(
        asked.tax_id == input.tax_id.trim(),
        "tax_id",
        "changed",
        "The client has another number by now.",
    );
    fields.required("reason", &input.reason, 300);
    fields.text("consultation", consultation.unwrap_or_default(), 100);
    let possible = !input.valid || vat_id::number_holds(&number);
    fields.check(
        possible,
        "valid",
        "check_digits",
        "The check digits of the number are wrong: it cannot be valid.",
    );
    fields.finish()?;

    let outcome = if input.valid { VatOutcome::Valid } else { VatOutcome::Invalid };
    let reply = Reply {
        consultation: consultation.map(str::to_owned),
        note: input.reason.trim().to_owned(),
        ..Reply::plain(outcome)
    };
    let source = VatSource::Staff;
    let vat_id = number.to_string();
    let new = NewCheck { vat_id: &vat_id, requester_vat_id: "", source, reply: &reply, admin: Some(admin) };
    let id = store::insert(tx, now, client, &new).await?;
    let stored = StoredEvidence::of(&asked, source, reply.consultation.clone());
    let before = store::keep_answer(tx, now, client, input.valid, &serde_json::to_value(stored)?).await?;
    let entry = Entry {
        action: "client.vat_id_recorded",
        description: format!("Recorded that the VAT id {vat_id} is {outcome}: {}", reply.note),
        client: Some(client),
        subject: Some(("client", client.0)),
        old: Some(json!({ "valid": before })),
        new: Some(json!({ "valid": input.valid, "consultation": reply.consultation })),
        ..Entry::default()
    };
    audit::record(tx, actor, now, entry).await?;
    Ok(store::find(tx, client, id).await?)
}

//! E-mails that staff write to users of a client themselves.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, post, web};
use jiff::Timestamp;
use serde_json::json;
use shared::identity::{ClientMessageSent, ClientStatus, NewClientMessage};
use shared::{ClientId, Code, DryRun, Effect, EffectKind, Rehearsal, UserId};

use super::{people, store};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::{self, Conn};
use crate::http::error::{Refusal, Result};
use crate::http::idempotency::{Once, answer_once};
use crate::http::routes::Routes;
use crate::http::{Fields, IdempotencyKey, Json, May, Path, Query, rights};
use crate::notify::store::{self as readers, Acting, Recipient};
use crate::notify::{Event, Letter};

/// The most people that one e-mail goes to.
const RECIPIENTS_MAX: usize = 200;

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(send_client_message);
}

/// Send an e-mail to users of a client, or learn how many would get it.
#[utoipa::path(tag = "clients", operation_id = "sendClientMessage", request_body = NewClientMessage,
    params(("id" = ClientId, Path), DryRun, IdempotencyKey),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal),
        (status = 201, body = ClientMessageSent)), extensions(("x-permission" = json!("clients.message"))))]
#[post("/admin/clients/{id}/messages")]
async fn send_client_message(
    app: web::Data<App>,
    who: May<rights::ClientsMessage>,
    key: IdempotencyKey,
    id: Path<ClientId>,
    dry: Query<DryRun>,
    new: Json<NewClientMessage>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(rehearse(&mut conn, now, &who.actor, *id, &new).await?));
    }
    let once = Once::new(&who.actor, "sendClientMessage", &key, *id, &new.0)?;
    let sent =
        answer_once(&mut conn, now, Some(&once), async |tx| send(tx, now, &who.actor, *id, &new).await)
            .await?;
    Ok(HttpResponse::Created().json(sent))
}

/// Writes an e-mail to everybody it is for; a task sends each. Locks the client.
///
/// Refuses a deleted client, and recipients who do not act for it.
async fn send(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    new: &NewClientMessage,
) -> Result<ClientMessageSent> {
    check(new)?;
    let locked = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    if locked.status == ClientStatus::Deleted {
        return Err(Refusal::because(Code::Conflict, "The client was deleted.").into());
    }
    let recipients = recipients(tx, client, new.recipients.as_deref()).await?;

    let (subject, text) = (new.subject.trim(), new.text.replace("\r\n", "\n"));
    let addresses: Vec<String> = recipients.iter().map(|recipient| recipient.email.clone()).collect();
    let told = match addresses.as_slice() {
        [one] => one.clone(),
        all => format!("{} users", all.len()),
    };

    let letter = Letter::new(Event::StaffMessage, json!({ "subject": subject, "text": text.trim() }));
    let messages = letter.chosen(tx, now, recipients).await?;
    let entry = Entry {
        new: Some(json!({ "subject": subject, "recipients": addresses })),
        ..people::entry(client, "client.message_sent", format!("Sent the e-mail \"{subject}\" to {told}"))
    };
    audit::record(tx, actor, now, entry).await?;
    Ok(ClientMessageSent { messages })
}

/// Says what sending it would do. Refuses what `send` refuses.
async fn rehearse(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    new: &NewClientMessage,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let sent = send(tx, now, actor, client, new).await?;
        let count = i64::try_from(sent.messages.len()).unwrap_or(i64::MAX);
        let effect = Effect::some(EffectKind::MessagesSent, count, "e-mails go out, each to one person.");
        Ok(Rehearsal { effects: effect.into_iter().collect() })
    })
    .await
}

fn check(new: &NewClientMessage) -> Result<()> {
    let mut fields = Fields::new();
    if let Some(chosen) = &new.recipients {
        fields.check(!chosen.is_empty(), "recipients", "required", "Choose who gets it.");
        fields.check(chosen.len() <= RECIPIENTS_MAX, "recipients", "too_long", "At most 200 at a time.");
    }
    fields.required("subject", &new.subject, 200);
    fields.required("text", &new.text, 10_000);
    fields.finish()
}

/// Who gets it: those who were chosen, or the owner. Each once.
async fn recipients(tx: &mut Conn, client: ClientId, chosen: Option<&[UserId]>) -> Result<Vec<Recipient>> {
    let found = readers::acting(tx, client, chosen.map_or(Acting::Owner, Acting::Chosen)).await?;
    let wanted = chosen.map_or(1, |chosen| chosen.iter().collect::<BTreeSet<_>>().len());
    if found.len() < wanted {
        let message = "Choose users who act for this client at present.";
        return Err(Refusal::field("recipients", "unknown", message).into());
    }
    Ok(found)
}

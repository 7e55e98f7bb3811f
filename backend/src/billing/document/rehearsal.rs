//! What issuing and cancelling would do, told before it is done: it is carried out, looked at, and taken back.

use jiff::Timestamp;
use shared::billing::DocumentKind;
use shared::billing::document::CancelDocument;
use shared::billing::draft::IssueDraft;
use shared::{DocumentId, Effect, EffectKind, Money, Rehearsal};

use super::{actions, draft, store};
use crate::audit::Actor;
use crate::db::{self, Conn};
use crate::http::error::{Refusal, Result};

/// Says what issuing a draft would do. Refuses what `draft::actions::issue` refuses.
pub(super) async fn issuing(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &IssueDraft,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let row = draft::actions::issue(tx, now, actor, id, input).await?;
        let total = Money::rounded(row.total, row.currency);
        let message = format!("It is frozen, numbered and sent: {total}.");
        Ok(Rehearsal { effects: vec![Effect::new(EffectKind::DocumentIssued, message).of(total)] })
    })
    .await
}

/// Says what cancelling a document would do. Refuses what `actions::cancel` refuses.
pub(super) async fn cancellation(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &CancelDocument,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        actions::cancel(tx, now, actor, id, input).await?;
        let row = store::find_for_staff(tx, id).await?.ok_or_else(Refusal::not_found)?;
        let total = Money::rounded(row.total, row.currency);
        let (code, message) = match row.kind {
            DocumentKind::Invoice => (EffectKind::InvoiceTakenBack, "A credit note takes it back"),
            _ => (EffectKind::ProformaCancelled, "It is cancelled and asks for no money any more"),
        };
        Ok(Rehearsal { effects: vec![Effect::new(code, format!("{message}: {total}.")).of(total)] })
    })
    .await
}

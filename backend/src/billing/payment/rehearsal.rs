//! What booking, assigning and paying would do, told before it is done: it is carried out, looked at, and taken back.

use jiff::Timestamp;
use shared::billing::document::{DocumentLink, DocumentPurpose};
use shared::billing::payment::{AssignPayment, NewPayment, PayFromWallet};
use shared::{ClientId, DocumentId, Effect, EffectKind, Language, Money, PaymentId, Rehearsal};

use super::{actions, assign, from_wallet};
use crate::audit::Actor;
use crate::billing::document;
use crate::db::{self, Conn};
use crate::http::error::{Refusal, Result};

fn amount(code: EffectKind, message: &str, amount: Money) -> Option<Effect> {
    (!amount.amount().is_zero()).then(|| Effect::new(code, format!("{message}: {amount}.")).of(amount))
}

/// The invoice that settles a document.
async fn issued(tx: &mut Conn, invoice: Option<&DocumentLink>) -> Result<Option<Effect>> {
    let Some(link) = invoice else { return Ok(None) };
    let row = document::store::find_for_staff(tx, link.id).await?.ok_or_else(Refusal::not_found)?;
    let total = Money::rounded(row.total, row.currency);
    Ok(amount(EffectKind::DocumentIssued, "Its invoice is issued and sent", total))
}

fn credited(credit: Money) -> Option<Effect> {
    amount(EffectKind::WalletCredited, "The client's wallet is credited", credit)
}

/// Says what booking a payment would do. Refuses what `actions::book` refuses.
pub(super) async fn booking(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: DocumentId,
    input: &NewPayment,
    language: Language,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let booked = actions::book(tx, now, actor, id, input, language).await?;
        let payment = &booked.payment;
        let mut effects = Vec::new();
        effects.extend(amount(EffectKind::PaymentBooked, "A payment is booked", payment.gross));
        if booked.document.purpose == DocumentPurpose::Funds {
            effects.extend(credited(payment.to_wallet));
        }
        let message = "What the document does not lack is kept aside until staff say whose it is";
        effects.extend(amount(EffectKind::KeptAside, message, payment.to_suspense));
        effects.extend(issued(tx, booked.invoice.as_ref()).await?);
        Ok(Rehearsal { effects })
    })
    .await
}

/// Says what assigning a payment would do. Refuses what `assign::assign` refuses.
pub(super) async fn assignment(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: PaymentId,
    input: &AssignPayment,
    language: Language,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let assigned = assign::assign(tx, now, actor, id, input, language).await?;
        Ok(Rehearsal { effects: credited(assigned.assigned).into_iter().collect() })
    })
    .await
}

/// Says what paying a document out of the wallet would do. Refuses what `from_wallet::pay` refuses.
pub(super) async fn payment_from_wallet(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    id: DocumentId,
    input: &PayFromWallet,
) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let paid = from_wallet::pay(tx, now, actor, client, id, input).await?;
        let mut effects = Vec::new();
        effects.extend(amount(EffectKind::WalletPays, "The client's wallet pays", paid.amount));
        effects.extend(issued(tx, paid.invoice.as_ref()).await?);
        if let Some(note) = &paid.credit_note {
            let row = document::store::find_for_staff(tx, note.id).await?.ok_or_else(Refusal::not_found)?;
            let tax = Money::rounded(row.total.abs(), row.currency);
            effects.extend(amount(EffectKind::TaxTakenBack, "A credit note takes its tax back", tax));
        }
        Ok(Rehearsal { effects })
    })
    .await
}

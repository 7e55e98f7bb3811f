//! Taking a transaction back: a movement that mirrors it and names it.

use rust_decimal::Decimal;
use shared::billing::ledger::{AdjustmentKind, NewAdjustment};
use shared::{ClientId, Code, TransferId};

use super::store::{self, Transfer};
use super::{posting, words};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

/// Names the event of taking a transaction back; a cause is posted once, so it is taken back once.
pub(super) fn cause(id: TransferId) -> String {
    format!("reversal:{id}")
}

/// The transaction that a correction takes back. Refuses one of another client, what a document is about (its status and
/// its taxes would stay), one that was taken back before, and a correction that is not its exact opposite.
pub(super) async fn find(
    tx: &mut Conn,
    client: ClientId,
    id: TransferId,
    wanted: &NewAdjustment,
    amount: Decimal,
) -> Result<Transfer> {
    let found = store::find(tx, client, id).await?;
    let unknown = || Refusal::field("reverses", "unknown", "The client has no such transaction.");
    let row = found.ok_or_else(unknown)?;
    if row.payment_id.is_some() || row.document_id.is_some() {
        let detail = "A payment is not taken back by a correction; its invoice is paid back.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    if posting::posting_of(tx, &cause(id)).await?.is_some() {
        return Err(taken_back_before());
    }
    let opposite = if words::change(&row) > Decimal::ZERO {
        AdjustmentKind::CorrectDown
    } else {
        AdjustmentKind::CorrectUp
    };
    let mut fields = Fields::new();
    fields.check(
        wanted.kind == opposite,
        "kind",
        "invalid",
        &format!("This transaction is taken back by {opposite}."),
    );
    let message = format!("A transaction is taken back whole: {}.", row.amount.normalize());
    fields.check(amount == row.amount, "amount", "invalid", &message);
    fields.finish()?;
    Ok(row)
}

pub(super) fn taken_back_before() -> crate::Error {
    Refusal::because(Code::Conflict, "This transaction was taken back before.").into()
}

/// The transaction that takes this one back.
pub(super) async fn of(conn: &mut Conn, id: TransferId) -> Result<Option<TransferId>> {
    let Some(posting) = posting::posting_of(conn, &cause(id)).await? else { return Ok(None) };
    Ok(store::of_posting(conn, posting).await?.first().map(|row| row.id))
}

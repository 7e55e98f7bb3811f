//! What deleting or archiving a home company would do, told before it is done.

use jiff::Timestamp;
use shared::{CompanyId, Effect, EffectKind, Rehearsal};

use super::{actions, store};
use crate::audit::Actor;
use crate::db::{self, Conn};
use crate::http::error::Result;

/// Says what deleting a company would take with it. Refuses what `actions::delete` refuses.
pub async fn deletion(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        let series = i64::try_from(store::series(tx, id).await?.len()).unwrap_or(i64::MAX);
        actions::delete(tx, now, actor, id).await?;
        let what = "numberings of documents are deleted with it.";
        let numbering = Effect::some(EffectKind::NumberingDeleted, series, what);
        Ok(Rehearsal { effects: std::iter::once(Effect::deleted()).chain(numbering).collect() })
    })
    .await
}

/// Says what archiving a company would do. Refuses what `actions::archive` refuses.
pub async fn archiving(conn: &mut Conn, now: Timestamp, actor: &Actor, id: CompanyId) -> Result<Rehearsal> {
    db::rehearse(conn, async |tx| {
        actions::archive(tx, now, actor, id).await?;
        let (_none, documents) = store::counts(tx, id).await?;
        let message = "Nobody new buys from it until it is restored.";
        let sells = Effect::new(EffectKind::SellsNoMore, message);
        let stay = Effect::some(EffectKind::DocumentsStay, documents, "documents stay as they are.");
        Ok(Rehearsal { effects: std::iter::once(sells).chain(stay).collect() })
    })
    .await
}

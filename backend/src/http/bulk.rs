//! One act on many rows: each row is a transaction of its own, and has a result of its own.

use std::collections::BTreeSet;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use shared::bulk::{BULK_MAX, BulkResult, BulkResults};
use uuid::Uuid;

use crate::App;
use crate::audit::Actor;
use crate::db::{self, Conn};
use crate::http::Fields;
use crate::http::error::{Error, Refusal, Result};
use crate::http::idempotency::{IdempotencyKey, MaybeKey, Once, answer_once};

/// Refuses a list that is empty, too long, or names a row twice.
pub fn check_ids(fields: &mut Fields, ids: &[Uuid]) {
    if !(1..=BULK_MAX).contains(&ids.len()) {
        fields.add("ids", "out_of_range", format!("Send 1 to {BULK_MAX} ids."));
    }
    let mut seen = BTreeSet::new();
    for (place, id) in ids.iter().enumerate().take(BULK_MAX) {
        fields.check(seen.insert(*id), &format!("ids.{place}"), "taken", "This is in the list twice.");
    }
}

/// Ids of a query, with commas between them: 1 to `max`.
pub fn read_ids<Id: FromStr + Ord>(field: &str, text: &str, max: usize) -> Result<BTreeSet<Id>> {
    let ids: Vec<_> = text.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if !(1..=max).contains(&ids.len()) {
        return Err(Refusal::field(field, "out_of_range", format!("Name 1 to {max} ids.")).into());
    }
    let read: Option<_> = ids.into_iter().map(|id| id.parse().ok()).collect();
    Ok(read.ok_or_else(|| Refusal::field(field, "invalid", "Write ids with commas between them."))?)
}

/// A call on many rows.
pub struct Bulk<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub operation: &'static str,
    pub key: &'a MaybeKey,
    pub dry_run: bool,
}

impl Bulk<'_> {
    /// Does `work` for each row. What a row is refused for stands in its result, and stops no other.
    ///
    /// With a key every row is done once: a call that is made again goes on where the first one stopped, and tries again
    /// what was refused. The same key with another `body` is refused. A dry run takes back what each row did.
    pub async fn each(
        &self,
        body: &impl Serialize,
        ids: &[Uuid],
        work: impl AsyncFn(&mut Conn, Timestamp, Uuid) -> Result<()>,
    ) -> Result<BulkResults> {
        let mut conn = self.app.db.get().await?;
        let now = self.app.clock.now();
        if !self.dry_run {
            self.claim_key(&mut conn, now, body).await?;
        }
        let mut results = Vec::with_capacity(ids.len());
        for id in ids {
            let outcome = if self.dry_run {
                db::rehearse(&mut conn, async |tx| work(tx, now, *id).await).await
            } else {
                let once = self.of_row(*id)?;
                answer_once(&mut conn, now, once.as_ref(), async |tx| work(tx, now, *id).await).await
            };
            if let Err(Error::Internal(error)) = &outcome {
                tracing::error!(row = %id, error = format!("{error:#}"), "a row of many failed");
            }
            let problem = outcome.err().map(|error| error.problem());
            results.push(BulkResult { id: *id, ok: problem.is_none(), problem });
        }
        let refused = results.iter().filter(|result| !result.ok).count();
        let count = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
        Ok(BulkResults {
            done: count(results.len() - refused),
            refused: count(refused),
            results,
            dry_run: self.dry_run,
        })
    }

    /// The key stands for this body from now on.
    async fn claim_key(&self, conn: &mut Conn, now: Timestamp, body: &impl Serialize) -> Result<()> {
        let Some(once) = Once::maybe(self.actor, self.operation, self.key, "", body)? else { return Ok(()) };
        conn.transaction::<_, Error, _>(async |tx| {
            if once.earlier::<serde_json::Value>(tx).await?.is_none() {
                once.keep(tx, now, &serde_json::Value::Null).await?;
            }
            Ok(())
        })
        .await
    }

    fn of_row(&self, id: Uuid) -> Result<Option<Once>> {
        let Some(IdempotencyKey(key)) = &self.key.0 else { return Ok(None) };
        let digest = Sha256::new().chain_update(key).chain_update([0]).chain_update(id.as_bytes()).finalize();
        let key = IdempotencyKey(HEXLOWER.encode(&digest));
        Once::new(self.actor, self.operation, &key, id, &()).map(Some)
    }
}

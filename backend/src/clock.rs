//! The time. Real, or moved for development, demonstrations and tests.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult};
use jiff::{SignedDuration, Timestamp};
use schema::clock;

use crate::db::{Conn, Pool};

/// Tells the time. The offset lives in the database, so that all processes agree; each keeps a copy.
#[derive(Clone, Debug)]
pub struct Clock {
    offset_ms: Arc<AtomicI64>,
    adjustable: bool,
}

impl Clock {
    pub fn real(adjustable: bool) -> Self {
        Self { offset_ms: Arc::new(AtomicI64::new(0)), adjustable }
    }

    /// Whether this installation lets the clock be moved.
    pub fn is_adjustable(&self) -> bool {
        self.adjustable
    }

    /// The present instant, to the microsecond that the database keeps.
    pub fn now(&self) -> Timestamp {
        let real = self.real_now();
        let moved = real
            .checked_add(SignedDuration::from_millis(self.offset_ms.load(Ordering::Relaxed)))
            .unwrap_or(real);
        Timestamp::from_microsecond(moved.as_microsecond()).unwrap_or(moved)
    }

    /// Real time, for heartbeats and leases: never moved.
    pub fn real_now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        Timestamp::now()
    }

    /// Reads the offset that all processes share.
    pub async fn reload(&self, db: &Pool) -> anyhow::Result<()> {
        use diesel_async::RunQueryDsl;
        if !self.adjustable {
            // Still prove that the database answers.
            let _answers = db.get().await?;
            return Ok(());
        }
        let mut conn = db.get().await?;
        let offset = clock::table.select(clock::offset_ms).first::<i64>(&mut conn).await.optional()?;
        self.offset_ms.store(offset.unwrap_or(0), Ordering::Relaxed);
        Ok(())
    }

    /// Moves the clock so that it shows `to`, and makes sure that the ledger has room around it.
    pub async fn set(&self, conn: &mut Conn, to: Timestamp) -> QueryResult<()> {
        use diesel_async::RunQueryDsl;
        let offset = to.duration_since(self.real_now()).as_millis();
        let offset = i64::try_from(offset).unwrap_or(0);
        diesel::update(clock::table).set(clock::offset_ms.eq(offset)).execute(conn).await?;
        self.offset_ms.store(offset, Ordering::Relaxed);
        crate::db::ensure_partitions(conn, to).await
    }
}

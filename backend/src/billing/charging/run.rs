//! The charging run: everything that is due, by any number of workers.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use anyhow::{Context, anyhow};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use uuid::Uuid;

use super::batch::{self, Batch, Claimed, Until};
use crate::App;
use crate::billing::ledger::accounts::ensure_revenue_accounts;
use crate::config::Work;
use crate::db::{Conn, Pool};
use crate::http::error::Result;

/// How the work of a run is shared out.
#[derive(Clone, Copy, Debug)]
pub struct Portions {
    /// Clients of one transaction.
    pub clients: NonZeroU32,
    /// Sessions that share the work.
    pub sessions: NonZeroUsize,
}

impl Portions {
    pub fn of(work: &Work) -> Self {
        Self { clients: work.charge_batch, sessions: work.charge_sessions }
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Charged {
    pub batch: Batch,
    /// Clients that could not be charged because of an error; tried again by the next run.
    pub failed: i64,
}

/// Charges everything that is due now. Any number of processes may run it at once.
pub async fn run(app: &App) -> Result<Charged> {
    let started = Instant::now();
    let charged = charge_due(&app.db, app.clock.now(), Portions::of(&app.config.work)).await?;
    let millis = started.elapsed().as_millis();
    metrics::histogram!("charging_run_seconds").record(started.elapsed());
    if charged.batch.clients > 0 || charged.failed > 0 {
        tracing::info!(
            clients = charged.batch.clients,
            charges = charged.batch.charges,
            short = charged.batch.short,
            failed = charged.failed,
            duration_ms = millis,
            "charged what was due"
        );
    }
    if charged.failed > 0 {
        return Err(anyhow!("{} clients could not be charged", charged.failed).into());
    }
    Ok(charged)
}

/// The run itself, up to the whole second of `now`.
pub async fn charge_due(db: &Pool, now: Timestamp, portions: Portions) -> Result<Charged> {
    let mut conn = db.get().await?;
    let Some(oldest) = oldest_due(&mut conn, now).await? else { return Ok(Charged::default()) };
    conn.transaction::<_, crate::Error, _>(async |tx| {
        diesel::sql_query("SELECT ensure_partitions($1, $2)")
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(oldest))
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
            .execute(tx)
            .await?;
        ensure_revenue_accounts(tx, now).await?;
        Ok(())
    })
    .await?;
    let ranges = ranges(&mut conn, now, portions.clients).await?;
    drop(conn);

    let waiting = Arc::new(Mutex::new(ranges.into_iter()));
    let sessions: Vec<_> = (0..portions.sessions.get())
        .map(|_| tokio::spawn(work(db.clone(), Arc::clone(&waiting), now)))
        .collect();
    let mut charged = Charged::default();
    for session in sessions {
        let done = session.await.context("a charging session broke off")??;
        charged.batch += done.batch;
        charged.failed += done.failed;
    }
    Ok(charged)
}

/// When the oldest charge that is due began; `None`: nothing is due. Reads one entry of an index.
pub async fn oldest_due(conn: &mut Conn, now: Timestamp) -> QueryResult<Option<Timestamp>> {
    use schema::wallets::dsl;
    let at: Option<jiff_diesel::NullableTimestamp> = dsl::wallets
        .filter(dsl::next_due_at.le(jiff_diesel::NullableTimestamp::from(Some(now))))
        .order(dsl::next_due_at)
        .select(dsl::next_due_at)
        .first(conn)
        .await
        .optional()?;
    Ok(at.and_then(|at| at.to_jiff()))
}

type Range = (Uuid, Uuid);

/// Cuts the clients that have something due into ranges of ids.
async fn ranges(conn: &mut Conn, now: Timestamp, clients: NonZeroU32) -> QueryResult<Vec<Range>> {
    #[derive(QueryableByName)]
    struct Cut {
        #[diesel(sql_type = Nullable<SqlUuid>)]
        client_id: Option<Uuid>,
    }
    let cuts: Vec<Cut> = diesel::sql_query(
        "SELECT client_id FROM (SELECT client_id, row_number() OVER (ORDER BY client_id) AS n
             FROM wallets WHERE next_due_at <= $1) numbered
         WHERE n % $2 = 0 ORDER BY client_id",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<BigInt, _>(i64::from(clients.get()))
    .load(conn)
    .await?;
    let mut after = Uuid::nil();
    let mut ranges = Vec::with_capacity(cuts.len() + 1);
    for upto in cuts.into_iter().filter_map(|cut| cut.client_id).chain([Uuid::max()]) {
        ranges.push((after, upto));
        after = upto;
    }
    Ok(ranges)
}

async fn work(db: Pool, waiting: Arc<Mutex<std::vec::IntoIter<Range>>>, now: Timestamp) -> Result<Charged> {
    let mut charged = Charged::default();
    loop {
        let next = waiting.lock().map_err(|_| anyhow!("a charging session broke off"))?.next();
        let Some((after, upto)) = next else { return Ok(charged) };
        let mut conn = db.get().await?;
        match charge_range(&mut conn, after, upto, now).await {
            Ok(batch) => charged.batch += batch,
            Err(error) => {
                // One client's trouble must not keep the others from being charged.
                tracing::warn!(%error, "a batch failed; charging its clients one by one");
                let alone = charge_one_by_one(&mut conn, after, upto, now).await?;
                charged.batch += alone.batch;
                charged.failed += alone.failed;
            }
        }
    }
}

async fn charge_range(conn: &mut Conn, after: Uuid, upto: Uuid, now: Timestamp) -> Result<Batch> {
    conn.transaction(async |tx| {
        let claimed = batch::claim(tx, after, upto, now).await?;
        batch::charge(tx, &claimed, Until::now(now)).await
    })
    .await
}

async fn charge_one_by_one(conn: &mut Conn, after: Uuid, upto: Uuid, now: Timestamp) -> Result<Charged> {
    let clients: Vec<Claimed> = batch::claim(conn, after, upto, now).await?;
    let mut charged = Charged::default();
    for client in clients {
        let before = Uuid::from_u128(client.client_id.as_u128().saturating_sub(1));
        match charge_range(conn, before, client.client_id, now).await {
            Ok(batch) => charged.batch += batch,
            Err(error) => {
                tracing::error!(client.id = %client.client_id, %error, "a client could not be charged");
                charged.failed += 1;
            }
        }
    }
    Ok(charged)
}

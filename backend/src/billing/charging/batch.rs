//! One batch of clients, charged by one statement.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use shared::{ClientId, TransferId};
use uuid::Uuid;

use super::{short, store};
use crate::db::Conn;
use crate::http::error::Result;

/// Up to when something is charged, and when that happens: the ledger shows `at`, or when the wallet moved last where that was
/// later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Until {
    /// In whole seconds; what begins at or before it is due.
    pub upto: Timestamp,
    pub at: Timestamp,
}

impl Until {
    /// Everything that is due by now.
    pub fn now(now: Timestamp) -> Self {
        Self { upto: rules::charging::whole_second(now), at: now }
    }
}

/// What a batch came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub clients: i64,
    pub charges: i64,
    /// Clients whose wallet did not cover everything.
    pub short: i64,
}

impl std::ops::AddAssign for Batch {
    fn add_assign(&mut self, other: Self) {
        self.clients += other.clients;
        self.charges += other.charges;
        self.short += other.short;
    }
}

/// A client and the watermark of its wallet, locked by this transaction.
#[derive(Debug, QueryableByName)]
pub struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    pub client_id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub charged_to: i64,
}

/// Locks the wallets of a range of clients that have something due; those that others have locked are left to them, and those
/// whose services are about to get new prices wait until they have them. While it is still being written whom due prices reach,
/// all wait that they may reach.
pub async fn claim(tx: &mut Conn, after: Uuid, upto: Uuid, now: Timestamp) -> QueryResult<Vec<Claimed>> {
    diesel::sql_query(
        "SELECT client_id, whole_second(charged_to) AS charged_to FROM wallets
         WHERE client_id > $1 AND client_id <= $2 AND next_due_at <= $3
           AND NOT EXISTS (SELECT FROM price_change_services p JOIN price_changes c ON c.id = p.change_id
               WHERE p.client_id = wallets.client_id AND p.outcome = 'planned' AND p.apply_at <= $3
                 AND c.state IN ('planned', 'applying'))
           -- Looked up once; the clients' services only where it is so.
           AND (NOT EXISTS (SELECT FROM price_changes c
                   WHERE c.state = 'preparing' AND c.finished_at IS NULL AND c.apply_at <= $3)
               OR NOT EXISTS (SELECT FROM price_changes c JOIN services s ON s.product_id = c.product_id
                   WHERE c.state = 'preparing' AND c.finished_at IS NULL AND c.apply_at <= $3
                     AND s.client_id = wallets.client_id AND s.client_id > $1 AND s.client_id <= $2
                     AND s.state IN ('active', 'suspended') AND s.charge_by <> 'once'))
         ORDER BY client_id FOR NO KEY UPDATE SKIP LOCKED",
    )
    .bind::<SqlUuid, _>(after)
    .bind::<SqlUuid, _>(upto)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(tx)
    .await
}

#[derive(Debug, QueryableByName)]
struct Outcome {
    #[diesel(sql_type = Nullable<SqlUuid>)]
    short_client: Option<Uuid>,
    #[diesel(sql_type = BigInt)]
    clients: i64,
    #[diesel(sql_type = BigInt)]
    charges: i64,
}

/// Charges everything that is due of clients whose wallets this transaction has locked, in order of their ids.
///
/// Clients that cannot pay all of it are settled one by one: oldest first.
pub async fn charge(tx: &mut Conn, claimed: &[Claimed], until: Until) -> Result<Batch> {
    let now = until.upto;
    let (Some(first), Some(last)) = (claimed.first(), claimed.last()) else { return Ok(Batch::default()) };
    let clients: Vec<Uuid> = claimed.iter().map(|one| one.client_id).collect();
    let transfers: Vec<Uuid> = claimed.iter().map(|_| TransferId::generate().0).collect();
    let oldest = claimed.iter().map(|one| one.charged_to).min().unwrap_or(now.as_second());
    let (begins, hours) = months(oldest, now.as_second());
    let outcome: Vec<Outcome> = diesel::sql_query(include_str!("charge_batch.sql"))
        .bind::<Array<SqlUuid>, _>(clients)
        .bind::<Array<SqlUuid>, _>(transfers)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .bind::<Array<BigInt>, _>(begins)
        .bind::<Array<BigInt>, _>(hours)
        .bind::<SqlUuid, _>(first.client_id)
        .bind::<SqlUuid, _>(last.client_id)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until.at))
        .load(tx)
        .await?;
    let mut batch = Batch::default();
    for row in outcome {
        batch.clients += row.clients;
        batch.charges += row.charges;
        if let Some(client) = row.short_client {
            batch.short += 1;
            batch.charges += short::settle(tx, ClientId(client), until).await?;
        }
    }
    store_metrics(&batch);
    Ok(batch)
}

fn store_metrics(batch: &Batch) {
    metrics::counter!("charges_total").increment(u64::try_from(batch.charges).unwrap_or(0));
    metrics::counter!("short_wallets_total").increment(u64::try_from(batch.short).unwrap_or(0));
}

/// The calendar months (UTC) that hold the seconds from `first` to `last`: when each begins, and its hours.
pub(crate) fn months(first: i64, last: i64) -> (Vec<i64>, Vec<i64>) {
    let (mut begins, mut hours) = (Vec::new(), Vec::new());
    let mut second = first.min(last);
    while second <= last {
        let Ok(month) = rules::charging::month_of(second) else { break };
        begins.push(month.0);
        hours.push(month.1);
        second = month.0 + month.1 * rules::charging::HOUR;
    }
    (begins, hours)
}

/// Settles one client up to `now`: everything due is charged, whatever the wallet does not cover becomes past due.
///
/// Locks the wallet; `false` when the client has none.
pub async fn settle(tx: &mut Conn, client: ClientId, now: Timestamp) -> Result<bool> {
    settle_until(tx, client, Until::now(now)).await
}

/// Settles one client up to an instant that may lie in the past: what begins later stays due.
pub async fn settle_until(tx: &mut Conn, client: ClientId, until: Until) -> Result<bool> {
    let Some(wallet) = crate::billing::wallet::store::lock(tx, client).await? else { return Ok(false) };
    let now = until.upto;
    if let Some(due) = wallet.next_due_at.filter(|due| *due <= now) {
        store::ensure_partitions_from(tx, due, now).await?;
        let company = (wallet.company_id, wallet.currency);
        let kind = shared::billing::AccountKind::Revenue;
        crate::billing::ledger::company_account(tx, company.0, company.1, kind, "", now).await?;
    }
    let claimed = Claimed { client_id: client.0, charged_to: wallet.charged_to.as_second() };
    charge(tx, &[claimed], until).await?;
    Ok(true)
}

//! Money set aside in a wallet until a service is delivered, or is not.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::sql_types::{Numeric, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::holds;
use shared::{ClientId, Code, HoldId, ServiceId};

use crate::billing::ledger::posting::too_low;
use crate::billing::wallet::store;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};

/// Sets `amount` aside for a service. Locks the wallet.
///
/// Harmless when the same amount is set aside already. Refuses with `CreditTooLow`.
pub async fn place(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
    amount: Decimal,
) -> Result<HoldId> {
    let wallet = store::lock(tx, client).await?.ok_or_else(|| anyhow!("client {client} has no wallet"))?;
    if let Some((id, held)) = open(tx, client, service).await? {
        if held == amount {
            return Ok(id);
        }
        return Err(Refusal::because(Code::Conflict, "Another amount is set aside for this service.").into());
    }
    if amount > Decimal::ZERO && wallet.available() < amount {
        return Err(too_low(&wallet, amount));
    }
    let id = HoldId::generate();
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(id),
            holds::client_id.eq(client),
            holds::service_id.eq(service),
            holds::amount.eq(amount),
            holds::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    store::add_held(tx, client, amount).await?;
    Ok(id)
}

/// Gives back what is set aside for a service: how much; `None` when nothing is. Locks the wallet.
pub async fn release(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<Option<Decimal>> {
    close(tx, now, client, service, "released").await
}

/// Ends a hold because its money is charged now. Locks the wallet.
pub(crate) async fn capture(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
) -> Result<Option<Decimal>> {
    close(tx, now, client, service, "captured").await
}

async fn close(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    service: ServiceId,
    state: &str,
) -> Result<Option<Decimal>> {
    store::lock(tx, client).await?.ok_or_else(|| anyhow!("client {client} has no wallet"))?;
    let Some((id, amount)) = open(tx, client, service).await? else { return Ok(None) };
    diesel::update(holds::table.find(id))
        .set((holds::state.eq(state), holds::closed_at.eq(jiff_diesel::NullableTimestamp::from(Some(now)))))
        .execute(tx)
        .await?;
    store::add_held(tx, client, -amount).await?;
    Ok(Some(amount))
}

/// The open hold of a service and its amount.
pub async fn open(
    conn: &mut Conn,
    client: ClientId,
    service: ServiceId,
) -> QueryResult<Option<(HoldId, Decimal)>> {
    holds::table
        .filter(holds::client_id.eq(client))
        .filter(holds::service_id.eq(service))
        .filter(holds::state.eq("open"))
        .select((holds::id, holds::amount))
        .first(conn)
        .await
        .optional()
}

/// What is set aside for services that money woke and that are being resumed.
pub async fn of_starved(conn: &mut Conn, client: ClientId) -> QueryResult<Decimal> {
    #[derive(QueryableByName)]
    struct Sum {
        #[diesel(sql_type = Numeric)]
        amount: Decimal,
    }
    let sum: Sum = diesel::sql_query(
        "SELECT coalesce(sum(h.amount), 0) AS amount FROM holds h JOIN services s ON s.id = h.service_id
         WHERE h.client_id = $1 AND h.state = 'open' AND s.state = 'suspended'
           AND s.suspension_reason = 'insufficient_funds' AND NOT s.manual AND s.termination_requested_at IS NULL",
    )
    .bind::<SqlUuid, _>(client.0)
    .get_result(conn)
    .await?;
    Ok(sum.amount)
}

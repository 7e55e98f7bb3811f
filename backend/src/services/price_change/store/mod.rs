//! Changes of prices as rows: the changes themselves; in `reached` the services that they reach, in `shown` what pages show.

mod reached;
mod shown;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::pricing::NewPrice;
use schema::{price_change_services, price_changes};
use serde_json::Value;
use shared::catalog::{PriceChangeOutcome, PriceChangeState};
use shared::{ClientId, PriceChangeId, ProductId};

use crate::db::Conn;
use crate::http::error::Result;

pub use reached::{
    NewRow, Running, awaits, cancel_client, clients_to_move, clients_to_tell, has_open, insert_rows,
    open_services, running, set_outcome,
};
pub use shown::{list, services, show};

/// A client as people call it, as SQL.
const CLIENT_NAME: &str = "coalesce(nullif(c.company_name, ''), trim(c.first_name || ' ' || c.last_name))";

/// A change as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = price_changes, check_for_backend(diesel::pg::Pg))]
pub struct Change {
    pub id: PriceChangeId,
    pub product_id: ProductId,
    pub state: PriceChangeState,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub apply_at: Timestamp,
    prices: Value,
    pub prepared_client: Option<ClientId>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub finished_at: Option<Timestamp>,
}

impl Change {
    /// The price rows that services are moved to.
    pub fn prices(&self) -> Result<Vec<NewPrice>> {
        Ok(serde_json::from_value(self.prices.clone())?)
    }
}

pub async fn find(conn: &mut Conn, id: PriceChangeId) -> QueryResult<Option<Change>> {
    price_changes::table.find(id).select(Change::as_select()).first(conn).await.optional()
}

/// Locks a change until the transaction ends.
pub async fn lock(tx: &mut Conn, id: PriceChangeId) -> QueryResult<Option<Change>> {
    price_changes::table.find(id).select(Change::as_select()).for_no_key_update().first(tx).await.optional()
}

/// The change of a product that is not over.
pub async fn open_of(conn: &mut Conn, product: ProductId) -> QueryResult<Option<PriceChangeId>> {
    price_changes::table
        .filter(price_changes::product_id.eq(product))
        .filter(price_changes::state.eq_any([
            PriceChangeState::Preparing,
            PriceChangeState::Planned,
            PriceChangeState::Applying,
        ]))
        .select(price_changes::id)
        .first(conn)
        .await
        .optional()
}

/// Changes that a worker can go on with. Not those that only wait for services that are past due, nor those that a task is
/// at work on.
pub async fn to_go_on(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<PriceChangeId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        id: PriceChangeId,
    }
    let rows: Vec<Found> = diesel::sql_query(
        "SELECT c.id FROM price_changes c
         WHERE c.finished_at IS NULL AND (c.apply_at <= $1 OR c.state IN ('preparing', 'cancelled'))
           AND (c.state <> 'applying'
             OR EXISTS (SELECT FROM price_change_services p WHERE p.change_id = c.id AND p.outcome = 'planned')
             OR NOT EXISTS (SELECT FROM price_change_services p WHERE p.change_id = c.id AND p.outcome = 'waiting')
             OR EXISTS (SELECT FROM price_change_services p JOIN services s ON s.id = p.service_id
                 WHERE p.change_id = c.id AND p.outcome = 'waiting'
                   AND (s.past_due_since IS NULL OR s.state <> 'active')))
           AND NOT EXISTS (SELECT FROM tasks t WHERE t.dedup_key = 'price-change:' || c.id
               AND t.state IN ('queued', 'pending', 'processing'))
         ORDER BY c.apply_at, c.id LIMIT $2",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Changes that should have reached services of a client by now, the oldest first.
pub async fn late(tx: &mut Conn, now: Timestamp, client: ClientId) -> QueryResult<Vec<Change>> {
    let planned = price_change_services::table
        .filter(price_change_services::client_id.eq(client))
        .filter(price_change_services::outcome.eq(PriceChangeOutcome::Planned))
        .filter(price_change_services::apply_at.le(jiff_diesel::Timestamp::from(now)))
        .select(price_change_services::change_id);
    price_changes::table
        .filter(price_changes::id.eq_any(planned))
        .filter(price_changes::state.eq_any([PriceChangeState::Planned, PriceChangeState::Applying]))
        .order((price_changes::apply_at, price_changes::id))
        .select(Change::as_select())
        .load(tx)
        .await
}

pub async fn insert(
    tx: &mut Conn,
    now: Timestamp,
    id: PriceChangeId,
    product: ProductId,
    apply_at: Timestamp,
    prices: &[NewPrice],
    created_by: &str,
) -> Result<()> {
    diesel::insert_into(price_changes::table)
        .values((
            price_changes::id.eq(id),
            price_changes::product_id.eq(product),
            price_changes::state.eq(PriceChangeState::Preparing),
            price_changes::apply_at.eq(jiff_diesel::Timestamp::from(apply_at)),
            price_changes::prices.eq(serde_json::to_value(prices)?),
            price_changes::created_by.eq(created_by),
            price_changes::created_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

pub async fn set_state(tx: &mut Conn, id: PriceChangeId, state: PriceChangeState) -> QueryResult<()> {
    diesel::update(price_changes::table.find(id)).set(price_changes::state.eq(state)).execute(tx).await?;
    Ok(())
}

/// The instant of a planned change has come: its services are moved. `false`: it was cancelled meanwhile, or is over.
pub async fn begin(conn: &mut Conn, id: PriceChangeId) -> QueryResult<bool> {
    let begun = diesel::update(price_changes::table.find(id))
        .filter(price_changes::state.eq_any([PriceChangeState::Planned, PriceChangeState::Applying]))
        .set(price_changes::state.eq(PriceChangeState::Applying))
        .execute(conn)
        .await?;
    Ok(begun > 0)
}

/// Notes up to which client services are written.
pub async fn set_prepared(tx: &mut Conn, id: PriceChangeId, client: ClientId) -> QueryResult<()> {
    diesel::update(price_changes::table.find(id))
        .set(price_changes::prepared_client.eq(client))
        .execute(tx)
        .await?;
    Ok(())
}

/// Nothing is left to do.
pub async fn set_finished(
    tx: &mut Conn,
    now: Timestamp,
    id: PriceChangeId,
    state: PriceChangeState,
) -> QueryResult<()> {
    diesel::update(price_changes::table.find(id))
        .set((
            price_changes::state.eq(state),
            price_changes::finished_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

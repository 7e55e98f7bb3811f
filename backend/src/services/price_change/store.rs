//! Changes of prices as rows.

use anyhow::Context;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::pricing::NewPrice;
use rust_decimal::Decimal;
use schema::{price_change_services, price_changes};
use serde_json::Value;
use shared::catalog::{
    PriceChange, PriceChangeOutcome, PriceChangeRow, PriceChangeService, PriceChangeState,
};
use shared::{ClientId, Currency, Money, Period, PriceChangeId, ProductId, ServiceId};
use uuid::Uuid;

use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::error::Result;

/// Running services that prices can reach, as SQL.
const RUNNING: &str = "s.product_id = $1 AND s.state IN ('active', 'suspended') AND s.charge_by <> 'once'";
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

/// A running service with what it was sold at.
#[derive(Clone, Debug, QueryableByName)]
pub struct Running {
    #[diesel(sql_type = SqlUuid)]
    pub id: ServiceId,
    #[diesel(sql_type = SqlUuid)]
    pub client_id: ClientId,
    #[diesel(sql_type = Text)]
    pub client_name: String,
    #[diesel(sql_type = Text)]
    pub label: String,
    #[diesel(sql_type = Text)]
    pub currency: Currency,
    #[diesel(sql_type = Text)]
    pub period: Period,
    #[diesel(sql_type = Numeric)]
    pub base: Decimal,
    #[diesel(sql_type = Jsonb)]
    pub snapshot: Value,
}

/// The running services of a product that recur, of the next `clients` clients behind `after`; by client and id.
pub async fn running(
    conn: &mut Conn,
    product: ProductId,
    after: Option<ClientId>,
    clients: i64,
) -> QueryResult<Vec<Running>> {
    diesel::sql_query(format!(
        "WITH next AS (SELECT DISTINCT s.client_id FROM services s
             WHERE {RUNNING} AND s.client_id > $2 ORDER BY s.client_id LIMIT $3)
         SELECT s.id, s.client_id, {CLIENT_NAME} AS client_name, s.label, s.currency, s.period, s.base, p.snapshot
         FROM next JOIN services s ON s.client_id = next.client_id AND {RUNNING}
         JOIN service_prices p ON p.service_id = s.id AND p.version = s.price_version
         JOIN clients c ON c.id = s.client_id
         ORDER BY s.client_id, s.id"
    ))
    .bind::<SqlUuid, _>(product)
    .bind::<SqlUuid, _>(after.map_or_else(Uuid::nil, |client| client.0))
    .bind::<BigInt, _>(clients)
    .load(conn)
    .await
}

/// A service that a change reaches, to be written.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = price_change_services)]
pub struct NewRow {
    pub change_id: PriceChangeId,
    pub service_id: ServiceId,
    pub client_id: ClientId,
    pub currency: Currency,
    pub period: Period,
    pub base_before: Decimal,
    pub base_after: Decimal,
    pub outcome: PriceChangeOutcome,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub apply_at: Timestamp,
}

pub async fn insert_rows(tx: &mut Conn, rows: Vec<NewRow>) -> QueryResult<()> {
    let mut rows = rows.into_iter().peekable();
    // A statement takes at most 65535 parameters.
    while rows.peek().is_some() {
        let some: Vec<NewRow> = rows.by_ref().take(5000).collect();
        diesel::insert_into(price_change_services::table)
            .values(some)
            .on_conflict_do_nothing()
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Clients behind `after` with services that can be moved now: planned ones, and those that are no longer past due.
pub async fn clients_to_move(
    conn: &mut Conn,
    change: PriceChangeId,
    after: Option<ClientId>,
    limit: i64,
) -> QueryResult<Vec<ClientId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = SqlUuid)]
        client_id: ClientId,
    }
    let rows: Vec<Found> = diesel::sql_query(
        "SELECT DISTINCT p.client_id FROM price_change_services p JOIN services s ON s.id = p.service_id
         WHERE p.change_id = $1 AND p.client_id > $2
           AND (p.outcome = 'planned'
             OR (p.outcome = 'waiting' AND (s.past_due_since IS NULL OR s.state <> 'active')))
         ORDER BY p.client_id LIMIT $3",
    )
    .bind::<SqlUuid, _>(change)
    .bind::<SqlUuid, _>(after.map_or_else(Uuid::nil, |client| client.0))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.client_id).collect())
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

/// The services of a client that a change has not moved yet, by id.
pub async fn open_services(
    conn: &mut Conn,
    change: PriceChangeId,
    client: ClientId,
) -> QueryResult<Vec<ServiceId>> {
    price_change_services::table
        .filter(price_change_services::change_id.eq(change))
        .filter(price_change_services::client_id.eq(client))
        .filter(
            price_change_services::outcome.eq_any([PriceChangeOutcome::Planned, PriceChangeOutcome::Waiting]),
        )
        .order(price_change_services::service_id)
        .select(price_change_services::service_id)
        .load(conn)
        .await
}

/// Whether services are still to be moved.
pub async fn has_open(conn: &mut Conn, change: PriceChangeId) -> QueryResult<bool> {
    diesel::select(diesel::dsl::exists(
        price_change_services::table.filter(price_change_services::change_id.eq(change)).filter(
            price_change_services::outcome.eq_any([PriceChangeOutcome::Planned, PriceChangeOutcome::Waiting]),
        ),
    ))
    .get_result(conn)
    .await
}

/// Notes what became of a service. `bases`: what a period cost and costs, when it was moved.
pub async fn set_outcome(
    tx: &mut Conn,
    now: Timestamp,
    change: PriceChangeId,
    service: ServiceId,
    outcome: PriceChangeOutcome,
    bases: Option<(Decimal, Decimal)>,
) -> QueryResult<()> {
    let waits = matches!(outcome, PriceChangeOutcome::Planned | PriceChangeOutcome::Waiting);
    let done_at = (!waits).then_some(jiff_diesel::Timestamp::from(now));
    let row = price_change_services::table.find((change, service));
    diesel::update(row)
        .set((price_change_services::outcome.eq(outcome), price_change_services::done_at.eq(done_at)))
        .execute(tx)
        .await?;
    if let Some((before, after)) = bases {
        diesel::update(row)
            .set((price_change_services::base_before.eq(before), price_change_services::base_after.eq(after)))
            .execute(tx)
            .await?;
    }
    Ok(())
}

/// Takes back what a cancelled change meant for a client.
pub async fn cancel_client(
    tx: &mut Conn,
    now: Timestamp,
    change: PriceChangeId,
    client: ClientId,
) -> QueryResult<()> {
    diesel::update(price_change_services::table)
        .filter(price_change_services::change_id.eq(change))
        .filter(price_change_services::client_id.eq(client))
        .filter(price_change_services::outcome.eq(PriceChangeOutcome::Planned))
        .set((
            price_change_services::outcome.eq(PriceChangeOutcome::Cancelled),
            price_change_services::done_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Changes with how far they have come.
const SHOWN: &str =
    "c.id, c.product_id, c.state, c.apply_at, c.created_by, c.created_at, c.finished_at, n.services,
     n.applied, n.open";
const COUNTED: &str = "price_changes c CROSS JOIN LATERAL (
     SELECT count(*) AS services, count(*) FILTER (WHERE outcome = 'applied') AS applied,
            count(*) FILTER (WHERE outcome IN ('planned', 'waiting')) AS open
     FROM price_change_services WHERE change_id = c.id) n";

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = SqlUuid)]
    id: PriceChangeId,
    #[diesel(sql_type = SqlUuid)]
    product_id: ProductId,
    #[diesel(sql_type = Text)]
    state: PriceChangeState,
    #[diesel(sql_type = Timestamptz)]
    apply_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Text)]
    created_by: String,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    finished_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = BigInt)]
    services: i64,
    #[diesel(sql_type = BigInt)]
    applied: i64,
    #[diesel(sql_type = BigInt)]
    open: i64,
}

impl From<Shown> for PriceChange {
    fn from(row: Shown) -> Self {
        Self {
            id: row.id,
            product_id: row.product_id,
            state: row.state,
            apply_at: row.apply_at.to_jiff(),
            services: row.services,
            applied: row.applied,
            open: row.open,
            created_by: row.created_by,
            created_at: row.created_at.to_jiff(),
            finished_at: row.finished_at.to_jiff(),
        }
    }
}

/// One change as staff see it.
pub async fn show(conn: &mut Conn, id: PriceChangeId) -> Result<PriceChange> {
    let row: Shown = diesel::sql_query(format!("SELECT {SHOWN} FROM {COUNTED} WHERE c.id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .context("a change of prices that was just found")?;
    Ok(row.into())
}

/// The changes of a product.
pub async fn list(
    conn: &mut Conn,
    product: ProductId,
    paging: &Paging,
) -> QueryResult<(Vec<PriceChange>, i64)> {
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let list = List {
        columns: SHOWN,
        from: &format!("{COUNTED} WHERE c.product_id = $1"),
        order: &format!("c.{} {direction}, c.id {direction}", paging.sort),
    };
    let given = |sql: String| diesel::sql_query(sql).into_boxed().bind::<SqlUuid, _>(product);
    let (rows, total) = list::page::<Shown>(conn, paging, list, given).await?;
    Ok((rows.into_iter().map(PriceChange::from).collect(), total))
}

#[derive(QueryableByName)]
struct ReachedRow {
    #[diesel(sql_type = SqlUuid)]
    service_id: ServiceId,
    #[diesel(sql_type = Text)]
    label: String,
    #[diesel(sql_type = SqlUuid)]
    client_id: ClientId,
    #[diesel(sql_type = Text)]
    client_name: String,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Text)]
    period: Period,
    #[diesel(sql_type = Numeric)]
    base_before: Decimal,
    #[diesel(sql_type = Numeric)]
    base_after: Decimal,
    #[diesel(sql_type = Text)]
    outcome: PriceChangeOutcome,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    done_at: jiff_diesel::NullableTimestamp,
}

/// The services that a change reaches, client by client.
pub async fn services(
    conn: &mut Conn,
    change: PriceChangeId,
    paging: &Paging,
) -> QueryResult<(Vec<PriceChangeService>, i64)> {
    let direction = if paging.descending { "DESC" } else { "ASC" };
    let columns = format!(
        "r.service_id, s.label, r.client_id, {CLIENT_NAME} AS client_name, r.currency, r.period, r.base_before,
         r.base_after, r.outcome, r.done_at"
    );
    let list = List {
        columns: &columns,
        from: "price_change_services r JOIN services s ON s.id = r.service_id JOIN clients c ON c.id = r.client_id
               WHERE r.change_id = $1",
        order: &format!("r.client_id {direction}, r.service_id {direction}"),
    };
    let given = |sql: String| diesel::sql_query(sql).into_boxed().bind::<SqlUuid, _>(change);
    let (rows, total) = list::page::<ReachedRow>(conn, paging, list, given).await?;
    let reached = |row: ReachedRow| PriceChangeService {
        service: PriceChangeRow {
            service_id: row.service_id,
            label: row.label,
            client_id: row.client_id,
            client_name: row.client_name,
            period: row.period,
            base_before: Money::ledger(row.base_before, row.currency),
            base_after: Money::ledger(row.base_after, row.currency),
            difference: Money::ledger(row.base_after - row.base_before, row.currency),
        },
        outcome: row.outcome,
        done_at: row.done_at.to_jiff(),
    };
    Ok((rows.into_iter().map(reached).collect(), total))
}

//! The services that changes of prices reach: found, written, moved.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Numeric, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::price_change_services;
use serde_json::Value;
use shared::catalog::PriceChangeOutcome;
use shared::{ClientId, Currency, Period, PriceChangeId, ProductId, ServiceId};
use uuid::Uuid;

use super::CLIENT_NAME;
use crate::db::Conn;

/// Running services that prices can reach, as SQL.
const RUNNING: &str = "s.product_id = $1 AND s.state IN ('active', 'suspended') AND s.charge_by <> 'once'";

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

/// Clients behind `after` with services that a change has not moved.
pub async fn clients_to_tell(
    conn: &mut Conn,
    change: PriceChangeId,
    after: Option<ClientId>,
    limit: i64,
) -> QueryResult<Vec<ClientId>> {
    price_change_services::table
        .filter(price_change_services::change_id.eq(change))
        .filter(
            price_change_services::client_id.gt(ClientId(after.map_or_else(Uuid::nil, |client| client.0))),
        )
        .filter(
            price_change_services::outcome.eq_any([PriceChangeOutcome::Planned, PriceChangeOutcome::Waiting]),
        )
        .order(price_change_services::client_id)
        .select(price_change_services::client_id)
        .distinct()
        .limit(limit)
        .load(conn)
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
        .filter(
            price_change_services::outcome.eq_any([PriceChangeOutcome::Planned, PriceChangeOutcome::Waiting]),
        )
        .set((
            price_change_services::outcome.eq(PriceChangeOutcome::Cancelled),
            price_change_services::done_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// When new prices that are on their way reach a service. `None`: there are none.
pub async fn awaits(conn: &mut Conn, service: ServiceId) -> QueryResult<Option<Timestamp>> {
    let at: Option<jiff_diesel::Timestamp> = price_change_services::table
        .filter(price_change_services::service_id.eq(service))
        .filter(
            price_change_services::outcome.eq_any([PriceChangeOutcome::Planned, PriceChangeOutcome::Waiting]),
        )
        .order(price_change_services::apply_at)
        .select(price_change_services::apply_at)
        .first(conn)
        .await
        .optional()?;
    Ok(at.map(jiff_diesel::Timestamp::to_jiff))
}

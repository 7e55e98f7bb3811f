//! Services as rows: reads for deciding; in `sold` what was sold, in `change` the writes, in `waiting` what money would wake, in `asked` what waits for staff. What pages show is read in `show`.

mod asked;
mod change;
mod sold;
pub mod waiting;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::services;
use serde_json::Value;
use shared::services::{ChargeBy, ServiceState, SuspensionReason};
use shared::{ClientId, CompanyId, Currency, OrderId, Period, ProductId, ServiceId};

use crate::db::Conn;
use crate::http::error::Result;
use crate::services::operation::Pending;

pub use crate::identity::client::store::name as client_name;
pub use asked::asked_of_staff;
pub use change::{Change, Event, end_manual_tasks, give_to, record, update};
pub use sold::{NewService, OptionRow, given_options, insert, options_of, reprice, snapshot};

/// A service as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = services, check_for_backend(diesel::pg::Pg))]
pub struct Service {
    pub id: ServiceId,
    pub client_id: ClientId,
    pub order_id: Option<OrderId>,
    pub product_id: ProductId,
    pub company_id: CompanyId,
    pub label: String,
    pub state: ServiceState,
    pub idle: bool,
    pub manual: bool,
    pub currency: Currency,
    pub period: Period,
    pub charge_by: ChargeBy,
    pub price_version: i32,
    pub setup: Decimal,
    pub base: Decimal,
    pub idle_price: Option<Decimal>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub past_due_since: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub suspended_at: Option<Timestamp>,
    pub suspension_reason: Option<SuspensionReason>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub termination_requested_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub terminate_at: Option<Timestamp>,
    pub suspension_grace_hours: i32,
    pub termination_delay_hours: Option<i32>,
    pub module: String,
    pub module_fields: Value,
    pub module_state: Value,
    operation: Option<Value>,
    pub stock_taken: bool,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub ended_at: Option<Timestamp>,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

impl Service {
    /// What the module was asked and has not finished.
    pub fn pending(&self) -> Result<Option<Pending>> {
        Ok(self.operation.clone().map(serde_json::from_value).transpose()?)
    }

    pub fn is_busy(&self) -> bool {
        self.operation.is_some()
    }
}

/// One of the client's services.
pub async fn find(conn: &mut Conn, client: ClientId, id: ServiceId) -> QueryResult<Option<Service>> {
    services::table
        .filter(services::id.eq(id).and(services::client_id.eq(client)))
        .select(Service::as_select())
        .first(conn)
        .await
        .optional()
}

/// Any service.
pub async fn find_for_staff(conn: &mut Conn, id: ServiceId) -> QueryResult<Option<Service>> {
    services::table.find(id).select(Service::as_select()).first(conn).await.optional()
}

/// Locks a service until the transaction ends; its client's wallet is locked before.
pub async fn lock(tx: &mut Conn, id: ServiceId) -> QueryResult<Option<Service>> {
    services::table.find(id).select(Service::as_select()).for_update().first(tx).await.optional()
}

/// The services of an order, by id.
pub async fn of_order(conn: &mut Conn, order: OrderId) -> QueryResult<Vec<Service>> {
    services::table
        .filter(services::order_id.eq(order))
        .order(services::id)
        .select(Service::as_select())
        .load(conn)
        .await
}

/// Locks the services of an order until the transaction ends, by id; their client's wallet is locked before.
pub async fn lock_of_order(tx: &mut Conn, order: OrderId) -> QueryResult<Vec<Service>> {
    services::table
        .filter(services::order_id.eq(order))
        .order(services::id)
        .select(Service::as_select())
        .for_update()
        .load(tx)
        .await
}

/// Services of a client that are suspended for lack of money, the longest suspended first.
pub async fn lacking_funds(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<Service>> {
    services::table
        .filter(services::client_id.eq(client).and(services::state.eq(ServiceState::Suspended)))
        .filter(services::suspension_reason.eq(SuspensionReason::InsufficientFunds))
        .order((services::suspended_at, services::id))
        .select(Service::as_select())
        .load(conn)
        .await
}

/// Running services that wait for staff to be suspended for lack of money.
pub async fn suspended_by_staff(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceId>> {
    let waits = diesel::dsl::sql::<Bool>(
        "operation @> '{\"kind\": \"suspend\", \"reason\": \"insufficient_funds\", \"by_staff\": true}'",
    );
    services::table
        .filter(services::client_id.eq(client).and(services::state.eq(ServiceState::Active)))
        .filter(services::past_due_since.is_null().and(waits))
        .order(services::id)
        .select(services::id)
        .load(conn)
        .await
}

/// Services whose end has come, and that are not being worked on.
pub async fn to_terminate(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<Service>> {
    services::table
        .filter(services::state.eq_any([ServiceState::Active, ServiceState::Suspended]))
        .filter(services::terminate_at.le(jiff_diesel::NullableTimestamp::from(Some(now))))
        .filter(services::manual.eq(false).and(services::operation.is_null()))
        .order((services::terminate_at, services::id))
        .limit(limit)
        .select(Service::as_select())
        .load(conn)
        .await
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = SqlUuid)]
    id: ServiceId,
}

/// Services that are past due for longer than their grace, and that are not being worked on.
pub async fn out_of_grace(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<ServiceId>> {
    let rows: Vec<Found> = diesel::sql_query(
        "SELECT id FROM services
         WHERE past_due_since IS NOT NULL AND state = 'active' AND NOT manual AND operation IS NULL
           AND past_due_since + suspension_grace_hours * interval '1 hour' <= $1
         ORDER BY past_due_since, id LIMIT $2",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Services that end within a day and whose client was not told since it was decided. Not those that automation keeps its hands
/// off: they do not end; once it goes on, their clients are told anew.
pub async fn ending_soon(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<ServiceId>> {
    let rows: Vec<Found> = diesel::sql_query(
        "SELECT s.id FROM services s
         WHERE s.terminate_at > $1 AND s.terminate_at <= $1 + interval '24 hours' AND s.state IN ('active', 'suspended')
           AND NOT s.manual AND NOT EXISTS (SELECT 1 FROM service_events e WHERE e.service_id = s.id AND e.what = 'terminating_soon'
               AND e.at >= greatest(coalesce(s.termination_requested_at, s.suspended_at, s.created_at),
                   (SELECT max(o.at) FROM service_events o WHERE o.service_id = s.id AND o.what = 'manual_off')))
         ORDER BY s.terminate_at, s.id LIMIT $2",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<BigInt, _>(limit)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// Until when a service is paid, in the stream or not.
pub async fn paid_until(conn: &mut Conn, service: &Service) -> QueryResult<Option<Timestamp>> {
    #[derive(QueryableByName)]
    struct Paid {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        paid_until: jiff_diesel::NullableTimestamp,
    }
    let row: Paid = diesel::sql_query(
        "SELECT service_paid_until(s.paid_until, s.stream_from, w.charged_to) AS paid_until
         FROM services s JOIN wallets w ON w.client_id = s.client_id WHERE s.id = $1",
    )
    .bind::<SqlUuid, _>(service.id)
    .get_result(conn)
    .await?;
    Ok(row.paid_until.to_jiff())
}

pub async fn client_status(conn: &mut Conn, client: ClientId) -> QueryResult<Option<String>> {
    use schema::clients;
    clients::table.find(client).select(clients::status).first(conn).await.optional()
}

/// Services of a client that run, are suspended or are being delivered.
pub async fn living_of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceId>> {
    services::table
        .filter(services::client_id.eq(client))
        .filter(services::state.eq_any([
            ServiceState::Provisioning,
            ServiceState::Active,
            ServiceState::Suspended,
        ]))
        .order(services::id)
        .select(services::id)
        .load(conn)
        .await
}

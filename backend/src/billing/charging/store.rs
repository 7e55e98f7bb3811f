//! The money side of services as rows.

use anyhow::anyhow;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::charging::HourlyPrice;
use rust_decimal::Decimal;
use schema::{charges, services};
use shared::services::{ChargeBy, ServiceState, SuspensionReason};
use shared::{ClientId, CompanyId, Currency, Period, ServiceId, TransferId};

use crate::db::Conn;
use crate::http::error::Result;

/// What charging needs to know of a service.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = services)]
pub struct ServiceMoney {
    pub id: ServiceId,
    pub client_id: ClientId,
    pub company_id: CompanyId,
    pub state: ServiceState,
    pub currency: Currency,
    pub period: Period,
    pub charge_by: ChargeBy,
    pub price_version: i32,
    pub setup: Decimal,
    pub base: Decimal,
    pub uninstall: Decimal,
    pub idle: bool,
    pub idle_price: Option<Decimal>,
    /// What a period costs now: `base`, or `idle` while idle.
    pub rate: Option<Decimal>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub stream_from: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub paid_until: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub anchor_at: Option<Timestamp>,
    pub periods_charged: i32,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub past_due_since: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub terminate_at: Option<Timestamp>,
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub suspended_at: Option<Timestamp>,
}

impl ServiceMoney {
    /// What a period costs now.
    pub fn price(&self) -> Decimal {
        self.rate.unwrap_or(self.base)
    }

    /// The price that its hours are charged at.
    pub fn hourly_price(&self) -> HourlyPrice {
        hourly_price(self.period, self.price())
    }

    /// Until when it is paid, by the watermark of its wallet.
    pub fn paid_until(&self, charged_to: Timestamp) -> Result<Option<Timestamp>> {
        match self.stream_from {
            None => Ok(self.paid_until),
            Some(from) => {
                let until = rules::charging::paid_until(from, charged_to).map_err(|error| anyhow!(error))?;
                Ok(Some(until))
            }
        }
    }
}

/// How the hours of a service of this period are priced.
pub fn hourly_price(period: Period, price: Decimal) -> HourlyPrice {
    if period == Period::Hourly { HourlyPrice::Hour(price) } else { HourlyPrice::Month(price) }
}

/// Locks a service of this client. `None`: the client has no such service.
pub async fn lock(tx: &mut Conn, client: ClientId, service: ServiceId) -> QueryResult<Option<ServiceMoney>> {
    services::table
        .find(service)
        .filter(services::client_id.eq(client))
        .select(ServiceMoney::as_select())
        .for_no_key_update()
        .first(tx)
        .await
        .optional()
}

/// The same, not locked.
pub async fn find(
    conn: &mut Conn,
    client: ClientId,
    service: ServiceId,
) -> QueryResult<Option<ServiceMoney>> {
    services::table
        .find(service)
        .filter(services::client_id.eq(client))
        .select(ServiceMoney::as_select())
        .first(conn)
        .await
        .optional()
}

/// The active services of a client that recur, by id.
pub async fn running(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceMoney>> {
    services::table
        .filter(services::client_id.eq(client))
        .filter(services::state.eq(ServiceState::Active))
        .filter(services::charge_by.ne(ChargeBy::Once))
        .order(services::id)
        .select(ServiceMoney::as_select())
        .load(conn)
        .await
}

/// The recurring services of a client that money would wake: suspended because the wallet was empty, by id. Not those whose
/// termination was asked for, and not those that automation keeps its hands off.
pub async fn starved(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceMoney>> {
    services::table
        .filter(services::client_id.eq(client))
        .filter(services::state.eq(ServiceState::Suspended))
        .filter(services::suspension_reason.eq(SuspensionReason::InsufficientFunds))
        .filter(services::manual.eq(false))
        .filter(services::termination_requested_at.is_null())
        .filter(services::charge_by.ne(ChargeBy::Once))
        .order(services::id)
        .select(ServiceMoney::as_select())
        .load(conn)
        .await
}

/// Whether the last period of a service was charged at its idle price, whatever it is now. It may have been charged to a client
/// who had the service before, and its month may be in files.
pub async fn paid_idle(conn: &mut Conn, service: ServiceId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Paid {
        #[diesel(sql_type = Bool)]
        idle: bool,
    }
    let row: Paid = diesel::sql_query(
        "SELECT coalesce((SELECT c.amount = (p.snapshot #>> '{total,idle}')::numeric
                 AND c.amount <> (p.snapshot #>> '{total,base}')::numeric
             FROM (SELECT client_id FROM services WHERE id = $1
                   UNION SELECT client_id FROM service_events WHERE service_id = $1) o
             CROSS JOIN LATERAL (
                 (SELECT amount, price_version, period_from FROM charges
                  WHERE client_id = o.client_id AND service_id = $1 ORDER BY period_from DESC LIMIT 1)
                 UNION ALL
                 (SELECT amount / charges, price_version, last_from FROM archived_charges
                  WHERE client_id = o.client_id AND service_id = $1 ORDER BY month DESC LIMIT 1)) c
             JOIN service_prices p ON p.service_id = $1 AND p.version = c.price_version
             ORDER BY c.period_from DESC LIMIT 1), false) AS idle",
    )
    .bind::<SqlUuid, _>(service.0)
    .get_result(conn)
    .await?;
    Ok(row.idle)
}

/// The services of a client that are ordered and not delivered yet, by id.
pub async fn ordered(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceMoney>> {
    services::table
        .filter(services::client_id.eq(client))
        .filter(services::state.eq_any([ServiceState::Pending, ServiceState::Provisioning]))
        .order(services::id)
        .select(ServiceMoney::as_select())
        .load(conn)
        .await
}

/// Where a service stands with its money; written as a whole.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = services, treat_none_as_null = true)]
pub struct Standing {
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub stream_from: Option<Timestamp>,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub paid_until: Option<Timestamp>,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub anchor_at: Option<Timestamp>,
    pub periods_charged: i32,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub past_due_since: Option<Timestamp>,
}

impl Standing {
    /// As it is now; change what differs.
    pub fn of(service: &ServiceMoney) -> Self {
        Self {
            stream_from: service.stream_from,
            paid_until: service.paid_until,
            anchor_at: service.anchor_at,
            periods_charged: service.periods_charged,
            past_due_since: service.past_due_since,
        }
    }
}

pub async fn stand(tx: &mut Conn, service: ServiceId, standing: Standing) -> QueryResult<()> {
    diesel::update(services::table.find(service)).set(standing).execute(tx).await?;
    Ok(())
}

/// One row of `charges`.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = charges)]
pub struct NewCharge {
    pub client_id: ClientId,
    pub service_id: ServiceId,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub period_from: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub period_to: Timestamp,
    pub amount: Decimal,
    pub price_version: i32,
    pub transfer_id: Option<TransferId>,
}

pub async fn insert_charges(tx: &mut Conn, rows: Vec<NewCharge>) -> QueryResult<()> {
    // A statement takes at most 65535 parameters.
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<NewCharge> = rows.by_ref().take(5000).collect();
        diesel::insert_into(charges::table).values(some).execute(tx).await?;
    }
    Ok(())
}

/// Finds out anew when the client is next looked at. Call it after any change of when services fall due.
pub async fn refresh_next_due(tx: &mut Conn, client: ClientId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE wallets w SET next_due_at = (SELECT min(u.at) FROM (
             SELECT service_paid_until(NULL, s.stream_from, w.charged_to) AS at
             FROM services s WHERE s.client_id = w.client_id AND s.stream_from IS NOT NULL
             UNION ALL
             SELECT s.paid_until
             FROM services s WHERE s.client_id = w.client_id AND s.state = 'active' AND s.charge_by = 'periods'
                 AND s.past_due_since IS NULL AND (s.terminate_at IS NULL OR s.terminate_at > s.paid_until)) u)
         WHERE w.client_id = $1",
    )
    .bind::<SqlUuid, _>(client.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Makes sure that charges of periods that began long ago find their partition.
pub async fn ensure_partitions_from(tx: &mut Conn, from: Timestamp, now: Timestamp) -> QueryResult<()> {
    // Those around now exist since the start.
    if now.as_second() - from.as_second() < 27 * 86_400 {
        return Ok(());
    }
    diesel::sql_query("SELECT ensure_partitions($1, $2)")
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .execute(tx)
        .await?;
    Ok(())
}

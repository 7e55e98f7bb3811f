//! Services as rows: reads for deciding, then writes. What pages show is read in `show`.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use provisioners::GivenOption;
use rules::pricing::PriceSnapshot;
use rust_decimal::Decimal;
use schema::{option_groups, options, service_events, service_options, service_prices, services, tasks};
use serde_json::Value;
use shared::services::{ChargeBy, ServiceState, SuspensionReason};
use shared::tasks::TaskState;
use shared::{ClientId, CompanyId, Currency, OptionGroupId, OptionId, OrderId, Period, ProductId, ServiceId};
use uuid::Uuid;

use crate::audit::Actor;
use crate::catalog::offer::{Chosen, Offer};
use crate::db::Conn;
use crate::http::error::Result;
use crate::services::operation::Pending;

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

/// Services that end within a day and whose client was not told since it was decided.
pub async fn ending_soon(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<ServiceId>> {
    let rows: Vec<Found> = diesel::sql_query(
        "SELECT s.id FROM services s
         WHERE s.terminate_at > $1 AND s.terminate_at <= $1 + interval '24 hours' AND s.state IN ('active', 'suspended')
           AND NOT EXISTS (SELECT 1 FROM service_events e WHERE e.service_id = s.id AND e.what = 'terminating_soon'
               AND e.at >= coalesce(s.termination_requested_at, s.suspended_at, s.created_at))
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

/// What a service was sold at, at its present version, and since when.
pub async fn snapshot(conn: &mut Conn, service: &Service) -> Result<(PriceSnapshot, Timestamp)> {
    let (snapshot, valid_from): (Value, jiff_diesel::Timestamp) = service_prices::table
        .find((service.id, service.price_version))
        .select((service_prices::snapshot, service_prices::valid_from))
        .first(conn)
        .await?;
    Ok((serde_json::from_value(snapshot)?, valid_from.to_jiff()))
}

/// A chosen option as stored.
#[derive(Clone, Debug, Queryable)]
pub struct OptionRow {
    pub group_id: OptionGroupId,
    pub option_id: Option<OptionId>,
    pub quantity: i32,
    pub text_value: Option<String>,
}

pub async fn options_of(conn: &mut Conn, id: ServiceId) -> QueryResult<Vec<OptionRow>> {
    service_options::table
        .filter(service_options::service_id.eq(id))
        .order(service_options::group_id)
        .select((
            service_options::group_id,
            service_options::option_id,
            service_options::quantity,
            service_options::text_value,
        ))
        .load(conn)
        .await
}

/// Chosen options as the module is given them.
pub async fn given_options(conn: &mut Conn, id: ServiceId) -> QueryResult<Vec<GivenOption>> {
    #[expect(clippy::type_complexity, reason = "a row as it is read, taken apart at once")]
    let rows: Vec<(String, Option<String>, Option<String>, i32, Option<String>)> = service_options::table
        .inner_join(option_groups::table)
        .left_join(options::table)
        .filter(service_options::service_id.eq(id))
        .order(option_groups::key)
        .select((
            option_groups::key,
            options::key.nullable(),
            options::value.nullable(),
            service_options::quantity,
            service_options::text_value,
        ))
        .load(conn)
        .await?;
    let given = |(group, option, value, quantity, text): (
        String,
        Option<String>,
        Option<String>,
        i32,
        Option<String>,
    )| { GivenOption { group, option, value: text.or(value).unwrap_or_default(), quantity } };
    Ok(rows.into_iter().map(given).collect())
}

/// A service to be written.
#[derive(Debug)]
pub struct NewService<'a> {
    pub id: ServiceId,
    pub client: ClientId,
    pub company: CompanyId,
    pub order: OrderId,
    pub offer: &'a Offer,
    pub stock_taken: bool,
}

/// Writes a pending service with its options and what it was sold at.
pub async fn insert(tx: &mut Conn, now: Timestamp, new: &NewService<'_>) -> Result<()> {
    let offer = new.offer;
    let total = &offer.snapshot.total;
    let at = jiff_diesel::Timestamp::from(now);
    let grace = offer.product.suspension_grace_hours.unwrap_or(match offer.charge_by {
        ChargeBy::Hours => 0,
        ChargeBy::Once | ChargeBy::Periods => 72,
    });
    diesel::insert_into(services::table)
        .values((
            services::id.eq(new.id),
            services::client_id.eq(new.client),
            services::order_id.eq(new.order),
            services::product_id.eq(offer.product.id),
            services::company_id.eq(new.company),
            services::label.eq(&offer.label),
            services::state.eq(ServiceState::Pending),
            services::currency.eq(offer.snapshot.currency),
            services::period.eq(offer.period),
            services::charge_by.eq(offer.charge_by),
            services::price_version.eq(1),
            services::setup.eq(total.setup),
            services::base.eq(total.base),
            services::idle_price.eq(total.idle),
            services::uninstall.eq(total.uninstall),
            (
                services::suspension_grace_hours.eq(grace),
                services::termination_delay_hours.eq(offer.product.termination_delay_hours),
                services::module.eq(&offer.product.module),
                services::module_fields.eq(serde_json::to_value(&offer.fields)?),
                services::stock_taken.eq(new.stock_taken),
                services::created_at.eq(at),
                services::updated_at.eq(at),
            ),
        ))
        .execute(tx)
        .await?;
    insert_options(tx, new.id, &offer.chosen).await?;
    insert_snapshot(tx, now, new.id, 1, &offer.snapshot).await
}

async fn insert_options(tx: &mut Conn, id: ServiceId, chosen: &[Chosen]) -> Result<()> {
    let rows: Vec<_> = chosen
        .iter()
        .map(|chosen| {
            (
                service_options::service_id.eq(id),
                service_options::group_id.eq(chosen.group.id),
                service_options::option_id.eq(chosen.option.as_ref().map(|option| option.id)),
                service_options::quantity.eq(chosen.quantity),
                service_options::text_value.eq(chosen.text.clone()),
            )
        })
        .collect();
    diesel::insert_into(service_options::table).values(rows).execute(tx).await?;
    Ok(())
}

async fn insert_snapshot(
    tx: &mut Conn,
    now: Timestamp,
    id: ServiceId,
    version: i32,
    snapshot: &PriceSnapshot,
) -> Result<()> {
    diesel::insert_into(service_prices::table)
        .values((
            service_prices::service_id.eq(id),
            service_prices::version.eq(version),
            service_prices::snapshot.eq(serde_json::to_value(snapshot)?),
            service_prices::valid_from.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Replaces options (as rows) and price of a service; its client is settled up to now. Raises the price's version.
pub async fn reprice(
    tx: &mut Conn,
    now: Timestamp,
    service: &Service,
    rows: Option<&[OptionRow]>,
    snapshot: &PriceSnapshot,
) -> Result<()> {
    if let Some(rows) = rows {
        diesel::delete(service_options::table.filter(service_options::service_id.eq(service.id)))
            .execute(tx)
            .await?;
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                (
                    service_options::service_id.eq(service.id),
                    service_options::group_id.eq(row.group_id),
                    service_options::option_id.eq(row.option_id),
                    service_options::quantity.eq(row.quantity),
                    service_options::text_value.eq(row.text_value.clone()),
                )
            })
            .collect();
        diesel::insert_into(service_options::table).values(rows).execute(tx).await?;
    }
    let version = service.price_version + 1;
    insert_snapshot(tx, now, service.id, version, snapshot).await?;
    diesel::update(services::table.find(service.id))
        .set((
            services::price_version.eq(version),
            services::base.eq(snapshot.total.base),
            services::idle_price.eq(snapshot.total.idle),
            services::uninstall.eq(snapshot.total.uninstall),
            services::updated_at.eq(jiff_diesel::Timestamp::from(now)),
            services::version.eq(services::version + 1),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// A change of a service's state. `None` leaves a column as it is.
#[derive(Debug, AsChangeset)]
#[diesel(table_name = services)]
pub struct Change {
    state: Option<ServiceState>,
    idle: Option<bool>,
    manual: Option<bool>,
    label: Option<String>,
    suspended_at: Option<jiff_diesel::NullableTimestamp>,
    suspension_reason: Option<Option<SuspensionReason>>,
    termination_requested_at: Option<jiff_diesel::NullableTimestamp>,
    terminate_at: Option<jiff_diesel::NullableTimestamp>,
    module_state: Option<Value>,
    operation: Option<Option<Value>>,
    stock_taken: Option<bool>,
    activated_at: Option<jiff_diesel::NullableTimestamp>,
    ended_at: Option<jiff_diesel::NullableTimestamp>,
    past_due_since: Option<jiff_diesel::NullableTimestamp>,
    updated_at: jiff_diesel::Timestamp,
}

impl Change {
    pub fn at(now: Timestamp) -> Self {
        Self {
            state: None,
            idle: None,
            manual: None,
            label: None,
            suspended_at: None,
            suspension_reason: None,
            termination_requested_at: None,
            terminate_at: None,
            module_state: None,
            operation: None,
            stock_taken: None,
            activated_at: None,
            ended_at: None,
            past_due_since: None,
            updated_at: now.into(),
        }
    }
    pub fn state(self, state: ServiceState) -> Self {
        Self { state: Some(state), ..self }
    }
    pub fn idle(self, idle: bool) -> Self {
        Self { idle: Some(idle), ..self }
    }
    pub fn manual(self, manual: bool) -> Self {
        Self { manual: Some(manual), ..self }
    }
    pub fn label(self, label: String) -> Self {
        Self { label: Some(label), ..self }
    }
    pub fn suspended(self, since: Option<(Timestamp, SuspensionReason)>) -> Self {
        Self {
            suspended_at: Some(since.map(|(at, _)| at).into()),
            suspension_reason: Some(since.map(|(_, reason)| reason)),
            ..self
        }
    }
    pub fn termination_requested(self, at: Option<Timestamp>) -> Self {
        Self { termination_requested_at: Some(at.into()), ..self }
    }
    pub fn terminate_at(self, at: Option<Timestamp>) -> Self {
        Self { terminate_at: Some(at.into()), ..self }
    }
    pub fn module_state(self, state: Value) -> Self {
        Self { module_state: Some(state), ..self }
    }
    pub fn operation(self, pending: Option<&Pending>) -> Result<Self> {
        Ok(Self { operation: Some(pending.map(serde_json::to_value).transpose()?), ..self })
    }
    pub fn no_operation(self) -> Self {
        Self { operation: Some(None), ..self }
    }
    pub fn stock_given_back(self) -> Self {
        Self { stock_taken: Some(false), ..self }
    }
    pub fn activated(self, at: Timestamp) -> Self {
        Self { activated_at: Some(Some(at).into()), ..self }
    }
    pub fn ended(self, at: Timestamp) -> Self {
        Self { ended_at: Some(Some(at).into()), past_due_since: Some(None.into()), ..self }
    }
}

/// Writes a change and raises the version.
pub async fn update(tx: &mut Conn, id: ServiceId, change: Change) -> QueryResult<()> {
    diesel::update(services::table.find(id))
        .set((change, services::version.eq(services::version + 1)))
        .execute(tx)
        .await?;
    Ok(())
}

/// A line of a service's history.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    pub from: Option<ServiceState>,
    pub to: ServiceState,
    pub what: &'a str,
    pub reason: String,
}

/// Writes a line of a service's history.
pub async fn record(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    service: ServiceId,
    event: Event<'_>,
) -> QueryResult<()> {
    diesel::insert_into(service_events::table)
        .values((
            service_events::id.eq(Uuid::now_v7()),
            service_events::service_id.eq(service),
            service_events::client_id.eq(client),
            service_events::at.eq(jiff_diesel::Timestamp::from(now)),
            service_events::state_from.eq(event.from),
            service_events::state_to.eq(event.to),
            service_events::what.eq(event.what),
            service_events::reason.eq(event.reason),
            service_events::actor.eq(actor.to_string()),
            service_events::request_id.eq(&actor.request_id),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Ends the tasks that waited for staff to work on a service.
pub async fn end_manual_tasks(
    tx: &mut Conn,
    now: Timestamp,
    service: ServiceId,
    state: TaskState,
) -> QueryResult<()> {
    diesel::update(tasks::table)
        .filter(tasks::service_id.eq(service).and(tasks::manual))
        .filter(tasks::state.eq(TaskState::Processing))
        .set((
            tasks::state.eq(state),
            tasks::progress.eq(100_i16),
            tasks::finished_at.eq(jiff_diesel::NullableTimestamp::from(Some(now))),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// The client as people call it.
pub async fn client_name(conn: &mut Conn, client: ClientId) -> QueryResult<String> {
    use schema::clients;
    let (company, first, last): (String, String, String) = clients::table
        .find(client)
        .select((clients::company_name, clients::first_name, clients::last_name))
        .first(conn)
        .await?;
    Ok(if company.is_empty() { format!("{first} {last}").trim().to_owned() } else { company })
}

pub async fn client_status(conn: &mut Conn, client: ClientId) -> QueryResult<Option<String>> {
    use schema::clients;
    clients::table.find(client).select(clients::status).first(conn).await.optional()
}

/// Running and suspended services of a client.
pub async fn living_of_client(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<ServiceId>> {
    services::table
        .filter(services::client_id.eq(client))
        .filter(services::state.eq_any([ServiceState::Active, ServiceState::Suspended]))
        .order(services::id)
        .select(services::id)
        .load(conn)
        .await
}

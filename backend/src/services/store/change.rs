//! Changes of a service, and the lines of its history.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{service_events, services, tasks};
use serde_json::Value;
use shared::services::{ServiceState, SuspensionReason};
use shared::tasks::TaskState;
use shared::{ClientId, OrderId, ServiceId};
use uuid::Uuid;

use crate::audit::Actor;
use crate::billing::wallet::Wallet;
use crate::db::Conn;
use crate::http::error::Result;
use crate::services::operation::Pending;
use crate::services::store::Service;

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
    /// A suspended service runs again: it ends only where somebody asked for that.
    pub fn running_again(now: Timestamp, service: &Service) -> Self {
        let change = Self::at(now).state(ServiceState::Active).suspended(None);
        if service.termination_requested_at.is_none() { change.terminate_at(None) } else { change }
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

/// Makes a service another client's: its wallet, currency and home company. What it was ordered with stays with the client
/// before.
pub async fn give_to(tx: &mut Conn, now: Timestamp, id: ServiceId, to: &Wallet) -> QueryResult<()> {
    diesel::update(services::table.find(id))
        .set((
            services::client_id.eq(to.client_id),
            services::company_id.eq(to.company_id),
            services::currency.eq(to.currency),
            services::order_id.eq(None::<OrderId>),
            services::updated_at.eq(jiff_diesel::Timestamp::from(now)),
            services::version.eq(services::version + 1),
        ))
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

//! One service: a fixed number of queries.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rules::pricing::{Amounts, PriceOf, SnapshotRow};
use rust_decimal::Decimal;
use schema::{option_groups, options, service_events, service_options, tasks};
use serde_json::Value;
use shared::catalog::{ModuleFieldKind, OptionKind};
use shared::services::{
    ChargeBy, PriceAmounts, ServiceAction, ServiceDetail, ServiceEvent, ServiceForStaff, ServiceOption,
    ServicePrice, ServicePriceLine, ServiceProgress, ServiceState, ServiceTask,
};
use shared::tasks::TaskState;
use shared::{Currency, Language, Money, OptionGroupId, OptionId, ServiceId, TaskId};

use super::list::summary;
use super::order::missing;
use crate::billing::wallet;
use crate::catalog::{product, text};
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::seal::{MASKED, masked};
use crate::services::actions::Scope;
use crate::services::operation::Pending;
use crate::services::order;
use crate::services::store::{self, Service};

/// Events and tasks of a detail page.
const EVENTS_SHOWN: i64 = 100;
const TASKS_SHOWN: i64 = 50;

fn amounts(amounts: &Amounts, currency: Currency) -> PriceAmounts {
    let money = |amount: Option<Decimal>| amount.map(|amount| Money::ledger(amount, currency));
    PriceAmounts {
        setup: money(amounts.setup),
        base: money(amounts.base),
        idle: money(amounts.idle),
        switch_up: money(amounts.switch_up),
        switch_down: money(amounts.switch_down),
        uninstall: money(amounts.uninstall),
    }
}

async fn chosen(conn: &mut Conn, id: ServiceId, language: Language) -> Result<Vec<ServiceOption>> {
    type OptionRow = (
        OptionGroupId,
        String,
        Value,
        OptionKind,
        String,
        Option<OptionId>,
        Option<String>,
        Option<Value>,
        i32,
        Option<String>,
    );
    let rows: Vec<OptionRow> = service_options::table
        .inner_join(option_groups::table)
        .left_join(options::table)
        .filter(service_options::service_id.eq(id))
        .order((option_groups::sort, option_groups::id))
        .select((
            option_groups::id,
            option_groups::key,
            option_groups::texts,
            option_groups::kind,
            option_groups::unit,
            service_options::option_id,
            options::key.nullable(),
            options::texts.nullable(),
            service_options::quantity,
            service_options::text_value,
        ))
        .load(conn)
        .await?;
    let shown = |(group, group_key, group_texts, kind, unit, option, option_key, texts, quantity, text): OptionRow| {
        let option_name = texts.zip(option_key.as_ref()).map(|(texts, key)| text::name(&texts, language, key));
        ServiceOption {
            group,
            group_name: text::name(&group_texts, language, &group_key),
            group_key,
            kind,
            unit,
            option,
            option_key,
            option_name,
            quantity,
            text,
        }
    };
    Ok(rows.into_iter().map(shown).collect())
}

/// The history of a service; clients see what happened while it was theirs.
async fn events(conn: &mut Conn, scope: Scope, id: ServiceId) -> Result<Vec<ServiceEvent>> {
    type EventRow =
        (jiff_diesel::Timestamp, Option<ServiceState>, ServiceState, String, String, String, Option<String>);
    let mut query = service_events::table.filter(service_events::service_id.eq(id)).into_boxed();
    if let Scope::Client(client) = scope {
        query = query.filter(service_events::client_id.eq(client));
    }
    let rows: Vec<EventRow> = query
        .order((service_events::at.desc(), service_events::id.desc()))
        .limit(EVENTS_SHOWN)
        .select((
            service_events::at,
            service_events::state_from,
            service_events::state_to,
            service_events::what,
            service_events::reason,
            service_events::actor,
            service_events::request_id,
        ))
        .load(conn)
        .await?;
    let event = |(at, state_from, state_to, what, reason, actor, request_id): EventRow| ServiceEvent {
        at: at.to_jiff(),
        state_from,
        state_to,
        what,
        reason,
        actor,
        request_id,
    };
    Ok(rows.into_iter().map(event).collect())
}

/// What the caller can do with the service now.
fn actions_of(
    service: &Service,
    pending: Option<&Pending>,
    scope: Scope,
    allow_idle: bool,
) -> Vec<ServiceAction> {
    use ServiceAction as A;
    let staff = scope == Scope::Staff;
    if let Some(pending) = pending {
        return if staff && pending.by_staff { vec![A::MarkDelivered] } else { Vec::new() };
    }
    let mut actions = Vec::new();
    match service.state {
        ServiceState::Pending => actions.push(A::Cancel),
        ServiceState::Failed if staff => actions.extend([A::Retry, A::Cancel]),
        ServiceState::Active | ServiceState::Suspended => {
            let active = service.state == ServiceState::Active;
            if staff {
                actions.push(if active { A::Suspend } else { A::Resume });
                actions.push(A::Terminate);
            }
            if active {
                match (service.idle, service.idle_price.is_some() && (staff || allow_idle)) {
                    (true, _) => actions.push(A::Unidle),
                    (false, true) => actions.push(A::Idle),
                    (false, false) => {}
                }
                if service.past_due_since.is_none() && service.charge_by != ChargeBy::Once {
                    actions.push(A::ChangeOptions);
                }
            }
            let requested = service.termination_requested_at.is_some();
            actions.push(if requested { A::WithdrawTermination } else { A::RequestTermination });
        }
        _ => {}
    }
    actions
}

/// A service with everything that its owner may see.
pub async fn detail(
    conn: &mut Conn,
    scope: Scope,
    id: ServiceId,
    language: Language,
) -> Result<ServiceDetail> {
    let found = match scope {
        Scope::Client(client) => store::find(conn, client, id).await?,
        Scope::Staff => store::find_for_staff(conn, id).await?,
    };
    let service = found.ok_or_else(Refusal::not_found)?;
    let shown = summary(conn, id, language).await?;
    let pending = service.pending()?;
    let (snapshot, valid_from) = store::snapshot(conn, &service).await?;
    let product = product::store::find(conn, service.product_id).await?.ok_or_else(Refusal::not_found)?;
    let options = chosen(conn, id, language).await?;
    let order = match service.order_id {
        Some(order) => order::store::find_for_staff(conn, order).await?,
        None => None,
    };
    let money = |amount: Decimal| Money::ledger(amount, service.currency);
    let line = |row: &SnapshotRow| {
        let option = match &row.of {
            PriceOf::Product { .. } => None,
            PriceOf::Option { option_id } => Some(*option_id),
        };
        let name = match option {
            None => shown.product_name.clone(),
            Some(id) => options
                .iter()
                .find(|chosen| chosen.option == Some(id))
                .map_or_else(|| row.key.clone(), |chosen| chosen.group_name.clone()),
        };
        ServicePriceLine {
            name,
            option,
            price: row.price_id,
            price_version: row.price_version,
            quantity: i32::try_from(row.quantity).unwrap_or(i32::MAX),
            unit: amounts(&row.amounts, service.currency),
        }
    };
    let total = &snapshot.total;
    let price = ServicePrice {
        version: service.price_version,
        valid_from,
        currency: service.currency,
        total: PriceAmounts {
            setup: Some(money(total.setup)),
            base: Some(money(total.base)),
            idle: total.idle.map(money),
            switch_up: total.switch_up.map(money),
            switch_down: total.switch_down.map(money),
            uninstall: Some(money(total.uninstall)),
        },
        lines: std::iter::once(&snapshot.product).chain(&snapshot.options).map(line).collect(),
    };
    let missing = match (&order, service.state) {
        (Some(order), ServiceState::Pending) => missing(conn, order).await?,
        _ => Decimal::ZERO,
    };
    let module = provisioners::find(&service.module);
    let mut fields: BTreeMap<String, String> = serde_json::from_value(service.module_fields.clone())?;
    for field in module.map(|module| module.info().fields).unwrap_or_default() {
        if field.kind == ModuleFieldKind::Secret
            && let Some(value) = fields.get_mut(&field.key)
        {
            MASKED.clone_into(value);
        }
    }
    let progress = pending.as_ref().map(|pending| ServiceProgress {
        operation: pending.kind.as_str().to_owned(),
        percent: i16::from(pending.percent),
        step: pending.step.clone(),
        by_staff: pending.by_staff,
        since: pending.since,
    });
    Ok(ServiceDetail {
        order_id: service.order_id,
        company_id: service.company_id,
        price,
        options,
        fields,
        facts: module.map(|module| module.facts(&service.module_state)).unwrap_or_default(),
        suspended_at: service.suspended_at,
        cancel_at: order
            .as_ref()
            .and_then(|order| order.cancel_at)
            .filter(|_| service.state == ServiceState::Pending),
        missing: money(missing),
        proforma: order.as_ref().and_then(|order| order.proforma_id),
        progress,
        allow_idle: product.allow_idle,
        actions: actions_of(&service, pending.as_ref(), scope, product.allow_idle),
        events: events(conn, scope, id).await?,
        ended_at: service.ended_at,
        version: service.version,
        updated_at: service.updated_at,
        service: shown,
    })
}

/// A service as staff see it.
pub async fn for_staff(conn: &mut Conn, id: ServiceId, language: Language) -> Result<ServiceForStaff> {
    let detail = detail(conn, Scope::Staff, id, language).await?;
    let service = store::find_for_staff(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let held = wallet::holds::open(conn, service.client_id, id).await?;
    type TaskRow = (
        TaskId,
        String,
        TaskState,
        bool,
        i16,
        Option<String>,
        Option<String>,
        jiff_diesel::Timestamp,
        jiff_diesel::NullableTimestamp,
    );
    let rows: Vec<TaskRow> = tasks::table
        .filter(tasks::service_id.eq(id))
        .order((tasks::created_at.desc(), tasks::id.desc()))
        .limit(TASKS_SHOWN)
        .select((
            tasks::id,
            tasks::name,
            tasks::state,
            tasks::manual,
            tasks::progress,
            tasks::step,
            tasks::error,
            tasks::created_at,
            tasks::finished_at,
        ))
        .load(conn)
        .await?;
    let task =
        |(id, name, state, manual, progress, step, error, created_at, finished_at): TaskRow| ServiceTask {
            id,
            name,
            state,
            manual,
            progress,
            step,
            error,
            created_at: created_at.to_jiff(),
            finished_at: finished_at.to_jiff(),
        };
    Ok(ServiceForStaff {
        module: service.module.clone(),
        module_state: masked(service.module_state.clone()),
        suspension_grace_hours: service.suspension_grace_hours,
        termination_delay_hours: service.termination_delay_hours,
        held: held.map(|(_, amount)| Money::ledger(amount, service.currency)),
        tasks: rows.into_iter().map(task).collect(),
        detail,
    })
}

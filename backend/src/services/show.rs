//! Services as pages see them. A list is two queries, a detail a fixed number.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Jsonb, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rules::pricing::{Amounts, PriceOf, SnapshotRow};
use rust_decimal::Decimal;
use schema::{charges, option_groups, options, service_events, service_options, tasks};
use serde_json::Value;
use shared::catalog::{ModuleFieldKind, OptionKind};
use shared::services::{
    ChargeBy, GroupCounter, OrderDetail, PriceAmounts, ServiceAction, ServiceCharge, ServiceCounters,
    ServiceDetail, ServiceEvent, ServiceFilter, ServiceForStaff, ServiceOption, ServicePrice,
    ServicePriceLine, ServiceProgress, ServiceState, ServiceSummary, ServiceTask, SuspensionReason,
};
use shared::tasks::TaskState;
use shared::{
    ClientId, Currency, Language, Money, OptionGroupId, OptionId, OrderId, Period, ProductGroupId, ProductId,
    ServiceId, TaskId,
};

use super::actions::Scope;
use super::operation::Pending;
use super::order;
use super::store::{self, Service};
use crate::billing::wallet;
use crate::catalog::{product, quote, text};
use crate::db::Conn;
use crate::http::Paging;
use crate::http::error::{Refusal, Result};

const MASKED: &str = "••••••";
/// Events and tasks of a detail page.
const EVENTS_SHOWN: i64 = 100;
const TASKS_SHOWN: i64 = 50;

#[derive(Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: ServiceId,
    #[diesel(sql_type = SqlUuid)]
    client_id: ClientId,
    #[diesel(sql_type = Text)]
    client_name: String,
    #[diesel(sql_type = SqlUuid)]
    product_id: ProductId,
    #[diesel(sql_type = Text)]
    product_key: String,
    #[diesel(sql_type = Jsonb)]
    texts: Value,
    #[diesel(sql_type = Text)]
    icon: String,
    #[diesel(sql_type = Text)]
    label: String,
    #[diesel(sql_type = Text)]
    state: ServiceState,
    #[diesel(sql_type = Bool)]
    idle: bool,
    #[diesel(sql_type = Bool)]
    manual: bool,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    past_due_since: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Nullable<Text>)]
    suspension_reason: Option<SuspensionReason>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    termination_requested_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    terminate_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Text)]
    currency: Currency,
    #[diesel(sql_type = Text)]
    period: Period,
    #[diesel(sql_type = Text)]
    charge_by: ChargeBy,
    #[diesel(sql_type = Numeric)]
    rate: Decimal,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    paid_until: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    activated_at: jiff_diesel::NullableTimestamp,
    #[diesel(sql_type = Timestamptz)]
    created_at: jiff_diesel::Timestamp,
}

impl Row {
    fn summary(self, language: Language) -> Result<ServiceSummary> {
        Ok(ServiceSummary {
            id: self.id,
            client_id: self.client_id,
            client_name: self.client_name,
            product_id: self.product_id,
            product_name: text::name(&self.texts, language, &self.product_key),
            product_key: self.product_key,
            icon: self.icon,
            label: self.label,
            state: self.state,
            idle: self.idle,
            manual: self.manual,
            past_due_since: self.past_due_since.to_jiff(),
            suspension_reason: self.suspension_reason,
            termination_requested_at: self.termination_requested_at.to_jiff(),
            terminate_at: self.terminate_at.to_jiff(),
            period: self.period,
            charge_by: self.charge_by,
            rate: Money::ledger(self.rate, self.currency),
            hourly: quote::hourly(self.rate, self.period, self.currency)?,
            paid_until: self.paid_until.to_jiff(),
            activated_at: self.activated_at.to_jiff(),
            created_at: self.created_at.to_jiff(),
        })
    }
}

const COLUMNS: &str = "s.id, s.client_id, coalesce(nullif(c.company_name, ''), c.first_name || ' ' || c.last_name) AS client_name,
    s.product_id, p.key AS product_key, p.texts, p.icon, s.label, s.state, s.idle, s.manual, s.past_due_since, s.suspension_reason,
    s.termination_requested_at, s.terminate_at, s.currency, s.period, s.charge_by, s.rate,
    service_paid_until(s.paid_until, s.stream_from, w.charged_to) AS paid_until, s.activated_at, s.created_at";
const TABLES: &str = "services s JOIN products p ON p.id = s.product_id JOIN clients c ON c.id = s.client_id
    JOIN wallets w ON w.client_id = s.client_id";
const WHERE: &str = "($1::uuid IS NULL OR s.client_id = $1) AND ($2::text IS NULL OR s.state = $2)
    AND ($3::uuid IS NULL OR s.product_id = $3)
    AND ($4::uuid IS NULL OR EXISTS (SELECT 1 FROM product_group_products g WHERE g.product_id = s.product_id AND g.group_id = $4))
    AND ($5::text IS NULL OR s.module = $5) AND ($6::bool IS NULL OR (s.past_due_since IS NOT NULL) = $6)
    AND ($7::bool IS NULL OR (s.termination_requested_at IS NOT NULL) = $7) AND ($8::bool IS NULL OR s.manual = $8)
    AND ($9::bool IS NULL OR (s.ended_at IS NULL) = $9)
    AND ($10::text IS NULL OR s.label ILIKE $10 OR p.key ILIKE $10 OR s.id::text ILIKE $10 OR c.company_name ILIKE $10
         OR (c.first_name || ' ' || c.last_name) ILIKE $10 OR c.email ILIKE $10)";

/// What the list sorts by; the first is the default.
pub const SORTS: &[&str] = &[
    "-created_at",
    "label",
    "state",
    "client_name",
    "product_key",
    "rate",
    "paid_until",
    "terminate_at",
    "activated_at",
];

/// A page of services. The filter's `client` is the caller's own in the client area.
pub async fn list(
    conn: &mut Conn,
    paging: &Paging,
    filter: &ServiceFilter,
    language: Language,
) -> Result<(Vec<ServiceSummary>, i64)> {
    #[derive(QueryableByName)]
    struct Total {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let order = match paging.sort {
        column @ ("client_name" | "product_key" | "paid_until") => column.to_owned(),
        column => format!("s.{column}"),
    };
    let direction = if paging.descending { "DESC NULLS LAST" } else { "ASC NULLS LAST" };
    let rows: Vec<Row> = diesel::sql_query(format!(
        "SELECT {COLUMNS} FROM {TABLES} WHERE {WHERE} ORDER BY {order} {direction}, s.id LIMIT $11 OFFSET $12"
    ))
    .bind::<Nullable<SqlUuid>, _>(filter.client)
    .bind::<Nullable<Text>, _>(filter.state.map(ServiceState::as_str))
    .bind::<Nullable<SqlUuid>, _>(filter.product)
    .bind::<Nullable<SqlUuid>, _>(filter.group)
    .bind::<Nullable<Text>, _>(&filter.module)
    .bind::<Nullable<Bool>, _>(filter.past_due)
    .bind::<Nullable<Bool>, _>(filter.termination_requested)
    .bind::<Nullable<Bool>, _>(filter.manual)
    .bind::<Nullable<Bool>, _>(filter.living)
    .bind::<Nullable<Text>, _>(paging.pattern())
    .bind::<BigInt, _>(paging.limit())
    .bind::<BigInt, _>(paging.offset())
    .load(conn)
    .await?;
    let total: Total = diesel::sql_query(format!("SELECT count(*) AS total FROM {TABLES} WHERE {WHERE}"))
        .bind::<Nullable<SqlUuid>, _>(filter.client)
        .bind::<Nullable<Text>, _>(filter.state.map(ServiceState::as_str))
        .bind::<Nullable<SqlUuid>, _>(filter.product)
        .bind::<Nullable<SqlUuid>, _>(filter.group)
        .bind::<Nullable<Text>, _>(&filter.module)
        .bind::<Nullable<Bool>, _>(filter.past_due)
        .bind::<Nullable<Bool>, _>(filter.termination_requested)
        .bind::<Nullable<Bool>, _>(filter.manual)
        .bind::<Nullable<Bool>, _>(filter.living)
        .bind::<Nullable<Text>, _>(paging.pattern())
        .get_result(conn)
        .await?;
    let items: Result<Vec<_>> = rows.into_iter().map(|row| row.summary(language)).collect();
    Ok((items?, total.total))
}

async fn summary(conn: &mut Conn, id: ServiceId, language: Language) -> Result<ServiceSummary> {
    let row: Option<Row> = diesel::sql_query(format!("SELECT {COLUMNS} FROM {TABLES} WHERE s.id = $1"))
        .bind::<SqlUuid, _>(id)
        .get_result(conn)
        .await
        .optional()?;
    row.ok_or_else(Refusal::not_found)?.summary(language)
}

async fn of_order(conn: &mut Conn, id: OrderId, language: Language) -> Result<Vec<ServiceSummary>> {
    let rows: Vec<Row> =
        diesel::sql_query(format!("SELECT {COLUMNS} FROM {TABLES} WHERE s.order_id = $1 ORDER BY s.id"))
            .bind::<SqlUuid, _>(id)
            .load(conn)
            .await?;
    rows.into_iter().map(|row| row.summary(language)).collect()
}

/// Services of a client by number, and the groups they are in.
pub async fn counters(conn: &mut Conn, client: ClientId, language: Language) -> Result<ServiceCounters> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = BigInt)]
        total: i64,
        #[diesel(sql_type = BigInt)]
        active: i64,
        #[diesel(sql_type = BigInt)]
        suspended: i64,
        #[diesel(sql_type = BigInt)]
        pending: i64,
        #[diesel(sql_type = BigInt)]
        termination_requested: i64,
        #[diesel(sql_type = BigInt)]
        past_due: i64,
    }
    #[derive(QueryableByName)]
    struct Group {
        #[diesel(sql_type = SqlUuid)]
        id: ProductGroupId,
        #[diesel(sql_type = Text)]
        key: String,
        #[diesel(sql_type = Jsonb)]
        texts: Value,
        #[diesel(sql_type = Text)]
        icon: String,
        #[diesel(sql_type = BigInt)]
        services: i64,
    }
    let counts: Counts = diesel::sql_query(
        "SELECT count(*) AS total, count(*) FILTER (WHERE state = 'active') AS active,
                count(*) FILTER (WHERE state = 'suspended') AS suspended,
                count(*) FILTER (WHERE state IN ('pending', 'provisioning')) AS pending,
                count(*) FILTER (WHERE termination_requested_at IS NOT NULL) AS termination_requested,
                count(*) FILTER (WHERE past_due_since IS NOT NULL) AS past_due
         FROM services WHERE client_id = $1 AND ended_at IS NULL",
    )
    .bind::<SqlUuid, _>(client)
    .get_result(conn)
    .await?;
    let groups: Vec<Group> = diesel::sql_query(
        "SELECT g.id, g.key, g.texts, g.icon, count(*) AS services
         FROM services s JOIN product_group_products m ON m.product_id = s.product_id JOIN product_groups g ON g.id = m.group_id
         WHERE s.client_id = $1 AND s.ended_at IS NULL GROUP BY g.id ORDER BY g.sort, g.id",
    )
    .bind::<SqlUuid, _>(client)
    .load(conn)
    .await?;
    let group = |row: Group| GroupCounter {
        id: row.id,
        name: text::name(&row.texts, language, &row.key),
        key: row.key,
        icon: row.icon,
        services: row.services,
    };
    Ok(ServiceCounters {
        total: counts.total,
        active: counts.active,
        suspended: counts.suspended,
        pending: counts.pending,
        termination_requested: counts.termination_requested,
        past_due: counts.past_due,
        groups: groups.into_iter().map(group).collect(),
    })
}

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

async fn events(conn: &mut Conn, id: ServiceId) -> Result<Vec<ServiceEvent>> {
    type EventRow =
        (jiff_diesel::Timestamp, Option<ServiceState>, ServiceState, String, String, String, Option<String>);
    let rows: Vec<EventRow> = service_events::table
        .filter(service_events::service_id.eq(id))
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
        events: events(conn, id).await?,
        ended_at: service.ended_at,
        version: service.version,
        updated_at: service.updated_at,
        service: shown,
    })
}

/// What the wallet lacks for an order that waits, now.
async fn missing(conn: &mut Conn, order: &order::store::Order) -> Result<Decimal> {
    let wallet = wallet::store::find(conn, order.client_id).await?.ok_or_else(Refusal::not_found)?;
    let left = order.due_now - wallet.available();
    Ok(left.max(Decimal::ZERO))
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

/// Hides whatever is called a secret.
fn masked(value: Value) -> Value {
    let secret = |key: &str| {
        let key = key.to_ascii_lowercase();
        ["password", "secret", "token", "private", "key"].iter().any(|word| key.contains(word))
    };
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let shown = if secret(&key) { Value::String(MASKED.to_owned()) } else { masked(value) };
                    (key, shown)
                })
                .collect(),
        ),
        Value::Array(list) => Value::Array(list.into_iter().map(masked).collect()),
        other => other,
    }
}

/// An order with its services. `client` names whose it must be; `None` for staff.
pub async fn order(
    conn: &mut Conn,
    client: Option<ClientId>,
    id: OrderId,
    language: Language,
) -> Result<OrderDetail> {
    let found = match client {
        Some(client) => order::store::find(conn, client, id).await?,
        None => order::store::find_for_staff(conn, id).await?,
    };
    let order = found.ok_or_else(Refusal::not_found)?;
    let waits = order.status == shared::services::OrderStatus::Pending;
    let missing = if waits { missing(conn, &order).await? } else { Decimal::ZERO };
    Ok(OrderDetail {
        id,
        client_id: order.client_id,
        client_name: store::client_name(conn, order.client_id).await?,
        status: order.status,
        due_now: Money::ledger(order.due_now, order.currency),
        missing: Money::ledger(missing, order.currency),
        proforma: order.proforma_id,
        placed_by: order.placed_by,
        services: of_order(conn, id, language).await?,
        cancel_at: order.cancel_at,
        version: order.version,
        created_at: order.created_at,
        updated_at: order.updated_at,
    })
}

/// What the list of charges sorts by.
pub const CHARGE_SORTS: &[&str] = &["-period_from"];

/// A page of a service's charges.
pub async fn charges_of(
    conn: &mut Conn,
    client: ClientId,
    id: ServiceId,
    paging: &Paging,
) -> Result<(Vec<ServiceCharge>, i64)> {
    let service = store::find(conn, client, id).await?.ok_or_else(Refusal::not_found)?;
    let mine = charges::client_id.eq(client).and(charges::service_id.eq(id));
    let total = charges::table.filter(mine).count().get_result(conn).await?;
    let query = charges::table
        .filter(mine)
        .select((charges::period_from, charges::period_to, charges::amount, charges::price_version))
        .limit(paging.limit())
        .offset(paging.offset())
        .into_boxed();
    let query = if paging.descending {
        query.order(charges::period_from.desc())
    } else {
        query.order(charges::period_from.asc())
    };
    let rows: Vec<(jiff_diesel::Timestamp, jiff_diesel::Timestamp, Decimal, i32)> = query.load(conn).await?;
    let charge = |(from, to, amount, price_version): (
        jiff_diesel::Timestamp,
        jiff_diesel::Timestamp,
        Decimal,
        i32,
    )| {
        ServiceCharge {
            period_from: from.to_jiff(),
            period_to: to.to_jiff(),
            amount: Money::ledger(amount, service.currency),
            price_version,
        }
    };
    Ok((rows.into_iter().map(charge).collect(), total))
}

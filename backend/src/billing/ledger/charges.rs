//! Charges of services, and what the services were sold at, as rows.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::pricing::PriceSnapshot;
use rust_decimal::Decimal;
use schema::{charges, option_groups, options, products, service_prices, services};
use serde_json::Value;
use shared::billing::ledger::ChargeFilter;
use shared::{ClientId, Currency, Language, OptionId, Period, ServiceId};

use super::reasons::Names;
use super::store::Transfer;
use crate::catalog::text;
use crate::db::Conn;

/// A charge with what explains it.
#[derive(Clone, Debug)]
pub struct Charge {
    pub service_id: ServiceId,
    pub period_from: Timestamp,
    pub period_to: Timestamp,
    pub amount: Decimal,
    pub price_version: i32,
    pub label: String,
    pub period: Period,
    pub currency: Currency,
    pub product_texts: Value,
    pub product_key: String,
    /// What the service was sold at then, if it is still known.
    pub snapshot: Option<PriceSnapshot>,
}

type ChargeRow = (
    (ServiceId, jiff_diesel::Timestamp, jiff_diesel::Timestamp, Decimal, i32),
    (String, Period, Currency),
    (Value, String),
    Option<Value>,
);

fn charge(row: ChargeRow) -> Charge {
    let ((service_id, from, to, amount, price_version), (label, period, currency), (texts, key), snapshot) =
        row;
    let snapshot: Option<PriceSnapshot> = snapshot.and_then(|snapshot| serde_json::from_value(snapshot).ok());
    Charge {
        service_id,
        period_from: from.to_jiff(),
        period_to: to.to_jiff(),
        amount,
        price_version,
        label,
        period,
        // A service that moved to another client may have another currency now.
        currency: snapshot.as_ref().map_or(currency, |snapshot| snapshot.currency),
        product_texts: texts,
        product_key: key,
        snapshot,
    }
}

macro_rules! explained_charges {
    () => {
        charges::table
            .inner_join(services::table.on(services::id.eq(charges::service_id)))
            .inner_join(products::table.on(products::id.eq(services::product_id)))
            .left_join(
                service_prices::table.on(service_prices::service_id
                    .eq(charges::service_id)
                    .and(service_prices::version.eq(charges::price_version))),
            )
            .select((
                (
                    charges::service_id,
                    charges::period_from,
                    charges::period_to,
                    charges::amount,
                    charges::price_version,
                ),
                (services::label, services::period, services::currency),
                (products::texts, products::key),
                service_prices::snapshot.nullable(),
            ))
    };
}

/// Most charges that the "why?" of one transfer shows.
const CHARGES_SHOWN: i64 = 1000;

/// The charges behind a transfer, oldest first; at most a thousand.
pub async fn of_transfer(conn: &mut Conn, client: ClientId, transfer: &Transfer) -> QueryResult<Vec<Charge>> {
    let (Some(from), Some(to)) = (transfer.period_from, transfer.period_to) else { return Ok(Vec::new()) };
    let rows: Vec<ChargeRow> = explained_charges!()
        .filter(charges::client_id.eq(client).and(charges::transfer_id.eq(transfer.id)))
        .filter(charges::period_from.ge(jiff_diesel::Timestamp::from(from)))
        .filter(charges::period_from.lt(jiff_diesel::Timestamp::from(to)))
        .order((charges::period_from, charges::service_id))
        .limit(CHARGES_SHOWN)
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(charge).collect())
}

/// How many single charges a service has from these clients in the range, and of how many of their months they are in files.
pub async fn count_of_service(
    conn: &mut Conn,
    clients: &[ClientId],
    service: ServiceId,
    range: ChargeFilter,
) -> QueryResult<(i64, i64)> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        single: i64,
        #[diesel(sql_type = BigInt)]
        archived: i64,
    }
    let row: Row = diesel::sql_query(
        "SELECT (SELECT count(*) FROM charges WHERE client_id = ANY($1) AND service_id = $2
                     AND ($3 IS NULL OR period_from >= $3) AND ($4 IS NULL OR period_from < $4)) AS single,
                (SELECT count(*) FROM archived_charges WHERE client_id = ANY($1) AND service_id = $2
                     AND ($3 IS NULL OR last_from >= $3) AND ($4 IS NULL OR first_from < $4)) AS archived",
    )
    .bind::<Array<SqlUuid>, _>(clients)
    .bind::<SqlUuid, _>(service)
    .bind::<Nullable<Timestamptz>, _>(range.from.map(jiff_diesel::Timestamp::from))
    .bind::<Nullable<Timestamptz>, _>(range.to.map(jiff_diesel::Timestamp::from))
    .get_result(conn)
    .await?;
    Ok((row.single, row.archived))
}

/// Single charges of a service from these clients in the range, newest first.
pub async fn of_service(
    conn: &mut Conn,
    clients: &[ClientId],
    service: ServiceId,
    range: ChargeFilter,
    limit: i64,
    offset: i64,
) -> QueryResult<Vec<Charge>> {
    let mut charged = explained_charges!()
        .filter(charges::client_id.eq_any(clients).and(charges::service_id.eq(service)))
        .into_boxed();
    if let Some(from) = range.from {
        charged = charged.filter(charges::period_from.ge(jiff_diesel::Timestamp::from(from)));
    }
    if let Some(to) = range.to {
        charged = charged.filter(charges::period_from.lt(jiff_diesel::Timestamp::from(to)));
    }
    let rows: Vec<ChargeRow> =
        charged.order(charges::period_from.desc()).limit(limit).offset(offset).load(conn).await?;
    Ok(rows.into_iter().map(charge).collect())
}

/// What a service is called, for rows that stand for charges in files.
#[derive(Clone, Debug)]
pub struct Named {
    pub service_id: ServiceId,
    pub label: String,
    pub product_texts: Value,
    pub product_key: String,
}

pub async fn named(conn: &mut Conn, service: ServiceId) -> QueryResult<Named> {
    let (label, product_texts, product_key) = services::table
        .inner_join(products::table)
        .filter(services::id.eq(service))
        .select((services::label, products::texts, products::key))
        .first(conn)
        .await?;
    Ok(Named { service_id: service, label, product_texts, product_key })
}

/// Whether a service is this client's, or was charged to it when it was.
pub async fn concerns(conn: &mut Conn, client: ClientId, service: ServiceId) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Bool)]
        found: bool,
    }
    let row: Row = diesel::sql_query(
        "SELECT EXISTS (SELECT FROM services WHERE client_id = $1 AND id = $2)
             OR EXISTS (SELECT FROM charges WHERE client_id = $1 AND service_id = $2)
             OR EXISTS (SELECT FROM archived_charges WHERE client_id = $1 AND service_id = $2)
             OR EXISTS (SELECT FROM ledger_transfers WHERE client_id = $1 AND service_id = $2) AS found",
    )
    .bind::<SqlUuid, _>(client)
    .bind::<SqlUuid, _>(service)
    .get_result(conn)
    .await?;
    Ok(row.found)
}

/// All clients that have or had a service, for staff. None: there is no such service.
pub async fn clients_of_service(conn: &mut Conn, service: ServiceId) -> QueryResult<Vec<ClientId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        client_id: ClientId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT client_id FROM services WHERE id = $1
         UNION SELECT client_id FROM service_events WHERE service_id = $1",
    )
    .bind::<SqlUuid, _>(service)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.client_id).collect())
}

/// What a service was sold at, at this version of its price.
#[derive(Clone, Debug)]
pub struct Sold {
    pub product_texts: Value,
    pub product_key: String,
    pub snapshot: PriceSnapshot,
}

pub async fn sold(conn: &mut Conn, service: ServiceId, version: i32) -> QueryResult<Option<Sold>> {
    let found: Option<(Value, Value, String)> = service_prices::table
        .inner_join(services::table.on(services::id.eq(service_prices::service_id)))
        .inner_join(products::table.on(products::id.eq(services::product_id)))
        .filter(service_prices::service_id.eq(service).and(service_prices::version.eq(version)))
        .select((service_prices::snapshot, products::texts, products::key))
        .first(conn)
        .await
        .optional()?;
    Ok(found.and_then(|(snapshot, product_texts, product_key)| {
        Some(Sold { snapshot: serde_json::from_value(snapshot).ok()?, product_texts, product_key })
    }))
}

/// What the options of these snapshots are called: group and option.
pub async fn option_names<'a>(
    conn: &mut Conn,
    snapshots: impl Iterator<Item = &'a PriceSnapshot>,
    language: Language,
) -> QueryResult<Names> {
    let mut ids: Vec<OptionId> = snapshots.flat_map(super::reasons::options_of).collect();
    ids.sort();
    ids.dedup();
    let rows: Vec<(OptionId, Value, String, Value, String)> = options::table
        .inner_join(option_groups::table)
        .filter(options::id.eq_any(ids))
        .select((options::id, options::texts, options::key, option_groups::texts, option_groups::key))
        .load(conn)
        .await?;
    let named = |(id, texts, key, group_texts, group_key): (OptionId, Value, String, Value, String)| {
        let group = text::name(&group_texts, language, &group_key);
        let option = text::name(&texts, language, &key);
        (id, if option == group { group } else { format!("{group}: {option}") })
    };
    Ok(rows.into_iter().map(named).collect())
}

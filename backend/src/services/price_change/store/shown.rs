//! Changes of prices as staff see them.

use anyhow::Context;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Numeric, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use shared::catalog::{
    PriceChange, PriceChangeOutcome, PriceChangeRow, PriceChangeService, PriceChangeState,
};
use shared::{ClientId, Currency, Money, Period, PriceChangeId, ProductId, ServiceId};

use super::CLIENT_NAME;
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;
use crate::http::error::Result;

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

//! The charges of one service.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use rust_decimal::Decimal;
use schema::charges;
use shared::services::ServiceCharge;
use shared::{ClientId, Money, ServiceId};

use crate::db::Conn;
use crate::http::Paging;
use crate::http::error::{Refusal, Result};
use crate::services::store;

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

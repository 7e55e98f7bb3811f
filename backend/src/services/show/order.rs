//! One order with its services.

use rust_decimal::Decimal;
use shared::services::OrderDetail;
use shared::{ClientId, Language, Money, OrderId};

use super::list::of_order;
use crate::billing::wallet;
use crate::db::Conn;
use crate::http::error::{Refusal, Result};
use crate::services::order;
use crate::services::store;

/// What the wallet lacks for an order that waits, now.
pub(super) async fn missing(conn: &mut Conn, order: &order::store::Order) -> Result<Decimal> {
    let wallet = wallet::store::find(conn, order.client_id).await?.ok_or_else(Refusal::not_found)?;
    let left = order.due_now - wallet.available();
    Ok(left.max(Decimal::ZERO))
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
        terms_version: order.terms_version,
        services: of_order(conn, id, language).await?,
        cancel_at: order.cancel_at,
        version: order.version,
        created_at: order.created_at,
        updated_at: order.updated_at,
    })
}

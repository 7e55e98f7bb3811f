//! Spend guards as rows, and what they guard.

use diesel::prelude::*;
use diesel::sql_types::{Numeric, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rules::spending::lower_cap;
use rust_decimal::Decimal;
use schema::{services, spend_guards};
use shared::services::ServiceState;
use shared::{ClientId, Period};

use crate::db::Conn;

/// A guard as stored; amounts are of the wallet's currency.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = spend_guards, check_for_backend(diesel::pg::Pg))]
pub struct Guard {
    pub alert: Option<Decimal>,
    pub staff_cap: Option<Decimal>,
    pub own_cap: Option<Decimal>,
    pub version: i32,
}

impl Guard {
    /// Of a client that nobody set one for.
    pub const NONE: Self = Self { alert: None, staff_cap: None, own_cap: None, version: 0 };

    /// The cap that counts.
    pub fn cap(&self) -> Option<Decimal> {
        lower_cap(self.staff_cap, self.own_cap)
    }
}

pub async fn find(conn: &mut Conn, client: ClientId) -> QueryResult<Option<Guard>> {
    spend_guards::table.find(client).select(Guard::as_select()).first(conn).await.optional()
}

/// Writes a guard as the version after its own; the client's wallet is locked.
pub async fn keep(tx: &mut Conn, now: Timestamp, client: ClientId, guard: &Guard) -> QueryResult<()> {
    let values = (
        spend_guards::alert.eq(guard.alert),
        spend_guards::staff_cap.eq(guard.staff_cap),
        spend_guards::own_cap.eq(guard.own_cap),
        spend_guards::version.eq(guard.version + 1),
        spend_guards::updated_at.eq(jiff_diesel::Timestamp::from(now)),
    );
    diesel::insert_into(spend_guards::table)
        .values((spend_guards::client_id.eq(client), values))
        .on_conflict(spend_guards::client_id)
        .do_update()
        .set(values)
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(Debug, QueryableByName)]
struct PriceRow {
    #[diesel(sql_type = Numeric)]
    price: Decimal,
    #[diesel(sql_type = Text)]
    period: Period,
}

/// What the services cost that have not ended, one sum for each period. A change of options on its way counts when it is dearer.
pub async fn prices(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<(Decimal, Period)>> {
    let rows: Vec<PriceRow> = diesel::sql_query(
        "SELECT period, sum(greatest(base, (operation #>> '{change,snapshot,total,base}')::numeric)) AS price
         FROM services WHERE client_id = $1 AND state IN ('pending', 'provisioning', 'active', 'suspended')
         GROUP BY period",
    )
    .bind::<SqlUuid, _>(client)
    .load(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.price, row.period)).collect())
}

/// The setup fees of what was ordered since then and not taken back.
pub async fn setup_since(conn: &mut Conn, client: ClientId, since: Timestamp) -> QueryResult<Decimal> {
    let sum: Option<Decimal> = services::table
        .filter(services::client_id.eq(client))
        .filter(services::created_at.ge(jiff_diesel::Timestamp::from(since)))
        .filter(services::state.ne_all([ServiceState::Cancelled, ServiceState::Failed]))
        .select(diesel::dsl::sum(services::setup))
        .first(conn)
        .await?;
    Ok(sum.unwrap_or_default())
}

//! How many services a client has, by state and by group.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Jsonb, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use shared::catalog::Look;
use shared::services::{GroupCounter, ServiceCounters};
use shared::{ClientId, Language, ProductGroupId};

use crate::catalog::text;
use crate::db::Conn;
use crate::http::error::Result;

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
        #[diesel(sql_type = Text)]
        manage_look: Look,
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
        "SELECT g.id, g.key, g.texts, g.icon, g.manage_look, count(*) AS services
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
        look: row.manage_look,
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

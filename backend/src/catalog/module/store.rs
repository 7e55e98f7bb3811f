//! Modules as rows, and what is sold with them.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{modules, products, services};
use serde_json::{Value, json};
use shared::catalog::ModuleStatus;
use uuid::Uuid;

use crate::db::Conn;

/// What staff decided about a module.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = modules, check_for_backend(diesel::pg::Pg))]
pub struct Row {
    pub key: String,
    pub id: Uuid,
    pub status: ModuleStatus,
    pub error: Option<String>,
    pub module_version: String,
    pub configuration: Value,
    pub activated_at: jiff_diesel::NullableTimestamp,
    pub tested_at: jiff_diesel::NullableTimestamp,
    pub version: i32,
}

pub async fn all(conn: &mut Conn) -> QueryResult<HashMap<String, Row>> {
    let rows: Vec<Row> = modules::table.select(Row::as_select()).load(conn).await?;
    Ok(rows.into_iter().map(|row| (row.key.clone(), row)).collect())
}

pub async fn find(conn: &mut Conn, key: &str) -> QueryResult<Option<Row>> {
    modules::table.find(key).select(Row::as_select()).first(conn).await.optional()
}

/// Locks the row of a module until the transaction ends; makes it when there is none.
pub async fn lock(tx: &mut Conn, now: Timestamp, key: &str, module_version: &str) -> QueryResult<Row> {
    diesel::insert_into(modules::table)
        .values((
            modules::key.eq(key),
            modules::id.eq(Uuid::now_v7()),
            modules::module_version.eq(module_version),
            modules::version.eq(0),
            modules::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    modules::table.find(key).select(Row::as_select()).for_update().first(tx).await
}

/// The status of a module, which stays so until the transaction ends.
pub async fn hold_status(tx: &mut Conn, key: &str) -> QueryResult<ModuleStatus> {
    let status = modules::table.find(key).select(modules::status).for_share().first(tx).await.optional()?;
    Ok(status.unwrap_or(ModuleStatus::Inactive))
}

/// The keys of the modules that work: products may be made with them, and their scheduled tasks run.
pub async fn working(conn: &mut Conn) -> QueryResult<HashSet<String>> {
    let rows: Vec<(String, ModuleStatus)> =
        modules::table.select((modules::key, modules::status)).load(conn).await?;
    Ok(rows.into_iter().filter(|(_, status)| status.takes_products()).map(|(key, _)| key).collect())
}

/// Writes a row as it is now.
pub async fn update(tx: &mut Conn, now: Timestamp, row: &Row) -> QueryResult<()> {
    diesel::update(modules::table.find(&row.key))
        .set((
            modules::status.eq(row.status),
            modules::error.eq(&row.error),
            modules::module_version.eq(&row.module_version),
            modules::configuration.eq(&row.configuration),
            modules::activated_at.eq(row.activated_at),
            modules::tested_at.eq(row.tested_at),
            modules::version.eq(row.version),
            modules::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// How many products are sold with each module.
pub async fn selling(conn: &mut Conn) -> QueryResult<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = products::table
        .filter(diesel::dsl::not(products::retired))
        .group_by(products::module)
        .select((products::module, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The keys of some products that are sold with a module.
pub async fn sold_with(conn: &mut Conn, key: &str) -> QueryResult<Vec<String>> {
    products::table
        .filter(products::module.eq(key).and(diesel::dsl::not(products::retired)))
        .order((products::sort, products::id))
        .select(products::key)
        .limit(20)
        .load(conn)
        .await
}

/// Living services that a module delivers.
pub async fn living_services(conn: &mut Conn, key: &str) -> QueryResult<i64> {
    services::table
        .filter(services::module.eq(key).and(services::ended_at.is_null()))
        .count()
        .get_result(conn)
        .await
}

impl Row {
    /// What the log of changes says of it.
    pub fn seen(&self) -> Value {
        json!({ "status": self.status, "error": self.error })
    }
}

//! What a person arranged for himself: dashboards, columns, theme. Any JSON under a key.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::preferences;
use serde_json::Value;
use shared::Code;
use uuid::Uuid;

use crate::db::Conn;
use crate::http::error::{Refusal, Result};

const BYTES_MAX: usize = 64 * 1024;
const KEYS_MAX: i64 = 100;

fn check_key(key: &str) -> Result<()> {
    let sound = (1..=100).contains(&key.len())
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if sound { Ok(()) } else { Err(Refusal::not_found().into()) }
}

/// What is kept under the key; `null` when nothing is.
pub(super) async fn get(conn: &mut Conn, person: Uuid, key: &str) -> Result<Value> {
    check_key(key)?;
    let found: Option<Value> =
        preferences::table.find((person, key)).select(preferences::value).first(conn).await.optional()?;
    Ok(found.unwrap_or(Value::Null))
}

/// Keeps a value; `null` forgets it.
pub(super) async fn put(
    conn: &mut Conn,
    now: Timestamp,
    person: Uuid,
    key: &str,
    value: &Value,
) -> Result<()> {
    check_key(key)?;
    if value.is_null() {
        diesel::delete(preferences::table.find((person, key))).execute(conn).await?;
        return Ok(());
    }
    let text = value.to_string();
    if text.len() > BYTES_MAX {
        return Err(Refusal::field("value", "too_long", "At most 64 KiB of JSON.").into());
    }
    // PostgreSQL keeps no NUL in JSON.
    if text.contains("\\u0000") {
        return Err(Refusal::field("value", "invalid", "Control characters are not allowed.").into());
    }
    let others: i64 = preferences::table
        .filter(preferences::person_id.eq(person).and(preferences::key.ne(key)))
        .count()
        .get_result(conn)
        .await?;
    if others >= KEYS_MAX {
        return Err(Refusal::because(Code::Conflict, "A hundred preferences are enough.").into());
    }
    let set = (preferences::value.eq(value), preferences::updated_at.eq(now.to_diesel()));
    diesel::insert_into(preferences::table)
        .values((preferences::person_id.eq(person), preferences::key.eq(key), set))
        .on_conflict((preferences::person_id, preferences::key))
        .do_update()
        .set(set)
        .execute(conn)
        .await?;
    Ok(())
}

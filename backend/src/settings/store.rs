//! Settings and currencies as rows.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use rust_decimal::Decimal;
use schema::{clients, companies, currencies, prices, settings};
use serde_json::Value;
use shared::Currency;
use shared::settings::{NumberFormat, Settings};

use crate::db::Conn;
use crate::http::error::Result;
use crate::http::paging::Paging;

const KEY: &str = "settings";

/// The present settings; what was never changed has its default.
pub async fn load(conn: &mut Conn) -> Result<Settings> {
    let stored: Option<Value> =
        settings::table.find(KEY).select(settings::value).first(conn).await.optional()?;
    match stored {
        Some(value) => read(value),
        None => Ok(Settings::default()),
    }
}

/// Takes the settings for a change: other changes wait until the transaction ends.
pub(super) async fn lock(tx: &mut Conn, now: Timestamp) -> Result<Settings> {
    diesel::insert_into(settings::table)
        .values((
            settings::key.eq(KEY),
            settings::value.eq(serde_json::to_value(Settings::default())?),
            settings::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    let stored: Value = settings::table.find(KEY).select(settings::value).for_update().first(tx).await?;
    read(stored)
}

/// Settings as they are stored. What a newer program beside this one has put there, this one does not know and leaves out.
fn read(mut stored: Value) -> Result<Settings> {
    let known = serde_json::to_value(Settings::default())?;
    keep_known(&mut stored, &known);
    if let Some(sections) = stored.as_object_mut() {
        for (name, section) in sections {
            keep_known(section, &known[name.as_str()]);
        }
    }
    Ok(serde_json::from_value(stored)?)
}

fn keep_known(stored: &mut Value, known: &Value) {
    if let (Some(stored), Some(known)) = (stored.as_object_mut(), known.as_object()) {
        stored.retain(|key, _| known.contains_key(key));
    }
}

pub(super) async fn store(tx: &mut Conn, now: Timestamp, changed: &Settings) -> Result<()> {
    diesel::update(settings::table.find(KEY))
        .set((
            settings::value.eq(serde_json::to_value(changed)?),
            settings::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// A currency that something can be sold in.
#[derive(Clone, Debug, HasQuery)]
#[diesel(table_name = currencies)]
pub(super) struct CurrencyRow {
    pub code: Currency,
    pub prefix: String,
    pub suffix: String,
    pub rate: Decimal,
    pub format: NumberFormat,
    pub is_default: bool,
    pub enabled: bool,
    pub version: i32,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

/// Enabled currencies, the default first.
pub(super) async fn enabled_currencies(conn: &mut Conn) -> QueryResult<Vec<CurrencyRow>> {
    CurrencyRow::query()
        .filter(currencies::enabled)
        .order((currencies::is_default.desc(), currencies::code.asc()))
        .load(conn)
        .await
}

/// One page of currencies.
pub(super) async fn list_currencies(
    conn: &mut Conn,
    paging: &Paging,
) -> QueryResult<(Vec<CurrencyRow>, i64)> {
    let pattern = paging.pattern().unwrap_or_else(|| "%".to_owned());
    let total = currencies::table.filter(currencies::code.ilike(&pattern)).count().get_result(conn).await?;
    let mut query = CurrencyRow::query().filter(currencies::code.ilike(pattern)).into_boxed();
    query = match (paging.sort, paging.descending) {
        ("rate", false) => query.order((currencies::rate.asc(), currencies::code.asc())),
        ("rate", true) => query.order((currencies::rate.desc(), currencies::code.desc())),
        (_, false) => query.order(currencies::code.asc()),
        (_, true) => query.order(currencies::code.desc()),
    };
    Ok((query.limit(paging.limit()).offset(paging.offset()).load(conn).await?, total))
}

pub(super) async fn find_currency(conn: &mut Conn, code: Currency) -> QueryResult<Option<CurrencyRow>> {
    CurrencyRow::query().filter(currencies::code.eq(code)).first(conn).await.optional()
}

/// All currencies by code, taken until the transaction ends: what changes several rates at once begins here.
pub(super) async fn lock_currencies(tx: &mut Conn) -> QueryResult<Vec<CurrencyRow>> {
    CurrencyRow::query().order(currencies::code.asc()).for_no_key_update().load(tx).await
}

pub(super) async fn lock_currency(tx: &mut Conn, code: Currency) -> QueryResult<Option<CurrencyRow>> {
    CurrencyRow::query().filter(currencies::code.eq(code)).for_update().first(tx).await.optional()
}

pub(super) async fn insert_currency(tx: &mut Conn, now: Timestamp, row: &CurrencyRow) -> QueryResult<bool> {
    let written = diesel::insert_into(currencies::table)
        .values((
            currencies::code.eq(row.code),
            currencies::prefix.eq(&row.prefix),
            currencies::suffix.eq(&row.suffix),
            currencies::rate.eq(row.rate),
            currencies::format.eq(row.format),
            currencies::is_default.eq(row.is_default),
            currencies::created_at.eq(jiff_diesel::Timestamp::from(now)),
            currencies::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .on_conflict_do_nothing()
        .execute(tx)
        .await?;
    Ok(written > 0)
}

pub(super) async fn update_currency(
    tx: &mut Conn,
    now: Timestamp,
    row: &CurrencyRow,
) -> QueryResult<CurrencyRow> {
    diesel::update(currencies::table.find(row.code))
        .set((
            currencies::prefix.eq(&row.prefix),
            currencies::suffix.eq(&row.suffix),
            currencies::rate.eq(row.rate),
            currencies::format.eq(row.format),
            currencies::enabled.eq(row.enabled),
            currencies::is_default.eq(row.is_default),
            currencies::version.eq(currencies::version + 1),
            currencies::updated_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .returning(CurrencyRow::as_returning())
        .get_result(tx)
        .await
}

/// Takes "default" from whichever has it, so that another can have it.
pub(super) async fn clear_default(tx: &mut Conn) -> QueryResult<()> {
    diesel::update(currencies::table.filter(currencies::is_default))
        .set(currencies::is_default.eq(false))
        .execute(tx)
        .await?;
    Ok(())
}

/// Divides every rate, after the default changed: whoever read one of them before is refused.
pub(super) async fn rescale_rates(tx: &mut Conn, now: Timestamp, divisor: Decimal) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE currencies
         SET rate = greatest(round(rate / $1, 8), 0.00000001), version = version + 1, updated_at = $2",
    )
    .bind::<diesel::sql_types::Numeric, _>(divisor)
    .bind::<diesel::sql_types::Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(tx)
    .await?;
    Ok(())
}

/// What keeps a currency from being deleted, in words.
pub(super) async fn uses(tx: &mut Conn, code: Currency) -> QueryResult<Vec<&'static str>> {
    let by_client: bool =
        diesel::select(diesel::dsl::exists(clients::table.filter(clients::currency.eq(code))))
            .get_result(tx)
            .await?;
    let by_price: bool = diesel::select(diesel::dsl::exists(prices::table.filter(prices::currency.eq(code))))
        .get_result(tx)
        .await?;
    let by_company: bool =
        diesel::select(diesel::dsl::exists(companies::table.filter(companies::currency.eq(code))))
            .get_result(tx)
            .await?;
    let found = [(by_client, "clients"), (by_price, "prices"), (by_company, "home companies")];
    Ok(found.into_iter().filter_map(|(used, what)| used.then_some(what)).collect())
}

pub(super) async fn delete_currency(tx: &mut Conn, code: Currency) -> QueryResult<()> {
    diesel::delete(currencies::table.find(code)).execute(tx).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_newer_program_has_stored_is_left_out_and_not_refused() {
        let mut stored = serde_json::to_value(Settings::default()).unwrap();
        stored["retention"]["tasks_days"] = json!(7);
        stored["retention"]["visits_days"] = json!(30);
        stored["weather"] = json!({ "sunny": true });
        assert!(serde_json::from_value::<Settings>(stored.clone()).is_err(), "a request is refused");
        assert_eq!(read(stored).unwrap().retention.tasks_days, 7);
    }
}

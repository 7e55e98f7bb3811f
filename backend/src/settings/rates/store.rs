//! Dated rates as rows. The only file here that speaks diesel.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Date as SqlDate, Numeric, Text, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use schema::{currencies, exchange_rates};
use shared::Currency;
use shared::rates::{CurrencyRate, RateSource, RateStanding};

use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::Paging;

/// The rate of a currency from one day on.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewRow {
    /// The default currency.
    pub base: Currency,
    pub currency: Currency,
    pub on_date: Date,
    pub rate: Decimal,
    pub source: RateSource,
}

#[derive(QueryableByName)]
struct Shown {
    #[diesel(sql_type = SqlDate)]
    on_date: jiff_diesel::Date,
    #[diesel(sql_type = Numeric)]
    rate: Decimal,
    #[diesel(sql_type = Text)]
    source: RateSource,
    #[diesel(sql_type = Timestamptz)]
    set_at: jiff_diesel::Timestamp,
    #[diesel(sql_type = Bool)]
    planned: bool,
    #[diesel(sql_type = Bool)]
    followed: bool,
}

impl From<Shown> for CurrencyRate {
    fn from(row: Shown) -> Self {
        Self {
            on_date: row.on_date.to_jiff(),
            rate: row.rate.normalize().to_string(),
            source: row.source,
            standing: match (row.planned, row.followed) {
                (true, _) => RateStanding::Planned,
                (_, true) => RateStanding::Past,
                _ => RateStanding::InForce,
            },
            set_at: row.set_at.to_jiff(),
        }
    }
}

/// One page of a currency's rates against the default currency. A search looks into the day: `2026-03`.
pub(super) async fn page(
    conn: &mut Conn,
    currency: Currency,
    today: Date,
    paging: &Paging,
) -> QueryResult<(Vec<CurrencyRate>, i64)> {
    let way = paging.direction();
    let order = match paging.sort {
        "rate" => format!("r.rate {way}, r.on_date DESC"),
        "source" => format!("r.source {way}, r.on_date DESC"),
        "set_at" => format!("r.set_at {way}, r.on_date DESC"),
        _ => format!("r.on_date {way}"),
    };
    let columns = format!(
        "r.on_date, r.rate, r.source, r.set_at, r.on_date > DATE '{today}' AS planned,
         EXISTS (SELECT FROM exchange_rates n WHERE n.base = r.base AND n.currency = r.currency
             AND n.on_date > r.on_date AND n.on_date <= DATE '{today}') AS followed"
    );
    let from = "exchange_rates r JOIN currencies d ON d.code = r.base AND d.is_default
        WHERE r.currency = $1 AND to_char(r.on_date, 'YYYY-MM-DD') LIKE $2";
    let pattern = paging.pattern().unwrap_or_else(|| "%".to_owned());
    let given = |sql: String| {
        diesel::sql_query(sql).into_boxed().bind::<Text, _>(currency).bind::<Text, _>(pattern.clone())
    };
    let (rows, total) =
        list::page::<Shown>(conn, paging, List { columns: &columns, from, order: &order }, given).await?;
    Ok((rows.into_iter().map(Into::into).collect(), total))
}

/// The currency that rates are against. `None`: nothing is sold yet.
pub(super) async fn base(conn: &mut Conn) -> QueryResult<Option<Currency>> {
    currencies::table.filter(currencies::is_default).select(currencies::code).first(conn).await.optional()
}

/// The rate of one day, if that day has one.
pub(super) async fn find(
    conn: &mut Conn,
    base: Currency,
    currency: Currency,
    on_date: Date,
) -> QueryResult<Option<(Decimal, RateSource)>> {
    exchange_rates::table
        .find((base, currency, jiff_diesel::Date::from(on_date)))
        .select((exchange_rates::rate, exchange_rates::source))
        .first(conn)
        .await
        .optional()
}

/// The rates of one day against `base`.
pub(super) async fn of_day(
    conn: &mut Conn,
    base: Currency,
    on_date: Date,
) -> QueryResult<BTreeMap<Currency, (Decimal, RateSource)>> {
    let day = jiff_diesel::Date::from(on_date);
    let rows: Vec<(Currency, Decimal, RateSource)> = exchange_rates::table
        .filter(exchange_rates::base.eq(base).and(exchange_rates::on_date.eq(day)))
        .select((exchange_rates::currency, exchange_rates::rate, exchange_rates::source))
        .load(conn)
        .await?;
    Ok(rows.into_iter().map(|(currency, rate, source)| (currency, (rate, source))).collect())
}

/// Writes the rate of a day, in place of the one it had.
pub(super) async fn put(tx: &mut Conn, now: Timestamp, row: NewRow) -> QueryResult<()> {
    let values = (
        exchange_rates::rate.eq(row.rate),
        exchange_rates::source.eq(row.source),
        exchange_rates::set_at.eq(jiff_diesel::Timestamp::from(now)),
    );
    diesel::insert_into(exchange_rates::table)
        .values((
            exchange_rates::base.eq(row.base),
            exchange_rates::currency.eq(row.currency),
            exchange_rates::on_date.eq(jiff_diesel::Date::from(row.on_date)),
            values,
        ))
        .on_conflict((exchange_rates::base, exchange_rates::currency, exchange_rates::on_date))
        .do_update()
        .set(values)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn delete(
    tx: &mut Conn,
    base: Currency,
    currency: Currency,
    on_date: Date,
) -> QueryResult<()> {
    let row = exchange_rates::table.find((base, currency, jiff_diesel::Date::from(on_date)));
    diesel::delete(row).execute(tx).await?;
    Ok(())
}

/// Writes the rates of all currencies as those of `today` against the new default `base`, and drops what is dated ahead of it.
pub(super) async fn begin_again(
    tx: &mut Conn,
    now: Timestamp,
    today: Date,
    base: Currency,
) -> QueryResult<()> {
    let day = jiff_diesel::Date::from(today);
    diesel::delete(exchange_rates::table.filter(exchange_rates::on_date.gt(day))).execute(tx).await?;
    diesel::sql_query(
        "INSERT INTO exchange_rates (base, currency, on_date, rate, source, set_at)
         SELECT $1, code, $2, rate, $3, $4 FROM currencies WHERE code <> $1
         ON CONFLICT (base, currency, on_date)
         DO UPDATE SET rate = excluded.rate, source = excluded.source, set_at = excluded.set_at",
    )
    .bind::<Text, _>(base)
    .bind::<SqlDate, _>(day)
    .bind::<Text, _>(RateSource::Rescaled)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(tx)
    .await?;
    Ok(())
}

/// How many rates hold from a later day on.
pub(super) async fn ahead(conn: &mut Conn, today: Date) -> QueryResult<i64> {
    let later = exchange_rates::on_date.gt(jiff_diesel::Date::from(today));
    exchange_rates::table.filter(later).count().get_result(conn).await
}

/// Gives every currency the newest of its rates that is not later than `today`: how many changed. One without any keeps its
/// own.
pub(super) async fn come_into_force(tx: &mut Conn, now: Timestamp, today: Date) -> QueryResult<usize> {
    diesel::sql_query(
        "UPDATE currencies c SET rate = r.rate, version = c.version + 1, updated_at = $2
         FROM (SELECT DISTINCT ON (e.currency) e.currency, e.rate
               FROM exchange_rates e JOIN currencies d ON d.code = e.base AND d.is_default
               WHERE e.on_date <= $1 ORDER BY e.currency, e.on_date DESC) r
         WHERE c.code = r.currency AND NOT c.is_default AND c.rate <> r.rate",
    )
    .bind::<SqlDate, _>(jiff_diesel::Date::from(today))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(tx)
    .await
}

//! Prices in other currencies that follow the exchange rate.
//!
//! Staff keep the default currency of a product or option group whose prices are converted; every other enabled currency
//! follows, rounded to its own decimals. Only what differs is written, so that an unchanged price keeps its version. The
//! rates are those of the day: what was dated ahead comes into force with the conversion of its day.

use diesel::prelude::*;
use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use schema::currencies;
use shared::Currency;
use shared::money::AMOUNT_MAX;

use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::settings::rates;

/// Has the prices converted anew, after one of them, a rate or a currency changed.
pub async fn ask(tx: &mut Conn, now: Timestamp) -> Result<()> {
    outbox::send(tx, now, &Job::ConvertPrices, Tags::default()).await?;
    Ok(())
}

/// Converts the prices of every product and option group that asks for it: how many rows were written.
pub async fn convert(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    rates::come_into_force(conn, now).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let others: Vec<Currency> = currencies::table
            .filter(currencies::enabled.and(diesel::dsl::not(currencies::is_default)))
            .order(currencies::code)
            .select(currencies::code)
            .load(tx)
            .await?;
        let products = follow(
            "product_id",
            "SELECT p.* FROM prices p JOIN products t ON t.id = p.product_id WHERE t.convert_price",
        );
        let options = follow(
            "option_id",
            "SELECT p.* FROM prices p JOIN options o ON o.id = p.option_id
             JOIN option_groups g ON g.id = o.group_id WHERE g.convert_price",
        );
        let mut written = 0;
        for code in others {
            for statement in [&products, &options] {
                written += diesel::sql_query(statement)
                    .bind::<Text, _>(code)
                    .bind::<Integer, _>(i32::try_from(code.decimals()).unwrap_or(2))
                    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
                    .execute(tx)
                    .await?;
            }
        }
        Ok(written)
    })
    .await
}

/// The statement that brings the prices which `kept` selects into the currency `$1`; `owner`: the column of whose they are.
///
/// A row that would have an amount beyond every price is not offered: it must not keep the others from being converted.
fn follow(owner: &str, kept: &str) -> String {
    format!(
        "WITH source AS (
             SELECT p.{owner}, p.period,
                    CASE WHEN greatest(p.setup, p.base, p.idle, p.switch_up, p.switch_down, p.uninstall) * c.rate <= {AMOUNT_MAX}
                         THEN c.rate END AS rate, p.setup, p.base, p.idle, p.switch_up, p.switch_down, p.uninstall
             FROM ({kept}) p
             JOIN currencies d ON d.code = p.currency AND d.is_default
             JOIN currencies c ON c.code = $1)
         INSERT INTO prices AS own (id, {owner}, currency, period, setup, base, idle, switch_up, switch_down, uninstall,
             updated_at)
         SELECT uuid_v7($3), {owner}, $1, period, round(setup * rate, $2), round(base * rate, $2),
                round(idle * rate, $2), round(switch_up * rate, $2), round(switch_down * rate, $2),
                round(uninstall * rate, $2), $3 FROM source
         ON CONFLICT ({owner}, currency, period) WHERE {owner} IS NOT NULL DO UPDATE
         SET setup = excluded.setup, base = excluded.base, idle = excluded.idle, switch_up = excluded.switch_up,
             switch_down = excluded.switch_down, uninstall = excluded.uninstall, version = own.version + 1,
             updated_at = excluded.updated_at
         WHERE (own.setup, own.base, own.idle, own.switch_up, own.switch_down, own.uninstall)
             IS DISTINCT FROM (excluded.setup, excluded.base, excluded.idle, excluded.switch_up, excluded.switch_down,
                               excluded.uninstall)"
    )
}

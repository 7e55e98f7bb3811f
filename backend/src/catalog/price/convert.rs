//! Prices in other currencies that follow the exchange rate.
//!
//! Staff keep the default currency of a product whose prices are converted; every other enabled currency follows, rounded to
//! its own decimals. Only what differs is written, so that an unchanged price keeps its version.

use diesel::sql_types::{Integer, Text, Timestamptz};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use shared::Currency;

use crate::db::Conn;
use crate::http::error::{Error, Result};

/// Converts the prices of every product that asks for it: how many rows were written.
pub async fn convert(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        code: Currency,
    }
    conn.transaction::<_, Error, _>(async |tx| {
        let others: Vec<Row> =
            diesel::sql_query("SELECT code FROM currencies WHERE enabled AND NOT is_default ORDER BY code").load(tx).await?;
        let mut written = 0;
        for Row { code } in others {
            written += diesel::sql_query(
                "WITH source AS (
                     SELECT p.product_id, p.period, c.rate, p.setup, p.base, p.idle, p.switch_up, p.switch_down, p.uninstall
                     FROM prices p JOIN products t ON t.id = p.product_id AND t.convert_price
                     JOIN currencies d ON d.code = p.currency AND d.is_default
                     JOIN currencies c ON c.code = $1)
                 INSERT INTO prices AS own (id, product_id, currency, period, setup, base, idle, switch_up, switch_down, uninstall,
                     updated_at)
                 SELECT gen_random_uuid(), product_id, $1, period, round(setup * rate, $2), round(base * rate, $2),
                        round(idle * rate, $2), round(switch_up * rate, $2), round(switch_down * rate, $2),
                        round(uninstall * rate, $2), $3 FROM source
                 ON CONFLICT (product_id, currency, period) WHERE product_id IS NOT NULL DO UPDATE
                 SET setup = excluded.setup, base = excluded.base, idle = excluded.idle, switch_up = excluded.switch_up,
                     switch_down = excluded.switch_down, uninstall = excluded.uninstall, version = own.version + 1,
                     updated_at = excluded.updated_at
                 WHERE (own.setup, own.base, own.idle, own.switch_up, own.switch_down, own.uninstall)
                     IS DISTINCT FROM (excluded.setup, excluded.base, excluded.idle, excluded.switch_up, excluded.switch_down,
                                       excluded.uninstall)",
            )
            .bind::<Text, _>(code)
            .bind::<Integer, _>(i32::try_from(code.decimals()).unwrap_or(2))
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
            .execute(tx)
            .await?;
        }
        Ok(written)
    })
    .await
}

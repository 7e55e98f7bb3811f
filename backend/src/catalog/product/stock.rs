//! How many of a product may still be sold.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::ProductId;

use crate::db::Conn;

/// Counts the living services into the stock, when its control is switched on.
pub async fn count(tx: &mut Conn, id: ProductId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE services SET stock_taken = true WHERE product_id = $1 AND ended_at IS NULL AND NOT stock_taken",
    )
    .bind::<SqlUuid, _>(id)
    .execute(tx)
    .await?;
    diesel::sql_query(
        "UPDATE products SET stock_used = (SELECT count(*) FROM services WHERE product_id = $1 AND stock_taken) WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .execute(tx)
    .await?;
    Ok(())
}

/// Takes `quantity` out of the stock, in one statement. `None`: not so many are left. `Some(false)`: it is not counted.
pub async fn take(tx: &mut Conn, id: ProductId, quantity: i32) -> QueryResult<Option<bool>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Bool)]
        counted: bool,
    }
    let taken: Vec<Taken> = diesel::sql_query(
        "UPDATE products SET stock_used = stock_used + CASE WHEN stock_control THEN $2 ELSE 0 END
         WHERE id = $1 AND (NOT stock_control OR stock_used + $2 <= stock) RETURNING stock_control AS counted",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Integer, _>(quantity)
    .load(tx)
    .await?;
    Ok(taken.into_iter().next().map(|row| row.counted))
}

/// Gives stock back that ended services took.
pub async fn give(tx: &mut Conn, id: ProductId, quantity: i32) -> QueryResult<()> {
    diesel::sql_query("UPDATE products SET stock_used = greatest(stock_used - $2, 0) WHERE id = $1")
        .bind::<SqlUuid, _>(id)
        .bind::<Integer, _>(quantity)
        .execute(tx)
        .await?;
    Ok(())
}

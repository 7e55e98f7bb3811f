//! A query that is read in batches: however many rows it finds, few are held at a time.

use std::marker::PhantomData;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel_async::RunQueryDsl;
use diesel_async::methods::LoadQuery;
use futures::future::BoxFuture;

use crate::db::Conn;

/// The most rows of a batch.
pub const BATCH: usize = 500;

const DECLARE: &str = "DECLARE rows_of_list NO SCROLL CURSOR FOR ";
const FETCH: &str = "FETCH FORWARD 500 FROM rows_of_list";

/// Rows that PostgreSQL holds ready. It ends with the transaction that it was opened in, which can have only one.
#[derive(Debug)]
pub struct Cursor<Row> {
    fetch: for<'c> fn(&'c mut Conn) -> BoxFuture<'c, QueryResult<Vec<Row>>>,
}

impl<Row: Send + 'static> Cursor<Row> {
    pub async fn open<Q>(tx: &mut Conn, query: Q) -> QueryResult<Self>
    where
        Q: Query + QueryFragment<Pg> + Send,
        Q::SqlType: 'static,
        Fetch<Q::SqlType>: LoadQuery<'static, Conn, Row>,
    {
        Declare(query).execute(tx).await?;
        Ok(Self { fetch: fetch::<Q::SqlType, Row> })
    }

    /// The next rows, in order; the last ones when there are fewer than `BATCH`.
    pub async fn next(&self, tx: &mut Conn) -> QueryResult<Vec<Row>> {
        (self.fetch)(tx).await
    }
}

fn fetch<Types, Row>(tx: &mut Conn) -> BoxFuture<'_, QueryResult<Vec<Row>>>
where
    Types: 'static,
    Row: Send + 'static,
    Fetch<Types>: LoadQuery<'static, Conn, Row>,
{
    Box::pin(Fetch::<Types>(PhantomData).load(tx))
}

struct Declare<Q>(Q);

impl<Q: QueryFragment<Pg>> QueryFragment<Pg> for Declare<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        out.push_sql(DECLARE);
        self.0.walk_ast(out.reborrow())
    }
}

impl<Q> QueryId for Declare<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

/// Asks for rows of these types.
#[derive(Debug)]
pub struct Fetch<Types>(PhantomData<fn() -> Types>);

impl<Types> QueryFragment<Pg> for Fetch<Types> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // The next cursor of the connection has other columns.
        out.unsafe_to_cache_prepared();
        out.push_sql(FETCH);
        Ok(())
    }
}

impl<Types> QueryId for Fetch<Types> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Types> Query for Fetch<Types> {
    type SqlType = Types;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_as_long_as_it_is_asked_for() {
        assert!(FETCH.contains(&format!(" {BATCH} ")));
    }
}

//! A page of a list that is asked for in SQL, or all of it.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::http::Paging;

/// A query in SQL whose parameters are bound one after the other.
pub type Sql<'a> = BoxedSqlQuery<'a, Pg, SqlQuery>;

/// What a list is made of: words of the program, never of a request.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    pub columns: &'a str,
    /// Tables and conditions.
    pub from: &'a str,
    pub order: &'a str,
}

/// The rows of one page, and how many there are in all. `given` binds what the conditions are given.
pub async fn page<'q, Row: QueryableByName<Pg> + Send + 'static>(
    conn: &mut Conn,
    paging: &Paging,
    list: List<'_>,
    given: impl Fn(String) -> Sql<'q>,
) -> QueryResult<(Vec<Row>, i64)> {
    #[derive(QueryableByName)]
    struct Total {
        #[diesel(sql_type = BigInt)]
        total: i64,
    }
    let List { columns, from, order } = list;
    let (limit, offset) = (paging.limit(), paging.offset());
    let page = format!("SELECT {columns} FROM {from} ORDER BY {order} LIMIT {limit} OFFSET {offset}");
    let rows = given(page).load(conn).await?;
    let total: Total = given(format!("SELECT count(*) AS total FROM {from}")).get_result(conn).await?;
    Ok((rows, total.total))
}

/// All rows, to be read in batches. `given` binds what the conditions are given.
pub async fn all<'q, Row: QueryableByName<Pg> + Send + 'static>(
    tx: &mut Conn,
    list: List<'_>,
    given: impl Fn(String) -> Sql<'q>,
) -> QueryResult<Cursor<Row>> {
    let List { columns, from, order } = list;
    Cursor::open(tx, given(format!("SELECT {columns} FROM {from} ORDER BY {order}"))).await
}

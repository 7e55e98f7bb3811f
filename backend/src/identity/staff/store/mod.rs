//! Staff and groups as rows. The only files here that speak diesel.

mod admins;
mod groups;
mod rights;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

pub(super) use admins::*;
pub(super) use groups::*;
pub(super) use rights::*;

use crate::db::Conn;

/// Lets changes of staff and groups happen one after the other, until the transaction ends.
pub(super) async fn lock(tx: &mut Conn) -> QueryResult<()> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(727279)").execute(tx).await?;
    Ok(())
}

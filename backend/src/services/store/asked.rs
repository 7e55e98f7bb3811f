//! What modules asked staff to do.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use provisioners::Waiting;
use schema::{clients, services, tasks};
use shared::ServiceId;
use shared::tasks::TaskState;

use crate::db::Conn;
use crate::identity::client::store::called;

/// Services of a module that wait for staff, those that were asked for first before the others; at most `limit`.
pub async fn asked_of_staff(conn: &mut Conn, module: &str, limit: i64) -> QueryResult<Vec<Waiting>> {
    type Asked = (ServiceId, String, Option<String>, jiff_diesel::Timestamp, String, String, String);
    let rows: Vec<Asked> = services::table
        .inner_join(clients::table)
        .inner_join(tasks::table.on(tasks::service_id.eq(services::id.nullable())))
        .filter(services::module.eq(module).and(tasks::manual))
        .filter(tasks::state.eq(TaskState::Processing))
        .order((tasks::created_at, tasks::id))
        .limit(limit)
        .select((
            services::id,
            services::label,
            tasks::step,
            tasks::created_at,
            clients::company_name,
            clients::first_name,
            clients::last_name,
        ))
        .load(conn)
        .await?;
    let waiting = |(service, label, what, since, company, first, last): Asked| Waiting {
        service,
        label,
        client: called(company, &first, &last),
        what: what.unwrap_or_default(),
        since: since.to_jiff(),
    };
    Ok(rows.into_iter().map(waiting).collect())
}

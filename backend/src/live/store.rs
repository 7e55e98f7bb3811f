//! How followed records are, as marks: another mark, another state.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use shared::{ServiceId, TaskId};
use uuid::Uuid;

use super::Subject;
use crate::db::Conn;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    service: bool,
    #[diesel(sql_type = Text)]
    mark: String,
}

/// The marks of these records, in one statement; of one that is gone there is none.
///
/// The mark of a service counts as many of its tasks as its page shows.
pub(super) async fn marks(conn: &mut Conn, subjects: &[Subject]) -> QueryResult<HashMap<Subject, String>> {
    let mut services = Vec::new();
    let mut tasks = Vec::new();
    for subject in subjects {
        match subject {
            Subject::Service(id) => services.push(id.0),
            Subject::Task(id) => tasks.push(id.0),
        }
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT s.id, true AS service, md5(concat_ws('|', s.version, (
                 SELECT string_agg(concat_ws('|', t.id, t.state, t.progress, t.step, t.error), '|')
                 FROM (SELECT * FROM tasks WHERE service_id = s.id ORDER BY created_at DESC, id DESC LIMIT 50) t))) AS mark
         FROM services s WHERE s.id = ANY($1)
         UNION ALL
         SELECT t.id, false, md5(concat_ws('|', t.state, t.attempts, t.progress, t.step, t.error, t.run_at, t.pushed_at, t.lease_owner))
         FROM tasks t WHERE t.id = ANY($2)",
    )
    .bind::<Array<SqlUuid>, _>(services)
    .bind::<Array<SqlUuid>, _>(tasks)
    .load(conn)
    .await?;
    let marked = |row: Row| {
        let of =
            if row.service { Subject::Service(ServiceId(row.id)) } else { Subject::Task(TaskId(row.id)) };
        (of, row.mark)
    };
    Ok(rows.into_iter().map(marked).collect())
}

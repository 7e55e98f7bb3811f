//! Tasks as staff look at them.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use schema::{clients, tasks};
use serde_json::Value;
use shared::tasks::{Queue, TaskFilter, TaskState, TaskSummary};
use shared::{ClientId, DocumentId, ServiceId, TaskId};
use uuid::Uuid;

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::keyset::read_on;
use crate::http::Paging;
use crate::http::paging::After;
use crate::jobs::store::PUT_BACK;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = tasks)]
pub(super) struct Task {
    pub id: TaskId,
    pub name: String,
    pub queue: Queue,
    pub state: TaskState,
    pub attempts: i32,
    pub attempts_max: i32,
    pub progress: i16,
    pub step: Option<String>,
    pub manual: bool,
    pub error: Option<String>,
    pub client_id: Option<ClientId>,
    pub service_id: Option<ServiceId>,
    pub document_id: Option<DocumentId>,
    pub request_id: Option<String>,
    pub run_at: jiff_diesel::Timestamp,
    pub created_at: jiff_diesel::Timestamp,
    pub started_at: jiff_diesel::NullableTimestamp,
    pub finished_at: jiff_diesel::NullableTimestamp,
    pub duration_ms: Option<i64>,
    pub input: Value,
    pub output: Option<Value>,
    pub lease_owner: Option<String>,
    pub leased_until: jiff_diesel::NullableTimestamp,
    pub pushed_at: jiff_diesel::NullableTimestamp,
}

impl Task {
    pub(super) fn summary(&self, client_name: Option<String>) -> TaskSummary {
        TaskSummary {
            id: self.id,
            name: self.name.clone(),
            queue: self.queue,
            state: self.state,
            attempts: self.attempts,
            attempts_max: self.attempts_max,
            progress: self.progress,
            step: self.step.clone(),
            manual: self.manual,
            error: self.error.clone(),
            client_id: self.client_id,
            client_name,
            service_id: self.service_id,
            document_id: self.document_id,
            request_id: self.request_id.clone(),
            run_at: self.run_at.to_jiff(),
            created_at: self.created_at.to_jiff(),
            started_at: self.started_at.to_jiff(),
            finished_at: self.finished_at.to_jiff(),
            duration_ms: self.duration_ms,
        }
    }
}

fn filtered<'a>(filter: &TaskFilter, paging: &Paging) -> tasks::BoxedQuery<'a, Pg> {
    let mut query = tasks::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(tasks::state.eq(state));
    }
    if let Some(queue) = filter.queue {
        query = query.filter(tasks::queue.eq(queue));
    }
    if let Some(name) = filter.name.clone() {
        query = query.filter(tasks::name.eq(name));
    }
    if let Some(manual) = filter.manual {
        query = query.filter(tasks::manual.eq(manual));
    }
    if let Some(client) = filter.client_id {
        query = query.filter(tasks::client_id.eq(client));
    }
    if let Some(service) = filter.service_id {
        query = query.filter(tasks::service_id.eq(service));
    }
    if let Some(document) = filter.document_id {
        query = query.filter(tasks::document_id.eq(document));
    }
    if let Some(from) = filter.from {
        query = query.filter(tasks::created_at.ge(jiff_diesel::Timestamp::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(tasks::created_at.lt(jiff_diesel::Timestamp::from(to)));
    }
    if let Some(id) = paging.search.as_ref().and_then(|text| text.parse::<Uuid>().ok()) {
        // Whatever it is the id of.
        query = query.filter(
            tasks::id
                .eq(id)
                .or(tasks::client_id.eq(id))
                .or(tasks::service_id.eq(id))
                .or(tasks::document_id.eq(id))
                .or(tasks::request_id.eq(id.to_string())),
        );
    } else if let Some(pattern) = paging.pattern() {
        let full_name = clients::first_name.concat(" ").concat(clients::last_name);
        let named = clients::table
            .filter(clients::company_name.ilike(pattern.clone()).or(full_name.ilike(pattern.clone())));
        query = query.filter(
            tasks::name
                .ilike(pattern.clone())
                .or(tasks::error.ilike(pattern.clone()))
                .or(tasks::step.ilike(pattern.clone()))
                .or(tasks::request_id.ilike(pattern))
                .or(tasks::client_id.eq_any(named.select(clients::id.nullable()))),
        );
    }
    query
}

fn ordered<'a>(query: tasks::BoxedQuery<'a, Pg>, paging: &Paging) -> tasks::BoxedQuery<'a, Pg> {
    match (paging.sort, paging.descending) {
        ("name", false) => query.order((tasks::name.asc(), tasks::id.asc())),
        ("name", true) => query.order((tasks::name.desc(), tasks::id.desc())),
        ("state", false) => query.order((tasks::state.asc(), tasks::id.asc())),
        ("state", true) => query.order((tasks::state.desc(), tasks::id.desc())),
        ("run_at", false) => query.order((tasks::run_at.asc(), tasks::id.asc())),
        ("run_at", true) => query.order((tasks::run_at.desc(), tasks::id.desc())),
        (_, false) => query.order((tasks::created_at.asc(), tasks::id.asc())),
        (_, true) => query.order((tasks::created_at.desc(), tasks::id.desc())),
    }
}

/// All tasks that the filter lets through.
pub(super) async fn all(tx: &mut Conn, filter: &TaskFilter, paging: &Paging) -> QueryResult<Cursor<Task>> {
    Cursor::open(tx, ordered(filtered(filter, paging), paging).select(Task::as_select())).await
}

/// One page of tasks, and how many there are; not counted when it goes on `after` another one.
pub(super) async fn page(
    conn: &mut Conn,
    filter: &TaskFilter,
    paging: &Paging,
    after: Option<After>,
) -> QueryResult<(Vec<Task>, Option<i64>)> {
    let mut query = filtered(filter, paging);
    let mut total = None;
    if let Some(after) = after {
        query = read_on!(query, tasks, created_at, after, paging.descending);
    } else {
        total = Some(filtered(filter, paging).count().get_result(conn).await?);
        query = query.offset(paging.offset());
    }
    let rows = ordered(query, paging).select(Task::as_select()).limit(paging.limit()).load(conn).await?;
    Ok((rows, total))
}

/// One task, taken until the transaction ends.
pub(super) async fn lock(tx: &mut Conn, id: TaskId) -> QueryResult<Option<Task>> {
    tasks::table.find(id).select(Task::as_select()).for_update().first(tx).await.optional()
}

pub(super) async fn find(conn: &mut Conn, id: TaskId) -> QueryResult<Option<Task>> {
    tasks::table.find(id).select(Task::as_select()).first(conn).await.optional()
}

/// Puts a failed or cancelled task back.
pub(super) async fn retry(tx: &mut Conn, id: TaskId, now: jiff::Timestamp) -> QueryResult<usize> {
    diesel::sql_query(format!("{PUT_BACK} WHERE id = $2"))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .bind::<SqlUuid, _>(id)
        .execute(tx)
        .await
}

/// Ends a task in this state.
pub(super) async fn finish(
    tx: &mut Conn,
    id: TaskId,
    now: jiff::Timestamp,
    state: TaskState,
    output: Option<Value>,
) -> QueryResult<usize> {
    let progress = if state == TaskState::Completed { 100_i16 } else { 0 };
    diesel::update(tasks::table.find(id))
        .set((
            tasks::state.eq(state),
            tasks::progress.eq(progress),
            tasks::output.eq(output),
            tasks::finished_at.eq(jiff_diesel::Timestamp::from(now)),
        ))
        .execute(tx)
        .await
}

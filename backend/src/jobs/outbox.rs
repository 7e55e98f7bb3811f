//! Leaves work for later, in the transaction that wants it.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::tasks;
use shared::tasks::TaskState;
use shared::{ClientId, DocumentId, ServiceId, TaskId};

use crate::db::Conn;
use crate::http::request;
use crate::jobs::Job;

/// What staff can find a task by.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tags {
    pub client: Option<ClientId>,
    pub service: Option<ServiceId>,
    pub document: Option<DocumentId>,
}

/// Writes a task to be run as soon as the transaction is committed. `None`: one of the same key is waiting already, and the
/// row is only kept as a duplicate for staff to see.
pub async fn send(tx: &mut Conn, now: Timestamp, job: &Job, tags: Tags) -> QueryResult<Option<TaskId>> {
    send_at(tx, now, now, job, tags).await
}

/// Writes a task to be run at `run_at`.
pub async fn send_at(
    tx: &mut Conn,
    now: Timestamp,
    run_at: Timestamp,
    job: &Job,
    tags: Tags,
) -> QueryResult<Option<TaskId>> {
    let id = TaskId::generate();
    let input =
        serde_json::to_value(job).map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    let row = (
        tasks::id.eq(id),
        tasks::name.eq(job.name()),
        tasks::queue.eq(job.queue()),
        tasks::input.eq(input),
        tasks::attempts_max.eq(job.attempts_max()),
        tasks::client_id.eq(tags.client),
        tasks::service_id.eq(tags.service),
        tasks::document_id.eq(tags.document),
        tasks::request_id.eq(request::current_id()),
        tasks::dedup_key.eq(job.dedup_key()),
        tasks::run_at.eq(jiff_diesel::Timestamp::from(run_at)),
        tasks::created_at.eq(jiff_diesel::Timestamp::from(now)),
    );
    let written =
        diesel::insert_into(tasks::table).values(row.clone()).on_conflict_do_nothing().execute(tx).await?;
    if written > 0 {
        return Ok(Some(id));
    }
    let finished = tasks::finished_at.eq(jiff_diesel::Timestamp::from(now));
    diesel::insert_into(tasks::table)
        .values((row, tasks::state.eq(TaskState::Duplicate), finished))
        .execute(tx)
        .await?;
    Ok(None)
}

/// Writes a task that a person has to finish: staff see it waiting and mark it done (`POST /admin/tasks/{id}/done`), which
/// calls `services::actions::manual_done`. `step` says in English what there is to do.
pub async fn ask_staff(
    tx: &mut Conn,
    now: Timestamp,
    job: &Job,
    step: &str,
    tags: Tags,
) -> QueryResult<TaskId> {
    let id = TaskId::generate();
    let input =
        serde_json::to_value(job).map_err(|error| diesel::result::Error::SerializationError(error.into()))?;
    let at = jiff_diesel::Timestamp::from(now);
    diesel::insert_into(tasks::table)
        .values((
            tasks::id.eq(id),
            tasks::name.eq(job.name()),
            tasks::queue.eq(job.queue()),
            tasks::state.eq(TaskState::Processing),
            tasks::manual.eq(true),
            tasks::attempts.eq(1),
            tasks::input.eq(input),
            tasks::step.eq(step),
            tasks::client_id.eq(tags.client),
            tasks::service_id.eq(tags.service),
            tasks::document_id.eq(tags.document),
            tasks::request_id.eq(request::current_id()),
            tasks::run_at.eq(at),
            tasks::created_at.eq(at),
            tasks::started_at.eq(at),
        ))
        .execute(tx)
        .await?;
    Ok(id)
}

//! Calls of modules as rows.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Timestamptz};
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{clients, module_log, services};
use serde_json::Value;
use shared::module_log::{ModuleLogDetail, ModuleLogFilter, ModuleLogLevel, ModuleLogSummary};
use shared::{ClientId, ModuleLogId, ServiceId};
use uuid::Uuid;

use super::entry::Entry;
use crate::db::Conn;
use crate::http::paging::{After, COUNT_MAX};
use crate::http::{Paging, request};
use crate::identity::client;

/// What a list shows of a call.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = module_log, check_for_backend(diesel::pg::Pg))]
pub(super) struct Row {
    pub(super) id: ModuleLogId,
    pub(super) created_at: jiff_diesel::Timestamp,
    level: ModuleLogLevel,
    module: String,
    action: String,
    message: String,
    operation_id: Option<Uuid>,
    pub(super) service_id: Option<ServiceId>,
    client_id: Option<ClientId>,
    attempt: i32,
    duration_ms: i64,
}

/// What a service and its client are called.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    label: String,
    client: String,
}

impl Row {
    pub(super) fn summary(self, names: &HashMap<ServiceId, Names>) -> ModuleLogSummary {
        let named = self.service_id.and_then(|service| names.get(&service).cloned());
        let (service_label, client_name) = named.map(|named| (named.label, named.client)).unzip();
        ModuleLogSummary {
            id: self.id,
            created_at: self.created_at.to_jiff(),
            level: self.level,
            module: self.module,
            action: self.action,
            message: self.message,
            operation_id: self.operation_id,
            service_id: self.service_id,
            service_label,
            client_id: self.client_id,
            client_name,
            attempt: self.attempt,
            duration_ms: self.duration_ms,
        }
    }
}

/// Writes a call.
pub async fn insert(conn: &mut Conn, now: Timestamp, entry: &Entry) -> QueryResult<()> {
    diesel::insert_into(module_log::table)
        .values((
            module_log::id.eq(Uuid::now_v7()),
            module_log::created_at.eq(jiff_diesel::Timestamp::from(now)),
            module_log::level.eq(entry.level),
            module_log::module.eq(&entry.module),
            module_log::action.eq(&entry.action),
            module_log::operation_id.eq(entry.about.map(|about| about.operation)),
            module_log::service_id.eq(entry.about.map(|about| about.service)),
            module_log::client_id.eq(entry.about.map(|about| about.client)),
            module_log::attempt.eq(entry.attempt),
            module_log::duration_ms.eq(i64::try_from(entry.took.as_millis()).unwrap_or(i64::MAX)),
            module_log::message.eq(&entry.message),
            module_log::request.eq(&entry.request),
            module_log::response.eq(&entry.response),
            module_log::request_id.eq(request::ongoing_id()),
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// Drops the months that were over before `before`. Says how many.
pub async fn drop_before(conn: &mut Conn, before: Timestamp) -> QueryResult<i64> {
    #[derive(QueryableByName)]
    struct Dropped {
        #[diesel(sql_type = BigInt)]
        months: i64,
    }
    let dropped: Dropped = diesel::sql_query("SELECT drop_log_partitions($1) AS months")
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(before))
        .get_result(conn)
        .await?;
    Ok(dropped.months)
}

fn filtered<'a>(filter: &ModuleLogFilter, paging: &Paging) -> module_log::BoxedQuery<'a, Pg> {
    let mut query = module_log::table.into_boxed();
    if let Some(module) = filter.module.clone() {
        query = query.filter(module_log::module.eq(module));
    }
    if let Some(level) = filter.level {
        query = query.filter(module_log::level.eq(level));
    }
    if let Some(service) = filter.service_id {
        query = query.filter(module_log::service_id.eq(service));
    }
    if let Some(from) = filter.from {
        query = query.filter(module_log::created_at.ge(jiff_diesel::Timestamp::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(module_log::created_at.lt(jiff_diesel::Timestamp::from(to)));
    }
    if let Some(id) = paging.search.as_ref().and_then(|text| text.parse::<Uuid>().ok()) {
        // Whatever it is the id of.
        query = query.filter(
            module_log::id
                .eq(id)
                .or(module_log::operation_id.eq(id))
                .or(module_log::service_id.eq(id))
                .or(module_log::client_id.eq(id))
                .or(module_log::request_id.eq(id.to_string())),
        );
    } else if let Some(pattern) = paging.pattern() {
        let labelled = services::table.filter(services::label.ilike(pattern.clone()));
        query = query.filter(
            module_log::message
                .ilike(pattern.clone())
                .or(module_log::action.ilike(pattern.clone()))
                .or(module_log::module.ilike(pattern))
                .or(module_log::service_id.eq_any(labelled.select(services::id.nullable()))),
        );
    }
    query
}

/// How many rows there are, counted up to `COUNT_MAX`.
async fn count(conn: &mut Conn, filter: &ModuleLogFilter, paging: &Paging) -> QueryResult<i64> {
    let rows: Vec<i32> =
        filtered(filter, paging).limit(COUNT_MAX).select(sql::<Integer>("1")).load(conn).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(COUNT_MAX))
}

/// One page of the log, and how many rows there are, up to `COUNT_MAX`; not counted when it goes on `after` another one.
pub(super) async fn page(
    conn: &mut Conn,
    filter: &ModuleLogFilter,
    paging: &Paging,
    after: Option<After>,
) -> QueryResult<(Vec<Row>, Option<i64>)> {
    use module_log::{created_at, id};
    let mut query = filtered(filter, paging);
    let mut total = None;
    if let Some(after) = after {
        let (at, last) = (jiff_diesel::Timestamp::from(after.at), ModuleLogId(after.id));
        let same = created_at.eq(at);
        query = if paging.descending {
            query.filter(created_at.le(at).and(created_at.lt(at).or(same.and(id.lt(last)))))
        } else {
            query.filter(created_at.ge(at).and(created_at.gt(at).or(same.and(id.gt(last)))))
        };
    } else {
        total = Some(count(conn, filter, paging).await?);
        query = query.offset(paging.offset());
    }
    let query = if paging.descending {
        query.order((created_at.desc(), id.desc()))
    } else {
        query.order((created_at.asc(), id.asc()))
    };
    Ok((query.select(Row::as_select()).limit(paging.limit()).load(conn).await?, total))
}

/// What the services of a page and their clients are called. Nothing is asked when there are none.
pub(super) async fn names(conn: &mut Conn, ids: &[ServiceId]) -> QueryResult<HashMap<ServiceId, Names>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(ServiceId, String, String, String, String)> = services::table
        .inner_join(clients::table)
        .filter(services::id.eq_any(ids))
        .select((
            services::id,
            services::label,
            clients::company_name,
            clients::first_name,
            clients::last_name,
        ))
        .load(conn)
        .await?;
    let named = rows.into_iter().map(|(id, label, company, first, last)| {
        (id, Names { label, client: client::store::called(company, &first, &last) })
    });
    Ok(named.collect())
}

/// One call with what went in and came out.
pub(super) async fn find(conn: &mut Conn, id: ModuleLogId) -> QueryResult<Option<ModuleLogDetail>> {
    let found: Option<(Row, Value, Value, Option<String>)> = module_log::table
        .filter(module_log::id.eq(id))
        .select((Row::as_select(), module_log::request, module_log::response, module_log::request_id))
        .first(conn)
        .await
        .optional()?;
    let Some((row, request, response, request_id)) = found else { return Ok(None) };
    let names = names(conn, row.service_id.as_slice()).await?;
    Ok(Some(ModuleLogDetail { entry: row.summary(&names), request, response, request_id }))
}

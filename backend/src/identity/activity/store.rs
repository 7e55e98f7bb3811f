//! The activity log as rows. The only file here that speaks diesel.

use std::collections::BTreeMap;

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::Integer;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{activity_log, admins, clients, users};
use shared::identity::{ActivityEntry, ActivityFilter, ActivityLevel};
use shared::{AdminId, ClientId, UserId};
use uuid::Uuid;

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::keyset::read_on;
use crate::http::Paging;
use crate::http::paging::{After, COUNT_MAX, like_pattern};

#[derive(Debug, HasQuery)]
#[diesel(table_name = activity_log)]
pub(super) struct Line {
    id: Uuid,
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    at: Timestamp,
    level: ActivityLevel,
    actor: String,
    admin_id: Option<AdminId>,
    user_id: Option<UserId>,
    client_id: Option<ClientId>,
    action: String,
    subject_kind: Option<String>,
    subject_id: Option<Uuid>,
    description: String,
    old: Option<serde_json::Value>,
    new: Option<serde_json::Value>,
    ip: Option<String>,
    request_id: Option<String>,
}

impl Line {
    /// Where the page that it is the last of ended.
    pub(super) fn end(&self) -> After {
        After { at: self.at, id: self.id }
    }
}

fn filtered<'a>(filter: &ActivityFilter, paging: &Paging) -> activity_log::BoxedQuery<'a, Pg> {
    let mut query = activity_log::table.into_boxed();
    if let Some(from) = filter.from {
        query = query.filter(activity_log::at.ge(jiff_diesel::Timestamp::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(activity_log::at.lt(jiff_diesel::Timestamp::from(to)));
    }
    if let Some(level) = filter.level {
        query = query.filter(activity_log::level.eq(level.as_str()));
    }
    if let Some(action) = &filter.action {
        query =
            query.filter(activity_log::action.like(format!("{}%", like_pattern(action).trim_matches('%'))));
    }
    if let Some(admin) = filter.admin {
        query = query.filter(activity_log::admin_id.eq(admin));
    }
    if let Some(user) = filter.user {
        query = query.filter(activity_log::user_id.eq(user));
    }
    if let Some(client) = filter.client {
        query = query.filter(activity_log::client_id.eq(client));
    }
    if let Some(subject) = filter.subject {
        query = query.filter(activity_log::subject_id.eq(subject));
    }
    if let Some(pattern) = paging.pattern() {
        query = query.filter(activity_log::description.ilike(pattern));
    }
    query
}

/// By their instant.
fn ordered<'a>(query: activity_log::BoxedQuery<'a, Pg>, paging: &Paging) -> activity_log::BoxedQuery<'a, Pg> {
    if paging.descending {
        query.order((activity_log::at.desc(), activity_log::id.desc()))
    } else {
        query.order((activity_log::at.asc(), activity_log::id.asc()))
    }
}

/// All lines that the filter lets through.
pub(super) async fn all(
    tx: &mut Conn,
    filter: &ActivityFilter,
    paging: &Paging,
) -> QueryResult<Cursor<Line>> {
    Cursor::open(tx, ordered(filtered(filter, paging), paging).select(Line::as_select())).await
}

/// Lines with the names of people and clients.
pub(super) async fn named(conn: &mut Conn, lines: Vec<Line>) -> QueryResult<Vec<ActivityEntry>> {
    let names = Names::of(conn, &lines).await?;
    Ok(lines.into_iter().map(|line| names.entry(line)).collect())
}

/// How many lines there are, counted up to `COUNT_MAX`.
async fn count(conn: &mut Conn, filter: &ActivityFilter, paging: &Paging) -> QueryResult<i64> {
    let rows: Vec<i32> =
        filtered(filter, paging).limit(COUNT_MAX).select(sql::<Integer>("1")).load(conn).await?;
    Ok(i64::try_from(rows.len()).unwrap_or(COUNT_MAX))
}

/// One page of lines, and how many there are, up to `COUNT_MAX`; not counted when it goes on `after` another one.
pub(super) async fn page(
    conn: &mut Conn,
    filter: &ActivityFilter,
    paging: &Paging,
    after: Option<After>,
) -> QueryResult<(Vec<Line>, Option<i64>)> {
    let mut query = filtered(filter, paging);
    let mut total = None;
    if let Some(after) = after {
        query = read_on!(query, activity_log, at, after, paging.descending);
    } else {
        total = Some(count(conn, filter, paging).await?);
        query = query.offset(paging.offset());
    }
    let lines = ordered(query, paging).select(Line::as_select()).limit(paging.limit()).load(conn).await?;
    Ok((lines, total))
}

/// The newest lines.
pub async fn latest(conn: &mut Conn, lines_max: i64) -> QueryResult<Vec<ActivityEntry>> {
    let newest = (activity_log::at.desc(), activity_log::id.desc());
    let lines =
        activity_log::table.order(newest).select(Line::as_select()).limit(lines_max).load(conn).await?;
    named(conn, lines).await
}

/// Names of the people and clients of a page.
struct Names {
    people: BTreeMap<Uuid, String>,
    clients: BTreeMap<ClientId, String>,
}

fn full_name(first: &str, last: &str, otherwise: &str) -> String {
    let name = format!("{first} {last}");
    let name = name.trim();
    if name.is_empty() { otherwise.to_owned() } else { name.to_owned() }
}

impl Names {
    async fn of(conn: &mut Conn, lines: &[Line]) -> QueryResult<Self> {
        let of_admins: Vec<AdminId> = lines.iter().filter_map(|line| line.admin_id).collect();
        let of_users: Vec<UserId> = lines.iter().filter_map(|line| line.user_id).collect();
        let of_clients: Vec<ClientId> = lines.iter().filter_map(|line| line.client_id).collect();
        let staff: Vec<(Uuid, String, String, String)> = admins::table
            .filter(admins::id.eq_any(of_admins))
            .select((admins::id, admins::first_name, admins::last_name, admins::email))
            .load(conn)
            .await?;
        let users: Vec<(Uuid, String, String, String)> = users::table
            .filter(users::id.eq_any(of_users))
            .select((users::id, users::first_name, users::last_name, users::email))
            .load(conn)
            .await?;
        let clients: Vec<(ClientId, String, String, String)> = clients::table
            .filter(clients::id.eq_any(of_clients))
            .select((clients::id, clients::company_name, clients::first_name, clients::last_name))
            .load(conn)
            .await?;
        let people = staff.into_iter().chain(users);
        let client = |company: String, first: &str, last: &str| {
            if company.is_empty() { full_name(first, last, "") } else { company }
        };
        Ok(Self {
            people: people.map(|(id, first, last, email)| (id, full_name(&first, &last, &email))).collect(),
            clients: clients
                .into_iter()
                .map(|(id, company, first, last)| (id, client(company, &first, &last)))
                .collect(),
        })
    }

    fn entry(&self, line: Line) -> ActivityEntry {
        let behalf = line.admin_id.and(line.user_id);
        let person = line.admin_id.map(|id| id.0).or(line.user_id.map(|id| id.0));
        let actor_name =
            person.and_then(|id| self.people.get(&id)).cloned().unwrap_or_else(|| line.actor.clone());
        ActivityEntry {
            id: line.id,
            at: line.at,
            level: line.level,
            actor_name,
            actor: line.actor,
            admin: line.admin_id,
            user: line.user_id,
            on_behalf_of: behalf.and_then(|id| self.people.get(&id.0)).cloned(),
            client_name: line.client_id.and_then(|id| self.clients.get(&id)).cloned(),
            client: line.client_id,
            action: line.action,
            subject_kind: line.subject_kind,
            subject: line.subject_id,
            description: line.description,
            old: line.old,
            new: line.new,
            ip: line.ip,
            request_id: line.request_id,
        }
    }
}

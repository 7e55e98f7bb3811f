//! Sent messages and the bell, as rows.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::{client_users, notifications};
use serde_json::Value;
use shared::notifications::{
    Audience, Bell, BellItem, NotificationFilter, NotificationState, NotificationSummary,
};
use shared::{AdminId, ClientId, Language, NotificationId, UserId};

use crate::db::Conn;
use crate::db::cursor::Cursor;
use crate::db::keyset::read_on;
use crate::http::Paging;
use crate::http::paging::After;
use crate::notify::render;

/// Messages that the bell shows.
const BELL_LENGTH: i64 = 30;

#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub(super) struct Message {
    pub id: NotificationId,
    pub event: String,
    pub audience: Audience,
    pub email: String,
    pub language: Language,
    pub subject: Option<String>,
    pub state: NotificationState,
    pub answer: Option<String>,
    pub client_id: Option<ClientId>,
    pub bell: bool,
    pub created_at: jiff_diesel::Timestamp,
    pub sent_at: jiff_diesel::NullableTimestamp,
    pub body_html: Option<String>,
    pub body_text: Option<String>,
    pub attachments: Value,
    pub params: Value,
    pub read_at: jiff_diesel::NullableTimestamp,
}

impl Message {
    pub(super) fn summary(&self, client_name: Option<String>) -> NotificationSummary {
        NotificationSummary {
            id: self.id,
            event: self.event.clone(),
            audience: self.audience,
            email: self.email.clone(),
            language: self.language,
            subject: self.subject.clone(),
            state: self.state,
            answer: self.answer.clone(),
            client_id: self.client_id,
            client_name,
            bell: self.bell,
            created_at: self.created_at.to_jiff(),
            sent_at: self.sent_at.to_jiff(),
        }
    }

    fn bell_item(self) -> BellItem {
        let text = self.body_text.unwrap_or_default();
        BellItem {
            id: self.id,
            event: self.event,
            title: self.subject.unwrap_or_default(),
            // After the greeting comes what it is about.
            text: text.split("\n\n").nth(1).unwrap_or_default().chars().take(300).collect(),
            link: render::page(&self.params).map(|(path, _)| path),
            client_id: self.client_id,
            created_at: self.created_at.to_jiff(),
            read_at: self.read_at.to_jiff(),
        }
    }
}

/// Who acts for the client that is asked for: as ids, because an index finds those and no sub-select below an `OR`.
async fn people(conn: &mut Conn, filter: &NotificationFilter) -> QueryResult<Vec<UserId>> {
    let Some(client) = filter.client_id else { return Ok(Vec::new()) };
    client_users::table
        .filter(client_users::client_id.eq(client))
        .select(client_users::user_id)
        .load(conn)
        .await
}

fn filtered<'a>(
    filter: &NotificationFilter,
    people: &[UserId],
    paging: &Paging,
) -> notifications::BoxedQuery<'a, Pg> {
    let mut query = notifications::table.into_boxed();
    if let Some(state) = filter.state {
        query = query.filter(notifications::state.eq(state));
    }
    if let Some(event) = filter.event.clone() {
        query = query.filter(notifications::event.eq(event));
    }
    if let Some(audience) = filter.audience {
        query = query.filter(notifications::audience.eq(audience));
    }
    if let Some(client) = filter.client_id {
        let personal = notifications::client_id.is_null().and(notifications::user_id.eq_any(people.to_vec()));
        query = query.filter(notifications::client_id.eq(client).or(personal));
    }
    if let Some(from) = filter.from {
        query = query.filter(notifications::created_at.ge(jiff_diesel::Timestamp::from(from)));
    }
    if let Some(to) = filter.to {
        query = query.filter(notifications::created_at.lt(jiff_diesel::Timestamp::from(to)));
    }
    if let Some(pattern) = paging.pattern() {
        query = query
            .filter(notifications::email.ilike(pattern.clone()).or(notifications::subject.ilike(pattern)));
    }
    query
}

fn ordered<'a>(
    query: notifications::BoxedQuery<'a, Pg>,
    paging: &Paging,
) -> notifications::BoxedQuery<'a, Pg> {
    match (paging.sort, paging.descending) {
        ("email", false) => query.order((notifications::email.asc(), notifications::id.asc())),
        ("email", true) => query.order((notifications::email.desc(), notifications::id.desc())),
        (_, false) => query.order((notifications::created_at.asc(), notifications::id.asc())),
        (_, true) => query.order((notifications::created_at.desc(), notifications::id.desc())),
    }
}

/// All messages that the filter lets through.
pub(super) async fn all(
    tx: &mut Conn,
    filter: &NotificationFilter,
    paging: &Paging,
) -> QueryResult<Cursor<Message>> {
    let people = people(tx, filter).await?;
    Cursor::open(tx, ordered(filtered(filter, &people, paging), paging).select(Message::as_select())).await
}

/// One page of the history, and how many there are; not counted when it goes on `after` another one.
pub(super) async fn page(
    conn: &mut Conn,
    filter: &NotificationFilter,
    paging: &Paging,
    after: Option<After>,
) -> QueryResult<(Vec<Message>, Option<i64>)> {
    let people = people(conn, filter).await?;
    let mut query = filtered(filter, &people, paging);
    let mut total = None;
    if let Some(after) = after {
        query = read_on!(query, notifications, created_at, after, paging.descending);
    } else {
        total = Some(filtered(filter, &people, paging).count().get_result(conn).await?);
        query = query.offset(paging.offset());
    }
    let rows = ordered(query, paging).select(Message::as_select()).limit(paging.limit()).load(conn).await?;
    Ok((rows, total))
}

pub(super) async fn find(conn: &mut Conn, id: NotificationId) -> QueryResult<Option<Message>> {
    notifications::table.find(id).select(Message::as_select()).first(conn).await.optional()
}

/// Puts a message back to be sent again.
pub(super) async fn requeue(tx: &mut Conn, id: NotificationId) -> QueryResult<usize> {
    diesel::update(notifications::table.find(id))
        .set(notifications::state.eq(NotificationState::Queued))
        .execute(tx)
        .await
}

/// Whose bell it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Owner {
    Admin(AdminId),
    User(UserId),
}

fn of_owner<'a>(owner: Owner) -> notifications::BoxedQuery<'a, Pg> {
    let query = notifications::table.filter(notifications::bell.eq(true)).into_boxed();
    match owner {
        Owner::Admin(admin) => query.filter(notifications::admin_id.eq(admin)),
        Owner::User(user) => query.filter(notifications::user_id.eq(user)),
    }
}

/// The newest messages of a bell. Two statements.
pub(super) async fn bell(conn: &mut Conn, owner: Owner) -> QueryResult<Bell> {
    let unread = of_owner(owner)
        .filter(notifications::read_at.is_null().and(notifications::subject.is_not_null()))
        .count()
        .get_result(conn)
        .await?;
    let rows: Vec<Message> = of_owner(owner)
        .filter(notifications::subject.is_not_null())
        .order((notifications::created_at.desc(), notifications::id.desc()))
        .select(Message::as_select())
        .limit(BELL_LENGTH)
        .load(conn)
        .await?;
    Ok(Bell { unread, items: rows.into_iter().map(Message::bell_item).collect() })
}

/// Marks messages of a bell read; all when `ids` is `None`. Ids of others change nothing.
pub(super) async fn mark_read(
    conn: &mut Conn,
    owner: Owner,
    now: Timestamp,
    ids: Option<&[NotificationId]>,
) -> QueryResult<()> {
    let mut query = of_owner(owner).filter(notifications::read_at.is_null());
    if let Some(ids) = ids {
        query = query.filter(notifications::id.eq_any(ids.to_vec()));
    }
    let unread: Vec<NotificationId> = query.select(notifications::id).load(conn).await?;
    diesel::update(notifications::table.filter(notifications::id.eq_any(unread)))
        .set(notifications::read_at.eq(jiff_diesel::Timestamp::from(now)))
        .execute(conn)
        .await?;
    Ok(())
}

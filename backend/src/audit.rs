//! Who did it, and what was changed: the actor of a request and the append-only activity log.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use jiff::Timestamp;
use schema::activity_log;
use serde_json::Value;
use shared::{AdminId, ClientId, UserId};
use uuid::Uuid;

use crate::db::Conn;
use crate::http::request;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Admin(AdminId),
    User(UserId),
    /// Staff who are signed in as a user of a client.
    Support {
        admin: AdminId,
        user: UserId,
    },
    /// The program itself: schedule, workers.
    System,
    /// Nobody signed in: registration, reset.
    Visitor,
}

/// Who acts, from where, in which request. Goes with every action that leaves a trail.
#[derive(Clone, Debug)]
pub struct Actor {
    pub who: Who,
    pub ip: Option<String>,
    pub request_id: Option<String>,
}

impl Actor {
    pub fn system() -> Self {
        // A task runs under the id of the request that wanted it.
        Self { who: Who::System, ip: None, request_id: request::ongoing_id() }
    }
}

/// As stored in columns called `actor`: `admin:0192…`, `user:0192…`, `system`, `visitor`.
impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.who {
            Who::Admin(id) | Who::Support { admin: id, .. } => write!(f, "admin:{id}"),
            Who::User(id) => write!(f, "user:{id}"),
            Who::System => f.write_str("system"),
            Who::Visitor => f.write_str("visitor"),
        }
    }
}

/// One line of the activity log. Never holds a secret.
#[derive(Debug, Default)]
pub struct Entry<'a> {
    /// What was done, for programs: `client.suspended`, `price.changed`.
    pub action: &'a str,
    /// What was done, for people, in English.
    pub description: String,
    pub client: Option<ClientId>,
    /// Kind and id of what it was done to: `("product", id)`.
    pub subject: Option<(&'a str, Uuid)>,
    pub old: Option<Value>,
    pub new: Option<Value>,
    pub level: Level,
}

#[derive(Clone, Copy, Debug, Default)]
pub enum Level {
    #[default]
    Info,
    Warning,
    Error,
}

/// Writes a line of the activity log in the transaction of what it tells about.
pub async fn record(tx: &mut Conn, actor: &Actor, now: Timestamp, entry: Entry<'_>) -> QueryResult<()> {
    let (admin, user) = match actor.who {
        Who::Admin(id) => (Some(id.0), None),
        Who::User(id) => (None, Some(id.0)),
        Who::Support { admin, user } => (Some(admin.0), Some(user.0)),
        Who::System | Who::Visitor => (None, None),
    };
    let level = match entry.level {
        Level::Info => "info",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    diesel::insert_into(activity_log::table)
        .values((
            activity_log::id.eq(Uuid::now_v7()),
            activity_log::at.eq(jiff_diesel::Timestamp::from(now)),
            activity_log::level.eq(level),
            activity_log::actor.eq(actor.to_string()),
            activity_log::admin_id.eq(admin),
            activity_log::user_id.eq(user),
            activity_log::client_id.eq(entry.client.map(|id| id.0)),
            activity_log::action.eq(entry.action),
            activity_log::subject_kind.eq(entry.subject.map(|(kind, _)| kind)),
            activity_log::subject_id.eq(entry.subject.map(|(_, id)| id)),
            activity_log::description.eq(entry.description),
            activity_log::old.eq(entry.old.map(object)),
            activity_log::new.eq(entry.new.map(object)),
            activity_log::ip.eq(&actor.ip),
            activity_log::request_id.eq(&actor.request_id),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// Old and new values are objects, so that readers can compare them by name: a list or a plain value becomes `{"value": …}`.
fn object(value: Value) -> Value {
    if value.is_object() { value } else { serde_json::json!({ "value": value }) }
}

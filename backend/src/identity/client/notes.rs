//! Notes of staff about a client or a service of it: dated, with their author, never changed.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::client_notes;
use shared::identity::{NotedService, StaffNote};
use shared::{AdminId, ClientId, ServiceId};
use uuid::Uuid;

use super::people::entry;
use super::store;
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::error::{Error, Refusal, Result};
use crate::http::{Fields, Paging};
use crate::services;

/// What notes are about.
#[derive(Clone, Copy, Debug)]
pub enum About {
    /// A client, with all services it had when they were written.
    Client(ClientId),
    /// A service, whoever has it.
    Service(ServiceId),
}

#[derive(QueryableByName)]
struct NoteRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    admin_id: AdminId,
    #[diesel(sql_type = Text)]
    author_name: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    at: Timestamp,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    service_id: Option<ServiceId>,
    #[diesel(sql_type = Nullable<Text>)]
    service_label: Option<String>,
}

/// Notes about a client or a service, newest first.
pub async fn notes(conn: &mut Conn, about: About, paging: &Paging) -> QueryResult<(Vec<StaffNote>, i64)> {
    const COLUMNS: &str = "n.id, n.admin_id, n.text, n.at, n.service_id, s.label AS service_label,
         coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email) AS author_name";
    const OF_CLIENT: &str =
        "client_notes n JOIN admins a ON a.id = n.admin_id LEFT JOIN services s ON s.id = n.service_id
         WHERE n.client_id = $1 AND ($2::text IS NULL OR n.text ILIKE $2)";
    const OF_SERVICE: &str =
        "client_notes n JOIN admins a ON a.id = n.admin_id JOIN services s ON s.id = n.service_id
         WHERE n.service_id = $1 AND ($2::text IS NULL OR n.text ILIKE $2)";
    let (from, id) = match about {
        About::Client(client) => (OF_CLIENT, client.0),
        About::Service(service) => (OF_SERVICE, service.0),
    };
    let direction = paging.direction();
    let order = format!("n.at {direction}, n.id {direction}");
    let list = List { columns: COLUMNS, from, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<SqlUuid, _>(id).bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let note = |row: NoteRow| StaffNote {
        id: row.id,
        author: row.admin_id,
        author_name: row.author_name,
        text: row.text,
        at: row.at,
        service: row.service_id.zip(row.service_label).map(|(id, label)| NotedService { id, label }),
    };
    Ok((rows.into_iter().map(note).collect(), total))
}

/// Writes a note; it stays as it is.
pub async fn add_note(
    app: &App,
    admin: AdminId,
    actor: &Actor,
    about: About,
    text: &str,
) -> Result<StaffNote> {
    let mut fields = Fields::new();
    fields.required("text", text, 10_000);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let (client, service) = match about {
            About::Client(client) => (client, None),
            About::Service(service) => {
                let service =
                    services::store::find_for_staff(tx, service).await?.ok_or_else(Refusal::not_found)?;
                (service.client_id, Some(NotedService { id: service.id, label: service.label }))
            }
        };
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let id = Uuid::now_v7();
        diesel::insert_into(client_notes::table)
            .values((
                client_notes::id.eq(id),
                client_notes::client_id.eq(client),
                client_notes::admin_id.eq(admin),
                client_notes::text.eq(text),
                client_notes::at.eq(now.to_diesel()),
                client_notes::service_id.eq(service.as_ref().map(|service| service.id)),
            ))
            .execute(tx)
            .await?;
        let written = entry(client, "client.note_added", "Wrote a note".to_owned());
        let written = match &service {
            Some(service) => {
                Entry { action: "service.note_added", subject: Some(("service", service.id.0)), ..written }
            }
            None => written,
        };
        audit::record(tx, actor, now, written).await?;
        let (first, last, email): (String, String, String) = schema::admins::table
            .find(admin)
            .select((schema::admins::first_name, schema::admins::last_name, schema::admins::email))
            .first(tx)
            .await?;
        let name = format!("{first} {last}").trim().to_owned();
        let author_name = if name.is_empty() { email } else { name };
        Ok(StaffNote { id, author: admin, author_name, text: text.to_owned(), at: now, service })
    })
    .await
}

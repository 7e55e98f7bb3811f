//! Notes of staff about a client: dated, with their author, never changed.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use schema::client_notes;
use shared::identity::ClientNote;
use shared::{AdminId, ClientId};
use uuid::Uuid;

use super::people::entry;
use super::store;
use crate::App;
use crate::audit::{self, Actor};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::error::{Error, Refusal, Result};
use crate::http::{Fields, Paging};

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
}

/// Notes about a client, newest first.
pub(super) async fn notes(
    conn: &mut Conn,
    client: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientNote>, i64)> {
    const COLUMNS: &str = "n.id, n.admin_id, n.text, n.at,
         coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email) AS author_name";
    const FROM: &str = "client_notes n JOIN admins a ON a.id = n.admin_id
         WHERE n.client_id = $1 AND ($2::text IS NULL OR n.text ILIKE $2)";
    let direction = paging.direction();
    let order = format!("n.at {direction}, n.id {direction}");
    let list = List { columns: COLUMNS, from: FROM, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql)
            .into_boxed()
            .bind::<SqlUuid, _>(client)
            .bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let note = |row: NoteRow| ClientNote {
        id: row.id,
        author: row.admin_id,
        author_name: row.author_name,
        text: row.text,
        at: row.at,
    };
    Ok((rows.into_iter().map(note).collect(), total))
}

/// Writes a note; it stays as it is.
pub(super) async fn add_note(
    app: &App,
    admin: AdminId,
    actor: &Actor,
    client: ClientId,
    text: &str,
) -> Result<ClientNote> {
    let mut fields = Fields::new();
    fields.required("text", text, 10_000);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let id = Uuid::now_v7();
        diesel::insert_into(client_notes::table)
            .values((
                client_notes::id.eq(id),
                client_notes::client_id.eq(client),
                client_notes::admin_id.eq(admin),
                client_notes::text.eq(text),
                client_notes::at.eq(now.to_diesel()),
            ))
            .execute(tx)
            .await?;
        audit::record(tx, actor, now, entry(client, "client.note_added", "Wrote a note".to_owned())).await?;
        let (first, last, email): (String, String, String) = schema::admins::table
            .find(admin)
            .select((schema::admins::first_name, schema::admins::last_name, schema::admins::email))
            .first(tx)
            .await?;
        let name = format!("{first} {last}").trim().to_owned();
        let author_name = if name.is_empty() { email } else { name };
        Ok(ClientNote { id, author: admin, author_name, text: text.to_owned(), at: now })
    })
    .await
}

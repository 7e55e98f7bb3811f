//! Renders one message, sends it, and keeps what was sent.

use anyhow::Context;
use diesel::prelude::*;
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::SignedDuration;
use schema::{admins, clients, companies, documents, notifications, users};
use serde_json::{Map, Value, json};
use shared::notifications::{Audience, NotificationState};
use shared::{ClientId, DocumentId, Language, NotificationId};

use crate::App;
use crate::billing::document::paper;
use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::jobs::outbox::{self, Tags};
use crate::jobs::{Job, current};
use crate::notify::Event;
use crate::notify::render::{self, Frame, MASK};
use crate::notify::transport::File;

/// The answer of a message that waits for a mail server.
pub(super) const WAITS: &str = "waits: no mail server is configured (mail.smtp_url)";
/// How long a waiting message is still worth sending.
const WAITING_LASTS: SignedDuration = SignedDuration::from_hours(48);
const WAITING_AT_ONCE: i64 = 500;

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
struct Waiting {
    event: String,
    audience: Audience,
    admin_id: Option<shared::AdminId>,
    user_id: Option<shared::UserId>,
    client_id: Option<ClientId>,
    email: String,
    language: Language,
    params: Value,
    secrets_sealed: Option<Vec<u8>>,
    attachments: Value,
    state: NotificationState,
}

/// Renders and sends a message; does nothing when it was sent before. A refusal of the mail server is an error: the task
/// tries again.
pub async fn send(app: &App, id: NotificationId) -> Result<()> {
    let mut conn = app.db.get().await?;
    let row: Option<Waiting> =
        notifications::table.find(id).select(Waiting::as_select()).first(&mut conn).await.optional()?;
    let Some(row) =
        row.filter(|row| matches!(row.state, NotificationState::Queued | NotificationState::Failed))
    else {
        return Ok(());
    };
    let event = Event::find(&row.event)
        .with_context(|| format!("this program does not know the event {}", row.event))?;
    let (frame, from) = frame(app, &mut conn, &row).await?;

    let secrets = match &row.secrets_sealed {
        Some(sealed) => serde_json::from_slice(&app.sealer.open(id.0, sealed)?)?,
        None => json!({}),
    };
    let masked: Map<String, Value> =
        event.secrets().iter().map(|name| ((*name).to_owned(), Value::from(MASK))).collect();
    let shown = render::render(event, &row.params, &Value::Object(masked), &frame)?;
    let letter = render::render(event, &row.params, &secrets, &frame)?;
    // The bell shows it even while the mail server is away.
    diesel::update(notifications::table.find(id))
        .set((
            notifications::subject.eq(&shown.subject),
            notifications::body_html.eq(&shown.html),
            notifications::body_text.eq(&shown.text),
        ))
        .execute(&mut conn)
        .await?;
    if !app.mailer.is_configured() {
        diesel::update(notifications::table.find(id))
            .set(notifications::answer.eq(WAITS))
            .execute(&mut conn)
            .await?;
        return current::output(&json!({ "answer": WAITS }));
    }
    let papers = papers(&mut conn, &row.attachments).await?;
    // Typesetting takes a connection of its own: who holds one meanwhile may wait for himself.
    drop(conn);

    let files = files(app, papers).await?;
    let sent = app.mailer.send(from, &row.email, &letter, files).await;
    let mut conn = app.db.get().await?;
    match sent {
        Ok(answer) => {
            diesel::update(notifications::table.find(id))
                .set((
                    notifications::state.eq(NotificationState::Sent),
                    notifications::answer.eq(&answer),
                    notifications::secrets_sealed.eq(None::<Vec<u8>>),
                    notifications::sent_at.eq(jiff_diesel::Timestamp::from(app.clock.now())),
                ))
                .execute(&mut conn)
                .await?;
            current::output(&json!({ "answer": answer }))
        }
        Err(error) => {
            diesel::update(notifications::table.find(id))
                .set((
                    notifications::state.eq(NotificationState::Failed),
                    notifications::answer.eq(format!("{error:#}")),
                ))
                .execute(&mut conn)
                .await?;
            Err(error.into())
        }
    }
}

/// Sends what was written while no mail server was configured; what is older than two days stays in the history only.
pub async fn send_waiting(app: &App) -> Result<()> {
    if !app.mailer.is_configured() {
        return Ok(());
    }
    let now = app.clock.now();
    let since = now.checked_sub(WAITING_LASTS).unwrap_or(now);
    let mut conn = app.db.get().await?;
    let waiting: Vec<(NotificationId, Option<ClientId>)> = notifications::table
        .filter(notifications::state.eq(NotificationState::Queued).and(notifications::answer.eq(WAITS)))
        .filter(notifications::created_at.ge(jiff_diesel::Timestamp::from(since)))
        .order(notifications::id)
        .limit(WAITING_AT_ONCE)
        .select((notifications::id, notifications::client_id))
        .load(&mut conn)
        .await?;
    conn.transaction::<_, Error, _>(async |tx| {
        for (notification, client) in &waiting {
            let tags = Tags { client: *client, ..Tags::default() };
            outbox::send(tx, now, &Job::SendNotification { notification: *notification }, tags).await?;
        }
        Ok(())
    })
    .await?;
    current::output(&json!({ "sent": waiting.len() }))
}

type Sender = Option<(String, String)>;

/// Who reads, and who writes: the home company of the client, else the default one.
async fn frame(app: &App, conn: &mut Conn, row: &Waiting) -> Result<(Frame, Sender)> {
    let name: Option<String> = if let Some(user) = row.user_id {
        users::table.find(user).select(users::first_name).first(conn).await.optional()?
    } else if let Some(admin) = row.admin_id {
        admins::table.find(admin).select(admins::first_name).first(conn).await.optional()?
    } else {
        None
    };
    let selected = (companies::name, companies::sender_name, companies::sender_email);
    let mut company: Option<(String, String, String)> = None;
    if let Some(client) = row.client_id {
        company = companies::table
            .inner_join(clients::table)
            .filter(clients::id.eq(client))
            .select(selected)
            .first(conn)
            .await
            .optional()?;
    }
    if company.is_none() {
        company =
            companies::table.filter(companies::is_default).select(selected).first(conn).await.optional()?;
    }
    let (brand, sender_name, sender_email) =
        company.unwrap_or_else(|| ("Hostwright".to_owned(), String::new(), String::new()));
    let for_staff = row.audience == Audience::Staff;
    let base = app.config.http.public_url.trim_end_matches('/');
    let sender = (!sender_email.is_empty())
        .then(|| (if sender_name.is_empty() { brand.clone() } else { sender_name }, sender_email));
    let frame = Frame {
        name: name.unwrap_or_default(),
        portal: if for_staff { format!("{base}/admin") } else { format!("{base}/") },
        brand,
        language: row.language,
        for_staff,
    };
    Ok((frame, sender))
}

/// The documents that go with it, and what their files are called.
async fn papers(conn: &mut Conn, attachments: &Value) -> Result<Vec<(DocumentId, String)>> {
    let ids: Vec<DocumentId> = serde_json::from_value(attachments.clone())?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let numbered: Vec<(DocumentId, Option<String>)> = documents::table
        .filter(documents::id.eq_any(&ids))
        .select((documents::id, documents::number))
        .load(conn)
        .await?;
    let named = |(id, number): (DocumentId, Option<String>)| {
        let number = number.unwrap_or_else(|| id.to_string()).replace(['/', '\\'], "-");
        (id, format!("{number}.pdf"))
    };
    Ok(numbered.into_iter().map(named).collect())
}

async fn files(app: &App, papers: Vec<(DocumentId, String)>) -> Result<Vec<File>> {
    let mut files = Vec::with_capacity(papers.len());
    for (id, name) in papers {
        files.push(File { name, kind: "application/pdf", bytes: paper::of(app, id).await? });
    }
    Ok(files)
}

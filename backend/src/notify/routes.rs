//! History of messages and the bell over HTTP.

use actix_web::{HttpResponse, get, post, web};
use diesel_async::AsyncConnection;
use shared::notifications::{
    Bell, BellRead, NotificationDetail, NotificationFilter, NotificationState, NotificationSummary,
};
use shared::{ClientId, Code, FileQuery, LogPage, NotificationId, PageQuery};

use super::export;
use super::history::{self, Message, Owner};
use crate::App;
use crate::audit::{self, Entry};
use crate::db::Conn;
use crate::http::csv::Download;
use crate::http::error::{Error, Refusal, Result};
use crate::http::paging::After;
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Me, Paging, Path, Query, Staff, rights};
use crate::identity::client;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::notify::{Event, send};

pub(super) fn routes(cfg: &mut Routes) {
    cfg.service(list_notifications)
        .service(export_notifications)
        .service(get_notification)
        .service(resend_notification)
        .service(get_staff_bell)
        .service(read_staff_bell)
        .service(get_my_bell)
        .service(read_my_bell);
}

fn can_resend(message: &Message) -> bool {
    let waits = message.answer.as_deref() == Some(send::WAITS);
    (message.state != NotificationState::Queued || waits)
        && Event::find(&message.event).is_some_and(|event| event.secrets().is_empty())
}

const SORTS: &[&str] = &["-created_at", "email"];

fn check_filter(filter: &NotificationFilter) -> Result<()> {
    let mut fields = Fields::new();
    for (field, at) in [("from", filter.from), ("to", filter.to)] {
        if let Some(at) = at {
            fields.instant(field, at);
        }
    }
    fields.text("event", filter.event.as_deref().unwrap_or(""), 100);
    fields.finish()
}

async fn summaries(conn: &mut Conn, rows: &[Message]) -> Result<Vec<NotificationSummary>> {
    let ids: Vec<ClientId> = rows.iter().filter_map(|row| row.client_id).collect();
    let names = client::store::names(conn, &ids).await?;
    let name = |row: &Message| row.client_id.and_then(|id| names.get(&id).cloned());
    Ok(rows.iter().map(|row| row.summary(name(row))).collect())
}

/// List the messages that were written to people.
#[utoipa::path(tag = "automation", operation_id = "listNotifications", params(PageQuery, NotificationFilter),
    responses((status = 200, body = LogPage<NotificationSummary>)),
    extensions(("x-permission" = json!("notifications.view"))))]
#[get("/admin/notifications")]
async fn list_notifications(
    app: web::Data<App>,
    _who: May<rights::NotificationsView>,
    page: Query<PageQuery>,
    filter: Query<NotificationFilter>,
) -> Result<Json<LogPage<NotificationSummary>>> {
    let paging = Paging::read(&page, SORTS)?;
    check_filter(&filter)?;
    let after = paging.after(filter.after.as_deref())?;
    let mut conn = app.db.get().await?;
    let (rows, total) = history::page(&mut conn, &filter, &paging, after).await?;
    let end = rows.last().map(|row| After { at: row.created_at.to_jiff(), id: row.id.0 });
    let items = summaries(&mut conn, &rows).await?;
    Ok(Json(paging.log_page(items, total, end)))
}

/// The messages that were written to people as CSV: all that the filter lets through.
#[utoipa::path(tag = "automation", operation_id = "exportNotifications", params(PageQuery, NotificationFilter, FileQuery),
    responses((status = 200, body = String, content_type = "text/csv")),
    extensions(("x-permission" = json!("notifications.view"))))]
#[get("/admin/notifications.csv")]
async fn export_notifications(
    app: web::Data<App>,
    _who: May<rights::NotificationsView>,
    page: Query<PageQuery>,
    filter: Query<NotificationFilter>,
    form: Query<FileQuery>,
) -> Result<HttpResponse> {
    let paging = Paging::read(&page, SORTS)?;
    check_filter(&filter)?;
    let mut download = Download::begin(&app).await?;
    let rows = history::all(&mut download.tx, &filter, &paging).await?;
    let told = download
        .answer("notifications", *form, export::COLUMNS, rows, async |tx, rows| summaries(tx, &rows).await);
    told.await
}

async fn detail(conn: &mut Conn, message: Message) -> Result<NotificationDetail> {
    let ids: Vec<ClientId> = message.client_id.into_iter().collect();
    let name = client::store::names(conn, &ids).await?.into_values().next();
    let attachments: Vec<String> = serde_json::from_value(message.attachments.clone())?;
    Ok(NotificationDetail {
        can_resend: can_resend(&message),
        notification: message.summary(name),
        html: message.body_html,
        text: message.body_text,
        attachments: attachments.into_iter().map(|id| format!("{id}.pdf")).collect(),
    })
}

/// Show one message as it was rendered; links and codes are masked.
#[utoipa::path(tag = "automation", operation_id = "getNotification", params(("id" = NotificationId, Path)),
    responses((status = 200, body = NotificationDetail)),
    extensions(("x-permission" = json!("notifications.view"))))]
#[get("/admin/notifications/{id}")]
async fn get_notification(
    app: web::Data<App>,
    _who: May<rights::NotificationsView>,
    id: Path<NotificationId>,
) -> Result<Json<NotificationDetail>> {
    let mut conn = app.db.get().await?;
    let message = history::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(detail(&mut conn, message).await?))
}

/// Send a message again.
#[utoipa::path(tag = "automation", operation_id = "resendNotification", params(("id" = NotificationId, Path)),
    responses((status = 200, body = NotificationDetail)), extensions(("x-permission" = json!("tasks.operate"))))]
#[post("/admin/notifications/{id}/resend")]
async fn resend_notification(
    app: web::Data<App>,
    who: May<rights::TasksOperate>,
    id: Path<NotificationId>,
) -> Result<Json<NotificationDetail>> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let message = history::find(tx, *id).await?.ok_or_else(Refusal::not_found)?;
        if !can_resend(&message) {
            let detail = "It waits already, or holds a link or code that works once.";
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        history::requeue(tx, message.id).await?;
        let tags = Tags { client: message.client_id, ..Tags::default() };
        outbox::send(tx, now, &Job::SendNotification { notification: message.id }, tags).await?;
        let entry = Entry {
            action: "notification.resent",
            description: format!("Sent the message {} again", message.event),
            client: message.client_id,
            subject: Some(("notification", message.id.0)),
            ..Entry::default()
        };
        audit::record(tx, &who.actor, now, entry).await?;
        Ok(())
    })
    .await?;
    let message = history::find(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(detail(&mut conn, message).await?))
}

fn check(read: &BellRead) -> Result<()> {
    let mut fields = Fields::new();
    let few = read.ids.as_ref().is_none_or(|ids| ids.len() <= 200);
    fields.check(few, "ids", "too_long", "At most 200 at a time.");
    fields.finish()
}

/// Show the bell of the signed-in member of staff.
#[utoipa::path(tag = "automation", operation_id = "getStaffBell", responses((status = 200, body = Bell)),
    extensions(("x-permission" = json!("none"))))]
#[get("/admin/bell")]
async fn get_staff_bell(app: web::Data<App>, who: Staff) -> Result<Json<Bell>> {
    Ok(Json(history::bell(&mut *app.db.get().await?, Owner::Admin(who.admin)).await?))
}

/// Mark messages at the bell of the signed-in member of staff read.
#[utoipa::path(tag = "automation", operation_id = "readStaffBell", request_body = BellRead,
    responses((status = 200, body = Bell)),
    extensions(("x-permission" = json!("none"))))]
#[post("/admin/bell/read")]
async fn read_staff_bell(app: web::Data<App>, who: Staff, read: Json<BellRead>) -> Result<Json<Bell>> {
    check(&read)?;
    let mut conn = app.db.get().await?;
    let owner = Owner::Admin(who.admin);
    history::mark_read(&mut conn, owner, app.clock.now(), read.ids.as_deref()).await?;
    Ok(Json(history::bell(&mut conn, owner).await?))
}

/// Show the bell of the signed-in user.
#[utoipa::path(tag = "me", operation_id = "getMyBell", responses((status = 200, body = Bell)))]
#[get("/me/bell")]
async fn get_my_bell(app: web::Data<App>, who: Me) -> Result<Json<Bell>> {
    Ok(Json(history::bell(&mut *app.db.get().await?, Owner::User(who.user)).await?))
}

/// Mark messages at the bell of the signed-in user read.
#[utoipa::path(tag = "me", operation_id = "readMyBell", request_body = BellRead,
    responses((status = 200, body = Bell)))]
#[post("/me/bell/read")]
async fn read_my_bell(app: web::Data<App>, who: Me, read: Json<BellRead>) -> Result<Json<Bell>> {
    check(&read)?;
    let mut conn = app.db.get().await?;
    let owner = Owner::User(who.user);
    history::mark_read(&mut conn, owner, app.clock.now(), read.ids.as_deref()).await?;
    Ok(Json(history::bell(&mut conn, owner).await?))
}

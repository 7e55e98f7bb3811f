//! The state of a client: what staff do to it, what stands in the way, and its history.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff::Timestamp;
use jiff_diesel::ToDiesel;
use rust_decimal::Decimal;
use schema::client_status_history as history;
use shared::identity::{
    ClientAction, ClientStatus, ClientStatusChange, ClientStatusEffect, ClientStatusEntry, Obstacle,
    UserStatus,
};
use shared::{ClientId, Code, Language, UserId};
use uuid::Uuid;

use super::store::{self, Client};
use crate::App;
use crate::audit::{self, Actor, Entry, Level};
use crate::db::Conn;
use crate::db::list::{self, List};
use crate::http::error::{Error, Refusal, Result};
use crate::http::{Fields, Paging};
use crate::identity::{attempts, letters, link};
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::words::{self, fill};

async fn note(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    from: Option<ClientStatus>,
    to: ClientStatus,
    reason: &str,
) -> QueryResult<()> {
    diesel::insert_into(history::table)
        .values((
            history::id.eq(Uuid::now_v7()),
            history::client_id.eq(client),
            history::status_from.eq(from.map(ClientStatus::as_str)),
            history::status_to.eq(to.as_str()),
            history::reason.eq(reason),
            history::actor.eq(actor.to_string()),
            history::at.eq(now.to_diesel()),
        ))
        .execute(tx)
        .await?;
    Ok(())
}

/// The first row of a client's history.
pub(super) async fn begin_history(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    client: ClientId,
    status: ClientStatus,
) -> QueryResult<()> {
    note(tx, now, actor, client, None, status, "").await
}

/// The pending clients that a user owns become active. Returns them.
pub async fn activate_pending_of(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    owner: UserId,
) -> Result<Vec<ClientId>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: ClientId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT c.id FROM clients c JOIN client_users m ON m.client_id = c.id
         WHERE m.user_id = $1 AND m.role = 'owner' AND c.status = 'pending' ORDER BY c.id FOR UPDATE OF c",
    )
    .bind::<SqlUuid, _>(owner)
    .load(tx)
    .await?;
    for row in &rows {
        activate(tx, now, actor, row.id).await?;
    }
    Ok(rows.into_iter().map(|row| row.id).collect())
}

async fn activate(tx: &mut Conn, now: Timestamp, actor: &Actor, client: ClientId) -> Result<()> {
    store::set_status(tx, now, client, ClientStatus::Active, None).await?;
    note(tx, now, actor, client, Some(ClientStatus::Pending), ClientStatus::Active, "confirmed").await?;
    let entry = Entry {
        action: "client.confirmed",
        description: "The account was confirmed".to_owned(),
        client: Some(client),
        subject: Some(("client", client.0)),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// Staff confirm a pending client, and its owner's address with it.
pub(super) async fn confirm(app: &App, actor: &Actor, client: ClientId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let owner = pending_owner(tx, client).await?;
        match owner {
            Some((user, _)) => link::actions::confirm(tx, now, actor, user).await,
            None => activate(tx, now, actor, client).await,
        }
    })
    .await
}

/// Mails the owner of a pending client a new confirmation link, as often as he may ask for one himself.
pub(super) async fn resend_confirmation(app: &App, actor: &Actor, client: ClientId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    if let Some((_, email)) = super::people::owner(&mut conn, client).await? {
        attempts::need_mail(app, &mut conn, "staff_confirm", &email, actor.ip.as_deref()).await?;
    }
    conn.transaction::<_, Error, _>(async |tx| {
        let owner = pending_owner(tx, client).await?;
        let (user, email) =
            owner.ok_or_else(|| Refusal::because(Code::Conflict, "This client has no owner."))?;
        link::actions::send_confirmation(app, tx, now, user, &email).await?;
        let entry = Entry {
            action: "client.confirmation_sent",
            description: format!("Sent the confirmation to {email} again"),
            client: Some(client),
            subject: Some(("client", client.0)),
            ..Entry::default()
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    })
    .await
}

/// The owner of a client that waits for confirmation; refuses for another.
async fn pending_owner(tx: &mut Conn, client: ClientId) -> Result<Option<(UserId, String)>> {
    let row = store::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
    if row.status != ClientStatus::Pending {
        return Err(Refusal::because(Code::Conflict, "This account is confirmed already.").into());
    }
    Ok(super::people::owner(tx, client).await?)
}

fn target(action: ClientAction) -> ClientStatus {
    match action {
        ClientAction::Suspend => ClientStatus::Suspended,
        ClientAction::Ban => ClientStatus::Banned,
        ClientAction::Reactivate => ClientStatus::Active,
        ClientAction::Close => ClientStatus::Closed,
        ClientAction::Fraud => ClientStatus::Fraud,
        ClientAction::Delete => ClientStatus::Deleted,
    }
}

/// Which states an action starts from.
fn starts_from(action: ClientAction, from: ClientStatus) -> bool {
    use ClientStatus::{Active, Banned, Closed, Deleted, Fraud, Pending, Suspended};
    match action {
        ClientAction::Suspend => matches!(from, Active | Pending),
        ClientAction::Ban => matches!(from, Active | Pending | Suspended | Fraud),
        ClientAction::Fraud => matches!(from, Active | Pending | Suspended | Banned),
        ClientAction::Reactivate => matches!(from, Suspended | Banned | Fraud | Closed),
        ClientAction::Close => !matches!(from, Closed | Deleted),
        ClientAction::Delete => from != Deleted,
    }
}

/// What stands in the way of an action, told in `language`.
fn obstacles(action: ClientAction, client: &Client, language: Language) -> Vec<Obstacle> {
    if !matches!(action, ClientAction::Close | ClientAction::Delete) {
        return Vec::new();
    }
    let texts = &words::of(language).clients;
    let mut found = Vec::new();
    let mut add = |code: &str, count: i64, message: String| {
        found.push(Obstacle { code: code.to_owned(), message, count });
    };
    if action == ClientAction::Delete && client.status != ClientStatus::Closed {
        add("not_closed", 1, texts.close_first.to_owned());
    }
    if client.services > 0 {
        let text = texts.services_left.after(client.services.unsigned_abs(), language);
        add("active_services", client.services, text);
    }
    if client.unpaid_documents > 0 {
        let text = texts.documents_left.after(client.unpaid_documents.unsigned_abs(), language);
        add("open_documents", client.unpaid_documents, text);
    }
    let money = |amount: Decimal| format!("{amount} {}", client.currency);
    let balance = money(client.balance.abs());
    if client.balance.is_sign_negative() && !client.balance.is_zero() {
        add("debt", 1, fill(texts.debt, &[("balance", &balance)]));
    } else if !client.balance.is_zero() {
        add("balance", 1, fill(texts.balance, &[("balance", &balance)]));
    }
    if !client.held.is_zero() {
        add("held", 1, fill(texts.held, &[("held", &money(client.held))]));
    }
    found
}

/// Browsers and tokens of users who belong to no other usable client.
const SHUT_OUT: &str = "SELECT m.user_id FROM client_users m WHERE m.client_id = $1 AND NOT EXISTS (
     SELECT FROM client_users o JOIN clients c ON c.id = o.client_id
     WHERE o.user_id = m.user_id AND o.client_id <> $1 AND o.disabled_at IS NULL AND c.status NOT IN ('banned', 'fraud', 'deleted'))";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

async fn count_open(conn: &mut Conn, now: Timestamp, client: ClientId) -> QueryResult<(i64, i64)> {
    let sessions: Count = diesel::sql_query(format!(
        "SELECT count(*) AS count FROM sessions WHERE ended_at IS NULL AND expires_at > $2 AND user_id IN ({SHUT_OUT})"
    ))
    .bind::<SqlUuid, _>(client)
    .bind::<Timestamptz, _>(now.to_diesel())
    .get_result(conn)
    .await?;
    let tokens: Count = diesel::sql_query(
        "SELECT count(*) AS count FROM api_tokens WHERE client_id = $1 AND revoked_at IS NULL",
    )
    .bind::<SqlUuid, _>(client)
    .get_result(conn)
    .await?;
    Ok((sessions.count, tokens.count))
}

async fn shut_out(tx: &mut Conn, now: Timestamp, client: ClientId) -> QueryResult<()> {
    diesel::sql_query(format!(
        "UPDATE sessions SET ended_at = $2 WHERE ended_at IS NULL AND user_id IN ({SHUT_OUT})"
    ))
    .bind::<SqlUuid, _>(client)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    diesel::sql_query("UPDATE api_tokens SET revoked_at = $2 WHERE client_id = $1 AND revoked_at IS NULL")
        .bind::<SqlUuid, _>(client)
        .bind::<Timestamptz, _>(now.to_diesel())
        .execute(tx)
        .await?;
    Ok(())
}

/// Reasons of the present states, newest first: what a reactivation clears.
async fn earlier_reasons(conn: &mut Conn, client: ClientId) -> QueryResult<Vec<String>> {
    let rows: Vec<(String, String)> = history::table
        .filter(history::client_id.eq(client))
        .order((history::at.desc(), history::id.desc()))
        .limit(50)
        .select((history::status_to, history::reason))
        .load(conn)
        .await?;
    let still = rows.into_iter().take_while(|(to, _)| to != "active");
    Ok(still.map(|(_, reason)| reason).filter(|reason| !reason.is_empty()).collect())
}

fn is_shut(status: ClientStatus) -> bool {
    matches!(status, ClientStatus::Banned | ClientStatus::Fraud | ClientStatus::Deleted)
}

/// Changes the state of a client, or says what that would do.
///
/// Closing and deleting refuse with `Conflict` as long as something is in the way; a dry run lists it, told in `language`.
pub(super) async fn change(
    app: &App,
    actor: &Actor,
    id: ClientId,
    change: &ClientStatusChange,
    dry_run: bool,
    language: Language,
) -> Result<ClientStatusEffect> {
    let now = app.clock.now();
    let mut fields = Fields::new();
    if change.action == ClientAction::Reactivate {
        fields.text("reason", &change.reason, 1000);
    } else {
        fields.required("reason", &change.reason, 1000);
    }
    fields.finish()?;
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let client = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        let (from, to) = (client.status, target(change.action));
        if !starts_from(change.action, from) {
            let detail = format!("A client that is {from} cannot become {to} that way.");
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        let (sessions, tokens) = if is_shut(to) { count_open(tx, now, id).await? } else { (0, 0) };
        let services = match (change.also_services, change.action) {
            (true, ClientAction::Suspend | ClientAction::Ban | ClientAction::Fraud) => client.active_services,
            (true, ClientAction::Reactivate) => client.suspended_services,
            _ => 0,
        };
        let effect = ClientStatusEffect {
            from,
            to,
            services,
            sessions,
            tokens,
            in_the_way: obstacles(change.action, &client, language),
            earlier_reasons: earlier_reasons(tx, id).await?,
            done: !dry_run,
        };
        if dry_run {
            return Ok(effect);
        }
        if !effect.in_the_way.is_empty() {
            let all: Vec<&str> = effect.in_the_way.iter().map(|one| one.message.as_str()).collect();
            return Err(Refusal::because(Code::Conflict, all.join(" ")).into());
        }
        apply(tx, now, actor, id, change, &effect).await?;
        if change.notify {
            letters::client_status(tx, now, id, to, change.reason.trim()).await?;
        }
        Ok(effect)
    })
    .await
}

async fn apply(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ClientId,
    change: &ClientStatusChange,
    effect: &ClientStatusEffect,
) -> Result<()> {
    let reason = change.reason.trim();
    let shown = (effect.to != ClientStatus::Active).then_some(reason);
    store::set_status(tx, now, id, effect.to, shown).await?;
    note(tx, now, actor, id, Some(effect.from), effect.to, reason).await?;
    if is_shut(effect.to) {
        shut_out(tx, now, id).await?;
    }
    if effect.to == ClientStatus::Deleted {
        anonymise(tx, now, id).await?;
    }
    let with_services = !matches!(change.action, ClientAction::Close | ClientAction::Delete);
    if change.also_services && with_services {
        let tags = Tags { client: Some(id), ..Tags::default() };
        outbox::send(tx, now, &Job::ClientServices { client: id }, tags).await?;
    }
    let entry = Entry {
        action: &format!("client.{}", effect.to),
        description: format!("Changed the client from {} to {}: {reason}", effect.from, effect.to),
        client: Some(id),
        subject: Some(("client", id.0)),
        old: Some(serde_json::json!({ "status": effect.from })),
        new: Some(
            serde_json::json!({ "status": effect.to, "reason": reason, "also_services": change.also_services }),
        ),
        level: if effect.to == ClientStatus::Active { Level::Info } else { Level::Warning },
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// Drops what need not be kept of a deleted client. Documents keep what they were issued with.
async fn anonymise(tx: &mut Conn, now: Timestamp, id: ClientId) -> QueryResult<()> {
    diesel::sql_query(
        "UPDATE clients SET first_name = '', last_name = '', company_name = 'Deleted client', phone = NULL, phone_country = NULL,
             email = 'deleted-' || id || '@invalid', updated_at = $2 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<Timestamptz, _>(now.to_diesel())
    .execute(tx)
    .await?;
    diesel::sql_query("DELETE FROM client_addresses WHERE client_id = $1 AND kind <> 'billing'")
        .bind::<SqlUuid, _>(id)
        .execute(tx)
        .await?;
    diesel::sql_query("DELETE FROM client_invitations WHERE client_id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(tx)
        .await?;
    diesel::sql_query("DELETE FROM client_users WHERE client_id = $1")
        .bind::<SqlUuid, _>(id)
        .execute(tx)
        .await?;
    Ok(())
}

#[derive(QueryableByName)]
struct HistoryRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    status_from: Option<ClientStatus>,
    #[diesel(sql_type = Text)]
    status_to: ClientStatus,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = Text)]
    actor: String,
    #[diesel(sql_type = Text)]
    actor_name: String,
    #[diesel(sql_type = Timestamptz, deserialize_as = jiff_diesel::Timestamp)]
    at: Timestamp,
}

/// The states of a client, newest first.
pub(super) async fn list(
    conn: &mut Conn,
    id: ClientId,
    paging: &Paging,
) -> QueryResult<(Vec<ClientStatusEntry>, i64)> {
    const COLUMNS: &str = "h.id, h.status_from, h.status_to, h.reason, h.actor, h.at,
         coalesce(nullif(trim(a.first_name || ' ' || a.last_name), ''), a.email, u.email, h.actor) AS actor_name";
    const FROM: &str = "client_status_history h
         LEFT JOIN admins a ON h.actor = 'admin:' || a.id LEFT JOIN users u ON h.actor = 'user:' || u.id
         WHERE h.client_id = $1 AND ($2::text IS NULL OR h.reason ILIKE $2)";
    let direction = paging.direction();
    let order = format!("h.at {direction}, h.id {direction}");
    let list = List { columns: COLUMNS, from: FROM, order: &order };
    let (rows, total) = list::page(conn, paging, list, |sql| {
        diesel::sql_query(sql).into_boxed().bind::<SqlUuid, _>(id).bind::<Nullable<Text>, _>(paging.pattern())
    })
    .await?;
    let entry = |row: HistoryRow| ClientStatusEntry {
        id: row.id,
        from: row.status_from,
        to: row.status_to,
        reason: row.reason,
        actor: row.actor,
        actor_name: row.actor_name,
        at: row.at,
    };
    Ok((rows.into_iter().map(entry).collect(), total))
}

/// Whether a user of that status may be made owner.
pub(super) fn may_own(status: UserStatus) -> bool {
    status != UserStatus::Inactive
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_but_pending_has_a_way_in_and_nothing_leads_out_of_deleted() {
        for action in ClientAction::ALL {
            assert!(ClientStatus::ALL.iter().any(|from| starts_from(*action, *from)), "{action}");
            assert!(!starts_from(*action, ClientStatus::Deleted), "{action}");
            assert!(
                *action == ClientAction::Reactivate || !starts_from(*action, target(*action)),
                "{action}"
            );
        }
    }
}

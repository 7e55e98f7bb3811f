//! Letting support in and out, and coming in.

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use shared::identity::{SignInAs, SignInAsPreview, SupportAccess, UserName};
use shared::{ClientId, Code, Permission, SessionId};

use super::store::{self, NewVisit};
use crate::App;
use crate::audit::{self, Level};
use crate::db::Conn;
use crate::http::access::{Acting, Proof, Staff, client_rights};
use crate::http::error::{Error, Refusal, Result};
use crate::http::fields::Fields;
use crate::identity::access::membership;
use crate::identity::client::people::{entry, owner};
use crate::identity::client::store as clients;
use crate::identity::letters;
use crate::identity::person::Person;
use crate::identity::session::store::{self as sessions, Begun};

/// For how long support is let in at once, and by how much that is extended.
const ALLOWED_HOURS: i64 = 24;
/// How far ahead it may be allowed at most.
const AHEAD_HOURS_MAX: i64 = 7 * 24;
/// How long staff stay signed in as an owner.
const VISIT_MINUTES: i64 = 60;
/// After so long without a request they are out.
const IDLE_SECONDS: i32 = 20 * 60;

type Manager = Acting<client_rights::Users>;

fn in_hours(from: Timestamp, hours: i64) -> Timestamp {
    from.checked_add(SignedDuration::from_hours(hours)).unwrap_or(from)
}

/// Refuses tokens: the account is opened by a person in a browser.
fn need_browser(proof: Proof) -> Result<SessionId> {
    match proof {
        Proof::Session(session) => Ok(session),
        Proof::Token(_) => {
            Err(Refusal::because(Code::NotAllowed, "A token cannot do this. Sign in with a browser.").into())
        }
    }
}

/// Lets support in for a day, or longer by a day when `extends`. Locks the client.
pub(super) async fn allow(app: &App, who: &Manager, extends: bool) -> Result<SupportAccess> {
    need_browser(who.proof)?;
    if who.member.role != shared::identity::ClientRole::Owner {
        return Err(Refusal::because(Code::NotAllowed, "Only the owner lets support in.").into());
    }
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        clients::lock(tx, who.client).await?.ok_or_else(Refusal::not_found)?;
        let present = store::allowed_until(tx, now, who.client).await?;
        let (action, until) = match (present, extends) {
            (None, false) => {
                let until = in_hours(now, ALLOWED_HOURS);
                store::allow(tx, now, who.client, who.user, until).await?;
                ("client.support_allowed", until)
            }
            (Some(present), true) => {
                let until = in_hours(present, ALLOWED_HOURS);
                if until > in_hours(now, AHEAD_HOURS_MAX) {
                    let detail = "Support access can be allowed for seven days ahead at most.";
                    return Err(Refusal::because(Code::Conflict, detail).into());
                }
                store::extend(tx, who.client, until).await?;
                ("client.support_extended", until)
            }
            (Some(_), false) => {
                let detail = "Support access is allowed already. Extend it instead.";
                return Err(Refusal::because(Code::Conflict, detail).into());
            }
            (None, true) => {
                let detail = "Support access is not allowed at present. Allow it first.";
                return Err(Refusal::because(Code::Conflict, detail).into());
            }
        };
        let text = format!("Let support in until {until}");
        audit::record(tx, &who.actor, now, entry(who.client, action, text)).await?;
        Ok(store::access(tx, now, who.client).await?)
    })
    .await
}

/// Lets support in no longer; whoever is inside by it is out. Locks the client.
pub(super) async fn end(app: &App, who: &Manager) -> Result<SupportAccess> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        clients::lock(tx, who.client).await?.ok_or_else(Refusal::not_found)?;
        if store::allowed_until(tx, now, who.client).await?.is_none() {
            return Err(Refusal::because(Code::Conflict, "Support access is not allowed at present.").into());
        }
        let visits = store::end(tx, now, who.client).await?;
        let text = format!("Ended support access, and {visits} sessions of support with it");
        audit::record(tx, &who.actor, now, entry(who.client, "client.support_ended", text)).await?;
        Ok(store::access(tx, now, who.client).await?)
    })
    .await
}

/// What staff would come in as. Refuses with `SupportAccessNeeded` without the client's leave or the permission in its place.
async fn look(tx: &mut Conn, now: Timestamp, staff: &Staff, client: ClientId) -> Result<SignInAsPreview> {
    let session = need_browser(staff.proof)?;
    let (user, email) = owner(tx, client).await?.ok_or_else(Refusal::not_found)?;
    let allowed = store::allowed_until(tx, now, client).await?;
    if allowed.is_none() && !staff.may(Permission::ClientsSignInUninvited) {
        return Err(Refusal::new(Code::SupportAccessNeeded).into());
    }
    let member = membership(tx, client, user).await?;
    let closed = |status: &str| matches!(status, "banned" | "fraud" | "deleted");
    if member.is_none_or(|member| closed(&member.client_status)) {
        let detail = "The portal is closed to the owner of this client.";
        return Err(Refusal::because(Code::Conflict, detail).into());
    }
    let found = sessions::credentials(tx, Person::User(user)).await?.ok_or_else(Refusal::not_found)?;
    let name = format!("{} {}", found.first_name, found.last_name).trim().to_owned();
    let longest = now.checked_add(SignedDuration::from_mins(VISIT_MINUTES)).unwrap_or(now);
    // Not longer than the client allows, nor than the session it comes from.
    let until = [Some(longest), allowed, Some(sessions::expires_at(tx, session).await?)];
    Ok(SignInAsPreview {
        owner: UserName { id: user, name, email },
        uninvited: allowed.is_none(),
        acts: staff.may(Permission::ClientsActAs),
        until: until.into_iter().flatten().min().unwrap_or(longest),
    })
}

pub(super) async fn preview(app: &App, staff: &Staff, client: ClientId) -> Result<SignInAsPreview> {
    look(&mut *app.db.get().await?, app.clock.now(), staff, client).await
}

/// Where the one who comes in stands.
pub(super) struct Door<'a> {
    pub(super) user_agent: &'a str,
    /// The session of the client portal that his browser had.
    pub(super) replaced: Option<&'a str>,
}

/// Signs staff in as the owner of a client, and tells the client. Locks the client.
pub(super) async fn sign_in_as(
    app: &App,
    staff: &Staff,
    client: ClientId,
    asked: &SignInAs,
    door: &Door<'_>,
) -> Result<Begun> {
    let reason = asked.reason.trim();
    let mut fields = Fields::new();
    fields.required("reason", reason, 500);
    fields.finish()?;
    let staff_session = need_browser(staff.proof)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        clients::lock(tx, client).await?.ok_or_else(Refusal::not_found)?;
        let SignInAsPreview { owner, uninvited, until, .. } = look(tx, now, staff, client).await?;
        let found = sessions::credentials(tx, Person::Admin(staff.admin)).await?;
        let found = found.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
        let name = format!("{} {}", found.first_name, found.last_name).trim().to_owned();
        let admin_name = if name.is_empty() { found.email } else { name };

        if let Some(token) = door.replaced {
            sessions::end_by_token(tx, now, token).await?;
        }
        let new = NewVisit {
            client,
            user: owner.id,
            admin: staff.admin,
            admin_name: &admin_name,
            staff_session,
            reason,
            uninvited,
            until,
            idle_seconds: IDLE_SECONDS,
            user_agent: door.user_agent,
            ip: staff.actor.ip.as_deref().unwrap_or(""),
        };
        let begun = store::begin(tx, now, &new).await?;
        let by = if uninvited { "without support access" } else { "by support access" };
        let entry = audit::Entry {
            new: Some(json!({ "reason": reason, "until": until, "as": owner.email })),
            level: if uninvited { Level::Warning } else { Level::Info },
            ..entry(client, "client.signed_in_as", format!("Signed in as {} {by}: {reason}", owner.email))
        };
        audit::record(tx, &staff.actor, now, entry).await?;
        letters::support_came_in(tx, now, client, &admin_name, reason, until, uninvited).await?;
        Ok(begun)
    })
    .await
}

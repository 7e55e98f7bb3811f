//! Inviting, sending again, withdrawing; accepting with a login or with a new one.

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use shared::identity::{
    ClientInvitation, ClientRole, InvitationAccepted, InvitationOffer, InvitedRegistration, NewInvitation,
    SecretText, UserStatus,
};
use shared::{ClientId, Code, InvitationId, UserId};

use super::store::{self, NewRow, Open};
use crate::App;
use crate::audit::{self, Actor, Who};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::access::{Me, Visitor};
use crate::http::error::{Error, Refusal, Result};
use crate::identity::client::own_users::{Manager, lock_self, need_cover};
use crate::identity::client::{self, members, people};
use crate::identity::person::Person;
use crate::identity::session::actions::{need_sudo, normal_email};
use crate::identity::session::store as sessions;
use crate::identity::{attempts, letters, link, password, random, user};
use crate::settings::{self, terms};

const LINK_DAYS: u32 = 7;
/// Invitations of one client that may wait.
const WAITING_MAX: i64 = 100;

fn expires_at(now: Timestamp) -> Timestamp {
    now.checked_add(SignedDuration::from_hours(i64::from(LINK_DAYS) * 24)).unwrap_or(now)
}

fn link_expired() -> Error {
    let detail = "Ask whoever invited you to send the invitation again.";
    Refusal::because(Code::LinkExpired, detail)
        .naming("token", "wrong", "This link is unknown, used up or expired.")
        .into()
}

async fn send(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    invitation: &ClientInvitation,
    token: &str,
) -> Result<()> {
    let to = store::addressee(tx, client, &invitation.email).await?;
    let reader = letters::Invited {
        client,
        user: to.user_id,
        email: &invitation.email,
        language: to.language,
        client_name: &to.client_name,
        by: invitation.invited_by.as_deref().unwrap_or(&to.client_name),
    };
    letters::invitation(app, tx, now, &reader, token, LINK_DAYS).await
}

/// Invites an address to act for the client. Locks the client.
///
/// Refuses an address that acts for it already or is invited already, the role `owner`, and permissions that the one who invites
/// does not have himself.
pub(super) async fn invite(app: &App, who: &Manager, new: &NewInvitation) -> Result<ClientInvitation> {
    let now = app.clock.now();
    let email = normal_email(&new.email);
    let mut fields = Fields::new();
    fields.email("email", &email);
    let owner = new.role == ClientRole::Owner;
    fields.check(!owner, "role", "invalid", "Invite as a manager, then hand the account over.");
    fields.finish()?;
    let mut conn = app.db.get().await?;
    need_sudo(&mut conn, now, who.proof).await?;
    attempts::need_mail(app, &mut conn, "invitation", &email, who.actor.ip.as_deref()).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let me = lock_self(tx, now, who).await?;
        need_cover(&me, new.role, &new.permissions)?;
        if members::has_email(tx, who.client, &email).await? {
            return Err(Refusal::field("email", "taken", "This person acts for the account already.").into());
        }
        if store::count(tx, who.client).await? >= WAITING_MAX {
            let detail = "A hundred invitations wait already. Withdraw one first.";
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        let token = random::token()?;
        let row = NewRow {
            client: who.client,
            email: &email,
            role: new.role,
            permissions: &new.permissions,
            token: &token,
            by: who.user,
            expires_at: expires_at(now),
        };
        let id = store::insert(tx, now, &row).await?;
        let taken = "This address is invited already. Send the invitation again.";
        let id = id.ok_or_else(|| Refusal::field("email", "taken", taken))?;
        let invitation = store::find(tx, who.client, id).await?.ok_or_else(Refusal::not_found)?;
        send(app, tx, now, who.client, &invitation, &token).await?;
        let text = format!("Invited {email} as {}", new.role);
        audit::record(tx, &who.actor, now, people::entry(who.client, "client.user_invited", text)).await?;
        Ok(invitation)
    })
    .await
}

/// Locks the client and reads an invitation that the one who acts could have written himself.
async fn lock_waiting(
    tx: &mut Conn,
    now: Timestamp,
    who: &Manager,
    id: InvitationId,
) -> Result<ClientInvitation> {
    let me = lock_self(tx, now, who).await?;
    let invitation = store::find(tx, who.client, id).await?.ok_or_else(Refusal::not_found)?;
    if !invitation.permissions.iter().all(|permission| me.permissions.contains(permission)) {
        return Err(Refusal::because(Code::NotAllowed, "This invitation gives more than you have.").into());
    }
    Ok(invitation)
}

/// Mails an invitation again, with another link; the one before is void.
pub(super) async fn resend(app: &App, who: &Manager, id: InvitationId) -> Result<ClientInvitation> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    need_sudo(&mut conn, now, who.proof).await?;
    let found = store::find(&mut conn, who.client, id).await?.ok_or_else(Refusal::not_found)?;
    attempts::need_mail(app, &mut conn, "invitation", &found.email, who.actor.ip.as_deref()).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        lock_waiting(tx, now, who, id).await?;
        let token = random::token()?;
        store::rotate(tx, now, id, &token, expires_at(now)).await?;
        let invitation = store::find(tx, who.client, id).await?.ok_or_else(Refusal::not_found)?;
        send(app, tx, now, who.client, &invitation, &token).await?;
        let text = format!("Sent the invitation of {} again", invitation.email);
        audit::record(tx, &who.actor, now, people::entry(who.client, "client.invitation_resent", text))
            .await?;
        Ok(invitation)
    })
    .await
}

/// Withdraws an invitation: its link is void.
pub(super) async fn withdraw(app: &App, who: &Manager, id: InvitationId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let invitation = lock_waiting(tx, now, who, id).await?;
        store::delete(tx, id).await?;
        let text = format!("Withdrew the invitation of {}", invitation.email);
        let entry = people::entry(who.client, "client.invitation_withdrawn", text);
        Ok(audit::record(tx, &who.actor, now, entry).await?)
    })
    .await
}

/// What the link of an invitation is to.
pub(super) async fn offer(app: &App, token: &SecretText) -> Result<InvitationOffer> {
    let mut conn = app.db.get().await?;
    let open = store::by_token(&mut conn, app.clock.now(), token.expose()).await?;
    Ok(open.ok_or_else(link_expired)?.offer())
}

/// Locks the client of a link, then reads the invitation: of two who use the link at once only one gets it.
async fn lock_open(tx: &mut Conn, now: Timestamp, token: &SecretText) -> Result<Open> {
    let seen = store::by_token(tx, now, token.expose()).await?.ok_or_else(link_expired)?;
    client::store::lock(tx, seen.client_id).await?.ok_or_else(link_expired)?;
    store::by_token(tx, now, token.expose()).await?.ok_or_else(link_expired)
}

/// Makes a user act for the client as the invitation says, and uses the invitation up.
async fn join(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    open: &Open,
    user: UserId,
) -> Result<InvitationAccepted> {
    if !people::insert(tx, now, open.client_id, user, open.role, &open.permissions()).await? {
        return Err(Refusal::because(Code::Conflict, "You act for this account already.").into());
    }
    store::delete(tx, open.id).await?;
    let text = format!("{} accepted the invitation as {}", open.email, open.role);
    let entry = people::entry(open.client_id, "client.invitation_accepted", text);
    audit::record(tx, actor, now, entry).await?;
    Ok(InvitationAccepted {
        client: open.client_id,
        client_name: open.client_name.clone(),
        email: open.email.clone(),
    })
}

/// Accepts an invitation with the login of the one who is signed in; it must own the invited address.
pub(super) async fn accept(app: &App, who: &Me, token: &SecretText) -> Result<InvitationAccepted> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let open = lock_open(tx, now, token).await?;
        let mine = sessions::credentials(tx, Person::User(who.user)).await?.ok_or_else(Refusal::not_found)?;
        if mine.email != open.email {
            let detail = format!("This invitation is for {}. Sign in with that address.", open.email);
            return Err(Refusal::because(Code::NotAllowed, detail).into());
        }
        let accepted = join(tx, now, &who.actor, &open, who.user).await?;
        // Who reads the mail of the address owns it.
        link::actions::confirm(tx, now, &who.actor, who.user).await?;
        Ok(accepted)
    })
    .await
}

/// Registers the invited address and accepts at once. Refuses an address that has a login: that one signs in and accepts.
pub(super) async fn register(
    app: &App,
    visitor: &Visitor,
    new: &InvitedRegistration,
) -> Result<InvitationAccepted> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let seen = store::by_token(&mut conn, now, new.token.expose()).await?.ok_or_else(link_expired)?;
    let security = settings::load(&mut conn).await?.security;
    let mut fields = Fields::new();
    let personal = [seen.email.as_str(), &new.first_name, &new.last_name];
    password::check(&mut fields, "password", &new.password, &security, &personal);
    fields.required("first_name", &new.first_name, 100);
    fields.required("last_name", &new.last_name, 100);
    fields.check(new.terms_accepted, "terms_accepted", "required", "Accept the terms of service.");
    fields.finish()?;
    drop(conn);
    let hash = app.passwords.hash(&new.password).await?;

    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let open = lock_open(tx, now, &new.token).await?;
        let row = user::store::NewRow {
            email: &open.email,
            first_name: new.first_name.trim(),
            last_name: new.last_name.trim(),
            phone_country: None,
            phone: None,
            language: new.language,
            status: UserStatus::Active,
            // Who reads the mail of the address owns it.
            email_verified: true,
            password_hash: Some(&hash),
            notes: "",
        };
        let user = user::store::insert(tx, now, &row).await?;
        let known = "This address has a login already. Sign in and accept with it.";
        let user = user.ok_or_else(|| Refusal::because(Code::Conflict, known))?;
        let terms = terms::current(tx).await?;
        user::store::accept_terms(tx, now, user, terms).await?;
        let actor = Actor { who: Who::User(user), ..visitor.actor.clone() };
        join(tx, now, &actor, &open, user).await
    })
    .await
}

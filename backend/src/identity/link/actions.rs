//! Forgotten passwords, first passwords, confirmed addresses.

use std::time::Duration;

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use shared::identity::{EmailConfirmed, PasswordReset, PasswordResetDone, PortalKind, SecretText};
use shared::settings::SecuritySettings;
use shared::{Code, UserId};

use super::store::{self, Purpose};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::access::Visitor;
use crate::http::cookies::Portal;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::person::Person;
use crate::identity::session::actions::normal_email;
use crate::identity::session::store as sessions;
use crate::identity::{attempts, client, letters, password};
use crate::settings;

fn link_expired() -> Error {
    let detail = "Ask for a new link and use it within its time.";
    Refusal::because(Code::LinkExpired, detail)
        .naming("token", "wrong", "This link is unknown, used up or expired.")
        .into()
}

fn link_lasts(security: &SecuritySettings) -> SignedDuration {
    SignedDuration::from_mins(i64::from(security.link_minutes))
}

/// Longer than it takes to write a mail: who asks for one cannot tell by the time whether there was somebody to write to.
const ANSWERED_AFTER: Duration = Duration::from_millis(200);

/// Answers what `work` answers, never sooner than `ANSWERED_AFTER`.
async fn not_sooner<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::join!(work, tokio::time::sleep(ANSWERED_AFTER)).0
}

/// Mails a link to set a new password. Says nothing of whether the address is known, also not by the time it takes.
pub async fn forgotten(app: &App, visitor: &Visitor, portal: Portal, email: &str) -> Result<()> {
    not_sooner(mail_reset(app, visitor, portal, email)).await
}

async fn mail_reset(app: &App, visitor: &Visitor, portal: Portal, email: &str) -> Result<()> {
    let email = read_email(email)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let per_minute = app.config.http.sign_in_per_minute.get();
    if !attempts::may_mail(&mut conn, now, "reset", &email, &visitor.ip, per_minute).await? {
        return Ok(());
    }
    let found = sessions::credentials_by_email(&mut conn, portal, &email).await?;
    let Some(found) = found.filter(sessions::Credentials::may_sign_in) else { return Ok(()) };
    send_reset(app, &mut conn, &visitor.actor, Person::of(portal, found.id)).await
}

fn read_email(email: &str) -> Result<String> {
    let email = normal_email(email);
    let mut fields = Fields::new();
    fields.email("email", &email);
    fields.finish()?;
    Ok(email)
}

/// Mails a link to set a new password.
async fn send_reset(app: &App, conn: &mut Conn, actor: &Actor, person: Person) -> Result<()> {
    let now = app.clock.now();
    conn.transaction::<_, Error, _>(async |tx| send_reset_within(app, tx, now, actor, person).await).await
}

/// The same by staff: limited as for who asks himself, and said when it is too much.
pub async fn send_reset_by_staff(app: &App, actor: &Actor, person: Person) -> Result<()> {
    let mut conn = app.db.get().await?;
    let found = sessions::credentials(&mut conn, person).await?.ok_or_else(Refusal::not_found)?;
    let what = match person {
        Person::Admin(_) => "staff_reset_admin",
        Person::User(_) => "staff_reset",
    };
    attempts::need_mail(app, &mut conn, what, &found.email, actor.ip.as_deref()).await?;
    send_reset(app, &mut conn, actor, person).await
}

/// The same within a transaction.
pub async fn send_reset_within(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    person: Person,
) -> Result<()> {
    let found = sessions::credentials(tx, person).await?.ok_or_else(Refusal::not_found)?;
    let security = settings::load(tx).await?.security;
    let token =
        store::issue(tx, now, person, Purpose::ResetPassword, &found.email, link_lasts(&security)).await?;
    letters::reset_password(app, tx, now, person, &token, security.link_minutes).await?;
    let entry = Entry {
        action: "password.reset_asked",
        description: format!("A link to reset the password of {} was sent", found.email),
        subject: Some(person.subject()),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// Mails a link to set the first password, within a transaction that made the person.
pub async fn send_set_password(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    email: &str,
) -> Result<()> {
    let days = settings::load(tx).await?.security.set_password_days;
    let lasts = SignedDuration::from_hours(i64::from(days) * 24);
    let token = store::issue(tx, now, person, Purpose::SetPassword, email, lasts).await?;
    letters::set_password(app, tx, now, person, &token, days).await
}

/// Mails a link to confirm the address, within a transaction.
pub async fn send_confirmation(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    user: UserId,
    email: &str,
) -> Result<()> {
    let security = settings::load(tx).await?.security;
    let person = Person::User(user);
    let token = store::issue(tx, now, person, Purpose::ConfirmEmail, email, link_lasts(&security)).await?;
    letters::confirm_email(app, tx, now, user, &token, security.link_minutes).await
}

/// Mails a link to confirm a new address; the old one counts until then.
pub async fn send_change(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    email: &str,
) -> Result<()> {
    if store::is_taken(tx, person, email).await? {
        // The asker is not told whose address it is; its owner would only be puzzled.
        return Ok(());
    }
    let security = settings::load(tx).await?.security;
    let token = store::issue(tx, now, person, Purpose::ChangeEmail, email, link_lasts(&security)).await?;
    letters::change_email(app, tx, now, person, email, &token, security.link_minutes).await
}

/// Mails the confirmation again. Says nothing of whether the address is known, also not by the time it takes.
pub async fn resend_confirmation(app: &App, visitor: &Visitor, email: &str) -> Result<()> {
    not_sooner(mail_confirmation(app, visitor, email)).await
}

async fn mail_confirmation(app: &App, visitor: &Visitor, email: &str) -> Result<()> {
    let email = read_email(email)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let per_minute = app.config.http.sign_in_per_minute.get();
    if !attempts::may_mail(&mut conn, now, "confirm", &email, &visitor.ip, per_minute).await? {
        return Ok(());
    }
    let found = sessions::credentials_by_email(&mut conn, Portal::Client, &email).await?;
    let Some(found) = found.filter(|found| found.status == "new") else { return Ok(()) };
    conn.transaction::<_, Error, _>(async |tx| {
        send_confirmation(app, tx, now, UserId(found.id), &found.email).await
    })
    .await
}

/// Sets a new password with a mailed link. Ends all sessions and voids the other links; the second factor stays.
///
/// A link that was mailed to an address which is no longer his counts as expired.
pub async fn reset(app: &App, visitor: &Visitor, asked: &PasswordReset) -> Result<PasswordResetDone> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let link = find(&mut conn, now, &asked.token, &[Purpose::ResetPassword, Purpose::SetPassword]).await?;
    let found = owner(&mut conn, &link).await?;
    let security = settings::load(&mut conn).await?.security;
    let mut fields = Fields::new();
    let personal = [found.email.as_str(), found.first_name.as_str(), found.last_name.as_str()];
    let strength = password::check(&mut fields, "password", &asked.password, &security, &personal);
    fields.finish()?;
    drop(conn);
    let hash = app.passwords.hash(&asked.password).await?;

    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let link = store::take(tx, now, asked.token.expose()).await?.ok_or_else(link_expired)?;
        let found = owner(tx, &link).await?;
        sessions::set_password(tx, now, link.person, &hash).await?;
        store::void_all(tx, now, link.person).await?;
        sessions::end_others(tx, now, link.person, None).await?;
        let actor = Actor { who: link.person.who(), ..visitor.actor.clone() };
        if let Person::User(user) = link.person {
            // Who reads the mail of the address owns it.
            confirm(tx, now, &actor, user).await?;
        }
        let entry = Entry {
            action: "password.reset",
            description: format!("{} set a new password with a mailed link", found.email),
            subject: Some(link.person.subject()),
            ..Entry::default()
        };
        audit::record(tx, &actor, now, entry).await?;
        letters::password_changed(tx, now, link.person).await
    })
    .await?;
    let portal = match link.person {
        Person::Admin(_) => PortalKind::Admin,
        Person::User(_) => PortalKind::Client,
    };
    Ok(PasswordResetDone { portal, strength })
}

/// Whose a link is, as long as he has the address that it was mailed to.
async fn owner(conn: &mut Conn, link: &store::Link) -> Result<sessions::Credentials> {
    let found = sessions::credentials(conn, link.person).await?;
    found.filter(|found| found.email == link.email).ok_or_else(link_expired)
}

async fn find(
    conn: &mut Conn,
    now: Timestamp,
    token: &SecretText,
    purposes: &[Purpose],
) -> Result<store::Link> {
    let link = store::find(conn, now, token.expose()).await?;
    link.filter(|link| purposes.contains(&link.purpose)).ok_or_else(link_expired)
}

/// Confirms an address with a mailed link: of a new user, or a changed one.
pub async fn confirm_email(app: &App, visitor: &Visitor, token: &SecretText) -> Result<EmailConfirmed> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    find(&mut conn, now, token, &[Purpose::ConfirmEmail, Purpose::ChangeEmail]).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let link = store::take(tx, now, token.expose()).await?.ok_or_else(link_expired)?;
        let actor = Actor { who: link.person.who(), ..visitor.actor.clone() };
        match (link.purpose, link.person) {
            (Purpose::ChangeEmail, person) => change_email(tx, now, &actor, person, &link.email).await?,
            (_, Person::User(user)) => {
                let found = sessions::credentials(tx, link.person).await?.ok_or_else(link_expired)?;
                if found.email != link.email {
                    return Err(link_expired());
                }
                confirm(tx, now, &actor, user).await?;
            }
            (_, Person::Admin(_)) => return Err(link_expired()),
        }
        Ok(EmailConfirmed { email: link.email })
    })
    .await
}

async fn change_email(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    person: Person,
    email: &str,
) -> Result<()> {
    let before = sessions::credentials(tx, person).await?.ok_or_else(link_expired)?.email;
    if store::is_taken(tx, person, email).await? {
        return Err(link_expired());
    }
    // Told while the old address is still his.
    letters::email_changed(tx, now, person, email).await?;
    if !store::set_email(tx, now, person, email).await? {
        return Err(link_expired());
    }
    let entry = Entry {
        action: "email.changed",
        description: format!("Changed the e-mail from {before} to {email}"),
        subject: Some(person.subject()),
        old: Some(serde_json::json!({ "email": before })),
        new: Some(serde_json::json!({ "email": email })),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// The user's address is his: he and the clients he owns become active, and he is welcomed.
pub async fn confirm(tx: &mut Conn, now: Timestamp, actor: &Actor, user: UserId) -> Result<()> {
    let first_time = store::confirm_user(tx, now, user).await?;
    let activated = client::status::activate_pending_of(tx, now, actor, user).await?;
    if first_time {
        let entry = Entry {
            action: "user.confirmed",
            description: "The e-mail address was confirmed".to_owned(),
            subject: Some(("user", user.0)),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
    }
    if !activated.is_empty() {
        letters::welcome(tx, now, user).await?;
    }
    Ok(())
}

//! What people are told about their accounts. Links begin with the configured address, never with what a request says.

use jiff::Timestamp;
use serde_json::json;
use shared::identity::ClientStatus;
use shared::{ClientId, Language, Permission, UserId};

use crate::App;
use crate::db::Conn;
use crate::http::error::Result;
use crate::identity::person::Person;
use crate::identity::session::store as sessions;
use crate::notify::letter::Letter;
use crate::notify::{Event, actions as notify};

fn link(app: &App, path: &str, token: &str) -> String {
    format!("{}{path}?token={token}", app.config.http.public_url.trim_end_matches('/'))
}

async fn send(letter: Letter<'_>, tx: &mut Conn, now: Timestamp, person: Person) -> Result<()> {
    match person {
        Person::Admin(id) => letter.admin(tx, now, id).await,
        Person::User(id) => letter.user(tx, now, id).await,
    }
}

fn reset_path(person: Person) -> &'static str {
    match person {
        Person::Admin(_) => "/admin/reset",
        Person::User(_) => "/reset",
    }
}

pub(super) async fn confirm_email(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    user: UserId,
    token: &str,
    minutes: u32,
) -> Result<()> {
    let secrets = json!({ "link": link(app, "/confirm", token) });
    let letter = Letter::new(Event::ConfirmEmail, json!({ "minutes": minutes }));
    letter.with_secrets(&app.sealer, secrets).user(tx, now, user).await
}

/// Goes to the new address.
pub(super) async fn change_email(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    email: &str,
    token: &str,
    minutes: u32,
) -> Result<()> {
    let secrets = json!({ "link": link(app, "/confirm", token) });
    let letter = Letter::new(Event::ConfirmNewEmail, json!({ "email": email, "minutes": minutes }));
    send(letter.with_secrets(&app.sealer, secrets).to_address(email), tx, now, person).await
}

pub(super) async fn reset_password(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    token: &str,
    minutes: u32,
) -> Result<()> {
    let secrets = json!({ "link": link(app, reset_path(person), token) });
    let letter = Letter::new(Event::PasswordReset, json!({ "minutes": minutes }));
    send(letter.with_secrets(&app.sealer, secrets), tx, now, person).await
}

/// For somebody whom staff entered.
pub(super) async fn set_password(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    token: &str,
    days: u32,
) -> Result<()> {
    let secrets = json!({ "link": link(app, reset_path(person), token) });
    let letter = Letter::new(Event::SetPassword, json!({ "minutes": days * 24 * 60 }));
    send(letter.with_secrets(&app.sealer, secrets), tx, now, person).await
}

pub(super) async fn password_changed(tx: &mut Conn, now: Timestamp, person: Person) -> Result<()> {
    send(Letter::new(Event::PasswordChanged, json!({})), tx, now, person).await
}

pub(super) async fn two_factor_changed(
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    enabled: bool,
) -> Result<()> {
    send(Letter::new(Event::TwoFactorChanged, json!({ "enabled": enabled })), tx, now, person).await
}

/// Goes to the address that counted until now.
pub(super) async fn email_changed(tx: &mut Conn, now: Timestamp, person: Person, new: &str) -> Result<()> {
    let Some(found) = sessions::credentials(tx, person).await? else { return Ok(()) };
    let letter = Letter::new(Event::EmailChanged, json!({ "old": found.email, "new": new }));
    send(letter, tx, now, person).await
}

pub(super) async fn passcode(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    code: &str,
    minutes: i64,
) -> Result<()> {
    let letter = Letter::new(Event::Passcode, json!({ "minutes": minutes }));
    send(letter.with_secrets(&app.sealer, json!({ "code": code })), tx, now, person).await
}

pub(super) async fn welcome(tx: &mut Conn, now: Timestamp, user: UserId) -> Result<()> {
    Letter::new(Event::Welcome, json!({})).user(tx, now, user).await
}

/// A failed sign-in to the admin portal.
pub(super) struct FailedSignIn<'a> {
    pub(super) email: &'a str,
    pub(super) ip: &'a str,
    /// What the address is called; empty when it has no name.
    pub(super) host: &'a str,
    pub(super) failures: i64,
    pub(super) at: Timestamp,
}

pub(super) async fn staff_sign_in_failed(
    tx: &mut Conn,
    now: Timestamp,
    failed: &FailedSignIn<'_>,
) -> Result<()> {
    let FailedSignIn { email, ip, host, failures, at } = failed;
    let params = json!({ "email": email, "ip": ip, "host": host, "failures": failures });
    let letter = Letter::new(Event::SignInFailed, params).once(format!("sign-in-failed:{email}:{ip}:{at}"));
    letter.staff(tx, now, Permission::StaffView).await
}

/// Who is invited to what.
pub(super) struct Invited<'a> {
    pub(super) client: ClientId,
    /// The login of the address, when it has one.
    pub(super) user: Option<UserId>,
    pub(super) email: &'a str,
    pub(super) language: Language,
    pub(super) client_name: &'a str,
    /// Who invites.
    pub(super) by: &'a str,
}

pub(super) async fn invitation(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    to: &Invited<'_>,
    token: &str,
    days: u32,
) -> Result<()> {
    let params = json!({ "client_name": to.client_name, "by": to.by, "days": days });
    let secrets = json!({ "link": link(app, "/invitation", token) });
    let letter = Letter::new(Event::ClientInvitation, params).with_secrets(&app.sealer, secrets);
    letter.guest(tx, now, to.client, to.user, to.email, to.language).await
}

/// Tells the people of a client that staff came into its portal.
pub(super) async fn support_came_in(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    staff: &str,
    reason: &str,
    until: Timestamp,
    uninvited: bool,
) -> Result<()> {
    let params = json!({ "staff": staff, "reason": reason, "at": until, "uninvited": uninvited });
    notify::client(tx, now, client, Event::SupportAccessUsed, params).await
}

/// Tells the people of a client what became of it. Nothing is said of fraud and deletion.
pub(super) async fn client_status(
    tx: &mut Conn,
    now: Timestamp,
    client: ClientId,
    status: ClientStatus,
    reason: &str,
) -> Result<()> {
    let event = match status {
        ClientStatus::Suspended => Event::AccountSuspended,
        ClientStatus::Banned => Event::AccountBanned,
        ClientStatus::Active => Event::AccountReactivated,
        ClientStatus::Closed => Event::AccountClosed,
        ClientStatus::Pending | ClientStatus::Fraud | ClientStatus::Deleted => return Ok(()),
    };
    notify::client(tx, now, client, event, json!({ "reason": reason })).await
}

//! Signing in, the second step, the password again.

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use shared::identity::{SecondFactorMethod, SecondStep, SecretText, SignIn};
use shared::settings::SecuritySettings;
use shared::{Code, SessionId};

use crate::App;
use crate::audit::{self, Entry, Level};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::access::{Proof, Visitor};
use crate::http::cookies::Portal;
use crate::http::error::{Error, Refusal, Result};
use crate::http::network;
use crate::identity::access::Session;
use crate::identity::attempts::{self, Tried};
use crate::identity::factor;
use crate::identity::password::Verdict;
use crate::identity::person::Person;
use crate::identity::session::store::{self, Begun, Credentials, NewSession};
use crate::identity::support::Visit;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::settings;

/// Wrong codes of one session, or of all of a person's, before they end.
const WRONG_CODES_MAX: i64 = 10;
/// The failures that staff are told of: not each of a thousand.
const TOLD_AFTER: [i64; 6] = [1, 5, 10, 20, 50, 100];

/// An address as it is kept: trimmed, lower case.
pub fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// A sign-in that went through, or waits for its second step.
#[derive(Debug)]
pub struct Outcome {
    pub begun: Begun,
    pub second_factor: Vec<SecondFactorMethod>,
}

fn wrong_credentials() -> Error {
    let detail = "E-mail or password is wrong. If you have not signed in here before, reset your password.";
    Refusal::because(Code::WrongCredentials, detail).into()
}

/// Refuses with `NetworkNotAllowed` a sign-in to the admin portal from where staff may not come.
pub async fn need_network(conn: &mut Conn, portal: Portal, ip: &str) -> Result<()> {
    match portal {
        Portal::Admin => network::need(&settings::load(conn).await?.security.staff_networks, ip),
        Portal::Client => Ok(()),
    }
}

/// Signs a person in with e-mail and password.
///
/// Says the same, after the same time, for an unknown address and a wrong password; makes who tries often wait.
pub async fn sign_in(
    app: &App,
    visitor: &Visitor,
    portal: Portal,
    asked: &SignIn,
    replaced: Option<&str>,
) -> Result<Outcome> {
    let now = app.clock.now();
    let email = normal_email(&asked.email);
    let mut fields = Fields::new();
    fields.required("email", &email, 254);
    fields.check(!asked.password.expose().is_empty(), "password", "required", "This field is required.");
    fields.check(asked.password.expose().len() <= 1024, "password", "too_long", "At most 1024 bytes.");
    fields.finish()?;

    let mut conn = app.db.get().await?;
    need_network(&mut conn, portal, &visitor.ip).await?;
    let per_minute = app.config.http.sign_in_per_minute.get();
    let attempt =
        attempts::begin(&mut conn, now, Tried::Password, portal, &email, &visitor.ip, per_minute).await?;
    let found = store::credentials_by_email(&mut conn, portal, &email).await?;
    // Hashing takes a while; others may use the connection.
    drop(conn);
    let kept = found.as_ref().and_then(|found| found.password_hash.clone());
    let verdict = app.passwords.verify(&asked.password, kept).await?;

    let mut conn = app.db.get().await?;
    let found = found.filter(Credentials::may_sign_in);
    if verdict == Verdict::Unreadable && found.is_some() {
        let detail = "Your password cannot be taken over from where it was. Set a new one with \"Forgotten password\".";
        return Err(Refusal::because(Code::PasswordResetNeeded, detail).into());
    }
    let Some(found) = found.filter(|_| verdict.is_right()) else {
        if portal == Portal::Admin && TOLD_AFTER.contains(&(attempt.failures_before + 1)) {
            tell_staff(&mut conn, now, visitor, &email, attempt.failures_before + 1).await?;
        }
        return Err(wrong_credentials());
    };
    let person = Person::of(portal, found.id);
    if let Person::User(user) = person
        && store::is_shut_out(&mut conn, user).await?
    {
        let detail = "This account is closed to you. Contact us if you think that this is a mistake.";
        return Err(Refusal::because(Code::AccountSuspended, detail).into());
    }
    if verdict == Verdict::RightButWeak
        && let Some(before) = &found.password_hash
    {
        let hash = app.passwords.hash(&asked.password).await?;
        store::strengthen(&mut conn, person, before, &hash).await?;
    }

    conn.transaction::<_, Error, _>(async |tx| {
        let security = settings::load(tx).await?.security;
        if let Some(token) = replaced {
            store::end_by_token(tx, now, token).await?;
        }
        let new = NewSession {
            person,
            complete: !found.two_factor,
            remember: asked.remember,
            user_agent: &visitor.user_agent,
            ip: &visitor.ip,
        };
        let begun = store::begin(tx, now, &new, &security).await?;
        if found.two_factor {
            // Half a sign-in must not wipe out the failures of the other half.
            attempts::forget(tx, attempt).await?;
            let second_factor = factor::store::methods(tx, person).await?;
            return Ok(Outcome { begun, second_factor });
        }
        attempts::succeeded(tx, attempt).await?;
        note_sign_in(tx, now, person, visitor, &found).await?;
        Ok(Outcome { begun, second_factor: Vec::new() })
    })
    .await
}

async fn tell_staff(
    conn: &mut Conn,
    now: Timestamp,
    visitor: &Visitor,
    email: &str,
    failures: i64,
) -> Result<()> {
    conn.transaction::<_, Error, _>(async |tx| {
        let entry = Entry {
            action: "admin.sign_in_failed",
            description: format!("Failed sign-in to the admin portal as {email} ({failures} in a row)"),
            level: Level::Warning,
            ..Entry::default()
        };
        audit::record(tx, &visitor.actor, now, entry).await?;
        // Whoever makes addresses up would write as many mails as he likes.
        if attempts::may_tell(tx, now, &visitor.ip).await? {
            tell(tx, now, visitor, email, failures).await?;
        }
        Ok(())
    })
    .await
}

/// Leaves the message to staff to a task: it looks up what the address is called.
async fn tell(tx: &mut Conn, now: Timestamp, visitor: &Visitor, email: &str, failures: i64) -> Result<()> {
    let job = Job::SignInFailed { email: email.to_owned(), ip: visitor.ip.clone(), failures, at: now };
    outbox::send(tx, now, &job, Tags::default()).await?;
    Ok(())
}

async fn note_sign_in(
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    visitor: &Visitor,
    found: &Credentials,
) -> Result<()> {
    store::note_sign_in(tx, now, person, &visitor.ip).await?;
    let actor = audit::Actor { who: person.who(), ..visitor.actor.clone() };
    let entry = Entry {
        action: "session.begun",
        description: format!("{} signed in", found.email),
        subject: Some(person.subject()),
        ..Entry::default()
    };
    Ok(audit::record(tx, &actor, now, entry).await?)
}

/// What became of a code.
enum Checked {
    Right(Begun),
    Wrong,
    /// What was half finished ended; the next sign-in waits.
    Ended(u32),
}

fn person_of(portal: Portal, session: &Session) -> Result<Person> {
    let person = match portal {
        Portal::Admin => session.admin.map(Person::Admin),
        Portal::Client => session.user.map(Person::User),
    };
    person.ok_or_else(|| Refusal::new(Code::NotSignedIn).into())
}

/// Gives the second step of a half-finished sign-in.
///
/// Refuses with `WrongCode`. Wrong codes are counted for the person, however many sign-ins he half finishes: the tenth ends them
/// all and makes the next one wait, and each further code waits longer. Staff are told of every ten when they were for one of
/// them.
pub async fn second_step(
    app: &App,
    visitor: &Visitor,
    portal: Portal,
    session: &Session,
    step: &SecondStep,
) -> Result<Begun> {
    if session.complete {
        return Err(Refusal::because(Code::Conflict, "You are signed in already.").into());
    }
    let now = app.clock.now();
    let person = person_of(portal, session)?;
    let mut conn = app.db.get().await?;
    let found = store::credentials(&mut conn, person).await?.filter(Credentials::may_sign_in);
    let found = found.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;
    let per_minute = app.config.http.sign_in_per_minute.get();
    let attempt =
        attempts::begin(&mut conn, now, Tried::Code, portal, &found.email, &visitor.ip, per_minute).await?;
    let checked = conn
        .transaction::<_, Error, _>(async |tx| {
            // Methods before sessions, as whoever turns the factor on or off takes them.
            factor::store::lock_all(tx, person).await?;
            let locked = store::lock(tx, session.id).await?;
            let (failures, remember) = locked.ok_or_else(|| Refusal::new(Code::NotSignedIn))?;

            if factor::actions::check(app, tx, now, person, step.method, &step.code).await? {
                let security = settings::load(tx).await?.security;
                let begun = store::complete(tx, now, session.id, portal, remember, &security).await?;
                attempts::succeeded(tx, attempt).await?;
                attempts::note_success(tx, now, portal, &found.email, &visitor.ip).await?;
                note_sign_in(tx, now, person, visitor, &found).await?;
                return Ok(Checked::Right(begun));
            }
            store::count_failure(tx, session.id).await?;
            let in_all = attempt.failures_before + 1;
            if i64::from(failures) + 1 < WRONG_CODES_MAX && in_all % WRONG_CODES_MAX != 0 {
                return Ok(Checked::Wrong);
            }
            store::end_half(tx, now, person).await?;
            let actor = audit::Actor { who: person.who(), ..visitor.actor.clone() };
            let entry = Entry {
                action: "session.second_step_failed",
                description: format!("{in_all} wrong codes for {}", found.email),
                subject: Some(person.subject()),
                level: Level::Warning,
                ..Entry::default()
            };
            audit::record(tx, &actor, now, entry).await?;
            if portal == Portal::Admin {
                // Whoever tried knows the password.
                tell(tx, now, visitor, &found.email, in_all).await?;
            }
            let waits = attempts::left_to_wait(tx, now, portal, &found.email, &visitor.ip).await?;
            Ok(Checked::Ended(waits.max(1)))
        })
        .await?;
    match checked {
        Checked::Right(begun) => Ok(begun),
        Checked::Wrong => Err(factor::actions::wrong_code()),
        Checked::Ended(seconds) => {
            let detail = format!("Too many wrong codes. Wait {seconds} seconds and sign in again.");
            Err(Refusal::because(Code::TooManyRequests, detail).retry_after(seconds).into())
        }
    }
}

/// Whether the password is that person's own. Tries are limited like sign-ins.
pub async fn is_own_password(app: &App, person: Person, ip: &str, password: &SecretText) -> Result<bool> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let found = store::credentials(&mut conn, person).await?.ok_or_else(Refusal::not_found)?;
    let per_minute = app.config.http.sign_in_per_minute.get();
    let attempt =
        attempts::begin(&mut conn, now, Tried::Password, person.portal(), &found.email, ip, per_minute)
            .await?;
    drop(conn);
    let right = app.passwords.verify(password, found.password_hash).await?.is_right();
    if right {
        // Not a sign-in: earlier failures of the account go on counting.
        attempts::forget(&mut *app.db.get().await?, attempt).await?;
    }
    Ok(right)
}

/// The password again: sensitive actions are open for a while.
pub async fn sudo(
    app: &App,
    person: Person,
    session: SessionId,
    ip: &str,
    password: &SecretText,
) -> Result<Timestamp> {
    if !is_own_password(app, person, ip, password).await? {
        return Err(Refusal::field("password", "wrong", "This is not your password.").into());
    }
    let mut conn = app.db.get().await?;
    let security = settings::load(&mut conn).await?.security;
    let now = app.clock.now();
    let until = now.checked_add(SignedDuration::from_mins(i64::from(security.sudo_minutes))).unwrap_or(now);
    store::grant_sudo(&mut conn, session, until).await?;
    Ok(until)
}

/// Refuses unless the password was given a short while ago, in a browser.
pub async fn need_sudo(conn: &mut Conn, now: Timestamp, proof: Proof) -> Result<()> {
    match proof {
        Proof::Token(_) => {
            Err(Refusal::because(Code::NotAllowed, "A token cannot do this. Sign in with a browser.").into())
        }
        Proof::Session(session) => match store::sudo_until(conn, session).await? {
            (_, true) => Err(Visit::closed().into()),
            (Some(until), _) if until > now => Ok(()),
            _ => Err(Refusal::new(Code::PasswordNeeded).into()),
        },
    }
}

/// The same for what a token may do, too: its scope says so, and a script has no password to give again.
pub async fn need_sudo_in_browser(conn: &mut Conn, now: Timestamp, proof: Proof) -> Result<()> {
    match proof {
        Proof::Token(_) => Ok(()),
        Proof::Session(_) => need_sudo(conn, now, proof).await,
    }
}

/// Whether staff with these settings have to set up a second factor first.
pub fn must_set_up_factor(security: &SecuritySettings, two_factor: bool) -> bool {
    security.enforce_staff_two_factor && !two_factor
}

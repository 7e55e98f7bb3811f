//! Adding, verifying and removing methods; turning the second factor on and off; checking codes.

use diesel_async::AsyncConnection;
use jiff::{SignedDuration, Timestamp};
use shared::identity::{
    FactorKind, FactorSummary, RecoveryCodes, SecondFactorMethod, SecretText, TotpSetup, TwoFactorChange,
    TwoFactorState, VerificationCenter,
};
use shared::{Code, FactorId, SessionId};
use subtle::ConstantTimeEq;

use super::{store, totp};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::access::Proof;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::access::fingerprint;
use crate::identity::attempts::{self, Tried};
use crate::identity::person::Person;
use crate::identity::session::actions::need_sudo;
use crate::identity::session::store as sessions;
use crate::identity::{letters, random};
use crate::settings;

const RECOVERY_CODES: usize = 10;
const METHODS_MAX: usize = 10;
const EMAIL_CODE_MINUTES: i64 = 10;
const EMAIL_CODE_TRIES: i32 = 5;

/// Whose methods, and who asks.
#[derive(Clone, Debug)]
pub struct Owner {
    pub person: Person,
    pub proof: Proof,
    pub actor: Actor,
}

impl Owner {
    fn session(&self) -> Option<SessionId> {
        match self.proof {
            Proof::Session(id) => Some(id),
            Proof::Token(_) => None,
        }
    }

    fn entry(&self, action: &'static str, description: String) -> Entry<'static> {
        Entry { action, description, subject: Some(self.person.subject()), ..Entry::default() }
    }
}

/// The code that was given is wrong, or was used already.
pub fn wrong_code() -> Error {
    Refusal::new(Code::WrongCode).naming("code", "wrong", "Give a current code; each works once.").into()
}

fn digits(code: &SecretText) -> String {
    code.expose()
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .take(40)
        .collect::<String>()
        .to_lowercase()
}

/// Whether a code is right now. A right code is used up; a wrong mailed one is counted.
pub async fn check(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    person: Person,
    method: SecondFactorMethod,
    code: &SecretText,
) -> Result<bool> {
    let code = digits(code);
    if method == SecondFactorMethod::Recovery {
        return Ok(store::use_recovery(tx, now, person, fingerprint(&code)).await?);
    }
    for factor in store::lock_all(tx, person).await?.iter().filter(|factor| factor.verified_at.is_some()) {
        let of_method = match factor.kind {
            FactorKind::Totp => method == SecondFactorMethod::Totp,
            FactorKind::Email => method == SecondFactorMethod::Email,
        };
        if of_method && check_one(app, tx, now, factor, &code).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn check_one(
    app: &App,
    tx: &mut Conn,
    now: Timestamp,
    factor: &store::Factor,
    code: &str,
) -> Result<bool> {
    match factor.kind {
        FactorKind::Totp => {
            let Some(sealed) = &factor.secret_sealed else { return Ok(false) };
            let secret = app.sealer.open(factor.id.0, sealed)?;
            let step = totp::matched_step(&secret, code, app.clock.real_now())?;
            // A code works once: only later steps than the last one count.
            let fresh = step.filter(|step| factor.last_step.is_none_or(|last| *step > last));
            let Some(step) = fresh else { return Ok(false) };
            store::note_step(tx, now, factor.id, step).await?;
            Ok(true)
        }
        FactorKind::Email => {
            let (Some(hash), Some(expires)) = (&factor.code_hash, factor.code_expires_at) else {
                return Ok(false);
            };
            if expires <= now || factor.code_tries >= EMAIL_CODE_TRIES {
                return Ok(false);
            }
            if bool::from(fingerprint(&format!("{}:{code}", factor.id)).ct_eq(hash)) {
                store::use_code(tx, now, factor.id).await?;
                return Ok(true);
            }
            store::count_try(tx, factor.id).await?;
            Ok(false)
        }
    }
}

/// Everything about a person's second factor.
pub async fn center(conn: &mut Conn, person: Person) -> Result<VerificationCenter> {
    let factors = store::list(conn, person).await?;
    let security = settings::load(conn).await?.security;
    Ok(VerificationCenter {
        two_factor: store::is_on(conn, person).await?,
        required: matches!(person, Person::Admin(_)) && security.enforce_staff_two_factor,
        factors: factors.into_iter().map(FactorSummary::from).collect(),
        recovery_codes_left: store::codes_left(conn, person).await?,
    })
}

/// Adds an authenticator app; it counts once a code of it was given. Asks for the password.
pub async fn add_totp(app: &App, owner: &Owner, name: &str) -> Result<TotpSetup> {
    let mut fields = Fields::new();
    fields.required("name", name, 100);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        need_sudo(tx, now, owner.proof).await?;
        let own = store::lock_all(tx, owner.person).await?;
        if own.len() >= METHODS_MAX {
            return Err(Refusal::because(Code::Conflict, "Ten methods are enough. Delete one first.").into());
        }
        let person = sessions::credentials(tx, owner.person).await?.ok_or_else(Refusal::not_found)?;
        let brand = settings::load(tx).await?.general.brand_name;
        let (id, secret) = (FactorId::generate(), totp::new_secret());
        let sealed = app.sealer.seal(id.0, &secret)?;
        let new =
            store::NewFactor { id, kind: FactorKind::Totp, name: name.trim(), secret_sealed: Some(sealed) };
        store::insert(tx, now, owner.person, new).await?;
        let entry = owner.entry("factor.added", format!("Added the authenticator app {}", name.trim()));
        audit::record(tx, &owner.actor, now, entry).await?;
        let uri = totp::uri(&secret, &brand, &person.email);
        Ok(TotpSetup { id, secret: totp::base32(&secret), qr_svg: totp::qr_svg(&uri)?, uri })
    })
    .await
}

/// Adds codes by e-mail and mails the first. Asks for the password, and that the address was confirmed.
pub async fn add_email(app: &App, owner: &Owner) -> Result<FactorSummary> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    need_sudo(&mut conn, now, owner.proof).await?;
    if !store::has_confirmed_address(&mut conn, owner.person).await? {
        return Err(Refusal::new(Code::EmailNotConfirmed).into());
    }
    let own = sessions::credentials(&mut conn, owner.person).await?.ok_or_else(Refusal::not_found)?;
    attempts::need_mail(app, &mut conn, "passcode", &own.email, owner.actor.ip.as_deref()).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        need_sudo(tx, now, owner.proof).await?;
        let own = store::lock_all(tx, owner.person).await?;
        if own.iter().any(|factor| factor.kind == FactorKind::Email) {
            return Err(Refusal::because(Code::Conflict, "Codes by e-mail are set up already.").into());
        }
        let person = sessions::credentials(tx, owner.person).await?.ok_or_else(Refusal::not_found)?;
        let id = FactorId::generate();
        let new = store::NewFactor { id, kind: FactorKind::Email, name: &person.email, secret_sealed: None };
        store::insert(tx, now, owner.person, new).await?;
        mail_code(app, tx, now, owner.person, id).await?;
        audit::record(tx, &owner.actor, now, owner.entry("factor.added", "Added codes by e-mail".to_owned()))
            .await?;
        let all = store::list(tx, owner.person).await?;
        let added = all.into_iter().find(|factor| factor.id == id).ok_or_else(Refusal::not_found)?;
        Ok(added.into())
    })
    .await
}

async fn mail_code(app: &App, tx: &mut Conn, now: Timestamp, person: Person, id: FactorId) -> Result<()> {
    let code = random::six_digits()?;
    let expires_at = now.checked_add(SignedDuration::from_mins(EMAIL_CODE_MINUTES)).unwrap_or(now);
    store::keep_code(tx, id, fingerprint(&format!("{id}:{code}")), expires_at).await?;
    letters::passcode(app, tx, now, person, &code, EMAIL_CODE_MINUTES).await
}

/// Mails a fresh code of a method; of the verified e-mail method when none is named. At most five an hour.
pub async fn send_code(app: &App, person: Person, id: Option<FactorId>, ip: &str) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let own = sessions::credentials(&mut conn, person).await?.ok_or_else(Refusal::not_found)?;
    attempts::need_mail(app, &mut conn, "passcode", &own.email, Some(ip)).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let all = store::lock_all(tx, person).await?;
        let wanted = all.iter().find(|factor| {
            factor.kind == FactorKind::Email
                && match id {
                    Some(id) => factor.id == id,
                    None => factor.verified_at.is_some(),
                }
        });
        let factor = wanted.ok_or_else(Refusal::not_found)?;
        mail_code(app, tx, now, person, factor.id).await
    })
    .await
}

/// Verifies a new method with a code of it. Does not turn the second factor on.
pub async fn verify(app: &App, owner: &Owner, id: FactorId, code: &SecretText) -> Result<FactorSummary> {
    let right = give_code(app, owner, Some(id), code, None).await?;
    if !right {
        return Err(wrong_code());
    }
    let mut conn = app.db.get().await?;
    let all = store::list(&mut conn, owner.person).await?;
    Ok(all.into_iter().find(|factor| factor.id == id).ok_or_else(Refusal::not_found)?.into())
}

/// Whether the second factor shall be on, with the hashes of its recovery codes.
struct Turn {
    on: bool,
    hashes: Vec<Vec<u8>>,
}

/// Checks a code of one method (or a recovery code), limited like sign-ins, and turns the factor in the same transaction.
async fn give_code(
    app: &App,
    owner: &Owner,
    id: Option<FactorId>,
    code: &SecretText,
    turn: Option<Turn>,
) -> Result<bool> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let person = sessions::credentials(&mut conn, owner.person).await?.ok_or_else(Refusal::not_found)?;
    let ip = owner.actor.ip.clone().unwrap_or_default();
    let per_minute = app.config.http.sign_in_per_minute.get();
    let portal = owner.person.portal();
    let attempt =
        attempts::begin(&mut conn, now, Tried::Password, portal, &person.email, &ip, per_minute).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let all = store::lock_all(tx, owner.person).await?;
        let right = match id {
            None => store::use_recovery(tx, now, owner.person, fingerprint(&digits(code))).await?,
            Some(id) => {
                let factor = all.iter().find(|factor| factor.id == id).ok_or_else(Refusal::not_found)?;
                let right = check_one(app, tx, now, factor, &digits(code)).await?;
                if right && factor.verified_at.is_none() {
                    store::verify(tx, now, id).await?;
                    if !all.iter().any(|other| other.is_default) {
                        store::make_default(tx, owner.person, id).await?;
                    }
                    let entry =
                        owner.entry("factor.verified", format!("Verified the method {}", factor.name));
                    audit::record(tx, &owner.actor, now, entry).await?;
                }
                right
            }
        };
        if right {
            attempts::forget(tx, attempt).await?;
            if let Some(turn) = &turn {
                apply(tx, now, owner, turn).await?;
            }
        }
        Ok(right)
    })
    .await
}

async fn apply(tx: &mut Conn, now: Timestamp, owner: &Owner, turn: &Turn) -> Result<()> {
    store::set_on(tx, now, owner.person, turn.on).await?;
    store::replace_codes(tx, now, owner.person, turn.hashes.clone()).await?;
    sessions::end_others(tx, now, owner.person, owner.session()).await?;
    let (action, text) = if turn.on { ("two_factor.on", "on") } else { ("two_factor.off", "off") };
    let entry = owner.entry(action, format!("Turned two-factor authentication {text}"));
    audit::record(tx, &owner.actor, now, entry).await?;
    letters::two_factor_changed(tx, now, owner.person, turn.on).await
}

/// Turns the second factor on or off; asks for the password and a current code. Ends the other sessions.
pub async fn turn(app: &App, owner: &Owner, change: &TwoFactorChange) -> Result<TwoFactorState> {
    let now = app.clock.now();
    let codes = if change.enabled { new_codes()? } else { Vec::new() };
    {
        let mut conn = app.db.get().await?;
        need_sudo(&mut conn, now, owner.proof).await?;
        let on = store::is_on(&mut conn, owner.person).await?;
        if on == change.enabled {
            let state = if on { "on" } else { "off" };
            return Err(Refusal::because(Code::Conflict, format!("It is {state} already.")).into());
        }
        if change.enabled && change.factor.is_none() {
            return Err(Refusal::field("factor", "required", "Name the method that the code is of.").into());
        }
        let required = settings::load(&mut conn).await?.security.enforce_staff_two_factor;
        if !change.enabled && required && matches!(owner.person, Person::Admin(_)) {
            return Err(Refusal::because(Code::Conflict, "Staff have to keep it on.").into());
        }
    }
    let hashes = codes.iter().map(|code| fingerprint(&code.replace('-', ""))).collect();
    let turn = Turn { on: change.enabled, hashes };
    if !give_code(app, owner, change.factor, &change.code, Some(turn)).await? {
        return Err(wrong_code());
    }
    Ok(TwoFactorState { two_factor: change.enabled, recovery_codes: codes })
}

fn new_codes() -> anyhow::Result<Vec<String>> {
    (0..RECOVERY_CODES).map(|_| random::recovery_code()).collect()
}

/// Ten new recovery codes in place of the old ones. Asks for the password.
pub async fn renew_codes(app: &App, owner: &Owner) -> Result<RecoveryCodes> {
    let now = app.clock.now();
    let codes = new_codes()?;
    let hashes = codes.iter().map(|code| fingerprint(&code.replace('-', ""))).collect();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        need_sudo(tx, now, owner.proof).await?;
        if !store::is_on(tx, owner.person).await? {
            return Err(Refusal::because(Code::Conflict, "Turn two-factor authentication on first.").into());
        }
        store::replace_codes(tx, now, owner.person, hashes).await?;
        let entry = owner.entry("recovery_codes.renewed", "Made new recovery codes".to_owned());
        Ok(audit::record(tx, &owner.actor, now, entry).await?)
    })
    .await?;
    Ok(RecoveryCodes { recovery_codes: codes })
}

/// Makes a verified method the one that is asked for first.
pub async fn make_default(app: &App, owner: &Owner, id: FactorId) -> Result<VerificationCenter> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let all = store::lock_all(tx, owner.person).await?;
        let factor = all.iter().find(|factor| factor.id == id).ok_or_else(Refusal::not_found)?;
        if factor.verified_at.is_none() {
            return Err(Refusal::because(Code::Conflict, "Give a code of this method first.").into());
        }
        store::make_default(tx, owner.person, id).await?;
        let entry = owner.entry("factor.default", format!("Made {} the default method", factor.name));
        audit::record(tx, &owner.actor, now, entry).await?;
        center(tx, owner.person).await
    })
    .await
}

/// Deletes a method; never the last verified one while the second factor is on. Asks for the password.
pub async fn delete(app: &App, owner: &Owner, id: FactorId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        need_sudo(tx, now, owner.proof).await?;
        let all = store::lock_all(tx, owner.person).await?;
        let factor = all.iter().find(|factor| factor.id == id).ok_or_else(Refusal::not_found)?;
        let heir = all.iter().find(|other| other.id != id && other.verified_at.is_some());
        if factor.verified_at.is_some() && heir.is_none() && store::is_on(tx, owner.person).await? {
            let detail = "This is the last method. Turn two-factor authentication off first, or add another.";
            return Err(Refusal::because(Code::Conflict, detail).into());
        }
        store::delete(tx, id).await?;
        if factor.is_default
            && let Some(heir) = heir
        {
            store::make_default(tx, owner.person, heir.id).await?;
        }
        let entry = owner.entry("factor.deleted", format!("Deleted the method {}", factor.name));
        Ok(audit::record(tx, &owner.actor, now, entry).await?)
    })
    .await
}

/// Staff take a person's second factor away, after his identity was checked.
pub async fn remove_for_staff(app: &App, actor: &Actor, person: Person, reason: &str) -> Result<()> {
    let mut fields = Fields::new();
    fields.required("reason", reason, 1000);
    fields.finish()?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let found = sessions::credentials(tx, person).await?.ok_or_else(Refusal::not_found)?;
        store::delete_all(tx, person).await?;
        store::set_on(tx, now, person, false).await?;
        sessions::end_others(tx, now, person, None).await?;
        let entry = Entry {
            action: "two_factor.removed",
            description: format!("Removed the second factor of {}: {}", found.email, reason.trim()),
            subject: Some(person.subject()),
            level: audit::Level::Warning,
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        letters::two_factor_changed(tx, now, person, false).await
    })
    .await
}

//! Reading and changing one's own account.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncConnection, RunQueryDsl};
use jiff_diesel::ToDiesel;
use schema::admins;
use serde_json::Value;
use shared::identity::{
    AdminAccount, AdminAccountChange, PasswordChange, PasswordChanged, SecondFactorMethod, SecretText,
    SessionsEnded, UserAccount, UserAccountChange,
};
use shared::{AdminId, Code, Language, SessionId, UserId};

use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::contact::{self, given};
use crate::identity::person::Person;
use crate::identity::session::actions::{is_own_password, normal_email};
use crate::identity::session::store as sessions;
use crate::identity::user::store as users;
use crate::identity::{attempts, factor, letters, link, password};
use crate::settings;

pub(super) async fn user_account(conn: &mut Conn, now: jiff::Timestamp, id: UserId) -> Result<UserAccount> {
    let user = users::find(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let email_pending = link::store::pending_email(conn, now, Person::User(id)).await?;
    Ok(UserAccount {
        id,
        email: user.email,
        email_verified: user.email_verified_at.is_some(),
        email_pending,
        first_name: user.first_name,
        last_name: user.last_name,
        phone_country: user.phone_country,
        phone: user.phone,
        language: user.language,
        status: user.status,
        two_factor: user.two_factor,
        password_changed_at: user.password_changed_at,
        version: user.version,
        created_at: user.created_at,
    })
}

type AdminRow = (
    String,
    String,
    String,
    Option<String>,
    Language,
    bool,
    jiff_diesel::NullableTimestamp,
    i32,
    jiff_diesel::Timestamp,
);

pub(super) async fn admin_account(conn: &mut Conn, id: AdminId) -> Result<AdminAccount> {
    let row: Option<AdminRow> = admins::table
        .find(id)
        .select((
            admins::email,
            admins::first_name,
            admins::last_name,
            admins::phone,
            admins::language,
            admins::two_factor,
            admins::password_changed_at,
            admins::version,
            admins::created_at,
        ))
        .first(conn)
        .await
        .optional()?;
    let (email, first_name, last_name, phone, language, two_factor, changed, version, created) =
        row.ok_or_else(Refusal::not_found)?;
    Ok(AdminAccount {
        id,
        email,
        first_name,
        last_name,
        phone,
        language,
        two_factor,
        password_changed_at: changed.to_jiff(),
        version,
        created_at: created.to_jiff(),
    })
}

async fn need_password(app: &App, person: Person, actor: &Actor, given: &SecretText) -> Result<()> {
    let ip = actor.ip.clone().unwrap_or_default();
    if is_own_password(app, person, &ip, given).await? {
        return Ok(());
    }
    Err(Refusal::field("current_password", "wrong", "This is not your password.").into())
}

/// What of a person's own account changes.
struct Mine<'a> {
    version: i32,
    email: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    /// Users only.
    phone_country: Option<&'a str>,
    phone: Option<&'a str>,
    language: Language,
    current_password: &'a SecretText,
}

/// What one changes of his own account, for the activity log.
async fn seen(tx: &mut Conn, person: Person) -> QueryResult<Option<Value>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::Jsonb)]
        seen: Value,
    }
    let country = if matches!(person, Person::User(_)) { ", 'phone_country', phone_country" } else { "" };
    let row: Option<Row> = diesel::sql_query(format!(
        "SELECT jsonb_build_object('first_name', first_name, 'last_name', last_name, 'phone', phone, 'language', language{country}) AS seen
         FROM {} WHERE id = $1",
        person.table()
    ))
    .bind::<SqlUuid, _>(person.uuid())
    .get_result(tx)
    .await
    .optional()?;
    Ok(row.map(|row| row.seen))
}

async fn change(app: &App, actor: &Actor, person: Person, mine: &Mine<'_>) -> Result<()> {
    let email = normal_email(mine.email);
    let mut fields = Fields::new();
    fields.email("email", &email);
    fields.text("first_name", mine.first_name, 100);
    fields.text("last_name", mine.last_name, 100);
    contact::check_phone(&mut fields, mine.phone_country, mine.phone);
    fields.finish()?;
    need_password(app, person, actor, mine.current_password).await?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let found = sessions::credentials(&mut conn, person).await?.ok_or_else(Refusal::not_found)?;
    if found.email != email {
        // By whom as well as to whom: each new address may be another stranger's.
        for (what, counted) in [("change_by", &found.email), ("change", &email)] {
            attempts::need_mail(app, &mut conn, what, counted, actor.ip.as_deref()).await?;
        }
    }
    conn.transaction::<_, Error, _>(async |tx| {
        let before = seen(tx, person).await?;
        let country = if matches!(person, Person::User(_)) { ", phone_country = $8" } else { "" };
        let sql = format!(
            "UPDATE {} SET first_name = $3, last_name = $4, phone = $5, language = $6, version = version + 1, updated_at = $7{country}
             WHERE id = $1 AND version = $2",
            person.table()
        );
        let query = diesel::sql_query(sql)
            .bind::<SqlUuid, _>(person.uuid())
            .bind::<diesel::sql_types::Int4, _>(mine.version)
            .bind::<Text, _>(mine.first_name.trim())
            .bind::<Text, _>(mine.last_name.trim())
            .bind::<Nullable<Text>, _>(given(mine.phone))
            .bind::<Text, _>(mine.language)
            .bind::<Timestamptz, _>(now.to_diesel());
        let changed = match person {
            Person::User(_) => query.bind::<Nullable<Text>, _>(given(mine.phone_country)).execute(tx).await?,
            Person::Admin(_) => query.execute(tx).await?,
        };
        if changed == 0 {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        if found.email != email {
            link::actions::send_change(app, tx, now, person, &email).await?;
        }
        let entry = Entry {
            action: "account.changed",
            description: format!("{} changed the own account", found.email),
            subject: Some(person.subject()),
            old: before,
            new: seen(tx, person).await?,
            ..Entry::default()
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    })
    .await
}

/// Changes the signed-in user's account. A new address is mailed a link and counts once it was followed.
pub(super) async fn change_user(
    app: &App,
    actor: &Actor,
    id: UserId,
    asked: &UserAccountChange,
) -> Result<UserAccount> {
    let mine = Mine {
        version: asked.version,
        email: &asked.email,
        first_name: &asked.first_name,
        last_name: &asked.last_name,
        phone_country: asked.phone_country.as_deref(),
        phone: asked.phone.as_deref(),
        language: asked.language,
        current_password: &asked.current_password,
    };
    change(app, actor, Person::User(id), &mine).await?;
    user_account(&mut *app.db.get().await?, app.clock.now(), id).await
}

/// Changes the signed-in member of staff's account. A new address is mailed a link and counts once it was followed.
pub(super) async fn change_admin(
    app: &App,
    actor: &Actor,
    id: AdminId,
    asked: &AdminAccountChange,
) -> Result<AdminAccount> {
    let mine = Mine {
        version: asked.version,
        email: &asked.email,
        first_name: &asked.first_name,
        last_name: &asked.last_name,
        phone_country: None,
        phone: asked.phone.as_deref(),
        language: asked.language,
        current_password: &asked.current_password,
    };
    change(app, actor, Person::Admin(id), &mine).await?;
    admin_account(&mut *app.db.get().await?, id).await
}

/// Changes one's own password; asks for the old one, and for a code when the second factor is on. Ends other sessions and voids
/// mailed links.
pub(super) async fn change_password(
    app: &App,
    actor: &Actor,
    person: Person,
    session: Option<SessionId>,
    asked: &PasswordChange,
) -> Result<PasswordChanged> {
    let now = app.clock.now();
    let found = {
        let mut conn = app.db.get().await?;
        let found = sessions::credentials(&mut conn, person).await?.ok_or_else(Refusal::not_found)?;
        let security = settings::load(&mut conn).await?.security;
        let mut fields = Fields::new();
        let personal = [found.email.as_str(), found.first_name.as_str(), found.last_name.as_str()];
        password::check(&mut fields, "password", &asked.password, &security, &personal);
        let same = asked.password.expose() == asked.current_password.expose();
        fields.check(!same, "password", "unchanged", "Choose another password than the present one.");
        fields.check(!found.two_factor || asked.code.is_some(), "code", "required", "Give a current code.");
        fields.finish()?;
        found
    };
    need_password(app, person, actor, &asked.current_password).await?;
    let hash = app.passwords.hash(&asked.password).await?;
    let mut conn = app.db.get().await?;
    let ended = conn
        .transaction::<_, Error, _>(async |tx| {
            if let Some(code) = asked.code.as_ref().filter(|_| found.two_factor) {
                let mut right = false;
                for method in
                    [SecondFactorMethod::Totp, SecondFactorMethod::Email, SecondFactorMethod::Recovery]
                {
                    right = right || factor::actions::check(app, tx, now, person, method, code).await?;
                }
                if !right {
                    return Ok(None);
                }
            }
            sessions::set_password(tx, now, person, &hash).await?;
            link::store::void_all(tx, now, person).await?;
            let ended = sessions::end_others(tx, now, person, session).await?;
            let entry = Entry {
                action: "password.changed",
                description: format!("{} changed the password", found.email),
                subject: Some(person.subject()),
                ..Entry::default()
            };
            audit::record(tx, actor, now, entry).await?;
            letters::password_changed(tx, now, person).await?;
            Ok(Some(ended))
        })
        .await?;
    let Some(ended) = ended else {
        let ip = actor.ip.clone().unwrap_or_default();
        attempts::note_failure(&mut conn, now, person.portal(), &found.email, &ip).await?;
        return Err(Refusal::field("code", "wrong", "The code is wrong or was used already.").into());
    };
    Ok(PasswordChanged {
        strength: shared::identity::strength(asked.password.expose()),
        sessions_ended: ended,
    })
}

/// Ends all of one's own sessions but the present one. Returns how many.
pub(super) async fn end_other_sessions(
    app: &App,
    actor: &Actor,
    person: Person,
    present: Option<SessionId>,
) -> Result<SessionsEnded> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let ended = sessions::end_others(tx, now, person, present).await?;
        let entry = Entry {
            action: "sessions.ended",
            description: format!("Ended {ended} other of the own sessions"),
            subject: Some(person.subject()),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(SessionsEnded { ended })
    })
    .await
}

/// Ends one of one's own sessions.
pub(super) async fn end_session(app: &App, actor: &Actor, person: Person, id: SessionId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        if !sessions::end_own(tx, now, person, id).await? {
            return Err(Refusal::not_found().into());
        }
        let entry = Entry {
            action: "session.ended",
            description: "Ended one of the own sessions".to_owned(),
            subject: Some(person.subject()),
            ..Entry::default()
        };
        Ok(audit::record(tx, actor, now, entry).await?)
    })
    .await
}

//! Creating, changing and deleting users.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::identity::{NewUser, UserChange, UserDetail, UserStatus};
use shared::{Code, Rehearsal, UserId};

use super::store::{self, Changed, NewRow};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::db::{self, Conn};
use crate::http::Fields;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::link;
use crate::identity::link::store::is_taken;
use crate::identity::person::Person;
use crate::identity::session::actions::normal_email;
use crate::identity::session::store as sessions;
use crate::identity::{contact, letters, password, ways_in};
use crate::settings;

pub(super) async fn detail(conn: &mut Conn, id: UserId) -> Result<UserDetail> {
    let user = store::find(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let clients = store::clients_of(conn, id).await?;
    Ok(user.detail(clients))
}

fn taken() -> Refusal {
    Refusal::field("email", "taken", "A user has this address already.")
}

/// Creates a user. Without a password he is mailed a link to set one.
pub(super) async fn create(app: &App, actor: &Actor, new: &NewUser) -> Result<UserDetail> {
    let now = app.clock.now();
    let email = normal_email(&new.email);
    let mut fields = Fields::new();
    fields.email("email", &email);
    fields.text("first_name", &new.first_name, 100);
    fields.text("last_name", &new.last_name, 100);
    contact::check_phone(&mut fields, new.phone_country.as_deref(), new.phone.as_deref());
    fields.text("notes", &new.notes, 5000);
    let security = settings::load(&mut *app.db.get().await?).await?.security;
    let (plain, imported) = (new.password.as_ref(), new.password_hash.as_ref());
    let personal = [email.as_str(), &new.first_name, &new.last_name];
    password::check_new(&mut fields, plain, imported, &security, &personal);
    fields.finish()?;
    let hash = password::to_keep(&app.passwords, plain, imported).await?;
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let row = NewRow {
            email: &email,
            first_name: new.first_name.trim(),
            last_name: new.last_name.trim(),
            phone_country: contact::given(new.phone_country.as_deref()),
            phone: contact::given(new.phone.as_deref()),
            language: new.language,
            status: if new.email_verified { UserStatus::Active } else { UserStatus::New },
            email_verified: new.email_verified,
            password_hash: hash.as_deref(),
            notes: &new.notes,
        };
        let id = store::insert(tx, now, &row).await?;
        let id = id.ok_or_else(taken)?;
        if hash.is_none() {
            link::actions::send_set_password(app, tx, now, Person::User(id), &email).await?;
        } else if !new.email_verified {
            link::actions::send_confirmation(app, tx, now, id, &email).await?;
        }
        let entry = Entry {
            action: "user.created",
            description: format!("Created the user {email}"),
            subject: Some(("user", id.0)),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        detail(tx, id).await
    })
    .await
}

/// Changes a user; a new address is told to the old one, if that was confirmed. Making him inactive ends his sessions.
pub(super) async fn change(app: &App, actor: &Actor, id: UserId, change: &UserChange) -> Result<UserDetail> {
    let now = app.clock.now();
    let email = normal_email(&change.email);
    let mut fields = Fields::new();
    fields.email("email", &email);
    fields.text("first_name", &change.first_name, 100);
    fields.text("last_name", &change.last_name, 100);
    contact::check_phone(&mut fields, change.phone_country.as_deref(), change.phone.as_deref());
    fields.text("notes", &change.notes, 5000);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let old = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(old.version, change.version)?;
        if old.email != email && is_taken(tx, Person::User(id), &email).await? {
            return Err(taken().into());
        }
        let mark = |wanted: bool, was: Option<Timestamp>| wanted.then(|| was.unwrap_or(now));
        let changed = Changed {
            email: &email,
            first_name: change.first_name.trim(),
            last_name: change.last_name.trim(),
            phone_country: contact::given(change.phone_country.as_deref()),
            phone: contact::given(change.phone.as_deref()),
            language: change.language,
            status: change.status,
            email_verified_at: mark(change.email_verified, old.email_verified_at),
            phone_verified_at: mark(change.phone_verified, old.phone_verified_at),
            notes: &change.notes,
        };
        if old.email != email {
            if old.email_verified_at.is_some() {
                // Told while the old address is still his; one that never was his may be a stranger's.
                letters::email_changed(tx, now, Person::User(id), &email).await?;
            }
            link::store::follow_email(tx, now, Person::User(id), &email).await?;
        }
        if !store::update(tx, now, id, &changed).await? {
            return Err(taken().into());
        }
        if change.status == UserStatus::Inactive {
            sessions::end_others(tx, now, Person::User(id), None).await?;
        }
        let before = old.detail(Vec::new());
        let after = detail(tx, id).await?;
        let entry = Entry {
            action: "user.changed",
            description: format!("Changed the user {email}"),
            subject: Some(("user", id.0)),
            old: Some(serde_json::to_value(&before)?),
            new: Some(serde_json::to_value(&after)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(after)
    })
    .await
}

/// Deletes a user who belongs to no client.
pub(super) async fn delete(app: &App, actor: &Actor, id: UserId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| delete_in(tx, now, actor, id).await).await
}

/// Says what deleting a user would take with it. Refuses what `delete` refuses.
pub(super) async fn rehearse_delete(app: &App, actor: &Actor, id: UserId) -> Result<Rehearsal> {
    let now = app.clock.now();
    db::rehearse(&mut *app.db.get().await?, async |tx| {
        let effects = ways_in::closed(tx, now, Person::User(id)).await?;
        delete_in(tx, now, actor, id).await?;
        Ok(Rehearsal { effects })
    })
    .await
}

async fn delete_in(tx: &mut Conn, now: Timestamp, actor: &Actor, id: UserId) -> Result<()> {
    let user = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
    let clients = store::clients_of(tx, id).await?;
    if !clients.is_empty() {
        let names: Vec<&str> = clients.iter().map(|client| client.name.as_str()).take(5).collect();
        let detail = format!("Detach the user first from: {}.", names.join(", "));
        return Err(Refusal::because(Code::InUse, detail).into());
    }
    store::delete(tx, id).await?;
    let entry = Entry {
        action: "user.deleted",
        description: format!("Deleted the user {}", user.email),
        subject: Some(("user", id.0)),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

//! Members of staff: creating, changing, deleting.

use std::collections::BTreeMap;

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::identity::{AdminChange, AdminDetail, AdminStatus, NewAdmin, PermissionOrigin};
use shared::{AdminGroupId, AdminId, Code, Language, Permission, Rehearsal};

use super::store::{self, AdminValues};
use crate::App;
use crate::audit::{self, Actor, Entry, Who};
use crate::db::{self, Conn};
use crate::http::Fields;
use crate::http::access::Staff;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::access::{Permissions, permissions_of};
use crate::identity::person::Person;
use crate::identity::session::actions::normal_email;
use crate::identity::session::store as sessions;
use crate::identity::{contact, factor, letters, link, password, random, ways_in};
use crate::notify::{Event, Letter};
use crate::settings;

/// Everything that is known of a member of staff, with where each of his permissions comes from.
pub(super) async fn detail(conn: &mut Conn, id: AdminId) -> Result<AdminDetail> {
    let admin = store::find_admin(conn, id).await?.ok_or_else(Refusal::not_found)?;
    let groups = store::groups_of(conn, &[id]).await?.remove(&id).unwrap_or_default();
    let mut origins: BTreeMap<Permission, Vec<String>> = BTreeMap::new();
    for (key, group) in store::origins(conn, id).await? {
        let keys = key.map_or_else(|| Permission::ALL.to_vec(), |key| vec![key]);
        for key in keys {
            origins.entry(key).or_default().push(group.clone());
        }
    }
    let permissions = origins
        .into_iter()
        .map(|(key, groups)| PermissionOrigin { key, title: key.title().to_owned(), groups })
        .collect();
    Ok(AdminDetail {
        id,
        email: admin.email,
        first_name: admin.first_name,
        last_name: admin.last_name,
        phone: admin.phone,
        language: admin.language,
        status: admin.status,
        two_factor: admin.two_factor,
        groups,
        permissions,
        notes: admin.notes,
        last_sign_in_at: admin.last_sign_in_at,
        last_sign_in_ip: admin.last_sign_in_ip,
        addresses: store::addresses(conn, id).await?,
        version: admin.version,
        created_at: admin.created_at,
        updated_at: admin.updated_at,
    })
}

/// Whether `held` covers all of `wanted`.
pub(super) fn covers(held: &Permissions, wanted: &Permissions) -> bool {
    held.all || (!wanted.all && wanted.keys.is_subset(&held.keys))
}

/// Refuses to hand out what the one who acts does not have.
pub(super) fn need_cover(who: &Staff, wanted: &Permissions, field: &str) -> Result<()> {
    if covers(&who.permissions, wanted) {
        return Ok(());
    }
    Err(Refusal::field(field, "not_allowed", "You can only give permissions that you have yourself.").into())
}

/// Refuses to touch somebody who has more than the one who acts.
async fn need_not_above(tx: &mut Conn, who: &Staff, id: AdminId) -> Result<()> {
    let groups: Vec<AdminGroupId> = store::groups_of(tx, &[id])
        .await?
        .remove(&id)
        .unwrap_or_default()
        .iter()
        .map(|group| group.id)
        .collect();
    let theirs = store::permissions_of_groups(tx, &groups).await?;
    if covers(&who.permissions, &theirs) {
        return Ok(());
    }
    Err(Refusal::because(Code::NotAllowed, "This person has permissions that you do not have.").into())
}

async fn check_groups(tx: &mut Conn, who: &Staff, groups: &[AdminGroupId]) -> Result<()> {
    let mut distinct = groups.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if store::count_groups(tx, &distinct).await? != i64::try_from(distinct.len()).unwrap_or(i64::MAX) {
        return Err(Refusal::field("groups", "unknown", "One of these groups does not exist.").into());
    }
    need_cover(who, &store::permissions_of_groups(tx, &distinct).await?, "groups")
}

/// Refuses to leave the installation without a super administrator.
pub(super) async fn need_super(tx: &mut Conn) -> Result<()> {
    if store::count_super(tx).await? > 0 {
        return Ok(());
    }
    Err(Refusal::because(Code::Conflict, "This is the last super administrator.").into())
}

fn check(fields: &mut Fields, email: &str, names: (&str, &str), phone: Option<&str>, notes: &str) {
    fields.email("email", email);
    fields.required("first_name", names.0, 100);
    fields.text("last_name", names.1, 100);
    contact::check_phone(fields, None, phone);
    fields.text("notes", notes, 5000);
}

fn taken() -> Error {
    Refusal::field("email", "taken", "Somebody of the staff has this address already.").into()
}

/// Creates a member of staff. Without a password he is mailed a link to set one.
pub(super) async fn create(app: &App, who: &Staff, new: &NewAdmin) -> Result<AdminDetail> {
    let now = app.clock.now();
    let email = normal_email(&new.email);
    let mut fields = Fields::new();
    check(&mut fields, &email, (&new.first_name, &new.last_name), new.phone.as_deref(), &new.notes);
    if let Some(password) = &new.password {
        let security = settings::load(&mut *app.db.get().await?).await?.security;
        password::check(
            &mut fields,
            "password",
            password,
            &security,
            &[&email, &new.first_name, &new.last_name],
        );
    }
    fields.finish()?;
    let hash = match &new.password {
        Some(password) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx).await?;
        check_groups(tx, who, &new.groups).await?;
        if store::email_taken(tx, &email, None).await? {
            return Err(taken());
        }
        let values = AdminValues {
            email: &email,
            first_name: new.first_name.trim(),
            last_name: new.last_name.trim(),
            phone: contact::given(new.phone.as_deref()),
            language: new.language,
            status: AdminStatus::Active,
            notes: &new.notes,
        };
        let id = store::insert_admin(tx, now, &values, hash.as_deref()).await?.ok_or_else(taken)?;
        store::set_groups_of(tx, id, &new.groups).await?;
        if hash.is_none() {
            link::actions::send_set_password(app, tx, now, Person::Admin(id), &email).await?;
        }
        told(tx, &who.actor, now, id, "admin.created", format!("Created the administrator {email}")).await?;
        detail(tx, id).await
    })
    .await
}

/// What staff change of one another, for the activity log.
async fn seen(tx: &mut Conn, admin: &store::Admin) -> Result<serde_json::Value> {
    let groups = store::groups_of(tx, &[admin.id]).await?.remove(&admin.id).unwrap_or_default();
    let groups: Vec<&str> = groups.iter().map(|group| group.name.as_str()).collect();
    Ok(serde_json::json!({
        "email": admin.email, "first_name": admin.first_name, "last_name": admin.last_name, "phone": admin.phone,
        "language": admin.language, "status": admin.status, "notes": admin.notes, "groups": groups,
    }))
}

/// Changes a member of staff; a new address is told to the old one. Disabling him ends his sessions.
pub(super) async fn change(app: &App, who: &Staff, id: AdminId, change: &AdminChange) -> Result<AdminDetail> {
    let now = app.clock.now();
    let email = normal_email(&change.email);
    let mut fields = Fields::new();
    check(
        &mut fields,
        &email,
        (&change.first_name, &change.last_name),
        change.phone.as_deref(),
        &change.notes,
    );
    fields.finish()?;
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx).await?;
        let before = store::find_admin(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, change.version)?;
        need_not_above(tx, who, id).await?;
        check_groups(tx, who, &change.groups).await?;
        if store::email_taken(tx, &email, Some(id)).await? {
            return Err(taken());
        }
        let held = permissions_of(tx, id).await?;
        let old = seen(tx, &before).await?;
        let values = AdminValues {
            email: &email,
            first_name: change.first_name.trim(),
            last_name: change.last_name.trim(),
            phone: contact::given(change.phone.as_deref()),
            language: change.language,
            status: change.status,
            notes: &change.notes,
        };
        if before.email != email {
            // Told while the old address is still his.
            letters::email_changed(tx, now, Person::Admin(id), &email).await?;
            link::store::follow_email(tx, now, Person::Admin(id), &email).await?;
        }
        if !store::update_admin(tx, now, id, &values).await? {
            return Err(taken());
        }
        store::set_groups_of(tx, id, &change.groups).await?;
        need_super(tx).await?;
        if change.status == AdminStatus::Disabled && before.status == AdminStatus::Active {
            sessions::end_others(tx, now, Person::Admin(id), None).await?;
        }
        let after = store::find_admin(tx, id).await?.ok_or_else(Refusal::not_found)?;
        let entry = Entry {
            action: "admin.changed",
            description: format!("Changed the administrator {email}"),
            subject: Some(("admin", id.0)),
            old: Some(old),
            new: Some(seen(tx, &after).await?),
            ..Entry::default()
        };
        audit::record(tx, &who.actor, now, entry).await?;
        tell_changed(tx, who, now, id, &held).await?;
        detail(tx, id).await
    })
    .await
}

/// Deletes a member of staff with his sessions, factors and tokens.
pub(super) async fn delete(app: &App, who: &Staff, id: AdminId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| delete_in(tx, now, who, id).await).await
}

/// Says what deleting a member of staff would take with him. Refuses what `delete` refuses.
pub(super) async fn rehearse_delete(app: &App, who: &Staff, id: AdminId) -> Result<Rehearsal> {
    let now = app.clock.now();
    db::rehearse(&mut *app.db.get().await?, async |tx| {
        let effects = ways_in::closed(tx, now, Person::Admin(id)).await?;
        delete_in(tx, now, who, id).await?;
        Ok(Rehearsal { effects })
    })
    .await
}

async fn delete_in(tx: &mut Conn, now: Timestamp, who: &Staff, id: AdminId) -> Result<()> {
    store::lock(tx).await?;
    let before = store::find_admin(tx, id).await?.ok_or_else(Refusal::not_found)?;
    need_not_above(tx, who, id).await?;
    if id == who.admin {
        return Err(Refusal::because(Code::Conflict, "Nobody deletes himself.").into());
    }
    store::delete_admin(tx, id).await?;
    need_super(tx).await?;
    told(tx, &who.actor, now, id, "admin.deleted", format!("Deleted the administrator {}", before.email))
        .await
}

/// Mails a member of staff a link to set a new password.
pub(super) async fn send_reset(app: &App, who: &Staff, id: AdminId) -> Result<()> {
    need_not_above(&mut *app.db.get().await?, who, id).await?;
    link::actions::send_reset_by_staff(app, &who.actor, Person::Admin(id)).await
}

/// Takes the second factor of a member of staff away, with the reason for it.
pub(super) async fn remove_two_factor(app: &App, who: &Staff, id: AdminId, reason: &str) -> Result<()> {
    need_not_above(&mut *app.db.get().await?, who, id).await?;
    factor::actions::remove_for_staff(app, &who.actor, Person::Admin(id), reason).await
}

async fn told(
    tx: &mut Conn,
    actor: &Actor,
    now: Timestamp,
    id: AdminId,
    action: &str,
    text: String,
) -> Result<()> {
    let entry = Entry { action, description: text, subject: Some(("admin", id.0)), ..Entry::default() };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// Leaves a trail where effective permissions changed, and tells the one whose they are.
pub(super) async fn tell_changed(
    tx: &mut Conn,
    who: &Staff,
    now: Timestamp,
    id: AdminId,
    held: &Permissions,
) -> Result<()> {
    let now_held = permissions_of(tx, id).await?;
    if now_held == *held {
        return Ok(());
    }
    let entry = Entry {
        action: "admin.permissions_changed",
        description: "The permissions of an administrator changed".to_owned(),
        subject: Some(("admin", id.0)),
        old: Some(serde_json::json!({ "all": held.all, "permissions": held.list() })),
        new: Some(serde_json::json!({ "all": now_held.all, "permissions": now_held.list() })),
        ..Entry::default()
    };
    audit::record(tx, &who.actor, now, entry).await?;
    if id == who.admin {
        return Ok(());
    }
    let by = store::find_admin(tx, who.admin).await?.map_or_else(String::new, |admin| admin.email);
    let params = serde_json::json!({ "by": by, "what": difference(held, &now_held) });
    Letter::new(Event::PermissionsChanged, params).admin(tx, now, id).await
}

/// What was given and taken, by key: `+ clients.view, - staff.edit`.
fn difference(before: &Permissions, after: &Permissions) -> String {
    let (before, after) = (before.list(), after.list());
    let given = after.iter().filter(|key| !before.contains(key)).map(|key| format!("+ {key}"));
    let taken = before.iter().filter(|key| !after.contains(key)).map(|key| format!("- {key}"));
    given.chain(taken).collect::<Vec<_>>().join(", ")
}

/// Creates a super administrator: for the command line. Refuses an address that somebody of the staff has.
pub async fn create_super(
    tx: &mut Conn,
    now: Timestamp,
    email: &str,
    names: (&str, &str),
    password_hash: &str,
) -> Result<AdminId> {
    store::lock(tx).await?;
    let email = normal_email(email);
    let mut fields = Fields::new();
    check(&mut fields, &email, names, None, "");
    fields.finish()?;
    if store::email_taken(tx, &email, None).await? {
        return Err(taken());
    }
    let values = AdminValues {
        email: &email,
        first_name: names.0,
        last_name: names.1,
        phone: None,
        language: Language::English,
        status: AdminStatus::Active,
        notes: "",
    };
    let id = store::insert_admin(tx, now, &values, Some(password_hash)).await?.ok_or_else(taken)?;
    let group = store::super_group(tx, now).await?;
    store::set_groups_of(tx, id, &[group]).await?;
    let actor = Actor { who: Who::System, ip: None, request_id: None };
    told(tx, &actor, now, id, "admin.created", format!("Created the super administrator {email}")).await?;
    Ok(id)
}

/// A password for the first sign-in of somebody made on the command line.
pub fn first_password() -> Result<String> {
    Ok(random::password()?)
}

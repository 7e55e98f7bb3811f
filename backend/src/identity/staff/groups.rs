//! Groups of staff: creating, changing, deleting.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::identity::{AdminGroupChange, AdminGroupDetail, AdminGroupKind, NewAdminGroup};
use shared::{AdminGroupId, Code, Effect, EffectKind, Permission, Rehearsal};

use super::admins::{covers, need_cover, need_super, tell_changed};
use super::store;
use crate::App;
use crate::audit::{self, Entry};
use crate::db::{self, Conn};
use crate::http::Fields;
use crate::http::access::Staff;
use crate::http::error::{Error, Refusal, Result};
use crate::identity::access::{Permissions, permissions_of};

pub(super) async fn detail(conn: &mut Conn, id: AdminGroupId) -> Result<AdminGroupDetail> {
    let group = store::find_group(conn, id).await?.ok_or_else(Refusal::not_found)?;
    Ok(AdminGroupDetail {
        id,
        name: group.name,
        description: group.description,
        kind: group.kind,
        grants_all: group.grants_all,
        permissions: store::group_permissions(conn, id).await?,
        groups: store::group_groups(conn, id).await?,
        members: store::group_members(conn, id).await?,
        version: group.version,
        created_at: group.created_at,
        updated_at: group.updated_at,
    })
}

/// Checks what a group shall hold: it fits its kind, exists, and the one who acts has it himself.
async fn check(
    tx: &mut Conn,
    who: &Staff,
    kind: AdminGroupKind,
    permissions: &[Permission],
    groups: &[AdminGroupId],
) -> Result<()> {
    let mut fields = Fields::new();
    let holds_groups = kind == AdminGroupKind::Groups;
    fields.check(
        holds_groups || groups.is_empty(),
        "groups",
        "invalid",
        "Only groups of the kind `groups` hold groups.",
    );
    fields.check(
        !holds_groups || permissions.is_empty(),
        "permissions",
        "invalid",
        "This kind holds groups, not permissions.",
    );
    fields.finish()?;
    let mut distinct = groups.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    if store::count_groups(tx, &distinct).await? != i64::try_from(distinct.len()).unwrap_or(i64::MAX) {
        return Err(Refusal::field("groups", "unknown", "One of these groups does not exist.").into());
    }
    need_cover(who, &Permissions { all: false, keys: permissions.iter().copied().collect() }, "permissions")?;
    need_cover(who, &store::permissions_of_groups(tx, &distinct).await?, "groups")
}

fn names(name: &str, description: &str) -> Result<()> {
    let mut fields = Fields::new();
    fields.required("name", name, 100);
    fields.text("description", description, 1000);
    fields.finish()
}

fn taken() -> Error {
    Refusal::field("name", "taken", "A group has this name already.").into()
}

pub(super) async fn create(app: &App, who: &Staff, new: &NewAdminGroup) -> Result<AdminGroupDetail> {
    names(&new.name, &new.description)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx).await?;
        check(tx, who, new.kind, &new.permissions, &new.groups).await?;
        let name = new.name.trim();
        if store::group_name_taken(tx, name, None).await? {
            return Err(taken());
        }
        let id = store::insert_group(tx, now, (name, &new.description), new.kind, false).await?;
        store::set_contents(tx, id, &new.permissions, &new.groups).await?;
        let entry = Entry {
            action: "admin_group.created",
            description: format!("Created the group {name}"),
            subject: Some(("admin_group", id.0)),
            new: Some(serde_json::to_value(new)?),
            ..Entry::default()
        };
        audit::record(tx, &who.actor, now, entry).await?;
        detail(tx, id).await
    })
    .await
}

pub(super) async fn change(
    app: &App,
    who: &Staff,
    id: AdminGroupId,
    change: &AdminGroupChange,
) -> Result<AdminGroupDetail> {
    names(&change.name, &change.description)?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| {
        store::lock(tx).await?;
        let group = store::find_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(group.version, change.version)?;
        need_all_of(tx, who, id).await?;
        check(tx, who, group.kind, &change.permissions, &change.groups).await?;
        let name = change.name.trim();
        if store::group_name_taken(tx, name, Some(id)).await? {
            return Err(taken());
        }
        let before = detail(tx, id).await?;
        let reached = store::reached_by(tx, id).await?;
        let mut held = Vec::with_capacity(reached.len());
        for admin in &reached {
            held.push(permissions_of(tx, *admin).await?);
        }
        store::update_group(tx, now, id, (name, &change.description)).await?;
        store::set_contents(tx, id, &change.permissions, &change.groups).await?;
        if store::has_cycle(tx, id).await? || change.groups.contains(&id) {
            return Err(Refusal::field(
                "groups",
                "cycle",
                "A group cannot hold itself, also not through others.",
            )
            .into());
        }
        need_super(tx).await?;
        for (admin, held) in reached.into_iter().zip(held) {
            tell_changed(tx, who, now, admin, &held).await?;
        }
        let entry = Entry {
            action: "admin_group.changed",
            description: format!("Changed the group {name}"),
            subject: Some(("admin_group", id.0)),
            old: Some(serde_json::to_value(&before)?),
            new: Some(serde_json::to_value(change)?),
            ..Entry::default()
        };
        audit::record(tx, &who.actor, now, entry).await?;
        detail(tx, id).await
    })
    .await
}

/// Refuses to touch a group that gives, also through others, what the one who acts does not have: he would take it from those
/// above him.
async fn need_all_of(tx: &mut Conn, who: &Staff, id: AdminGroupId) -> Result<()> {
    if covers(&who.permissions, &store::permissions_of_groups(tx, &[id]).await?) {
        return Ok(());
    }
    Err(Refusal::because(Code::NotAllowed, "This group gives permissions that you do not have.").into())
}

/// Deletes a group that nobody is in.
pub(super) async fn delete(app: &App, who: &Staff, id: AdminGroupId) -> Result<()> {
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    conn.transaction::<_, Error, _>(async |tx| delete_in(tx, now, who, id).await).await
}

/// Says what deleting a group would take with it. Refuses what `delete` refuses.
pub(super) async fn rehearse_delete(app: &App, who: &Staff, id: AdminGroupId) -> Result<Rehearsal> {
    let now = app.clock.now();
    db::rehearse(&mut *app.db.get().await?, async |tx| {
        let holders = store::count_holders(tx, id).await?;
        delete_in(tx, now, who, id).await?;
        let lose = Effect::some(EffectKind::StaffGroupsDetached, holders, "groups of staff lose it.");
        Ok(Rehearsal { effects: std::iter::once(Effect::deleted()).chain(lose).collect() })
    })
    .await
}

async fn delete_in(tx: &mut Conn, now: Timestamp, who: &Staff, id: AdminGroupId) -> Result<()> {
    store::lock(tx).await?;
    let group = store::find_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
    need_all_of(tx, who, id).await?;
    if !store::group_members(tx, id).await?.is_empty() {
        return Err(Refusal::because(Code::InUse, "Somebody is in this group.").into());
    }
    if !store::reached_by(tx, id).await?.is_empty() {
        return Err(Refusal::because(Code::InUse, "Another group with members holds this group.").into());
    }
    store::delete_group(tx, id).await?;
    let entry = Entry {
        action: "admin_group.deleted",
        description: format!("Deleted the group {}", group.name),
        subject: Some(("admin_group", id.0)),
        ..Entry::default()
    };
    Ok(audit::record(tx, &who.actor, now, entry).await?)
}

//! Creating and changing attribute groups and attributes.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::catalog::{AttributeGroupInput, AttributeInput, NewCopy};
use shared::{AttributeGroupId, AttributeId, Code};
use uuid::Uuid;

use super::store;
use crate::audit::Actor;
use crate::catalog::log::Kind;
use crate::catalog::text;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

pub(in crate::catalog) const GROUP: Kind = Kind { word: "attribute_group", title: "Attribute group" };
pub(in crate::catalog) const ATTRIBUTE: Kind = Kind { word: "attribute", title: "Attribute" };

fn check_group(input: &AttributeGroupInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    text::check(&mut fields, &input.texts);
    fields.finish()
}

fn check(input: &AttributeInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    text::check_some(&mut fields, &input.texts);
    text::check_attribute(&mut fields, "texts", &input.texts);
    fields.finish()
}

/// Creates an attribute group at the end of the list.
pub async fn create_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    input: &AttributeGroupInput,
) -> Result<AttributeGroupId> {
    check_group(input)?;
    conn.transaction(async |tx| {
        let id = AttributeGroupId::generate();
        store::insert_group(tx, now, id, input).await?;
        GROUP.record(id.0, &input.key).created(tx, now, actor, input).await?;
        Ok(id)
    })
    .await
}

/// Changes an attribute group. Refuses a version that is not the present one.
pub async fn change_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: AttributeGroupId,
    input: &AttributeGroupInput,
) -> Result<()> {
    let version = text::version(input.version)?;
    check_group(input)?;
    conn.transaction(async |tx| {
        let before = store::lock_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, version)?;
        store::update_group(tx, now, id, input).await?;
        GROUP.record(id.0, &input.key).changed(tx, now, actor, &before.input()?, input).await
    })
    .await
}

/// Copies an attribute group with its attributes and their pictures; the copy is hidden, at the end of the list, and no
/// product has anything of it.
pub async fn duplicate_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    from: AttributeGroupId,
    copy: &NewCopy,
) -> Result<AttributeGroupId> {
    text::check_copy(copy)?;
    conn.transaction(async |tx| {
        let original = store::find_group(tx, from).await?.ok_or_else(Refusal::not_found)?;
        let input = AttributeGroupInput { key: copy.key.clone(), visible: false, ..original.input()? };
        let id = AttributeGroupId::generate();
        store::insert_group(tx, now, id, &input).await?;
        store::copy_parts(tx, now, from, id).await?;
        GROUP.record(id.0, &input.key).copied(tx, now, actor, &original.key, &input).await?;
        Ok(id)
    })
    .await
}

/// Most products that a refusal names.
const NAMED_MAX: usize = 10;

/// Refuses while products have this attribute, or attributes of this group, and names them.
async fn check_unused(tx: &mut Conn, id: Uuid) -> Result<()> {
    let users = store::users(tx, id).await?;
    if users.is_empty() {
        return Ok(());
    }
    let others = if users.len() > NAMED_MAX { " and others" } else { "" };
    let named: Vec<&str> = users.iter().take(NAMED_MAX).map(String::as_str).collect();
    Err(Refusal::because(Code::InUse, format!("Products have it: {}{others}.", named.join(", "))).into())
}

/// Deletes an attribute group of which no product has anything. The log keeps its attributes, too.
pub async fn delete_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: AttributeGroupId,
) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
        check_unused(tx, id.0).await?;
        let attributes = store::in_group(tx, id).await?;
        store::delete_group(tx, id).await?;
        for gone in &attributes {
            ATTRIBUTE.record(gone.id.0, &gone.key).deleted(tx, now, actor, &gone.input()?).await?;
        }
        GROUP.record(id.0, &before.key).deleted(tx, now, actor, &before.input()?).await
    })
    .await
}

/// Adds an attribute at the end of a group.
pub async fn create(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    group: AttributeGroupId,
    input: &AttributeInput,
) -> Result<()> {
    check(input)?;
    conn.transaction(async |tx| {
        store::lock_group(tx, group).await?.ok_or_else(Refusal::not_found)?;
        let id = AttributeId::generate();
        store::insert(tx, now, group, id, input).await?;
        ATTRIBUTE.record(id.0, &input.key).created(tx, now, actor, input).await
    })
    .await
}

/// Changes an attribute, for all products that have it. Returns its group. Refuses a version that is not the present one.
pub async fn change(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: AttributeId,
    input: &AttributeInput,
) -> Result<AttributeGroupId> {
    let version = text::version(input.version)?;
    check(input)?;
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, version)?;
        store::update(tx, now, id, input).await?;
        ATTRIBUTE.record(id.0, &input.key).changed(tx, now, actor, &before.input()?, input).await?;
        Ok(before.group_id)
    })
    .await
}

/// Deletes an attribute that no product has.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: AttributeId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        check_unused(tx, id.0).await?;
        store::delete(tx, id).await?;
        ATTRIBUTE.record(id.0, &before.key).deleted(tx, now, actor, &before.input()?).await
    })
    .await
}

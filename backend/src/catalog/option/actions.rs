//! Creating and changing option groups and options.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::catalog::{NewCopy, OptionGroupInput, OptionInput, OptionKind};
use shared::{OptionGroupId, OptionId};

use super::store;
use crate::audit::Actor;
use crate::catalog::log::Kind;
use crate::catalog::price::convert;
use crate::catalog::text;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

const GROUP: Kind = Kind { word: "option_group", title: "Option group" };
pub(in crate::catalog) const OPTION: Kind = Kind { word: "option", title: "Option" };

fn check_group(input: &OptionGroupInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    text::check(&mut fields, &input.texts);
    fields.text("unit", &input.unit, 20);
    fields.range("quantity_min", i64::from(input.quantity_min), 0, 1_000_000);
    fields.range(
        "quantity_max",
        i64::from(input.quantity_max),
        i64::from(input.quantity_min.max(0)),
        1_000_000,
    );
    fields.range("quantity_step", i64::from(input.quantity_step), 1, 1_000_000);
    if let Some(pattern) = &input.pattern {
        fields.text("pattern", pattern, 500);
        if input.kind != OptionKind::Text {
            fields.add("pattern", "invalid", "Only text groups have a pattern.");
        } else if let Err(error) = crate::catalog::offer::pattern(pattern) {
            fields.add("pattern", "invalid", error);
        }
    }
    fields.finish()
}

fn check_choice(input: &OptionInput) -> Result<()> {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    fields.text("value", &input.value, 500);
    text::check(&mut fields, &input.texts);
    fields.finish()
}

/// Creates an option group at the end of the list.
pub async fn create_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    input: &OptionGroupInput,
) -> Result<OptionGroupId> {
    check_group(input)?;
    conn.transaction(async |tx| {
        let id = OptionGroupId::generate();
        store::insert_group(tx, now, id, input).await?;
        GROUP.record(id.0, &input.key).created(tx, now, actor, input).await?;
        Ok(id)
    })
    .await
}

/// Changes an option group. Refuses a version that is not the present one.
pub async fn change_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: OptionGroupId,
    input: &OptionGroupInput,
) -> Result<()> {
    let version = text::version(input.version)?;
    check_group(input)?;
    conn.transaction(async |tx| {
        let before = store::lock_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, version)?;
        if before.kind != input.kind && !store::choices(tx, &[id]).await?.is_empty() {
            return Err(Refusal::field("kind", "in_use", "The kind stays once there are options.").into());
        }
        store::update_group(tx, now, id, input).await?;
        GROUP.record(id.0, &input.key).changed(tx, now, actor, &before.input()?, input).await?;
        convert::ask(tx, now).await
    })
    .await
}

/// Copies an option group with its options, their prices and pictures; the copy is hidden, at the end of the list, and no
/// product uses it.
pub async fn duplicate_group(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    from: OptionGroupId,
    copy: &NewCopy,
) -> Result<OptionGroupId> {
    text::check_copy(copy)?;
    conn.transaction(async |tx| {
        let original = store::find_group(tx, from).await?.ok_or_else(Refusal::not_found)?;
        let input = OptionGroupInput { key: copy.key.clone(), visible: false, ..original.input()? };
        let id = OptionGroupId::generate();
        store::insert_group(tx, now, id, &input).await?;
        store::copy_choices(tx, now, from, id).await?;
        GROUP.record(id.0, &input.key).copied(tx, now, actor, &original.key, &input).await?;
        Ok(id)
    })
    .await
}

/// Deletes an option group that nothing uses. The log keeps its options, too.
pub async fn delete_group(conn: &mut Conn, now: Timestamp, actor: &Actor, id: OptionGroupId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
        let choices = store::choices(tx, &[id]).await?;
        store::delete_group(tx, id).await?;
        for gone in &choices {
            OPTION.record(gone.id.0, &gone.key).deleted(tx, now, actor, &gone.input()?).await?;
        }
        GROUP.record(id.0, &before.key).deleted(tx, now, actor, &before.input()?).await?;
        Ok(())
    })
    .await
}

/// Adds an option at the end of a group.
pub async fn create_choice(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    group: OptionGroupId,
    input: &OptionInput,
) -> Result<()> {
    check_choice(input)?;
    conn.transaction(async |tx| {
        store::lock_group(tx, group).await?.ok_or_else(Refusal::not_found)?;
        let id = OptionId::generate();
        store::insert_choice(tx, now, group, id, input).await?;
        store::touch_group(tx, now, group).await?;
        OPTION.record(id.0, &input.key).created(tx, now, actor, input).await?;
        Ok(())
    })
    .await
}

/// Changes an option. Returns its group. Refuses a version that is not the present one.
pub async fn change_choice(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: OptionId,
    input: &OptionInput,
) -> Result<OptionGroupId> {
    let version = text::version(input.version)?;
    check_choice(input)?;
    conn.transaction(async |tx| {
        let before = store::lock_choice(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, version)?;
        store::update_choice(tx, now, id, input).await?;
        OPTION.record(id.0, &input.key).changed(tx, now, actor, &before.input()?, input).await?;
        Ok(before.group_id)
    })
    .await
}

/// Deletes an option that no service has chosen.
pub async fn delete_choice(conn: &mut Conn, now: Timestamp, actor: &Actor, id: OptionId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock_choice(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete_choice(tx, id).await?;
        OPTION.record(id.0, &before.key).deleted(tx, now, actor, &before.input()?).await?;
        Ok(())
    })
    .await
}

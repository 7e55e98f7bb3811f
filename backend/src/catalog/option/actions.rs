//! Creating and changing option groups and options.

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use shared::catalog::{OptionGroupInput, OptionInput, OptionKind};
use shared::{Code, OptionGroupId, OptionId};

use super::store;
use crate::audit::{self, Actor, Entry};
use crate::catalog::price::convert;
use crate::catalog::text;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};

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
        let entry = Entry {
            action: "option_group.created",
            description: format!("Option group {} created", input.key),
            subject: Some(("option_group", id.0)),
            new: Some(serde_json::to_value(input)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
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
        if before.version != version {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        if before.kind != input.kind && !store::choices(tx, &[id]).await?.is_empty() {
            return Err(Refusal::field("kind", "in_use", "The kind stays once there are options.").into());
        }
        store::update_group(tx, now, id, input).await?;
        let entry = Entry {
            action: "option_group.changed",
            description: format!("Option group {} changed", input.key),
            subject: Some(("option_group", id.0)),
            old: Some(serde_json::to_value(before.input()?)?),
            new: Some(serde_json::to_value(input)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        convert::ask(tx, now).await
    })
    .await
}

/// Deletes an option group that nothing uses.
pub async fn delete_group(conn: &mut Conn, now: Timestamp, actor: &Actor, id: OptionGroupId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock_group(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete_group(tx, id).await?;
        let entry = Entry {
            action: "option_group.deleted",
            description: format!("Option group {} deleted", before.key),
            subject: Some(("option_group", id.0)),
            old: Some(serde_json::to_value(before.input()?)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
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
        let entry = Entry {
            action: "option.created",
            description: format!("Option {} created", input.key),
            subject: Some(("option", id.0)),
            new: Some(serde_json::to_value(input)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
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
        if before.version != version {
            return Err(Refusal::new(Code::VersionConflict).into());
        }
        store::update_choice(tx, now, id, input).await?;
        let entry = Entry {
            action: "option.changed",
            description: format!("Option {} changed", input.key),
            subject: Some(("option", id.0)),
            old: Some(serde_json::to_value(before.input()?)?),
            new: Some(serde_json::to_value(input)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(before.group_id)
    })
    .await
}

/// Deletes an option that no service has chosen.
pub async fn delete_choice(conn: &mut Conn, now: Timestamp, actor: &Actor, id: OptionId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock_choice(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete_choice(tx, id).await?;
        let entry = Entry {
            action: "option.deleted",
            description: format!("Option {} deleted", before.key),
            subject: Some(("option", id.0)),
            old: Some(serde_json::to_value(before.input()?)?),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        Ok(())
    })
    .await
}

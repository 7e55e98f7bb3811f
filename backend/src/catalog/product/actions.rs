//! Creating and changing products.

use std::collections::BTreeSet;

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use serde::Serialize;
use shared::ProductId;
use shared::catalog::{NewCopy, ProductAttributes, ProductInput, ProductOptionGroups};

use super::store::Product;
use super::{members, stock, store};
use crate::audit::{self, Actor, Entry};
use crate::catalog::log::Kind;
use crate::catalog::module::settings::{self, Settings};
use crate::catalog::price::convert;
use crate::catalog::{attribute, module, option, text};
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::seal::Sealer;

pub(in crate::catalog) const PRODUCT: Kind = Kind { word: "product", title: "Product" };

/// Checks every field of a product but the settings for its module.
fn check_fields(input: &ProductInput) -> Fields {
    let mut fields = Fields::new();
    fields.key("key", &input.key);
    text::check(&mut fields, &input.texts);
    fields.key("icon", &input.icon);
    if let Some(stock) = input.stock {
        fields.range("stock", i64::from(stock), 0, 1_000_000);
    } else if input.stock_control {
        fields.add("stock", "required", "Say how many may be sold.");
    }
    if let Some(hours) = input.suspension_grace_hours {
        fields.range("suspension_grace_hours", i64::from(hours), 0, 8760);
    }
    if let Some(hours) = input.termination_delay_hours {
        fields.range("termination_delay_hours", i64::from(hours), 0, 87_600);
    }
    fields.range("cancellation_delay_hours", i64::from(input.cancellation_delay_hours), 1, 8760);
    fields.text("notes", &input.notes, 10_000);
    if input.attributes.len() > 100 {
        fields.add("attributes", "too_long", "At most 100 attributes.");
    }
    for (place, attribute) in input.attributes.iter().enumerate().take(100) {
        fields.key(&format!("attributes.{place}.key"), &attribute.key);
        text::check_attribute(&mut fields, &format!("attributes.{place}.texts"), &attribute.texts);
    }
    fields
}

/// A product as it is written, and as the log of changes shows it.
struct Checked {
    stored: ProductInput,
    shown: ProductInput,
}

/// Checks every field; the secrets of the settings, of which `before` has those that are kept, are sealed for the product.
fn check(sealer: &Sealer, id: ProductId, input: &ProductInput, before: &Settings) -> Result<Checked> {
    let mut fields = check_fields(input);
    let Some(module) = provisioners::find(&input.module) else {
        fields.add("module", "unknown", "There is no such module.");
        return Err(Refusal::fields(fields.into_faults()).into());
    };
    let schema = module.info().settings_schema;
    let plain = settings::merged(&mut fields, "module_settings", &schema, &input.module_settings, before);
    for fault in module.check_settings(&plain) {
        let field = format!("module_settings.{}", fault.field);
        if !fields.names(&field) {
            fields.add(field, &fault.code, fault.message);
        }
    }
    fields.finish()?;
    let with = |module_settings| ProductInput { module_settings, ..input.clone() };
    Ok(Checked {
        stored: with(settings::sealed(sealer, id.0, &schema, &plain)?),
        shown: with(settings::masked(&schema, &plain)),
    })
}

/// Creates a product at the end of the list.
///
/// Refuses a module that is not active.
pub async fn create(
    conn: &mut Conn,
    sealer: &Sealer,
    now: Timestamp,
    actor: &Actor,
    input: &ProductInput,
) -> Result<ProductId> {
    let id = ProductId::generate();
    let checked = check(sealer, id, input, &Settings::new())?;
    conn.transaction(async |tx| {
        module::actions::check_takes_products(tx, &input.module).await?;
        store::insert(tx, now, id, &checked.stored).await?;
        PRODUCT.record(id.0, &input.key).created(tx, now, actor, &checked.shown).await?;
        Ok(id)
    })
    .await
}

/// Changes a product. Running services do not notice.
///
/// Refuses a version that is not the present one, and to go over to a module, or back into sale with one, that is not active.
pub async fn change(
    conn: &mut Conn,
    sealer: &Sealer,
    now: Timestamp,
    actor: &Actor,
    id: ProductId,
    input: &ProductInput,
) -> Result<()> {
    let version = text::version(input.version)?;
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, version)?;
        let same_module = before.module == input.module;
        let kept = if same_module {
            settings::opened(sealer, id.0, &before.module_settings)?
        } else {
            Settings::new()
        };
        let checked = check(sealer, id, input, &kept)?;
        if !same_module || (before.retired && !input.retired) {
            module::actions::check_takes_products(tx, &input.module).await?;
        }
        store::update(tx, now, id, &checked.stored).await?;
        if input.stock_control && !before.stock_control {
            stock::count(tx, id).await?;
        }
        PRODUCT.record(id.0, &input.key).changed(tx, now, actor, &before.input()?, &checked.shown).await?;
        convert::ask(tx, now).await
    })
    .await
}

/// Deletes a product that was never sold.
pub async fn delete(conn: &mut Conn, now: Timestamp, actor: &Actor, id: ProductId) -> Result<()> {
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        store::delete(tx, id).await?;
        PRODUCT.record(id.0, &before.key).deleted(tx, now, actor, &before.input()?).await?;
        Ok(())
    })
    .await
}

/// Copies a product with its attributes, option groups, groups and prices; the copy is hidden.
///
/// Refuses when its module is not active.
pub async fn duplicate(
    conn: &mut Conn,
    sealer: &Sealer,
    now: Timestamp,
    actor: &Actor,
    from: ProductId,
    copy: &NewCopy,
) -> Result<ProductId> {
    text::check_copy(copy)?;
    conn.transaction(async |tx| {
        let original = store::find(tx, from).await?.ok_or_else(Refusal::not_found)?;
        module::actions::check_takes_products(tx, &original.module).await?;
        let input = ProductInput { key: copy.key.clone(), visible: false, ..original.input()? };
        let id = ProductId::generate();
        let plain = settings::opened(sealer, from.0, &original.module_settings)?;
        let schema = provisioners::find(&original.module).map(|module| module.info().settings_schema);
        let module_settings = settings::sealed(sealer, id.0, &schema.unwrap_or_default(), &plain)?;
        store::insert(tx, now, id, &ProductInput { module_settings, ..input.clone() }).await?;
        store::copy_parts(tx, now, from, id).await?;
        PRODUCT.record(id.0, &input.key).copied(tx, now, actor, &original.key, &input).await?;
        Ok(id)
    })
    .await
}

/// Replaces the option groups of a product, in this order.
pub async fn set_option_groups(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ProductId,
    change: &ProductOptionGroups,
) -> Result<()> {
    if change.groups.len() > 100 {
        return Err(Refusal::field("groups", "too_long", "At most 100 groups.").into());
    }
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, change.version)?;
        let wanted: Vec<_> = change.groups.iter().map(|group| group.id).collect();
        let known = option::store::known_groups(tx, &wanted).await?.into_iter().collect();
        check_known("groups", &wanted, &known)?;
        let groups = members::written_option_groups(tx, id).await?;
        let old = ProductOptionGroups { version: before.version, groups };
        members::set_option_groups(tx, id, &change.groups).await?;
        parts_changed(tx, now, actor, &before, "Option groups", (&old, change)).await
    })
    .await
}

/// Replaces what a product has of attribute groups, in this order.
pub async fn set_attributes(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    id: ProductId,
    change: &ProductAttributes,
) -> Result<()> {
    if change.attributes.len() > 100 {
        return Err(Refusal::field("attributes", "too_long", "At most 100 attributes.").into());
    }
    conn.transaction(async |tx| {
        let before = store::lock(tx, id).await?.ok_or_else(Refusal::not_found)?;
        Refusal::if_changed(before.version, change.version)?;
        let wanted: Vec<_> = change.attributes.iter().map(|attribute| attribute.id).collect();
        let known = attribute::store::known(tx, &wanted).await?.into_iter().collect();
        check_known("attributes", &wanted, &known)?;
        let attributes = members::written_attributes(tx, id).await?;
        let old = ProductAttributes { version: before.version, attributes };
        members::set_attributes(tx, id, &wanted).await?;
        parts_changed(tx, now, actor, &before, "Attributes", (&old, change)).await
    })
    .await
}

fn check_known<Id: Copy + Ord>(list: &str, wanted: &[Id], known: &BTreeSet<Id>) -> Result<()> {
    let mut fields = Fields::new();
    fields.known_once(list, wanted, known);
    fields.finish()
}

/// Raises the version of a product whose parts were replaced, and says so in the log: which were `old`, which are `new`.
async fn parts_changed<Parts: Serialize>(
    tx: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    before: &Product,
    parts: &str,
    (old, new): (&Parts, &Parts),
) -> Result<()> {
    store::raise_version(tx, now, before.id).await?;
    let entry = Entry {
        action: "product.changed",
        description: format!("{parts} of product {} changed", before.key),
        subject: Some(("product", before.id.0)),
        old: Some(serde_json::to_value(old)?),
        new: Some(serde_json::to_value(new)?),
        ..Entry::default()
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

//! Activating, configuring and testing modules.

use std::time::{Duration, Instant};

use diesel_async::AsyncConnection;
use jiff::Timestamp;
use provisioners::Module;
use serde_json::json;
use shared::Code;
use shared::catalog::{ModuleConfiguration, ModuleInfo, ModuleStatus, ModuleTest};

use super::settings::{self, Settings};
use super::store::{self, Row};
use crate::App;
use crate::audit::{self, Actor, Entry, Level};
use crate::catalog::module_log::entry;
use crate::db::Conn;
use crate::http::Fields;
use crate::http::error::{Refusal, Result};
use crate::seal::Sealer;

/// How long a module may take to say whether it reaches what it needs.
const TEST_SECONDS_MAX: u64 = 30;

fn find(key: &str) -> Result<&'static dyn Module> {
    Ok(provisioners::find(key).ok_or_else(Refusal::not_found)?)
}

async fn record(
    tx: &mut Conn,
    actor: &Actor,
    now: Timestamp,
    row: &Row,
    done: &str,
    values: Entry<'_>,
) -> Result<()> {
    let entry = Entry {
        action: &format!("module.{done}"),
        description: format!("Module {} {done}", row.key),
        subject: Some(("module", row.id)),
        ..values
    };
    Ok(audit::record(tx, actor, now, entry).await?)
}

/// What a configuration lacks, in a sentence.
fn lacks(module: &dyn Module, configuration: &Settings) -> Option<String> {
    let faults = module.check_configuration(configuration);
    let told: Vec<_> = faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// Refuses to go on with a configuration that is not complete.
fn needs_configuration(lacking: &str) -> Refusal {
    Refusal::because(Code::Conflict, format!("Configure it first. {lacking}"))
}

/// Lets products be sold with a module.
///
/// Refuses another version, and a module whose configuration is not complete.
pub async fn activate(app: &App, conn: &mut Conn, actor: &Actor, key: &str, version: i32) -> Result<()> {
    let (module, now) = (find(key)?, app.clock.now());
    let info = module.info();
    conn.transaction(async |tx| {
        let before = store::lock(tx, now, key, &info.version).await?;
        Refusal::if_changed(before.version, version)?;
        let configuration = settings::opened(&app.sealer, before.id, &before.configuration)?;
        if let Some(lacking) = lacks(module, &configuration) {
            return Err(needs_configuration(&lacking).into());
        }
        let row = Row {
            status: ModuleStatus::Active,
            error: None,
            module_version: info.version.clone(),
            activated_at: Some(now).into(),
            version: before.version + 1,
            ..before.clone()
        };
        store::update(tx, now, &row).await?;
        let values = Entry { old: Some(before.seen()), new: Some(row.seen()), ..Entry::default() };
        record(tx, actor, now, &row, "activated", values).await
    })
    .await
}

/// Takes a module from sale. Its data stays, and the services that it delivered go on.
///
/// Refuses another version, and while products are sold with it.
pub async fn deactivate(app: &App, conn: &mut Conn, actor: &Actor, key: &str, version: i32) -> Result<()> {
    let (module, now) = (find(key)?, app.clock.now());
    let info = module.info();
    conn.transaction(async |tx| {
        let before = store::lock(tx, now, key, &info.version).await?;
        Refusal::if_changed(before.version, version)?;
        let products = store::sold_with(tx, key).await?;
        if !products.is_empty() {
            let detail = format!("Products are sold with it: {}. Retire them first.", products.join(", "));
            return Err(Refusal::because(Code::InUse, detail).into());
        }
        let row = Row { status: ModuleStatus::Inactive, version: before.version + 1, ..before.clone() };
        store::update(tx, now, &row).await?;
        let values = Entry { old: Some(before.seen()), new: Some(row.seen()), ..Entry::default() };
        record(tx, actor, now, &row, "deactivated", values).await
    })
    .await
}

/// Writes what is configured once for all products of a module; its secrets are sealed.
///
/// Refuses another version.
pub async fn configure(
    app: &App,
    conn: &mut Conn,
    actor: &Actor,
    key: &str,
    wanted: &ModuleConfiguration,
) -> Result<()> {
    let (module, now) = (find(key)?, app.clock.now());
    let info = module.info();
    let schema = &info.configuration_schema;
    conn.transaction(async |tx| {
        let before = store::lock(tx, now, key, &info.version).await?;
        Refusal::if_changed(before.version, wanted.version)?;
        let stored = settings::opened(&app.sealer, before.id, &before.configuration)?;
        let mut fields = Fields::new();
        let plain = settings::merged(&mut fields, "configuration", schema, &wanted.configuration, &stored);
        if fields.is_empty() {
            for fault in module.check_configuration(&plain) {
                fields.add(format!("configuration.{}", fault.field), &fault.code, fault.message);
            }
        }
        fields.finish()?;
        let status = match before.status {
            ModuleStatus::Inactive => ModuleStatus::Inactive,
            _ => ModuleStatus::Active,
        };
        let was = before.configuration.clone();
        let row = Row {
            status,
            error: None,
            module_version: info.version.clone(),
            configuration: settings::sealed(&app.sealer, before.id, schema, &plain)?.into(),
            version: before.version + 1,
            ..before
        };
        store::update(tx, now, &row).await?;
        // Neither is told by the present schema alone: one that was stored by another had other secrets.
        let seen = |plain| Some(settings::masked_like(&was, schema, plain).into());
        let values = Entry { old: seen(&stored), new: seen(&plain), ..Entry::default() };
        record(tx, actor, now, &row, "configured", values).await
    })
    .await
}

/// Asks a module whether it reaches what it needs; the answer is kept as its status.
pub async fn test(app: &App, actor: &Actor, key: &str) -> Result<ModuleTest> {
    let module = find(key)?;
    let info = module.info();
    let configuration = configuration(&app.sealer, &mut *app.db.get().await?, key).await?;
    if let Some(lacking) = lacks(module, &configuration) {
        return Err(needs_configuration(&lacking).into());
    }
    let began = Instant::now();
    let limit = Duration::from_secs(TEST_SECONDS_MAX);
    let answer = match tokio::time::timeout(limit, module.test(&configuration)).await {
        Ok(answer) => answer.map_err(|error| error.to_string()),
        Err(_) => Err("The module did not answer in time.".to_owned()),
    };
    let now = app.clock.now();
    let entry = entry::of_test(&info, &configuration, began.elapsed(), &answer);
    let tested = ModuleTest { ok: answer.is_ok(), message: entry.message.clone() };
    let mut conn = app.db.get().await?;
    conn.transaction(async |tx| {
        crate::catalog::module_log::store::insert(tx, now, &entry).await?;
        let before = store::lock(tx, now, key, &info.version).await?;
        let status = match before.status {
            ModuleStatus::Active | ModuleStatus::Error if tested.ok => ModuleStatus::Active,
            ModuleStatus::Active => ModuleStatus::Error,
            other => other,
        };
        let error = match before.status {
            ModuleStatus::NeedsUpdate => before.error.clone(),
            _ => (!tested.ok).then(|| tested.message.clone()),
        };
        let row = Row { status, error, tested_at: Some(now).into(), ..before };
        store::update(tx, now, &row).await?;
        let values = Entry {
            new: Some(json!({ "ok": tested.ok, "message": tested.message })),
            level: if tested.ok { Level::Info } else { Level::Warning },
            ..Entry::default()
        };
        record(tx, actor, now, &row, "tested", values).await
    })
    .await?;
    Ok(tested)
}

/// What is configured for a module, its secrets opened.
pub async fn configuration(sealer: &Sealer, conn: &mut Conn, key: &str) -> Result<Settings> {
    match store::find(conn, key).await? {
        Some(row) => settings::opened(sealer, row.id, &row.configuration),
        None => Ok(Settings::new()),
    }
}

/// Refuses a product with a module that is not active. It stays so until the transaction ends.
pub async fn check_takes_products(tx: &mut Conn, key: &str) -> Result<()> {
    if store::hold_status(tx, key).await?.takes_products() {
        return Ok(());
    }
    Err(Refusal::field("module", "inactive", "Activate this module first.").into())
}

/// Meets modules whose version has changed since they were configured: one that asks for more than it has needs an update.
pub async fn meet(app: &App) -> Result<()> {
    let mut conn = app.db.get().await?;
    let known = store::all(&mut conn).await?;
    for module in provisioners::all() {
        let info = module.info();
        let changed = known
            .get(&info.key)
            .is_some_and(|row| row.status != ModuleStatus::Inactive && row.module_version != info.version);
        if changed {
            meet_one(app, &mut conn, *module, &info).await?;
        }
    }
    Ok(())
}

async fn meet_one(app: &App, conn: &mut Conn, module: &dyn Module, info: &ModuleInfo) -> Result<()> {
    let now = app.clock.now();
    conn.transaction(async |tx| {
        let before = store::lock(tx, now, &info.key, &info.version).await?;
        let configuration = settings::opened(&app.sealer, before.id, &before.configuration)?;
        let row = match lacks(module, &configuration) {
            // Several processes may meet it.
            None if before.module_version == info.version => return Ok(()),
            None => Row { module_version: info.version.clone(), ..before.clone() },
            Some(_) if before.status == ModuleStatus::NeedsUpdate => return Ok(()),
            lacking => Row { status: ModuleStatus::NeedsUpdate, error: lacking, ..before.clone() },
        };
        store::update(tx, now, &row).await?;
        let seen = |row: &Row| Some(json!({ "status": row.status, "module_version": row.module_version }));
        let values = Entry { old: seen(&before), new: seen(&row), ..Entry::default() };
        record(tx, &Actor::system(), now, &row, "updated", values).await
    })
    .await
}

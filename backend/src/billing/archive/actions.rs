//! Taking a month out of the database, and putting it back.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use data_encoding::HEXLOWER;
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use serde_json::json;
use shared::Month;

use super::files::{self, Manifest, Reader, Rows};
use super::ready::{Ready, ready};
use super::store;
use crate::audit::{self, Actor, Entry};
use crate::db::{self, Conn};

/// Writes a month to a folder below `to`, and takes it out of the database. Stopped at any point it loses nothing: called again it
/// goes on where it was.
pub async fn archive(
    conn: &mut Conn,
    now: Timestamp,
    month: Month,
    keep_months: u16,
    to: &Path,
) -> anyhow::Result<Manifest> {
    alone(conn, async |conn| {
        let ready = ready(conn, now, month, keep_months).await?;
        let manifest = files::write(conn, now, &ready, to).await?;
        conn.transaction(async |tx| detach(tx, now, &ready, &manifest).await).await?;
        Ok(manifest)
    })
    .await
}

/// Nobody archives, reads back or audits and seals beside it.
async fn alone<T>(
    conn: &mut Conn,
    work: impl AsyncFnOnce(&mut Conn) -> anyhow::Result<T>,
) -> anyhow::Result<T> {
    if !db::try_session_lock(conn, db::locks::AUDIT).await? {
        bail!("the books are being audited or archived by another process: try again when it is done");
    }
    let done = work(conn).await;
    db::session_unlock(conn, db::locks::AUDIT).await?;
    done
}

/// Compares the month with its folder once more, now that nobody can write into it, keeps what must stay of it, and drops it.
/// All of it or nothing, with the transaction.
pub async fn detach(tx: &mut Conn, now: Timestamp, ready: &Ready, manifest: &Manifest) -> anyhow::Result<()> {
    let month = ready.month;
    ensure!(manifest.month == month, "the folder is that of {}", manifest.month);
    store::hold_still(tx, month).await?;
    compare(tx, manifest).await?;
    let ends = month.ends().context("a month of the calendar")?;
    ensure!(
        store::behind(tx, ends).await?.is_empty(),
        "services that run are not paid to the end of {month}"
    );
    let figures = manifest.figures();
    let sealed = (ready.sealed_to, ready.seal.as_slice());
    store::keep(tx, now, month, &figures, &manifest.rows_sha256()?, sealed).await?;
    store::drop_month(tx, month).await?;
    record(tx, now, "books.month_archived", "went into files", manifest).await
}

/// Whether the month in the database is what the folder holds, row by row.
async fn compare(tx: &mut Conn, manifest: &Manifest) -> anyhow::Result<()> {
    let mut rows = Rows::default();
    store::each_line(tx, manifest.month, |line| {
        rows.add(line);
        Ok(())
    })
    .await?;
    let same = rows.count == manifest.rows && HEXLOWER.encode(&rows.sha256()) == manifest.rows_sha256;
    ensure!(same, "the folder of {} holds other rows than the database", manifest.month);
    let figures = store::figures(tx, manifest.month).await?;
    ensure!(figures == manifest.figures(), "the charges of {} come to {figures:?}", manifest.month);
    Ok(())
}

/// Proves a folder: that it is whole, and that it is what left this database. `None`: the month is not archived here.
pub async fn check(conn: &mut Conn, folder: &Path) -> anyhow::Result<(Manifest, Option<Timestamp>)> {
    let manifest = files::check(folder)?;
    let known = store::find(conn, manifest.month).await?;
    if let Some(known) = &known {
        ensure!(
            known.sha256 == manifest.rows_sha256()?,
            "the folder is whole, but holds other rows of {} than those that were archived on {}",
            manifest.month,
            known.archived_at
        );
    }
    Ok((manifest, known.map(|known| known.archived_at)))
}

/// Puts a month back as it was. All of it or nothing.
pub async fn read(conn: &mut Conn, now: Timestamp, folder: &Path) -> anyhow::Result<Manifest> {
    alone(conn, async |conn| {
        let (manifest, archived) = check(conn, folder).await?;
        let month = manifest.month;
        ensure!(archived.is_some(), "{month} is not archived in this database");
        conn.transaction(async |tx| {
            store::create_month(tx, month).await?;
            let mut reader = Reader::open(folder)?;
            loop {
                let columns = reader.columns()?;
                if columns[0].is_empty() {
                    break;
                }
                store::insert(tx, month, &columns).await?;
            }
            store::attach_month(tx, month).await?;
            compare(tx, &manifest).await?;
            record(tx, now, "books.month_read_back", "came back out of files", &manifest).await
        })
        .await?;
        Ok(manifest)
    })
    .await
}

/// Leaves the trail.
async fn record(
    tx: &mut Conn,
    now: Timestamp,
    action: &'static str,
    what: &str,
    manifest: &Manifest,
) -> anyhow::Result<()> {
    let Manifest { month, rows, sums, rows_sha256, .. } = manifest;
    let entry = Entry {
        action,
        description: format!("{rows} charges of {month} {what}"),
        new: Some(json!({ "month": month, "charges": rows, "sums": sums, "rows_sha256": rows_sha256 })),
        ..Entry::default()
    };
    audit::record(tx, &Actor::system(), now, entry).await?;
    Ok(())
}

//! The audit of the books: does everything that must hold, hold?
//!
//! `hostwright verify` prints the report; the nightly task runs it and seals the days that are over.

pub mod checks;
pub mod numbers;
pub mod seals;

use std::fmt;

use anyhow::anyhow;
use diesel_async::{AsyncConnection, AsyncPgConnection};
use serde_json::json;
use shared::Permission;

use crate::App;
use crate::audit::{self, Actor, Entry, Level};
use crate::billing::archive;
use crate::db::{self, Conn};
use crate::http::error::Result;
use crate::jobs::current;
use crate::notify::{Event, Letter};

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What holds when nothing is broken, for a bookkeeper.
    pub title: String,
    /// How many things were looked at.
    pub seen: i64,
    pub broken: i64,
    /// The first few broken things.
    pub samples: Vec<String>,
}

/// What the audit found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub findings: Vec<Finding>,
    /// Months whose single charges are in files, and what was proved of them.
    pub archived: Vec<String>,
}

impl Report {
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.broken == 0)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            let mark = if finding.broken == 0 { "ok    " } else { "BROKEN" };
            writeln!(f, "{mark}  {:<78} {:>10} looked at", finding.title, finding.seen)?;
            for sample in &finding.samples {
                writeln!(f, "          {sample}")?;
            }
            let more = finding.broken - i64::try_from(finding.samples.len()).unwrap_or(0);
            if more > 0 {
                writeln!(f, "          and {more} more")?;
            }
        }
        for month in &self.archived {
            writeln!(f, "files   {month}")?;
        }
        let broken = self.findings.iter().filter(|finding| finding.broken > 0).count();
        match broken {
            0 => write!(f, "The books are in order."),
            1 => write!(f, "The books are NOT in order: 1 check failed."),
            _ => write!(f, "The books are NOT in order: {broken} checks failed."),
        }
    }
}

/// Audits the books as they are at this instant, while everything goes on.
pub async fn verify(conn: &mut Conn) -> Result<Report> {
    AsyncPgConnection::build_transaction(conn)
        .repeatable_read()
        .read_only()
        .run(async |tx| {
            let mut findings = checks::all(tx).await?;
            findings.push(numbers::gapless(tx).await?);
            findings.push(seals::unbroken(tx).await?);
            let archived = archive::all(tx).await?.iter().map(in_files).collect();
            Ok(Report { findings, archived })
        })
        .await
}

/// What the audit knows of a month without its files.
fn in_files(month: &archive::Archived) -> String {
    let sums = month.sums.as_object().into_iter().flatten();
    let sums: Vec<String> =
        sums.map(|(currency, sum)| format!("{} {currency}", sum.as_str().unwrap_or_default())).collect();
    format!(
        "{}: {} charges, {}, archived on {}. Checked here: what is kept of them by service and client against the ledger, \
         whose movements for them are sealed to {}. Not checked here: the single charges; `hostwright archive --check` proves \
         their folder, whose rows have the SHA-256 {}.",
        month.month(),
        month.charges,
        sums.join(", "),
        month.archived_at.strftime("%Y-%m-%d"),
        month.sealed_to,
        data_encoding::HEXLOWER.encode(&month.sha256)
    )
}

/// The nightly task: audits, then seals the days that are over. Fails, and says so, when the books are not in order.
pub async fn nightly(app: &App) -> Result<()> {
    let mut conn = app.db.get().await?;
    if !db::try_session_lock(&mut conn, db::locks::AUDIT).await? {
        return current::output(&json!({ "audited": "by another process" }));
    }
    let done = audit_and_seal(&mut conn, app).await;
    db::session_unlock(&mut conn, db::locks::AUDIT).await?;
    done
}

async fn audit_and_seal(conn: &mut Conn, app: &App) -> Result<()> {
    let now = app.clock.now();
    let report = verify(conn).await?;
    if report.is_clean() {
        let sealed = seals::seal_until(conn, now).await?;
        tracing::info!(days = sealed, "the books are in order and sealed");
        return current::output(&json!({ "checks": report.findings.len(), "sealed_days": sealed }));
    }
    let broken: Vec<&str> = report
        .findings
        .iter()
        .filter(|finding| finding.broken > 0)
        .map(|finding| finding.title.as_str())
        .collect();
    let entry = Entry {
        action: "books.audit_failed",
        description: format!("The books are not in order: {}", broken.join("; ")),
        level: Level::Error,
        ..Entry::default()
    };
    // Tried again, it is told once a day.
    let day = now.strftime("%Y-%m-%d");
    let letter = Letter::new(Event::BooksAuditFailed, json!({ "findings": broken.join("; ") }))
        .once(format!("books-audit-failed:{day}"));
    conn.transaction::<_, crate::Error, _>(async |tx| {
        audit::record(tx, &Actor::system(), now, entry).await?;
        letter.staff(tx, now, Permission::TransactionsView).await
    })
    .await?;
    tracing::error!("{report}");
    Err(anyhow!("the books are not in order: {}", broken.join("; ")).into())
}

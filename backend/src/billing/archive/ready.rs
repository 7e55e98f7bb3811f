//! Whether a month may leave the database.

use anyhow::{Context, bail, ensure};
use jiff::Timestamp;
use jiff::civil::Date;
use shared::Month;

use super::store;
use crate::billing::{audit, statement};
use crate::db::Conn;

/// A month that may be archived.
#[derive(Clone, Debug)]
pub struct Ready {
    pub month: Month,
    /// The last day on which the ledger took any of its charges: from the seal of that day on they are covered.
    pub sealed_to: Date,
    /// That seal.
    pub seal: Vec<u8>,
}

/// Months since the year 0.
fn place(month: Month) -> i32 {
    let day = month.first_day();
    i32::from(day.year()) * 12 + i32::from(day.month())
}

/// Looks whether a month may be archived: older than the last `keep_months` that are over, nothing more to be charged for it,
/// the books in order, every day sealed on which the ledger took its charges. Makes the statements that still need its single
/// charges. Says what is in the way.
pub async fn ready(conn: &mut Conn, now: Timestamp, month: Month, keep_months: u16) -> anyhow::Result<Ready> {
    if let Some(archived) = store::find(conn, month).await? {
        bail!("{month} was archived on {}", archived.archived_at);
    }
    let age = place(Month::of(now)) - place(month);
    ensure!(
        age > i32::from(keep_months),
        "{month} is not old enough: the last {keep_months} months stay (archive.keep_months)"
    );
    let ends = month.ends().context("a month of the calendar")?;
    let behind = store::behind(conn, ends).await?;
    if !behind.is_empty() {
        let some: Vec<String> = behind.iter().map(ToString::to_string).collect();
        bail!(
            "{month} is not charged to its end: services run that are not paid until {ends}: {}",
            some.join(", ")
        );
    }
    ensure!(store::figures(conn, month).await?.charges > 0, "nothing was charged for {month}");

    let report = audit::verify(conn).await?;
    ensure!(report.is_clean(), "{report}");
    let taken_to = store::taken_to(conn, month).await?;
    let sealed_to = month.first_day().last_of_month().max(taken_to.unwrap_or(month.first_day()));
    let Some(seal) = store::seal(conn, sealed_to).await? else {
        bail!(
            "{month} is not sealed: the ledger took its last charge on {sealed_to}, and that day has no seal yet"
        );
    };
    make_statements(conn, now, month, Month::containing(sealed_to)).await?;
    Ok(Ready { month, sealed_to, seal })
}

/// A statement lists what the ledger took in its month, and reads single charges until it is frozen.
async fn make_statements(conn: &mut Conn, now: Timestamp, first: Month, last: Month) -> anyhow::Result<()> {
    ensure!(
        last < Month::of(now),
        "the ledger took charges of {first} as late as in {last}, which is not over"
    );
    let mut month = last;
    while month >= first {
        statement::make::of_month(conn, now, month).await?;
        month = month.before();
    }
    Ok(())
}

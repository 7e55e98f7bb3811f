//! Writing dated rates, and bringing them into force.

use diesel_async::AsyncConnection;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use rules::rates::{DECIMALS, RATE_MAX, RATE_MIN};
use rust_decimal::Decimal;
use serde_json::json;
use shared::rates::{CurrencyRate, NewCurrencyRate, RateSource, RateStanding};
use shared::{Code, Currency, TaskId};

use super::store::{self, NewRow};
use crate::audit::{self, Actor, Entry};
use crate::catalog::price::convert;
use crate::db::Conn;
use crate::http::error::{Error, Refusal, Result};
use crate::http::fields::Fields;
use crate::jobs::Job;
use crate::jobs::outbox::{self, Tags};
use crate::settings::store::{self as currencies, CurrencyRow};

/// The day of now in the installation's zone.
pub(super) async fn today(conn: &mut Conn, now: Timestamp) -> Result<Date> {
    let zone = crate::settings::load(conn).await?.general.time_zone;
    Ok(now.to_zoned(TimeZone::get(&zone).map_err(anyhow::Error::new)?).date())
}

/// A rate as a person wrote it, in the field `rate`.
pub(in crate::settings) fn read(fields: &mut Fields, text: &str) -> Option<Decimal> {
    fields.decimal("rate", text, DECIMALS, RATE_MIN, RATE_MAX)
}

/// Notes the rate that staff gave a currency as the one of today. The default currency has none.
pub(in crate::settings) async fn note(tx: &mut Conn, now: Timestamp, row: &CurrencyRow) -> Result<()> {
    let Some(base) = store::base(tx).await?.filter(|base| *base != row.code) else { return Ok(()) };
    let on_date = today(tx, now).await?;
    let rate = NewRow { base, currency: row.code, on_date, rate: row.rate, source: RateSource::Staff };
    Ok(store::put(tx, now, rate).await?)
}

/// After `base` became the default: the rates that were worked out are those of today, and nothing is dated ahead.
pub(in crate::settings) async fn begin_again(tx: &mut Conn, now: Timestamp, base: Currency) -> Result<()> {
    let today = today(tx, now).await?;
    Ok(store::begin_again(tx, now, today, base).await?)
}

/// How many rates are dated ahead.
pub(in crate::settings) async fn ahead(conn: &mut Conn, now: Timestamp) -> Result<i64> {
    let today = today(conn, now).await?;
    Ok(store::ahead(conn, today).await?)
}

/// Brings into force what was dated ahead and whose day has come: how many currencies have another rate now.
pub async fn come_into_force(conn: &mut Conn, now: Timestamp) -> Result<usize> {
    conn.transaction::<_, Error, _>(async |tx| {
        currencies::lock_currencies(tx).await?;
        let today = today(tx, now).await?;
        Ok(store::come_into_force(tx, now, today).await?)
    })
    .await
}

/// Takes a currency other than the default for a change of its rates; with that default. Refuses a version that is not the
/// present one.
async fn take(tx: &mut Conn, code: Currency, version: i32) -> Result<(CurrencyRow, Currency)> {
    let row = currencies::lock_currency(tx, code).await?.ok_or_else(Refusal::not_found)?;
    if row.is_default {
        return Err(Refusal::field("rate", "fixed", "The default currency's rate is 1.").into());
    }
    Refusal::if_changed(row.version, version)?;
    // It stays the default while the row above is held.
    let base = store::base(tx).await?.ok_or_else(Refusal::not_found)?;
    Ok((row, base))
}

fn told(
    what: &str,
    code: Currency,
    day: Date,
    old: Option<(Decimal, RateSource)>,
    new: Option<Decimal>,
) -> Entry<'static> {
    let shown =
        |rate: Decimal| json!({ "currency": code, "on_date": day, "rate": rate.normalize().to_string() });
    Entry {
        action: "currency.rate",
        description: format!("{what} the rate of {code} of {day}"),
        old: old.map(|(rate, _)| shown(rate)),
        new: new.map(shown),
        ..Entry::default()
    }
}

/// Writes the rate that a currency has from a day on: today, or up to a year ahead. That of today is in force at once.
/// Refuses a day that is over, and the default currency.
pub(super) async fn set(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    (code, day): (Currency, Date),
    new: &NewCurrencyRate,
) -> Result<CurrencyRate> {
    let today = today(conn, now).await?;
    let mut fields = Fields::new();
    let rate = read(&mut fields, &new.rate);
    let last = today.saturating_add(1.year());
    fields.check(
        (today..=last).contains(&day),
        "date",
        "out_of_range",
        "From today to a year ahead: what was stays as it was.",
    );
    fields.finish()?;
    let rate = rate.ok_or_else(|| Refusal::field("rate", "required", "This field is required."))?;
    conn.transaction::<_, Error, _>(async |tx| {
        let (row, base) = take(tx, code, new.version).await?;
        let old = store::find(tx, base, code, day).await?;

        let dated = NewRow { base, currency: code, on_date: day, rate, source: RateSource::Staff };
        store::put(tx, now, dated).await?;
        let before = row.rate;
        let (standing, in_force) =
            if day > today { (RateStanding::Planned, before) } else { (RateStanding::InForce, rate) };
        currencies::update_currency(tx, now, &CurrencyRow { rate: in_force, ..row }).await?;
        if in_force != before {
            convert::ask(tx, now).await?;
        }
        audit::record(tx, actor, now, told("Set", code, day, old, Some(rate))).await?;
        let rate = rate.normalize().to_string();
        Ok(CurrencyRate { on_date: day, rate, source: RateSource::Staff, standing, set_at: now })
    })
    .await
}

/// Takes back a rate whose day is still to come. Refuses one that is or was in force.
pub(super) async fn remove(
    conn: &mut Conn,
    now: Timestamp,
    actor: &Actor,
    (code, day): (Currency, Date),
    version: i32,
) -> Result<()> {
    let today = today(conn, now).await?;
    conn.transaction::<_, Error, _>(async |tx| {
        let (row, base) = take(tx, code, version).await?;
        let old = store::find(tx, base, code, day).await?.ok_or_else(Refusal::not_found)?;
        if day <= today {
            let why = "Its day has come: what was in force stays. Set another rate of today instead.";
            return Err(Refusal::because(Code::Conflict, why).into());
        }
        store::delete(tx, base, code, day).await?;
        currencies::update_currency(tx, now, &row).await?;
        audit::record(tx, actor, now, told("Took back", code, day, Some(old), None)).await?;
        Ok(())
    })
    .await
}

/// Has the feed asked now: the task that does it, or the one that is at it already. Refuses while the feed is off.
pub(super) async fn ask(conn: &mut Conn, now: Timestamp, actor: &Actor) -> Result<TaskId> {
    conn.transaction::<_, Error, _>(async |tx| {
        if !crate::settings::load(tx).await?.finance.rates_feed {
            return Err(
                Refusal::because(Code::Conflict, "Switch the feed of exchange rates on first.").into()
            );
        }
        let entry = Entry {
            action: "rates.asked",
            description: "Asked the feed of exchange rates".to_owned(),
            ..Entry::default()
        };
        audit::record(tx, actor, now, entry).await?;
        if let Some(task) = outbox::send(tx, now, &Job::FetchRates, Tags::default()).await? {
            return Ok(task);
        }
        let at_it = crate::jobs::store::unfinished(tx, &Job::FetchRates).await?;
        // It came to its end just now.
        at_it.ok_or_else(|| Refusal::because(Code::Conflict, "The rates were fetched this moment.").into())
    })
    .await
}

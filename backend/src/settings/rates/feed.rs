//! Asking the feed, and weighing what it says.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use diesel_async::AsyncConnection;
use jiff::Timestamp;
use jiff::civil::Date;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use rules::rates;
use rust_decimal::Decimal;
use shared::Currency;
use shared::rates::{FetchedRate, FetchedRates, RateFault, RateSource};

use super::actions::today;
use super::ecb::Feed;
use super::store::{self, NewRow};
use crate::App;
use crate::audit::{self, Actor, Entry};
use crate::catalog::price::convert;
use crate::db::Conn;
use crate::http::error::{Error, Result};
use crate::http::fields::Fields;
use crate::jobs::current;
use crate::settings::store::{self as currencies, CurrencyRow};

/// The most bytes of a feed.
const BYTES_MAX: usize = 1024 * 1024;
/// How long it may take, from the first byte sent to the last one read.
const WITHIN: Duration = Duration::from_secs(20);

/// The address of a feed: over TLS, or on this very machine; without a password in it.
pub(in crate::settings) fn check_address(fields: &mut Fields, field: &str, text: &str) {
    fields.required(field, text, 300);
    let sound = Url::parse(text).is_ok_and(|url| {
        let plain = url.username().is_empty() && url.password().is_none();
        plain && (url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)))
    });
    let says = "Begins with https://, or with http:// for this machine, and has no password in it.";
    fields.check(sound || text.trim().is_empty(), field, "invalid", says);
}

fn is_here(url: &Url) -> bool {
    url.host_str().is_some_and(|host| {
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    })
}

/// The job: asks the feed when it is on, writes its rates, and has prices converted when one of them came into force. What was
/// taken and what was not is the task's output. Fails when the feed does not answer with rates of the default currency.
pub async fn fetch(app: &App) -> Result<()> {
    let finance = crate::settings::load(&mut *app.db.get().await?).await?.finance;
    if !finance.rates_feed {
        return current::output(&FetchedRates::default());
    }
    let text = download(&finance.rates_feed_url).await?;
    let feed = Feed::read(&text)?;
    let fetched = take(&mut *app.db.get().await?, app.clock.now(), &feed).await?;
    current::output(&fetched)
}

async fn download(address: &str) -> anyhow::Result<String> {
    let url = Url::parse(address)?;
    let client = Client::builder()
        .user_agent(concat!("hostwright/", env!("CARGO_PKG_VERSION")))
        .timeout(WITHIN)
        // Whoever answers cannot lead away from TLS.
        .https_only(url.scheme() == "https")
        .redirect(Policy::limited(3))
        .build()?;
    let mut answer = client.get(url).send().await.context("the feed does not answer")?;
    let status = answer.status();
    ensure!(status.is_success(), "the feed answered {status}");
    let mut bytes = Vec::new();
    while let Some(chunk) = answer.chunk().await.context("the feed broke off")? {
        ensure!(bytes.len() + chunk.len() <= BYTES_MAX, "the feed is longer than {BYTES_MAX} bytes");
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).context("the feed is not UTF-8")
}

/// Writes what can be taken of a feed.
async fn take(conn: &mut Conn, now: Timestamp, feed: &Feed) -> Result<FetchedRates> {
    conn.transaction::<_, Error, _>(async |tx| {
        let rows = currencies::lock_currencies(tx).await?;
        let today = today(tx, now).await?;
        let base = store::base(tx).await?.context("there is no default currency yet")?;
        let of_day = store::of_day(tx, base, feed.on_date).await?;

        let (fetched, taken) = weigh(feed, today, base, &rows, &of_day)?;

        for (currency, rate) in &taken {
            let (currency, rate) = (*currency, *rate);
            let row = NewRow { base, currency, on_date: feed.on_date, rate, source: RateSource::Feed };
            store::put(tx, now, row).await?;
        }
        if store::come_into_force(tx, now, today).await? > 0 {
            convert::ask(tx, now).await?;
        }
        if !taken.is_empty() {
            let entry = Entry {
                action: "rates.fetched",
                description: format!("Took {} exchange rates of {} from the feed", taken.len(), feed.on_date),
                new: Some(serde_json::to_value(&fetched)?),
                ..Entry::default()
            };
            audit::record(tx, &Actor::system(), now, entry).await?;
        }
        Ok(fetched)
    })
    .await
}

/// What to take of a feed. Fails for a feed of a day to come, and when it has no sound rate of the default currency: then it
/// says nothing about the others.
fn weigh(
    feed: &Feed,
    today: Date,
    base: Currency,
    rows: &[CurrencyRow],
    of_day: &BTreeMap<Currency, (Decimal, RateSource)>,
) -> anyhow::Result<(FetchedRates, Vec<(Currency, Decimal)>)> {
    ensure!(feed.on_date <= today, "the feed is of {}, a day to come", feed.on_date);
    let own = match feed.rate(base) {
        Some(Ok(rate)) => rate,
        Some(Err(_)) => bail!("{} is no rate of the default currency {base}", feed.written(base)),
        None => bail!("the feed has no rate of the default currency {base}"),
    };
    let mut fetched = FetchedRates { on_date: Some(feed.on_date), ..FetchedRates::default() };
    let mut taken = Vec::new();
    for row in rows.iter().filter(|row| row.enabled && !row.is_default) {
        let currency = row.code;
        let there = of_day.get(&currency).copied();
        let told = |rate: String, fault| FetchedRate { currency, rate, fault };
        if there.is_some_and(|(_, source)| source == RateSource::Staff) {
            fetched.kept.push(currency);
            continue;
        }
        match against(feed, own, currency) {
            None => fetched.missing.push(currency),
            Some(Err(fault)) => fetched.refused.push(told(feed.written(currency), Some(fault))),
            Some(Ok(rate)) if there == Some((rate, RateSource::Feed)) => fetched.unchanged.push(currency),
            Some(Ok(rate)) if rates::leaps(row.rate, rate) => {
                fetched.refused.push(told(rate.normalize().to_string(), Some(RateFault::Leap)));
            }
            Some(Ok(rate)) => {
                fetched.taken.push(told(rate.normalize().to_string(), None));
                taken.push((currency, rate));
            }
        }
    }
    Ok((fetched, taken))
}

/// The rate of a currency against the default one, of which a euro buys `own`. `None`: the feed does not know it.
fn against(feed: &Feed, own: Decimal, currency: Currency) -> Option<Result<Decimal, RateFault>> {
    let rate = feed.rate(currency)?;
    Some(rate.and_then(|rate| rates::cross(own, rate).map_err(|_| RateFault::OutOfRange)))
}

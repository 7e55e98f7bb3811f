//! Money, numbers and dates as people read them. Exact: no floats.

use jiff::Timestamp;
use leptos::prelude::WithUntracked;
use rust_decimal::Decimal;
use shared::identity::Country;
use shared::settings::{CurrencyInfo, NumberFormat};
use shared::{Currency, Language, Money, Period};
use wasm_bindgen::{JsCast, JsValue};

pub use crate::clock::now_seconds;
use crate::{clock, i18n, session};

struct Separators {
    group: &'static str,
    point: &'static str,
}

fn known(currency: Currency) -> Option<CurrencyInfo> {
    session::settings().with_untracked(|settings| {
        settings.as_ref()?.currencies.iter().find(|known| known.code == currency).cloned()
    })
}

fn separators(format: Option<NumberFormat>) -> Separators {
    match format {
        Some(NumberFormat::Plain) => Separators { group: "", point: "." },
        Some(NumberFormat::English) => Separators { group: ",", point: "." },
        Some(NumberFormat::Continental) => Separators { group: ".", point: "," },
        Some(NumberFormat::Spaced) => Separators { group: "\u{a0}", point: "," },
        None => match i18n::language() {
            Language::English => Separators { group: ",", point: "." },
            Language::Polish | Language::Ukrainian => Separators { group: "\u{a0}", point: "," },
        },
    }
}

/// Digits in groups of three, at least `least` and at most `most` decimals; never rounds.
fn grouped(amount: Decimal, least: u32, most: u32, separators: &Separators) -> String {
    let text = shared::money::round_half_up(amount.abs(), most).normalize().to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push_str(separators.group);
        }
        out.push(digit);
    }
    let mut fraction = fraction.to_owned();
    while u32::try_from(fraction.len()).unwrap_or(u32::MAX) < least {
        fraction.push('0');
    }
    if !fraction.is_empty() {
        out.push_str(separators.point);
        out.push_str(&fraction);
    }
    out
}

fn with_currency(amount: Decimal, currency: Currency, least: u32, most: u32) -> String {
    let known = known(currency);
    let digits = grouped(amount, least, most, &separators(known.as_ref().map(|known| known.format)));
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "−" } else { "" };
    match known {
        Some(known) if !known.prefix.is_empty() || !known.suffix.is_empty() => {
            format!("{sign}{}{digits}{}", known.prefix, known.suffix)
        }
        _ => format!("{sign}{digits}\u{a0}{currency}"),
    }
}

/// An amount with the currency's own decimals, more when it has more: `€7.20`, `€0.0103`.
pub fn money(money: Money) -> String {
    with_currency(money.amount(), money.currency(), money.currency().decimals(), 4)
}

/// An amount rounded to the currency's own decimals: for figures at a glance.
pub fn money_short(money: Money) -> String {
    let decimals = money.currency().decimals();
    with_currency(money.amount(), money.currency(), decimals, decimals)
}

/// An amount with all four decimals of the ledger.
pub fn money_exact(money: Money) -> String {
    with_currency(money.amount(), money.currency(), 4, 4)
}

/// An amount as a form field holds it: `12.50`, `12.3456`.
pub fn plain(money: Money) -> String {
    let decimals = money.currency().decimals();
    let text = money.amount().normalize().to_string();
    let have = text.split_once('.').map_or(0, |(_, fraction)| u32::try_from(fraction.len()).unwrap_or(0));
    match (have, decimals) {
        (have, decimals) if have >= decimals => text,
        (0, decimals) => format!("{text}.{}", "0".repeat(usize::try_from(decimals).unwrap_or(0))),
        (have, decimals) => format!("{text}{}", "0".repeat(usize::try_from(decimals - have).unwrap_or(0))),
    }
}

/// A whole number in groups of three.
pub fn count(number: i64) -> String {
    let digits = grouped(Decimal::from(number), 0, 0, &separators(None));
    if number < 0 { format!("−{digits}") } else { digits }
}

/// A number with up to four decimals, in groups of three.
pub fn decimal(number: Decimal) -> String {
    grouped(number, 0, 4, &separators(None))
}

/// Smallest units of a currency, for charts: cents.
pub fn minor_units(money: Money) -> i64 {
    let mut scaled = money.amount();
    for _ in 0..money.currency().decimals() {
        scaled *= Decimal::TEN;
    }
    shared::money::round_half_up(scaled, 0).try_into().unwrap_or(i64::MAX)
}

/// Hundredths as an amount of a chart: `3`, `3.50`.
pub fn hundredths(value: i64) -> String {
    let least = if value % 100 == 0 { 0 } else { 2 };
    let digits = grouped(Decimal::new(value, 2), least, 2, &separators(None));
    if value < 0 { format!("−{digits}") } else { digits }
}

fn locale() -> &'static str {
    match i18n::language() {
        Language::English => "en-GB",
        Language::Polish => "pl-PL",
        Language::Ukrainian => "uk-UA",
    }
}

/// Names of countries in the person's language, by their ISO 3166 codes, in its alphabetical order.
pub fn countries(countries: &[Country]) -> Vec<(String, String)> {
    let names = region_names();
    let mut named: Vec<(String, String)> = countries
        .iter()
        .map(|country| {
            let name = names.as_ref().and_then(|name| name(&country.code));
            (country.code.clone(), name.unwrap_or_else(|| country.name.clone()))
        })
        .collect();
    let (locales, options) = (js_sys::Array::of1(&locale().into()), js_sys::Object::new());
    named.sort_by(|(_, left), (_, right)| {
        js_sys::JsString::from(left.as_str()).locale_compare(right, &locales, &options).cmp(&0)
    });
    named
}

/// The flag of a country by its ISO 3166 code, as the two letters that fonts draw as one: `PL`. Empty: it is no such code.
pub fn flag(code: &str) -> String {
    let letter = |byte: u8| {
        let place = byte.checked_sub(b'A').filter(|place| *place < 26)?;
        char::from_u32(u32::from('\u{1F1E6}').saturating_add(u32::from(place)))
    };
    let letters: Option<String> = code.bytes().map(letter).collect();
    letters.filter(|_| code.len() == 2).unwrap_or_default()
}

/// Name of a country in the person's language, by its ISO 3166 code.
pub fn country(code: &str) -> String {
    let name = if code.is_empty() { None } else { region_names().and_then(|name| name(code)) };
    name.unwrap_or_else(|| code.to_owned())
}

/// What the browser calls regions. `None`: it cannot.
fn region_names() -> Option<impl Fn(&str) -> Option<String>> {
    let intl = js_sys::Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: js_sys::Function =
        js_sys::Reflect::get(&intl, &"DisplayNames".into()).ok()?.dyn_into().ok()?;
    let options = js_sys::Object::new();
    js_sys::Reflect::set(&options, &"type".into(), &"region".into()).ok()?;
    let names = js_sys::Reflect::construct(&class, &js_sys::Array::of2(&locale().into(), &options)).ok()?;
    let of: js_sys::Function = js_sys::Reflect::get(&names, &"of".into()).ok()?.dyn_into().ok()?;
    Some(move |code: &str| of.call1(&names, &code.into()).ok()?.as_string())
}

fn date_text(at: Timestamp, options: &[(&str, &str)]) -> String {
    let date = js_sys::Date::new(&JsValue::from_str(&at.to_string()));
    let object = js_sys::Object::new();
    for (name, value) in options {
        js_sys::Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value)).ok();
    }
    date.to_locale_string(locale(), object.unchecked_ref()).into()
}

/// `21 Nov 2026`.
pub fn date(at: Timestamp) -> String {
    date_text(at, &[("day", "numeric"), ("month", "short"), ("year", "numeric")])
}

/// `21 Nov`, in the person's zone.
pub fn date_short(at: Timestamp) -> String {
    date_text(at, &[("day", "numeric"), ("month", "short")])
}

/// A calendar day as the server says it, `2026-11-21`: `21 Nov 2026`.
pub fn day(day: jiff::civil::Date) -> String {
    match format!("{day}T12:00:00Z").parse() {
        Ok(noon) => date_text(
            noon,
            &[("day", "numeric"), ("month", "short"), ("year", "numeric"), ("timeZone", "UTC")],
        ),
        Err(_) => day.to_string(),
    }
}

/// A calendar month: `November 2026`.
pub fn month(month: shared::Month) -> String {
    match format!("{}T12:00:00Z", month.first_day()).parse() {
        Ok(noon) => date_text(noon, &[("month", "long"), ("year", "numeric"), ("timeZone", "UTC")]),
        Err(_) => month.to_string(),
    }
}

/// `21 Nov`.
pub fn day_short(day: jiff::civil::Date) -> String {
    match format!("{day}T12:00:00Z").parse() {
        Ok(noon) => date_text(noon, &[("day", "numeric"), ("month", "short"), ("timeZone", "UTC")]),
        Err(_) => day.to_string(),
    }
}

/// `14:05`, in the person's zone.
pub fn time(at: Timestamp) -> String {
    date_text(at, &[("hour", "2-digit"), ("minute", "2-digit")])
}

/// `21 Nov 2026, 14:05`, in the person's zone.
pub fn date_time(at: Timestamp) -> String {
    date_text(
        at,
        &[
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
        ],
    )
}

/// `21 Nov 2026, 14:05:09 CET`, for logs.
pub fn date_time_exact(at: Timestamp) -> String {
    date_text(
        at,
        &[
            ("day", "numeric"),
            ("month", "short"),
            ("year", "numeric"),
            ("hour", "2-digit"),
            ("minute", "2-digit"),
            ("second", "2-digit"),
            ("timeZoneName", "short"),
        ],
    )
}

/// The zone in which times are written here: `Europe/Warsaw (CET)`.
pub fn zone() -> String {
    let name = js_sys::Intl::DateTimeFormat::default().resolved_options();
    let name = js_sys::Reflect::get(&name, &"timeZone".into()).ok().and_then(|name| name.as_string());
    let now = date_text(clock::now(), &[("hour", "numeric"), ("timeZoneName", "short")]);
    let short = now.rsplit(' ').next().unwrap_or_default();
    format!("{} ({short})", name.unwrap_or_default())
}

/// How a period is called: `monthly`.
pub fn period(period: Period) -> &'static str {
    i18n::word(period.as_str())
}

/// Behind a price: `/ month`.
pub fn per_period(period: Period) -> &'static str {
    i18n::word(match period {
        Period::OneTime => "per_one_time",
        Period::Hourly => "per_hourly",
        Period::Daily => "per_daily",
        Period::Weekly => "per_weekly",
        Period::Biweekly => "per_biweekly",
        Period::Monthly => "per_monthly",
        Period::Quarterly => "per_quarterly",
        Period::Semiannually => "per_semiannually",
        Period::Annually => "per_annually",
        Period::Biennially => "per_biennially",
        Period::Triennially => "per_triennially",
    })
}

/// Seconds as people say them: `3 d 4 h`, `12 min`.
pub fn duration(seconds: i64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds % 86_400 / 3_600, seconds % 3_600 / 60);
    let two = |one: (i64, &str), other: (i64, &str)| match other.0 {
        0 => unit(one.0, one.1),
        _ => format!("{} {}", unit(one.0, one.1), unit(other.0, other.1)),
    };
    match (days, hours, minutes) {
        (0, 0, 0) => unit(seconds, "unit_s"),
        (0, 0, minutes) => unit(minutes, "unit_min"),
        (0, hours, minutes) => two((hours, "unit_h"), (minutes, "unit_min")),
        (days, hours, _) => two((days, "unit_d"), (hours, "unit_h")),
    }
}

/// Milliseconds as people say them.
pub fn milliseconds(ms: i64) -> String {
    if ms < 10_000 { unit(ms, "unit_ms") } else { duration(ms / 1000) }
}

/// So many of a unit of time, by its word: `12 min`.
pub fn unit(number: i64, word: &str) -> String {
    format!("{number} {}", i18n::word(word))
}

/// The end of an id: enough to tell rows apart (the beginning is a time).
pub fn short_id(id: uuid::Uuid) -> String {
    let text = id.to_string();
    text.get(text.len().saturating_sub(8)..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_shows_parts_of_a_whole_unit() {
        let shown = [300, 350, 123_456, -5, 0].map(hundredths);
        assert_eq!(shown, ["3", "3.50", "1,234.56", "−0.05", "0"]);
    }

    #[test]
    fn a_flag_is_the_code_in_other_letters() {
        assert_eq!(flag("PL"), "\u{1F1F5}\u{1F1F1}");
        for code in ["", "P", "pl", "POL", "P1", "ÓŁ"] {
            assert_eq!(flag(code), "", "{code}");
        }
    }
}

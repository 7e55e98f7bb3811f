//! Settings and currencies.

use shared::rates::{CurrencyRate, NewCurrencyRate};
use shared::settings::*;
use shared::tasks::TaskDetail;
use shared::{Currency, Page, Rehearsal};

use super::client::{self, Nothing, Reply};

pub fn settings() -> Reply<Settings> {
    client::get("/admin/settings")
}

pub fn change(body: &Settings) -> Reply<Settings> {
    client::put("/admin/settings", body)
}

/// Published versions of the terms.
pub fn terms(query: String) -> Reply<Page<TermsVersion>> {
    client::get(&format!("/admin/terms?{query}"))
}

pub fn publish_terms(body: &NewTerms) -> Reply<TermsVersion> {
    client::post("/admin/terms", body)
}

pub fn currencies(query: String) -> Reply<Page<CurrencyDetail>> {
    client::get(&format!("/admin/currencies?{query}"))
}

pub fn create_currency(body: &NewCurrency) -> Reply<CurrencyDetail> {
    client::post("/admin/currencies", body)
}

pub fn change_currency(code: Currency, body: &CurrencyChange) -> Reply<CurrencyDetail> {
    client::put(&format!("/admin/currencies/{code}"), body)
}

pub fn make_currency_default(code: Currency, version: i32) -> Reply<Nothing> {
    client::post(&format!("/admin/currencies/{code}/default"), &MakeCurrencyDefault { version })
}

/// Says what deleting it would do.
pub fn rehearse_delete_currency(code: Currency) -> Reply<Rehearsal> {
    client::delete(&format!("/admin/currencies/{code}?dry_run=true"))
}

pub fn delete_currency(code: Currency) -> Reply<Nothing> {
    client::delete(&format!("/admin/currencies/{code}"))
}

/// Dated rates of a currency, newest first.
pub fn rates(code: Currency, page: u32) -> Reply<Page<CurrencyRate>> {
    client::get(&format!("/admin/currencies/{code}/rates?page={page}"))
}

pub fn set_rate(code: Currency, day: &str, body: &NewCurrencyRate) -> Reply<CurrencyRate> {
    client::put(&format!("/admin/currencies/{code}/rates/{day}"), body)
}

/// Takes back a rate of a currency whose version was read.
pub fn delete_rate(code: Currency, day: jiff::civil::Date, version: i32) -> Reply<Nothing> {
    client::delete(&format!("/admin/currencies/{code}/rates/{day}?version={version}"))
}

/// Asks the feed of rates: the task that does it.
pub fn fetch_rates() -> Reply<TaskDetail> {
    client::act("/admin/currencies/rates/fetch")
}

//! Settings and currencies.

use shared::settings::*;
use shared::{Currency, Page};

use super::client::{self, ApiError, Nothing};

pub async fn settings() -> Result<Settings, ApiError> {
    client::get("/admin/settings").await
}

pub async fn change(body: &Settings) -> Result<Settings, ApiError> {
    client::put("/admin/settings", body).await
}

pub async fn currencies() -> Result<Vec<CurrencyDetail>, ApiError> {
    Ok(client::get::<Page<CurrencyDetail>>("/admin/currencies?per_page=200").await?.items)
}

pub async fn create_currency(body: &NewCurrency) -> Result<CurrencyDetail, ApiError> {
    client::post("/admin/currencies", body).await
}

pub async fn change_currency(code: Currency, body: &CurrencyChange) -> Result<CurrencyDetail, ApiError> {
    client::put(&format!("/admin/currencies/{code}"), body).await
}

pub async fn make_currency_default(code: Currency) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/currencies/{code}/default")).await
}

pub async fn delete_currency(code: Currency) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/currencies/{code}")).await
}

//! A list of services as a file.

use actix_web::HttpResponse;
use shared::services::{ServiceFilter, ServiceSummary};
use shared::{FileQuery, Language};

use super::list;
use crate::App;
use crate::http::Paging;
use crate::http::csv::{Column, Download, given};
use crate::http::error::Result;

/// Both prices are in `currency`: `rate` for a `period`, `hourly` what that makes for an hour.
const COLUMNS: &[Column<ServiceSummary>] = &[
    ("id", |service| service.id.to_string()),
    ("label", |service| service.label.clone()),
    ("client_id", |service| service.client_id.to_string()),
    ("client_name", |service| service.client_name.clone()),
    ("product_id", |service| service.product_id.to_string()),
    ("product_key", |service| service.product_key.clone()),
    ("product_name", |service| service.product_name.clone()),
    ("state", |service| service.state.to_string()),
    ("idle", |service| service.idle.to_string()),
    ("manual", |service| service.manual.to_string()),
    ("past_due_since", |service| given(&service.past_due_since)),
    ("suspension_reason", |service| given(&service.suspension_reason)),
    ("termination_requested_at", |service| given(&service.termination_requested_at)),
    ("terminate_at", |service| given(&service.terminate_at)),
    ("period", |service| service.period.to_string()),
    ("charge_by", |service| service.charge_by.to_string()),
    ("rate", |service| service.rate.amount().to_string()),
    ("hourly", |service| given(&service.hourly.map(|hourly| hourly.amount()))),
    ("currency", |service| service.rate.currency().to_string()),
    ("paid_until", |service| given(&service.paid_until)),
    ("activated_at", |service| given(&service.activated_at)),
    ("created_at", |service| service.created_at.to_string()),
];

/// All services that the filter lets through. Its `client` is the caller's own in the client area.
pub async fn export(
    app: &App,
    paging: &Paging,
    filter: &ServiceFilter,
    language: Language,
    file: FileQuery,
) -> Result<HttpResponse> {
    let language = file.language.unwrap_or(language);
    let mut download = Download::begin(app).await?;
    let rows = list::all(&mut download.tx, paging, filter).await?;
    let told = download.answer("services", file, COLUMNS, rows, async move |_, rows| {
        rows.into_iter().map(|row| row.summary(language)).collect()
    });
    told.await
}

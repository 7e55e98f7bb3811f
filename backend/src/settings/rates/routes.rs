//! `/admin/currencies/{code}/rates` and the feed.

use actix_web::{HttpResponse, delete, get, post, put, web};
use jiff::civil::Date;
use shared::rates::{CurrencyRate, NewCurrencyRate};
use shared::tasks::TaskDetail;
use shared::{Currency, Page, PageQuery, VersionQuery};

use super::{actions, store};
use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};
use crate::jobs;
use crate::settings::store as currencies;

pub(in crate::settings) fn routes(cfg: &mut Routes) {
    cfg.service(list_currency_rates)
        .service(set_currency_rate)
        .service(delete_currency_rate)
        .service(fetch_rates);
}

/// The rates of a currency against the default one, by the day they hold from.
#[utoipa::path(tag = "settings", operation_id = "listCurrencyRates",
    params(("code" = Currency, Path, description = "ISO 4217"), PageQuery),
    responses((status = 200, body = Page<CurrencyRate>)), extensions(("x-permission" = json!("settings.view"))))]
#[get("/admin/currencies/{code}/rates")]
async fn list_currency_rates(
    app: web::Data<App>,
    _who: May<rights::SettingsView>,
    code: Path<Currency>,
    page: Query<PageQuery>,
) -> Result<Json<Page<CurrencyRate>>> {
    let paging = Paging::read(&page, &["-on_date", "rate", "source", "set_at"])?;
    let mut conn = app.db.get().await?;
    currencies::find_currency(&mut conn, *code).await?.ok_or_else(Refusal::not_found)?;
    let today = actions::today(&mut conn, app.clock.now()).await?;
    let (rows, total) = store::page(&mut conn, *code, today, &paging).await?;
    Ok(Json(paging.page(rows, total)))
}

/// Set the rate that a currency has from a day on: today, or up to a year ahead.
#[utoipa::path(tag = "settings", operation_id = "setCurrencyRate", request_body = NewCurrencyRate,
    params(("code" = Currency, Path, description = "ISO 4217"),
           ("date" = Date, Path, description = "The day it holds from, in the installation's time zone")),
    responses((status = 200, body = CurrencyRate)), extensions(("x-permission" = json!("settings.edit"))))]
#[put("/admin/currencies/{code}/rates/{date}")]
async fn set_currency_rate(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    path: Path<(Currency, Date)>,
    new: Json<NewCurrencyRate>,
) -> Result<Json<CurrencyRate>> {
    let mut conn = app.db.get().await?;
    Ok(Json(actions::set(&mut conn, app.clock.now(), &who.actor, *path, &new).await?))
}

/// Take back a rate whose day is still to come. `version` is that of the currency.
#[utoipa::path(tag = "settings", operation_id = "deleteCurrencyRate",
    params(("code" = Currency, Path, description = "ISO 4217"),
           ("date" = Date, Path, description = "The day it would hold from"), VersionQuery),
    responses((status = 204, description = "Deleted")), extensions(("x-permission" = json!("settings.edit"))))]
#[delete("/admin/currencies/{code}/rates/{date}")]
async fn delete_currency_rate(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    path: Path<(Currency, Date)>,
    read: Query<VersionQuery>,
) -> Result<HttpResponse> {
    let mut conn = app.db.get().await?;
    actions::remove(&mut conn, app.clock.now(), &who.actor, *path, read.version).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask the feed of exchange rates now. The task's output says what was taken and what was not.
#[utoipa::path(tag = "settings", operation_id = "fetchRates", responses((status = 202, body = TaskDetail)),
    extensions(("x-permission" = json!("settings.edit"))))]
#[post("/admin/currencies/rates/fetch")]
async fn fetch_rates(app: web::Data<App>, who: May<rights::SettingsEdit>) -> Result<HttpResponse> {
    let mut conn = app.db.get().await?;
    let task = actions::ask(&mut conn, app.clock.now(), &who.actor).await?;
    drop(conn);
    Ok(HttpResponse::Accepted().json(jobs::shown(&app, task).await?))
}

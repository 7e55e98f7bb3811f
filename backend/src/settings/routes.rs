//! `/admin/settings`, `/admin/currencies`, `/public/settings`, `/public/countries`.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Responder, delete, get, post, put, web};
use diesel_async::AsyncConnection;
use rust_decimal::Decimal;
use shared::identity::{Country, Region};
use shared::money::AMOUNT_MAX;
use shared::settings::{
    CurrencyChange, CurrencyDetail, MakeCurrencyDefault, NewCurrency, PublicSettings, Settings,
};
use shared::{Currency, DryRun, Language, Page, PageQuery, Rehearsal, Tried};

use super::{countries, currencies, rates, store, terms, terms_routes};
use crate::App;
use crate::audit::{self, Entry};
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Fields, Json, May, Paging, Path, Query, network, rights};
use crate::identity::session::actions::need_sudo_in_browser;

pub fn routes(cfg: &mut Routes) {
    cfg.service(public_settings)
        .service(list_countries)
        .service(list_regions)
        .service(get_settings)
        .service(put_settings)
        .service(list_currencies)
        .service(create_currency)
        .service(change_currency)
        .service(make_currency_default)
        .service(delete_currency);
    rates::routes(cfg);
    terms_routes::routes(cfg);
}

/// What the pages need before anybody is signed in.
#[utoipa::path(tag = "public", operation_id = "getPublicSettings", responses((status = 200, body = PublicSettings)))]
#[get("/public/settings")]
async fn public_settings(app: web::Data<App>) -> Result<Json<PublicSettings>> {
    let mut conn = app.db.get().await?;
    let settings = store::load(&mut conn).await?;
    let currencies = store::enabled_currencies(&mut conn).await?;
    Ok(Json(PublicSettings {
        brand_name: settings.general.brand_name,
        language: settings.general.language,
        languages: Language::ALL.to_vec(),
        registration_open: settings.registration.open,
        terms_url: settings.general.terms_url,
        terms_version: terms::current(&mut conn).await?,
        password_length_min: settings.security.password_length_min,
        password_composition: settings.security.password_composition,
        currencies: currencies.into_iter().map(Into::into).collect(),
    }))
}

/// All countries of ISO 3166-1, by English name.
#[utoipa::path(tag = "public", operation_id = "listCountries", responses((status = 200, body = Vec<Country>)))]
#[get("/public/countries")]
async fn list_countries() -> Json<Vec<Country>> {
    Json(countries::all())
}

/// The regions of a country by ISO 3166-2, by name.
#[utoipa::path(tag = "public", operation_id = "listRegions",
    params(("code" = String, Path, description = "ISO 3166-1 alpha-2", min_length = 2, max_length = 2, pattern = "^[A-Z]{2}$")),
    responses((status = 200, body = Vec<Region>)))]
#[get("/public/countries/{code}/regions")]
async fn list_regions(code: Path<String>) -> Result<Json<Vec<Region>>> {
    countries::find(&code).ok_or_else(Refusal::not_found)?;
    Ok(Json(countries::regions(&code)))
}

/// The settings of the installation.
#[utoipa::path(tag = "settings", operation_id = "getSettings", responses((status = 200, body = Settings)),
    extensions(("x-permission" = json!("settings.view"))))]
#[get("/admin/settings")]
async fn get_settings(app: web::Data<App>, _who: May<rights::SettingsView>) -> Result<Json<Settings>> {
    Ok(Json(store::load(&mut *app.db.get().await?).await?))
}

/// Whoever writes them from `ip` must come in himself afterwards.
fn check(settings: &Settings, ip: &str) -> Result<()> {
    let mut fields = Fields::new();
    let Settings { general, security, finance, retention, .. } = settings;
    fields.required("general.brand_name", &general.brand_name, 100);
    let zone = jiff::tz::TimeZone::get(&general.time_zone).is_ok();
    fields.check(zone, "general.time_zone", "unknown", "Write an IANA zone such as Europe/Warsaw.");
    fields.text("general.terms_url", &general.terms_url, 300);
    let web = general.terms_url.is_empty() || general.terms_url.starts_with("https://");
    fields.check(web, "general.terms_url", "invalid", "Begins with https://.");
    for (name, value, min, max) in [
        ("security.password_length_min", security.password_length_min, 6, 64),
        ("security.link_minutes", security.link_minutes, 5, 1440),
        ("security.set_password_days", security.set_password_days, 1, 30),
        ("security.staff_idle_minutes", security.staff_idle_minutes, 5, 10_080),
        ("security.staff_session_hours", security.staff_session_hours, 1, 720),
        ("security.user_idle_minutes", security.user_idle_minutes, 5, 43_200),
        ("security.user_session_hours", security.user_session_hours, 1, 720),
        ("security.remember_days", security.remember_days, 1, 90),
        ("security.sudo_minutes", security.sudo_minutes, 1, 60),
        ("finance.due_days", finance.due_days, 0, 365),
        ("finance.proforma_cancel_days", finance.proforma_cancel_days, 0, 365),
        ("retention.tasks_days", retention.tasks_days, 1, 3650),
        ("retention.sessions_days", retention.sessions_days, 1, 3650),
        ("retention.notifications_days", retention.notifications_days, 1, 3650),
        ("retention.module_log_days", retention.module_log_days, 1, 3650),
    ] {
        fields.range(name, i64::from(value), min, max);
    }
    network::check_own(&mut fields, "security.staff_networks", &security.staff_networks, ip);
    let mut limits = |prefix: &str, decimals: u32, min: &str, max: &str, balance: &str| {
        let mut read = |name: &str, text: &str| {
            fields.decimal(&format!("{prefix}{name}"), text, decimals, Decimal::ZERO, AMOUNT_MAX)
        };
        let (min, max) = (read("add_funds_min", min), read("add_funds_max", max));
        read("balance_max", balance);
        if let (Some(min), Some(max)) = (min, max) {
            fields.check(
                min <= max,
                &format!("{prefix}add_funds_max"),
                "out_of_range",
                "Not below the minimum.",
            );
        }
    };
    // Of many currencies: whatever the finest has.
    limits("finance.", 4, &finance.add_funds_min, &finance.add_funds_max, &finance.balance_max);
    for (index, own) in finance.limits.iter().enumerate() {
        let (prefix, decimals) = (format!("finance.limits.{index}."), own.currency.decimals());
        limits(&prefix, decimals, &own.add_funds_min, &own.add_funds_max, &own.balance_max);
    }
    let mut currencies: Vec<Currency> = finance.limits.iter().map(|own| own.currency).collect();
    currencies.sort_unstable();
    currencies.dedup();
    fields.check(
        currencies.len() == finance.limits.len(),
        "finance.limits",
        "taken",
        "One row for each currency.",
    );
    fields.range("finance.limits", i64::try_from(finance.limits.len()).unwrap_or(i64::MAX), 0, 200);
    let few = finance.wallet_low_hours.len() <= 10
        && finance.wallet_low_hours.iter().all(|hours| (1..=720).contains(hours));
    fields.check(few, "finance.wallet_low_hours", "out_of_range", "At most ten values from 1 to 720.");
    let few = finance.reminder_days.len() <= 10
        && finance.reminder_days.iter().all(|days| (-60..=60).contains(days));
    fields.check(few, "finance.reminder_days", "out_of_range", "At most ten values from -60 to 60.");
    rates::check_address(&mut fields, "finance.rates_feed_url", &finance.rates_feed_url);
    fields.finish()
}

/// Change the settings of the installation. Asks browsers for the password again when it is about who comes in, and how.
#[utoipa::path(tag = "settings", operation_id = "putSettings", request_body = Settings,
    responses((status = 200, body = Settings)), extensions(("x-permission" = json!("settings.edit"))))]
#[put("/admin/settings")]
async fn put_settings(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    changed: Json<Settings>,
) -> Result<Json<Settings>> {
    check(&changed, who.actor.ip.as_deref().unwrap_or(""))?;
    let now = app.clock.now();
    let mut conn = app.db.get().await?;
    let stored = conn
        .transaction::<_, Error, _>(async |tx| {
            let before = store::lock(tx, now).await?;
            Refusal::if_changed(before.version, changed.version)?;
            // Who comes in, and how.
            if changed.security != before.security || changed.registration != before.registration {
                need_sudo_in_browser(tx, now, who.proof).await?;
            }
            let after = Settings { version: before.version + 1, ..changed.0.clone() };
            store::store(tx, now, &after).await?;
            let entry = Entry {
                action: "settings.changed",
                description: "Changed the settings".to_owned(),
                old: Some(serde_json::to_value(&before)?),
                new: Some(serde_json::to_value(&after)?),
                ..Entry::default()
            };
            audit::record(tx, &who.actor, now, entry).await?;
            Ok(after)
        })
        .await?;
    Ok(Json(stored))
}

/// Currencies that something can be sold in.
#[utoipa::path(tag = "settings", operation_id = "listCurrencies", params(PageQuery),
    responses((status = 200, body = Page<CurrencyDetail>)), extensions(("x-permission" = json!("settings.view"))))]
#[get("/admin/currencies")]
async fn list_currencies(
    app: web::Data<App>,
    _who: May<rights::SettingsView>,
    page: Query<PageQuery>,
) -> Result<Json<Page<CurrencyDetail>>> {
    let paging = Paging::read(&page, &["code", "rate"])?;
    let (rows, total) = store::list_currencies(&mut *app.db.get().await?, &paging).await?;
    Ok(Json(paging.page(rows.into_iter().map(Into::into).collect(), total)))
}

/// Add a currency.
#[utoipa::path(tag = "settings", operation_id = "createCurrency", request_body = NewCurrency,
    responses((status = 201, body = CurrencyDetail)), extensions(("x-permission" = json!("settings.edit"))))]
#[post("/admin/currencies")]
async fn create_currency(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    new: Json<NewCurrency>,
) -> Result<impl Responder> {
    let mut conn = app.db.get().await?;
    let created = currencies::create(&mut conn, app.clock.now(), &who.actor, new.0).await?;
    Ok(Json(created).customize().with_status(StatusCode::CREATED))
}

/// Change a currency.
#[utoipa::path(tag = "settings", operation_id = "changeCurrency", request_body = CurrencyChange,
    params(("code" = Currency, Path, description = "ISO 4217")),
    responses((status = 200, body = CurrencyDetail)), extensions(("x-permission" = json!("settings.edit"))))]
#[put("/admin/currencies/{code}")]
async fn change_currency(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    code: Path<Currency>,
    change: Json<CurrencyChange>,
) -> Result<Json<CurrencyDetail>> {
    let mut conn = app.db.get().await?;
    Ok(Json(currencies::change(&mut conn, app.clock.now(), &who.actor, *code, change.0).await?))
}

/// Make a currency the default; all rates are taken anew from it. Or learn what that would do.
#[utoipa::path(tag = "settings", operation_id = "makeCurrencyDefault", request_body = MakeCurrencyDefault,
    params(("code" = Currency, Path, description = "ISO 4217"), DryRun),
    responses((status = 200, body = Tried<CurrencyDetail>)), extensions(("x-permission" = json!("settings.edit"))))]
#[post("/admin/currencies/{code}/default")]
async fn make_currency_default(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    code: Path<Currency>,
    dry: Query<DryRun>,
    seen: Json<MakeCurrencyDefault>,
) -> Result<Json<Tried<CurrencyDetail>>> {
    let (mut conn, now, version) = (app.db.get().await?, app.clock.now(), seen.version);
    if dry.dry_run {
        let would = currencies::rehearse_make_default(&mut conn, now, &who.actor, *code, version).await?;
        return Ok(Json(Tried::Would(would)));
    }
    let made = currencies::make_default(&mut conn, now, &who.actor, *code, version).await?;
    Ok(Json(Tried::Done(made)))
}

/// Delete a currency that nothing uses.
#[utoipa::path(tag = "settings", operation_id = "deleteCurrency",
    params(("code" = Currency, Path, description = "ISO 4217"), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal),
        (status = 204, description = "Deleted")), extensions(("x-permission" = json!("settings.edit"))))]
#[delete("/admin/currencies/{code}")]
async fn delete_currency(
    app: web::Data<App>,
    who: May<rights::SettingsEdit>,
    code: Path<Currency>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    let (mut conn, now) = (app.db.get().await?, app.clock.now());
    if dry.dry_run {
        let would = currencies::rehearse_delete(&mut conn, now, &who.actor, *code).await?;
        return Ok(HttpResponse::Ok().json(would));
    }
    currencies::delete(&mut conn, now, &who.actor, *code).await?;
    Ok(HttpResponse::NoContent().finish())
}

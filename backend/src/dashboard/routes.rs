//! `/admin/dashboard`.

use actix_web::{get, web};
use shared::dashboard::Dashboard;
use shared::{Currency, Permission};

use super::store;
use crate::App;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, rights};
use crate::{jobs, settings};

pub fn routes(cfg: &mut Routes) {
    cfg.service(get_dashboard);
}

/// How the business is doing right now.
#[utoipa::path(tag = "automation", operation_id = "getDashboard", responses((status = 200, body = Dashboard)),
    extensions(("x-permission" = json!("dashboard.view"))))]
#[get("/admin/dashboard")]
async fn get_dashboard(app: web::Data<App>, who: May<rights::DashboardView>) -> Result<Json<Dashboard>> {
    let (now, real) = (app.clock.now(), app.clock.real_now());
    let mut conn = app.db.get().await?;
    let conn = &mut *conn;
    let currency = store::default_currency(conn).await?.unwrap_or(Currency::EUR);
    let zone = settings::load(conn).await?.general.time_zone;
    let moved = now.duration_since(real).abs() > jiff::SignedDuration::from_secs(60);
    let status = jobs::status::automation(&app, conn).await?;
    let activity = if who.may(Permission::LogsView) { store::activity(conn).await? } else { Vec::new() };
    Ok(Json(Dashboard {
        at: now,
        currency,
        first_steps: store::first_steps(conn).await?,
        system: store::system(conn, zone, moved).await?,
        automation: store::automation(conn, now, status).await?,
        revenue: store::revenue(conn, now, currency).await?,
        wallets: store::wallets(conn, currency).await?,
        clients: store::clients(conn, now).await?,
        services: store::services(conn).await?,
        documents: store::documents(conn, now, currency).await?,
        staff_online: store::staff_online(conn, now).await?,
        failing_tasks: store::failing_tasks(conn).await?,
        activity,
    }))
}

//! Is it alive, is it ready, how is it doing; and the development clock.

use std::time::Duration;

use actix_web::{HttpResponse, get, post, web};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::Code;
use utoipa::ToSchema;

use crate::App;
use crate::audit::{self, Entry};
use crate::http::error::{Error, Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, fields::Fields, rights};

pub fn routes(cfg: &mut Routes) {
    cfg.service(get_clock).service(set_clock);
}

/// `/healthz`: the process answers.
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// So long the database may take to say that it is there.
const ANSWERS_WITHIN: Duration = Duration::from_secs(3);

/// `/readyz`: database and migrations are there, and a connection is free.
pub async fn readyz(app: web::Data<App>) -> Result<HttpResponse> {
    let looked = tokio::time::timeout(ANSWERS_WITHIN, async {
        let mut conn = app.db.get().await?;
        Ok::<bool, Error>(crate::db::is_migrated(&mut conn).await.unwrap_or(false))
    });
    let Ok(migrated) = looked.await else {
        return Err(Refusal::because(Code::Unavailable, "The database does not answer.").into());
    };
    if !migrated? {
        return Err(Refusal::because(Code::Unavailable, "The database is not migrated.").into());
    }
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n"))
}

/// The time of this installation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ClockState {
    /// What the program takes for the present instant.
    pub now: Timestamp,
    /// Whether it can be moved (development and demonstrations only).
    pub adjustable: bool,
}

/// Where to move the clock.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClockChange {
    /// The instant it shall show.
    pub now: Timestamp,
}

/// What time it is.
#[utoipa::path(tag = "system", operation_id = "getClock", responses((status = 200, body = ClockState)))]
#[get("/public/clock")]
async fn get_clock(app: web::Data<App>) -> Json<ClockState> {
    Json(ClockState { now: app.clock.now(), adjustable: app.clock.is_adjustable() })
}

/// Move the development clock.
#[utoipa::path(tag = "system", operation_id = "setClock", request_body = ClockChange,
    responses((status = 200, body = ClockState)), extensions(("x-permission" = json!("clock.move"))))]
#[post("/admin/clock")]
async fn set_clock(
    app: web::Data<App>,
    who: May<rights::ClockMove>,
    change: Json<ClockChange>,
) -> Result<Json<ClockState>> {
    if !app.clock.is_adjustable() {
        return Err(
            Refusal::because(Code::Conflict, "The clock of this installation cannot be moved.").into()
        );
    }
    let mut fields = Fields::new();
    fields.instant("now", change.now);
    fields.finish()?;
    let mut conn = app.db.get().await?;
    let before = app.clock.now();
    app.clock.set(&mut conn, change.now).await?;
    let entry = Entry {
        action: "clock.moved",
        description: format!("Moved the clock from {before} to {}", change.now),
        ..Entry::default()
    };
    audit::record(&mut conn, &who.actor, app.clock.now(), entry).await?;
    Ok(Json(ClockState { now: app.clock.now(), adjustable: true }))
}

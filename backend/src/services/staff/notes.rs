//! `/admin/services/{id}/notes`: what staff write down about a service.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use shared::identity::{NewStaffNote, StaffNote};
use shared::{Page, PageQuery, ServiceId};

use crate::App;
use crate::http::error::{Refusal, Result};
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};
use crate::identity::client::notes::{self, About};
use crate::services::store;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_service_notes).service(add_service_note);
}

/// Notes of staff about a service.
#[utoipa::path(tag = "services", operation_id = "listServiceNotes", params(("id" = ServiceId, Path), PageQuery),
    responses((status = 200, body = Page<StaffNote>)), extensions(("x-permission" = json!("services.view"))))]
#[get("/admin/services/{id}/notes")]
async fn list_service_notes(
    app: Data<App>,
    _who: May<rights::ServicesView>,
    id: Path<ServiceId>,
    page: Query<PageQuery>,
) -> Result<Json<Page<StaffNote>>> {
    let paging = Paging::read(&page, &["-at"])?;
    let mut conn = app.db.get().await?;
    store::find_for_staff(&mut conn, *id).await?.ok_or_else(Refusal::not_found)?;
    let (items, total) = notes::notes(&mut conn, About::Service(*id), &paging).await?;
    Ok(Json(paging.page(items, total)))
}

/// Write a note about a service; it cannot be changed afterwards.
#[utoipa::path(tag = "services", operation_id = "addServiceNote", request_body = NewStaffNote,
    params(("id" = ServiceId, Path)), responses((status = 201, body = StaffNote)),
    extensions(("x-permission" = json!("services.operate"))))]
#[post("/admin/services/{id}/notes")]
async fn add_service_note(
    app: Data<App>,
    who: May<rights::ServicesOperate>,
    id: Path<ServiceId>,
    new: Json<NewStaffNote>,
) -> Result<HttpResponse> {
    let note = notes::add_note(&app, who.admin, &who.actor, About::Service(*id), &new.text).await?;
    Ok(HttpResponse::Created().json(note))
}

//! `/admin/admins`, `/admin/admin-groups`, `/admin/permissions`.

use actix_web::{HttpResponse, delete, get, post, put, web};
use shared::identity::{
    AdminChange, AdminDetail, AdminFilter, AdminGroupChange, AdminGroupDetail, AdminGroupFilter,
    AdminGroupSummary, AdminSummary, NewAdmin, NewAdminGroup, PermissionArea, PermissionCatalogue,
    PermissionEntry, Reason,
};
use shared::{AdminGroupId, AdminId, DryRun, Page, PageQuery, Permission, Rehearsal};

use super::{admins, groups, store};
use crate::App;
use crate::http::error::Result;
use crate::http::routes::Routes;
use crate::http::{Json, May, Paging, Path, Query, rights};
use crate::identity::session::actions::need_sudo;

pub fn routes(cfg: &mut Routes) {
    cfg.service(list_permissions)
        .service(list_admins)
        .service(create_admin)
        .service(get_admin)
        .service(change_admin)
        .service(delete_admin)
        .service(send_reset)
        .service(remove_two_factor)
        .service(list_groups)
        .service(create_group)
        .service(get_group)
        .service(change_group)
        .service(delete_group);
}

/// Every permission there is, by area.
#[utoipa::path(tag = "staff", operation_id = "listPermissions", responses((status = 200, body = PermissionCatalogue)),
    extensions(("x-permission" = json!("staff.view"))))]
#[get("/admin/permissions")]
async fn list_permissions(_who: May<rights::StaffView>) -> Json<PermissionCatalogue> {
    let mut areas: Vec<PermissionArea> = Vec::new();
    for key in Permission::ALL {
        let entry = PermissionEntry { key: *key, title: key.title().to_owned() };
        match areas.iter_mut().find(|area| area.area == key.area()) {
            Some(area) => area.permissions.push(entry),
            None => areas.push(PermissionArea { area: key.area().to_owned(), permissions: vec![entry] }),
        }
    }
    Json(PermissionCatalogue { areas })
}

/// Administrators.
#[utoipa::path(tag = "staff", operation_id = "listAdmins", params(PageQuery, AdminFilter),
    responses((status = 200, body = Page<AdminSummary>)), extensions(("x-permission" = json!("staff.view"))))]
#[get("/admin/admins")]
async fn list_admins(
    app: web::Data<App>,
    _who: May<rights::StaffView>,
    page: Query<PageQuery>,
    filter: Query<AdminFilter>,
) -> Result<Json<Page<AdminSummary>>> {
    let paging = Paging::read(&page, store::ADMIN_SORTS)?;
    let (items, total) = store::list_admins(&mut *app.db.get().await?, &paging, &filter).await?;
    Ok(Json(paging.page(items, total)))
}

/// Create an administrator.
#[utoipa::path(tag = "staff", operation_id = "createAdmin", request_body = NewAdmin,
    responses((status = 201, body = AdminDetail)), extensions(("x-permission" = json!("staff.edit"))))]
#[post("/admin/admins")]
async fn create_admin(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    new: Json<NewAdmin>,
) -> Result<HttpResponse> {
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    Ok(HttpResponse::Created().json(admins::create(&app, &who.staff, &new).await?))
}

/// An administrator, and where each of his permissions comes from.
#[utoipa::path(tag = "staff", operation_id = "getAdmin", params(("id" = AdminId, Path)),
    responses((status = 200, body = AdminDetail)), extensions(("x-permission" = json!("staff.view"))))]
#[get("/admin/admins/{id}")]
async fn get_admin(
    app: web::Data<App>,
    _who: May<rights::StaffView>,
    id: Path<AdminId>,
) -> Result<Json<AdminDetail>> {
    Ok(Json(admins::detail(&mut *app.db.get().await?, *id).await?))
}

/// Change an administrator.
#[utoipa::path(tag = "staff", operation_id = "changeAdmin", request_body = AdminChange, params(("id" = AdminId, Path)),
    responses((status = 200, body = AdminDetail)), extensions(("x-permission" = json!("staff.edit"))))]
#[put("/admin/admins/{id}")]
async fn change_admin(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    id: Path<AdminId>,
    change: Json<AdminChange>,
) -> Result<Json<AdminDetail>> {
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    Ok(Json(admins::change(&app, &who.staff, *id, &change).await?))
}

/// Delete an administrator.
#[utoipa::path(tag = "staff", operation_id = "deleteAdmin", params(("id" = AdminId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal),
        (status = 204, description = "Deleted.")), extensions(("x-permission" = json!("staff.edit"))))]
#[delete("/admin/admins/{id}")]
async fn delete_admin(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    id: Path<AdminId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(admins::rehearse_delete(&app, &who.staff, *id).await?));
    }
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    admins::delete(&app, &who.staff, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Mail an administrator a link to set a new password. At most five an hour.
#[utoipa::path(tag = "staff", operation_id = "sendAdminPasswordReset", params(("id" = AdminId, Path)),
    responses((status = 204, description = "Sent."), (status = 429)), extensions(("x-permission" = json!("staff.edit"))))]
#[post("/admin/admins/{id}/password-reset")]
async fn send_reset(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    id: Path<AdminId>,
) -> Result<HttpResponse> {
    admins::send_reset(&app, &who.staff, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take an administrator's second factor away, after his identity was checked.
#[utoipa::path(tag = "staff", operation_id = "removeAdminTwoFactor", request_body = Reason, params(("id" = AdminId, Path)),
    responses((status = 204, description = "Removed.")), extensions(("x-permission" = json!("staff.edit"))))]
#[post("/admin/admins/{id}/remove-two-factor")]
async fn remove_two_factor(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    id: Path<AdminId>,
    reason: Json<Reason>,
) -> Result<HttpResponse> {
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    admins::remove_two_factor(&app, &who.staff, *id, &reason.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Groups of administrators.
#[utoipa::path(tag = "staff", operation_id = "listAdminGroups", params(PageQuery, AdminGroupFilter),
    responses((status = 200, body = Page<AdminGroupSummary>)), extensions(("x-permission" = json!("staff.view"))))]
#[get("/admin/admin-groups")]
async fn list_groups(
    app: web::Data<App>,
    _who: May<rights::StaffView>,
    page: Query<PageQuery>,
    filter: Query<AdminGroupFilter>,
) -> Result<Json<Page<AdminGroupSummary>>> {
    let paging = Paging::read(&page, store::GROUP_SORTS)?;
    let (items, total) = store::list_groups(&mut *app.db.get().await?, &paging, &filter).await?;
    Ok(Json(paging.page(items, total)))
}

/// Create a group of administrators.
#[utoipa::path(tag = "staff", operation_id = "createAdminGroup", request_body = NewAdminGroup,
    responses((status = 201, body = AdminGroupDetail)), extensions(("x-permission" = json!("staff.edit"))))]
#[post("/admin/admin-groups")]
async fn create_group(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    new: Json<NewAdminGroup>,
) -> Result<HttpResponse> {
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    Ok(HttpResponse::Created().json(groups::create(&app, &who.staff, &new).await?))
}

/// A group with what it holds and who is in it.
#[utoipa::path(tag = "staff", operation_id = "getAdminGroup", params(("id" = AdminGroupId, Path)),
    responses((status = 200, body = AdminGroupDetail)), extensions(("x-permission" = json!("staff.view"))))]
#[get("/admin/admin-groups/{id}")]
async fn get_group(
    app: web::Data<App>,
    _who: May<rights::StaffView>,
    id: Path<AdminGroupId>,
) -> Result<Json<AdminGroupDetail>> {
    Ok(Json(groups::detail(&mut *app.db.get().await?, *id).await?))
}

/// Change a group of administrators.
#[utoipa::path(tag = "staff", operation_id = "changeAdminGroup", request_body = AdminGroupChange,
    params(("id" = AdminGroupId, Path)), responses((status = 200, body = AdminGroupDetail)),
    extensions(("x-permission" = json!("staff.edit"))))]
#[put("/admin/admin-groups/{id}")]
async fn change_group(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    id: Path<AdminGroupId>,
    change: Json<AdminGroupChange>,
) -> Result<Json<AdminGroupDetail>> {
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    Ok(Json(groups::change(&app, &who.staff, *id, &change).await?))
}

/// Delete a group that nobody is in.
#[utoipa::path(tag = "staff", operation_id = "deleteAdminGroup", params(("id" = AdminGroupId, Path), DryRun),
    responses((status = 200, description = "With `dry_run=true`: what would happen.", body = Rehearsal),
        (status = 204, description = "Deleted.")), extensions(("x-permission" = json!("staff.edit"))))]
#[delete("/admin/admin-groups/{id}")]
async fn delete_group(
    app: web::Data<App>,
    who: May<rights::StaffEdit>,
    id: Path<AdminGroupId>,
    dry: Query<DryRun>,
) -> Result<HttpResponse> {
    if dry.dry_run {
        return Ok(HttpResponse::Ok().json(groups::rehearse_delete(&app, &who.staff, *id).await?));
    }
    need_sudo(&mut *app.db.get().await?, app.clock.now(), who.proof).await?;
    groups::delete(&app, &who.staff, *id).await?;
    Ok(HttpResponse::NoContent().finish())
}

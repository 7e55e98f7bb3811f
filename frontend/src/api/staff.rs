//! Members of staff, their groups and permissions.

use shared::identity::*;
use shared::{AdminGroupId, AdminId, Page};

use super::client::{self, ApiError, Nothing};

pub async fn admins(query: String) -> Result<Page<AdminSummary>, ApiError> {
    client::get(&format!("/admin/admins?{query}")).await
}

pub async fn admin(id: AdminId) -> Result<AdminDetail, ApiError> {
    client::get(&format!("/admin/admins/{id}")).await
}

pub async fn create_admin(body: &NewAdmin) -> Result<AdminDetail, ApiError> {
    client::post("/admin/admins", body).await
}

pub async fn change_admin(id: AdminId, body: &AdminChange) -> Result<AdminDetail, ApiError> {
    client::put(&format!("/admin/admins/{id}"), body).await
}

pub async fn delete_admin(id: AdminId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/admins/{id}")).await
}

pub async fn send_admin_reset(id: AdminId) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/admins/{id}/password-reset")).await
}

/// Takes a colleague's second factor away.
pub async fn remove_admin_factor(id: AdminId, body: &Reason) -> Result<Nothing, ApiError> {
    client::post(&format!("/admin/admins/{id}/remove-two-factor"), body).await
}

pub async fn groups(query: String) -> Result<Page<AdminGroupSummary>, ApiError> {
    client::get(&format!("/admin/admin-groups?{query}")).await
}

pub async fn group(id: AdminGroupId) -> Result<AdminGroupDetail, ApiError> {
    client::get(&format!("/admin/admin-groups/{id}")).await
}

pub async fn create_group(body: &NewAdminGroup) -> Result<AdminGroupDetail, ApiError> {
    client::post("/admin/admin-groups", body).await
}

pub async fn change_group(id: AdminGroupId, body: &AdminGroupChange) -> Result<AdminGroupDetail, ApiError> {
    client::put(&format!("/admin/admin-groups/{id}"), body).await
}

pub async fn delete_group(id: AdminGroupId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/admin-groups/{id}")).await
}

pub async fn permissions() -> Result<PermissionCatalogue, ApiError> {
    client::get("/admin/permissions").await
}

/// The activity log, by keyset.
pub async fn activity(query: String) -> Result<ActivityPage, ApiError> {
    client::get(&format!("/admin/activity?{query}")).await
}

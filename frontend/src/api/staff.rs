//! Members of staff, their groups and permissions.

use shared::identity::*;
use shared::{AdminGroupId, AdminId, LogPage, Page};

use super::client::{self, Nothing, Reply};

pub fn admins(query: String) -> Reply<Page<AdminSummary>> {
    client::get(&format!("/admin/admins?{query}"))
}

pub fn admin(id: AdminId) -> Reply<AdminDetail> {
    client::get(&format!("/admin/admins/{id}"))
}

pub fn create_admin(body: &NewAdmin) -> Reply<AdminDetail> {
    client::post("/admin/admins", body)
}

pub fn change_admin(id: AdminId, body: &AdminChange) -> Reply<AdminDetail> {
    client::put(&format!("/admin/admins/{id}"), body)
}

pub fn send_admin_reset(id: AdminId) -> Reply<Nothing> {
    client::act(&format!("/admin/admins/{id}/password-reset"))
}

/// Takes a colleague's second factor away.
pub fn remove_admin_factor(id: AdminId, body: &Reason) -> Reply<Nothing> {
    client::post(&format!("/admin/admins/{id}/remove-two-factor"), body)
}

pub fn groups(query: String) -> Reply<Page<AdminGroupSummary>> {
    client::get(&format!("/admin/admin-groups?{query}"))
}

pub fn group(id: AdminGroupId) -> Reply<AdminGroupDetail> {
    client::get(&format!("/admin/admin-groups/{id}"))
}

pub fn create_group(body: &NewAdminGroup) -> Reply<AdminGroupDetail> {
    client::post("/admin/admin-groups", body)
}

pub fn change_group(id: AdminGroupId, body: &AdminGroupChange) -> Reply<AdminGroupDetail> {
    client::put(&format!("/admin/admin-groups/{id}"), body)
}

pub fn permissions() -> Reply<PermissionCatalogue> {
    client::get("/admin/permissions")
}

/// The activity log, by keyset.
pub fn activity(query: String) -> Reply<LogPage<ActivityEntry>> {
    client::get(&format!("/admin/activity?{query}"))
}

//! Users and clients, as staff work with them.

use shared::identity::*;
use shared::{ClientId, Page, UserId};

use super::client::{self, ApiError, Key, Nothing, Reply};

pub fn clients(query: String) -> Reply<Page<ClientSummary>> {
    client::get(&format!("/admin/clients?{query}"))
}

pub fn client(id: ClientId) -> Reply<ClientDetail> {
    client::get(&format!("/admin/clients/{id}"))
}

pub fn create_client(body: &NewClient) -> Reply<ClientDetail> {
    client::post("/admin/clients", body)
}

pub fn change_client(id: ClientId, body: &ClientChange) -> Reply<ClientDetail> {
    client::put(&format!("/admin/clients/{id}"), body)
}

/// Writes one of the addresses of a client whose version was read.
pub fn set_address(
    id: ClientId,
    kind: AddressKind,
    version: i32,
    body: &PostalAddress,
) -> Reply<ClientDetail> {
    client::put(&format!("/admin/clients/{id}/addresses/{kind}?version={version}"), body)
}

/// Deletes an address; the billing address stays.
pub fn delete_address(id: ClientId, kind: AddressKind, version: i32) -> Reply<ClientDetail> {
    client::delete(&format!("/admin/clients/{id}/addresses/{kind}?version={version}"))
}

/// Where its users are or were signed in.
pub fn client_sessions(id: ClientId, query: String) -> Reply<Page<ClientSession>> {
    client::get(&format!("/admin/clients/{id}/sessions?{query}"))
}

/// Sends an e-mail to users of a client.
pub fn send_message(id: ClientId, body: &NewClientMessage, key: &Key) -> Reply<Nothing> {
    client::post_once(&format!("/admin/clients/{id}/messages"), body, key)
}

/// With `dry_run` it only says what would happen.
pub fn change_status(id: ClientId, body: &ClientStatusChange, dry_run: bool) -> Reply<ClientStatusEffect> {
    client::post(&format!("/admin/clients/{id}/status?dry_run={dry_run}"), body)
}

pub async fn status_history(id: ClientId) -> Result<Vec<ClientStatusEntry>, ApiError> {
    Ok(client::get::<Page<ClientStatusEntry>>(&format!("/admin/clients/{id}/status-history?per_page=50"))
        .await?
        .items)
}

pub fn confirm_client(id: ClientId) -> Reply<Nothing> {
    client::act(&format!("/admin/clients/{id}/confirm"))
}

pub fn resend_client_confirmation(id: ClientId) -> Reply<Nothing> {
    client::act(&format!("/admin/clients/{id}/resend-confirmation"))
}

pub fn add_client_user(id: ClientId, body: &NewClientUser) -> Reply<Vec<ClientUser>> {
    client::post(&format!("/admin/clients/{id}/users"), body)
}

/// Notes of staff about what `path` names, newest first.
pub fn notes(path: &str, page: u32, rows: u32) -> Reply<Page<StaffNote>> {
    client::get(&format!("{path}?page={page}&per_page={rows}"))
}

pub fn add_note(path: &str, body: &NewStaffNote) -> Reply<StaffNote> {
    client::post(path, body)
}

pub fn users(query: String) -> Reply<Page<UserSummary>> {
    client::get(&format!("/admin/users?{query}"))
}

pub fn user(id: UserId) -> Reply<UserDetail> {
    client::get(&format!("/admin/users/{id}"))
}

pub fn create_user(body: &NewUser) -> Reply<UserDetail> {
    client::post("/admin/users", body)
}

pub fn change_user(id: UserId, body: &UserChange) -> Reply<UserDetail> {
    client::put(&format!("/admin/users/{id}"), body)
}

pub fn send_user_reset(id: UserId) -> Reply<Nothing> {
    client::act(&format!("/admin/users/{id}/password-reset"))
}

pub fn remove_user_factor(id: UserId, body: &Reason) -> Reply<Nothing> {
    client::post(&format!("/admin/users/{id}/remove-two-factor"), body)
}

/// Where a user is or was signed in, latest first.
pub async fn user_sessions(id: UserId) -> Result<Vec<SessionSummary>, ApiError> {
    Ok(client::get::<Page<SessionSummary>>(&format!("/admin/users/{id}/sessions?per_page=50")).await?.items)
}

/// Signs a user out everywhere.
pub fn end_user_sessions(id: UserId) -> Reply<SessionsEnded> {
    client::delete(&format!("/admin/users/{id}/sessions"))
}

/// How many accounts keep their password in which way.
pub fn password_schemes() -> Reply<Vec<PasswordSchemeCount>> {
    client::get("/admin/password-schemes")
}

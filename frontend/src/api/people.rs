//! Users and clients, as staff work with them.

use shared::identity::*;
use shared::{ClientId, Page, UserId};

use super::client::{self, ApiError, Nothing};

pub async fn clients(query: String) -> Result<Page<ClientSummary>, ApiError> {
    client::get(&format!("/admin/clients?{query}")).await
}

pub async fn client(id: ClientId) -> Result<ClientDetail, ApiError> {
    client::get(&format!("/admin/clients/{id}")).await
}

pub async fn create_client(body: &NewClient) -> Result<ClientDetail, ApiError> {
    client::post("/admin/clients", body).await
}

pub async fn change_client(id: ClientId, body: &ClientChange) -> Result<ClientDetail, ApiError> {
    client::put(&format!("/admin/clients/{id}"), body).await
}

/// Writes one of the addresses of a client.
pub async fn set_address(
    id: ClientId,
    kind: AddressKind,
    body: &PostalAddress,
) -> Result<ClientDetail, ApiError> {
    client::put(&format!("/admin/clients/{id}/addresses/{kind}"), body).await
}

/// Deletes an address; the billing address stays.
pub async fn delete_address(id: ClientId, kind: AddressKind) -> Result<ClientDetail, ApiError> {
    client::delete(&format!("/admin/clients/{id}/addresses/{kind}")).await
}

/// Where its users are or were signed in.
pub async fn client_sessions(id: ClientId, query: String) -> Result<Page<ClientSession>, ApiError> {
    client::get(&format!("/admin/clients/{id}/sessions?{query}")).await
}

/// Where the list with these filters is downloaded from, as CSV.
pub fn clients_csv(query: &str) -> String {
    client::file(&format!("/admin/clients.csv?{query}"))
}

/// With `dry_run` it only says what would happen.
pub async fn change_status(
    id: ClientId,
    body: &ClientStatusChange,
    dry_run: bool,
) -> Result<ClientStatusEffect, ApiError> {
    client::post(&format!("/admin/clients/{id}/status?dry_run={dry_run}"), body).await
}

pub async fn status_history(id: ClientId) -> Result<Vec<ClientStatusEntry>, ApiError> {
    Ok(client::get::<Page<ClientStatusEntry>>(&format!("/admin/clients/{id}/status-history?per_page=50"))
        .await?
        .items)
}

pub async fn confirm_client(id: ClientId) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/clients/{id}/confirm")).await
}

pub async fn resend_client_confirmation(id: ClientId) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/clients/{id}/resend-confirmation")).await
}

pub async fn add_client_user(id: ClientId, body: &NewClientUser) -> Result<Vec<ClientUser>, ApiError> {
    client::post(&format!("/admin/clients/{id}/users"), body).await
}

pub async fn change_client_user(
    id: ClientId,
    user: UserId,
    body: &ClientUserChange,
) -> Result<Vec<ClientUser>, ApiError> {
    client::put(&format!("/admin/clients/{id}/users/{user}"), body).await
}

pub async fn detach_client_user(id: ClientId, user: UserId) -> Result<Vec<ClientUser>, ApiError> {
    client::delete(&format!("/admin/clients/{id}/users/{user}")).await
}

pub async fn switch_owner(id: ClientId, body: &OwnerSwitch) -> Result<Vec<ClientUser>, ApiError> {
    client::post(&format!("/admin/clients/{id}/owner"), body).await
}

/// Notes of staff about a client, newest first.
pub async fn notes(id: ClientId) -> Result<Vec<ClientNote>, ApiError> {
    Ok(client::get::<Page<ClientNote>>(&format!("/admin/clients/{id}/notes?per_page=100")).await?.items)
}

pub async fn add_note(id: ClientId, body: &NewClientNote) -> Result<ClientNote, ApiError> {
    client::post(&format!("/admin/clients/{id}/notes"), body).await
}

pub async fn users(query: String) -> Result<Page<UserSummary>, ApiError> {
    client::get(&format!("/admin/users?{query}")).await
}

pub async fn user(id: UserId) -> Result<UserDetail, ApiError> {
    client::get(&format!("/admin/users/{id}")).await
}

pub async fn create_user(body: &NewUser) -> Result<UserDetail, ApiError> {
    client::post("/admin/users", body).await
}

pub async fn change_user(id: UserId, body: &UserChange) -> Result<UserDetail, ApiError> {
    client::put(&format!("/admin/users/{id}"), body).await
}

pub async fn delete_user(id: UserId) -> Result<Nothing, ApiError> {
    client::delete(&format!("/admin/users/{id}")).await
}

pub async fn send_user_reset(id: UserId) -> Result<Nothing, ApiError> {
    client::act(&format!("/admin/users/{id}/password-reset")).await
}

pub async fn remove_user_factor(id: UserId, body: &Reason) -> Result<Nothing, ApiError> {
    client::post(&format!("/admin/users/{id}/remove-two-factor"), body).await
}

/// Where a user is or was signed in, latest first.
pub async fn user_sessions(id: UserId) -> Result<Vec<SessionSummary>, ApiError> {
    Ok(client::get::<Page<SessionSummary>>(&format!("/admin/users/{id}/sessions?per_page=50")).await?.items)
}

/// Signs a user out everywhere.
pub async fn end_user_sessions(id: UserId) -> Result<SessionsEnded, ApiError> {
    client::delete(&format!("/admin/users/{id}/sessions")).await
}

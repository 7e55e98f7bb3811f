//! Services and orders, as staff work with them.

use shared::billing::ledger::ChargeDetail;
use shared::services::*;
use shared::{OrderId, Page, ServiceId};

use super::client::{self, ApiError, Key};

pub async fn services(query: String) -> Result<Page<ServiceSummary>, ApiError> {
    client::get(&format!("/admin/services?{query}")).await
}

pub async fn service(id: ServiceId) -> Result<ServiceForStaff, ApiError> {
    client::get(&format!("/admin/services/{id}")).await
}

/// Places an order for a client.
pub async fn create_order(body: &NewOrderByStaff, key: &Key) -> Result<OrderDetail, ApiError> {
    client::post_once("/admin/orders", body, key).await
}

pub async fn suspend(id: ServiceId, body: &SuspendService) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/suspend"), body).await
}

/// `idle`, `unidle`, `retry`, `delivered`, `withdraw-termination`: acts that need nothing more.
pub async fn act(id: ServiceId, action: &str) -> Result<ServiceForStaff, ApiError> {
    client::act(&format!("/admin/services/{id}/{action}")).await
}

pub async fn resume(id: ServiceId, body: &ServiceNote) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/resume"), body).await
}

/// Gives it another label.
pub async fn rename(id: ServiceId, body: &ServiceChange) -> Result<ServiceForStaff, ApiError> {
    client::patch(&format!("/admin/services/{id}"), body).await
}

pub async fn preview_options(id: ServiceId, body: &OptionsChange) -> Result<OptionsChangePreview, ApiError> {
    client::post(&format!("/admin/services/{id}/options/preview"), body).await
}

pub async fn change_options(id: ServiceId, body: &OptionsChange) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/options"), body).await
}

/// What it was charged, latest first.
pub async fn charges(id: ServiceId, query: String) -> Result<Page<ChargeDetail>, ApiError> {
    client::get(&format!("/admin/services/{id}/charges?{query}")).await
}

pub async fn orders(query: String) -> Result<Page<OrderSummary>, ApiError> {
    client::get(&format!("/admin/orders?{query}")).await
}

pub async fn order(id: OrderId) -> Result<OrderDetail, ApiError> {
    client::get(&format!("/admin/orders/{id}")).await
}

/// Only one that waits for money.
pub async fn cancel_order(id: OrderId, body: &ServiceNote) -> Result<OrderDetail, ApiError> {
    client::post(&format!("/admin/orders/{id}/cancel"), body).await
}

pub async fn terminate(id: ServiceId, body: &TerminateService) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/terminate"), body).await
}

pub async fn force(id: ServiceId, body: &ForceState) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/force"), body).await
}

pub async fn set_manual(id: ServiceId, body: &ManualFlag) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/manual"), body).await
}

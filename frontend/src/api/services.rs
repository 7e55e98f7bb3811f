//! Services and orders, as staff work with them.

use shared::services::*;
use shared::{Page, ServiceId};

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

/// `resume`, `idle`, `unidle`, `retry`, `delivered`, `withdraw-termination`: acts that take a remark.
pub async fn act(id: ServiceId, action: &str, body: &ServiceNote) -> Result<ServiceForStaff, ApiError> {
    client::post(&format!("/admin/services/{id}/{action}"), body).await
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

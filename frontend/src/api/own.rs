//! What a user does for a client: its profile, wallet, services, orders, transactions and tokens.

use shared::billing::ledger::{ChargeDetail, TransactionDetail, TransactionPage};
use shared::billing::wallet::CostSummary;
use shared::catalog::{Quote, QuoteRequest};
use shared::identity::*;
use shared::services::*;
use shared::{ClientId, OrderId, Page, ServiceId, TokenId, TransferId};

use super::client::{self, ApiError, Key};

pub async fn profile(client: ClientId) -> Result<ClientProfile, ApiError> {
    client::get(&format!("/clients/{client}/profile")).await
}

pub async fn change_profile(
    client: ClientId,
    change: &ClientProfileChange,
) -> Result<ClientProfile, ApiError> {
    client::put(&format!("/clients/{client}/profile"), change).await
}

/// Balance, recurring cost, recommended top-up, and until when the wallet lasts.
pub async fn cost(client: ClientId) -> Result<CostSummary, ApiError> {
    client::get(&format!("/clients/{client}/costs")).await
}

pub async fn transactions(client: ClientId, query: &str) -> Result<TransactionPage, ApiError> {
    client::get(&format!("/clients/{client}/transactions?{query}")).await
}

pub async fn transaction(client: ClientId, id: TransferId) -> Result<TransactionDetail, ApiError> {
    client::get(&format!("/clients/{client}/transactions/{id}")).await
}

pub async fn counters(client: ClientId) -> Result<ServiceCounters, ApiError> {
    client::get(&format!("/clients/{client}/service-counters")).await
}

pub async fn services(client: ClientId, query: &str) -> Result<Page<ServiceSummary>, ApiError> {
    client::get(&format!("/clients/{client}/services?{query}")).await
}

pub async fn service(client: ClientId, id: ServiceId) -> Result<ServiceDetail, ApiError> {
    client::get(&format!("/clients/{client}/services/{id}")).await
}

pub async fn rename_service(
    client: ClientId,
    id: ServiceId,
    change: &ServiceChange,
) -> Result<ServiceDetail, ApiError> {
    client::patch(&format!("/clients/{client}/services/{id}"), change).await
}

pub async fn service_charges(
    client: ClientId,
    id: ServiceId,
    query: &str,
) -> Result<Page<ChargeDetail>, ApiError> {
    client::get(&format!("/clients/{client}/services/{id}/charges?{query}")).await
}

/// `idle` or `unidle`.
pub async fn service_act(client: ClientId, id: ServiceId, act: &str) -> Result<ServiceDetail, ApiError> {
    client::act(&format!("/clients/{client}/services/{id}/{act}")).await
}

pub async fn request_termination(
    client: ClientId,
    id: ServiceId,
    wish: &TerminateService,
) -> Result<ServiceDetail, ApiError> {
    client::post(&format!("/clients/{client}/services/{id}/termination"), wish).await
}

pub async fn withdraw_termination(client: ClientId, id: ServiceId) -> Result<ServiceDetail, ApiError> {
    client::delete(&format!("/clients/{client}/services/{id}/termination")).await
}

pub async fn preview_options(
    client: ClientId,
    id: ServiceId,
    change: &OptionsChange,
) -> Result<OptionsChangePreview, ApiError> {
    client::post(&format!("/clients/{client}/services/{id}/options/preview"), change).await
}

pub async fn change_options(
    client: ClientId,
    id: ServiceId,
    change: &OptionsChange,
) -> Result<ServiceDetail, ApiError> {
    client::post(&format!("/clients/{client}/services/{id}/options"), change).await
}

pub async fn quote(client: ClientId, request: &QuoteRequest) -> Result<Quote, ApiError> {
    client::post(&format!("/clients/{client}/quote"), request).await
}

pub async fn order(client: ClientId, order: &NewOrder, key: &Key) -> Result<OrderDetail, ApiError> {
    client::post_once(&format!("/clients/{client}/orders"), order, key).await
}

pub async fn orders(client: ClientId, query: &str) -> Result<Page<OrderSummary>, ApiError> {
    client::get(&format!("/clients/{client}/orders?{query}")).await
}

pub async fn order_detail(client: ClientId, id: OrderId) -> Result<OrderDetail, ApiError> {
    client::get(&format!("/clients/{client}/orders/{id}")).await
}

/// Cancels an order that waits for money.
pub async fn cancel_order(client: ClientId, id: OrderId) -> Result<OrderDetail, ApiError> {
    client::act(&format!("/clients/{client}/orders/{id}/cancel")).await
}

pub async fn tokens(client: ClientId, query: &str) -> Result<Page<TokenSummary>, ApiError> {
    client::get(&format!("/clients/{client}/tokens?{query}")).await
}

pub async fn token_scopes(client: ClientId) -> Result<TokenScopes, ApiError> {
    client::get(&format!("/clients/{client}/token-scopes")).await
}

pub async fn create_token(client: ClientId, token: &NewToken) -> Result<TokenCreated, ApiError> {
    client::post(&format!("/clients/{client}/tokens"), token).await
}

pub async fn revoke_token(client: ClientId, id: TokenId) -> Result<(), ApiError> {
    client::delete(&format!("/clients/{client}/tokens/{id}")).await
}

//! What a user does for a client: its profile, wallet, services, orders and transactions.

use shared::billing::ledger::{ChargeDetail, TransactionDetail, TransactionSummary};
use shared::billing::wallet::CostSummary;
use shared::cart::{Cart, CartOrder};
use shared::catalog::{OrderItem, Quote, QuoteRequest};
use shared::identity::*;
use shared::services::*;
use shared::{CartItemId, ClientId, OrderId, Page, Rehearsal, ServiceId, TransferId};

use super::client::{self, Key, Nothing, Reply};

pub fn profile(client: ClientId) -> Reply<ClientProfile> {
    client::get(&format!("/clients/{client}/profile"))
}

pub fn change_profile(client: ClientId, change: &ClientProfileChange) -> Reply<ClientProfile> {
    client::put(&format!("/clients/{client}/profile"), change)
}

/// Balance, recurring cost, recommended top-up, and until when the wallet lasts.
pub fn cost(client: ClientId) -> Reply<CostSummary> {
    client::get(&format!("/clients/{client}/costs"))
}

pub fn transactions(client: ClientId, query: &str) -> Reply<Page<TransactionSummary>> {
    client::get(&format!("/clients/{client}/transactions?{query}"))
}

pub fn transaction(client: ClientId, id: TransferId) -> Reply<TransactionDetail> {
    client::get(&format!("/clients/{client}/transactions/{id}"))
}

pub fn counters(client: ClientId) -> Reply<ServiceCounters> {
    client::get(&format!("/clients/{client}/service-counters"))
}

pub fn services(client: ClientId, query: &str) -> Reply<Page<ServiceSummary>> {
    client::get(&format!("/clients/{client}/services?{query}"))
}

pub fn service(client: ClientId, id: ServiceId) -> Reply<ServiceDetail> {
    client::get(&format!("/clients/{client}/services/{id}"))
}

pub fn rename_service(client: ClientId, id: ServiceId, change: &ServiceChange) -> Reply<ServiceDetail> {
    client::patch(&format!("/clients/{client}/services/{id}"), change)
}

pub fn service_charges(client: ClientId, id: ServiceId, query: &str) -> Reply<Page<ChargeDetail>> {
    client::get(&format!("/clients/{client}/services/{id}/charges?{query}"))
}

/// `idle` or `unidle`.
pub fn service_act(client: ClientId, id: ServiceId, act: &str) -> Reply<ServiceDetail> {
    client::act(&format!("/clients/{client}/services/{id}/{act}"))
}

pub fn request_termination(client: ClientId, id: ServiceId, wish: &TerminateService) -> Reply<ServiceDetail> {
    client::post(&format!("/clients/{client}/services/{id}/termination"), wish)
}

/// Says what ending it would do.
pub fn rehearse_termination(client: ClientId, id: ServiceId, when: TerminationTime) -> Reply<Rehearsal> {
    let wish = TerminateService { when, note: String::new() };
    client::post(&format!("/clients/{client}/services/{id}/termination?dry_run=true"), &wish)
}

pub fn withdraw_termination(client: ClientId, id: ServiceId) -> Reply<ServiceDetail> {
    client::delete(&format!("/clients/{client}/services/{id}/termination"))
}

pub fn preview_options(
    client: ClientId,
    id: ServiceId,
    change: &OptionsChange,
) -> Reply<OptionsChangePreview> {
    client::post(&format!("/clients/{client}/services/{id}/options/preview"), change)
}

pub fn change_options(client: ClientId, id: ServiceId, change: &OptionsChange) -> Reply<ServiceDetail> {
    client::post(&format!("/clients/{client}/services/{id}/options"), change)
}

pub fn quote(client: ClientId, request: &QuoteRequest) -> Reply<Quote> {
    client::post(&format!("/clients/{client}/quote"), request)
}

pub fn order(client: ClientId, order: &NewOrder, key: &Key) -> Reply<OrderDetail> {
    client::post_once(&format!("/clients/{client}/orders"), order, key)
}

pub fn cart(client: ClientId) -> Reply<Cart> {
    client::get(&format!("/clients/{client}/cart"))
}

pub fn add_to_cart(client: ClientId, item: &OrderItem) -> Reply<Cart> {
    client::post(&format!("/clients/{client}/cart"), item)
}

pub fn remove_from_cart(client: ClientId, id: CartItemId) -> Reply<Nothing> {
    client::delete(&format!("/clients/{client}/cart/{id}"))
}

pub fn order_cart(client: ClientId, wish: &CartOrder, key: &Key) -> Reply<OrderDetail> {
    client::post_once(&format!("/clients/{client}/cart/order"), wish, key)
}

pub fn orders(client: ClientId, query: &str) -> Reply<Page<OrderSummary>> {
    client::get(&format!("/clients/{client}/orders?{query}"))
}

pub fn order_detail(client: ClientId, id: OrderId) -> Reply<OrderDetail> {
    client::get(&format!("/clients/{client}/orders/{id}"))
}

/// Cancels an order that waits for money.
/// Says what cancelling it would do.
pub fn rehearse_cancel_order(client: ClientId, id: OrderId) -> Reply<Rehearsal> {
    client::act(&format!("/clients/{client}/orders/{id}/cancel?dry_run=true"))
}

pub fn cancel_order(client: ClientId, id: OrderId) -> Reply<OrderDetail> {
    client::act(&format!("/clients/{client}/orders/{id}/cancel"))
}

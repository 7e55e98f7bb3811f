//! Services and orders, as staff work with them.

use shared::billing::ledger::ChargeDetail;
use shared::bulk::{BulkResults, ServiceBulk};
use shared::catalog::Quote;
use shared::services::*;
use shared::{OrderId, Page, Rehearsal, ServiceId};

use super::client::{self, Key, Reply};

pub fn services(query: String) -> Reply<Page<ServiceSummary>> {
    client::get(&format!("/admin/services?{query}"))
}

pub fn service(id: ServiceId) -> Reply<ServiceForStaff> {
    client::get(&format!("/admin/services/{id}"))
}

/// Says what an order would cost a client.
pub fn quote_order(body: &NewOrderByStaff) -> Reply<Quote> {
    client::post("/admin/orders/quote", body)
}

/// Places an order for a client.
pub fn create_order(body: &NewOrderByStaff, key: &Key) -> Reply<OrderDetail> {
    client::post_once("/admin/orders", body, key)
}

pub fn suspend(id: ServiceId, body: &SuspendService) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/suspend"), body)
}

/// Says what suspending it would do.
pub fn rehearse_suspend(id: ServiceId, body: &SuspendService) -> Reply<Rehearsal> {
    client::post(&format!("/admin/services/{id}/suspend?dry_run=true"), body)
}

/// `idle`, `unidle`, `retry`, `delivered`, `withdraw-termination`: acts that need nothing more.
pub fn act(id: ServiceId, action: &str) -> Reply<ServiceForStaff> {
    client::act(&format!("/admin/services/{id}/{action}"))
}

pub fn resume(id: ServiceId, body: &ServiceNote) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/resume"), body)
}

/// Says what resuming it would do.
pub fn rehearse_resume(id: ServiceId) -> Reply<Rehearsal> {
    let note = ServiceNote { note: String::new() };
    client::post(&format!("/admin/services/{id}/resume?dry_run=true"), &note)
}

/// Says what marking it as delivered would do.
pub fn rehearse_delivered(id: ServiceId) -> Reply<Rehearsal> {
    client::act(&format!("/admin/services/{id}/delivered?dry_run=true"))
}

/// Gives it another label.
pub fn rename(id: ServiceId, body: &ServiceChange) -> Reply<ServiceForStaff> {
    client::patch(&format!("/admin/services/{id}"), body)
}

pub fn preview_options(id: ServiceId, body: &OptionsChange) -> Reply<OptionsChangePreview> {
    client::post(&format!("/admin/services/{id}/options/preview"), body)
}

pub fn change_options(id: ServiceId, body: &OptionsChange) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/options"), body)
}

/// What it was charged, latest first.
pub fn charges(id: ServiceId, query: String) -> Reply<Page<ChargeDetail>> {
    client::get(&format!("/admin/services/{id}/charges?{query}"))
}

pub fn orders(query: String) -> Reply<Page<OrderSummary>> {
    client::get(&format!("/admin/orders?{query}"))
}

pub fn order(id: OrderId) -> Reply<OrderDetail> {
    client::get(&format!("/admin/orders/{id}"))
}

/// Only one that waits for money.
pub fn cancel_order(id: OrderId, body: &ServiceNote) -> Reply<OrderDetail> {
    client::post(&format!("/admin/orders/{id}/cancel"), body)
}

/// Says what cancelling it would do.
pub fn rehearse_cancel_order(id: OrderId) -> Reply<Rehearsal> {
    let note = ServiceNote { note: String::new() };
    client::post(&format!("/admin/orders/{id}/cancel?dry_run=true"), &note)
}

/// Says what terminating it would do.
pub fn rehearse_terminate(id: ServiceId, when: TerminationTime) -> Reply<Rehearsal> {
    let body = TerminateService { when, note: String::new() };
    client::post(&format!("/admin/services/{id}/terminate?dry_run=true"), &body)
}

/// Does something to many; `dry_run` only says which of them would be refused.
pub fn act_on_many(body: &ServiceBulk, dry_run: bool, key: &Key) -> Reply<BulkResults> {
    client::post_once(&format!("/admin/services/bulk?dry_run={dry_run}"), body, key)
}

pub fn terminate(id: ServiceId, body: &TerminateService) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/terminate"), body)
}

pub fn force(id: ServiceId, body: &ForceState) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/force"), body)
}

pub fn move_to(id: ServiceId, body: &MoveService) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/move"), body)
}

/// Says what moving it would do.
pub fn rehearse_move(id: ServiceId, body: &MoveService) -> Reply<Rehearsal> {
    client::post(&format!("/admin/services/{id}/move?dry_run=true"), body)
}

pub fn set_manual(id: ServiceId, body: &ManualFlag) -> Reply<ServiceForStaff> {
    client::post(&format!("/admin/services/{id}/manual"), body)
}

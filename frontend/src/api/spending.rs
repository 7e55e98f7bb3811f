//! The spend guard of a client as both portals set it, and what a service was charged.

use shared::billing::ledger::ServiceCharges;
use shared::billing::spending::{SpendGuard, SpendGuardChange};
use shared::{ClientId, ServiceId};

use super::client::{self, Reply};
use crate::session::Portal;

fn path(portal: Portal, id: ClientId) -> String {
    match portal {
        Portal::Admin => format!("/admin/clients/{id}/spend-guard"),
        Portal::Client => format!("/clients/{id}/spend-guard"),
    }
}

pub fn guard(portal: Portal, id: ClientId) -> Reply<SpendGuard> {
    client::get(&path(portal, id))
}

/// Sets the cap of the portal's side, and the alert of both.
pub fn set_guard(portal: Portal, id: ClientId, change: &SpendGuardChange) -> Reply<SpendGuard> {
    client::put(&path(portal, id), change)
}

/// What a service was charged on each of the last thirty days: to this client, or as staff see it.
pub fn by_day(of: Option<ClientId>, id: ServiceId) -> Reply<ServiceCharges> {
    client::get(&match of {
        Some(client) => format!("/clients/{client}/services/{id}/charges-by-day"),
        None => format!("/admin/services/{id}/charges-by-day"),
    })
}

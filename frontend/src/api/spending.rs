//! The spend guard of a client, as both portals set it.

use shared::ClientId;
use shared::billing::spending::{SpendGuard, SpendGuardChange};

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

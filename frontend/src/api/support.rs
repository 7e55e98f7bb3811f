//! Support access: of the client, and of staff who come in by it.

use shared::identity::*;
use shared::{ClientId, Page, SupportVisitId};

use super::client::{self, Reply};

fn area(client: ClientId) -> String {
    format!("/clients/{client}/support-access")
}

pub fn access(client: ClientId) -> Reply<SupportAccess> {
    client::get(&area(client))
}

pub fn allow(client: ClientId) -> Reply<SupportAccess> {
    client::act(&area(client))
}

pub fn extend(client: ClientId) -> Reply<SupportAccess> {
    client::act(&format!("{}/extend", area(client)))
}

pub fn end(client: ClientId) -> Reply<SupportAccess> {
    client::delete(&area(client))
}

pub fn visits(client: ClientId, query: &str) -> Reply<Page<SupportVisit>> {
    client::get(&format!("{}/visits?{query}", area(client)))
}

pub fn requests(client: ClientId, visit: SupportVisitId, query: &str) -> Reply<Page<SupportRequest>> {
    client::get(&format!("{}/visits/{visit}/requests?{query}", area(client)))
}

/// What signing in as the owner of a client would be.
pub fn preview_sign_in(client: ClientId) -> Reply<SignInAsPreview> {
    client::get(&format!("/admin/clients/{client}/sign-in-as"))
}

pub fn sign_in(client: ClientId, body: &SignInAs) -> Reply<client::Nothing> {
    client::post(&format!("/admin/clients/{client}/sign-in-as"), body)
}

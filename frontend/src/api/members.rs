//! The users of a client, its invitations and its networks. `base` is `/admin/clients/{id}`, or `/clients/{id}` in the client
//! portal.

use shared::identity::*;
use shared::{InvitationId, Page, Rehearsal, UserId};

use super::client::{self, Nothing, Reply};

pub fn users(base: &str, query: &str) -> Reply<Page<ClientUser>> {
    client::get(&format!("{base}/users?{query}"))
}

pub fn change_role(base: &str, user: UserId, body: &ClientUserChange) -> Reply<Nothing> {
    client::put(&format!("{base}/users/{user}"), body)
}

/// `disable` or `enable`.
pub fn set_acting(base: &str, user: UserId, act: &str) -> Reply<Nothing> {
    client::act(&format!("{base}/users/{user}/{act}"))
}

pub fn remove(base: &str, user: UserId) -> Reply<Nothing> {
    client::delete(&format!("{base}/users/{user}"))
}

/// Makes another user the owner; the one before stays as manager.
pub fn make_owner(base: &str, user: UserId) -> Reply<Nothing> {
    client::post(&format!("{base}/owner"), &OwnerSwitch { user })
}

/// Says what making another user the owner would do; staff only.
pub fn rehearse_owner(base: &str, user: UserId) -> Reply<Rehearsal> {
    client::post(&format!("{base}/owner?dry_run=true"), &OwnerSwitch { user })
}

/// From where the client may be used.
pub fn networks(base: &str) -> Reply<AllowedNetworks> {
    client::get(&format!("{base}/networks"))
}

pub fn change_networks(base: &str, body: &AllowedNetworksChange) -> Reply<AllowedNetworks> {
    client::put(&format!("{base}/networks"), body)
}

/// Those that wait: never more than a hundred.
pub fn invitations(base: &str) -> Reply<Page<ClientInvitation>> {
    client::get(&format!("{base}/invitations?per_page=100"))
}

pub fn invite(base: &str, body: &NewInvitation) -> Reply<ClientInvitation> {
    client::post(&format!("{base}/invitations"), body)
}

/// Mails another link; the one before is void.
pub fn resend(base: &str, id: InvitationId) -> Reply<ClientInvitation> {
    client::act(&format!("{base}/invitations/{id}/resend"))
}

pub fn withdraw(base: &str, id: InvitationId) -> Reply<Nothing> {
    client::delete(&format!("{base}/invitations/{id}"))
}

/// What the link of an invitation is to.
pub fn offer(body: &LinkToken) -> Reply<InvitationOffer> {
    client::post("/auth/invitation", body)
}

/// Accepts with the login of the person who is signed in.
pub fn accept(body: &LinkToken) -> Reply<InvitationAccepted> {
    client::post("/me/invitation", body)
}

/// Registers the invited address and accepts at once.
pub fn register(body: &InvitedRegistration) -> Reply<InvitationAccepted> {
    client::post("/auth/invitation/register", body)
}

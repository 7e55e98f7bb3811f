//! What every page of this portal knows: the client it is about, and what the person may do for it.

use leptos::prelude::*;
use shared::ClientId;
use shared::billing::wallet::CostSummary;
use shared::cart::Cart;
use shared::identity::{ClientAccess, ClientPermission, ClientProfile, InsideVisit, UserSession};
use shared::services::ServiceCounters;

use crate::query::Query;
use crate::session::{self, Who};

/// What the frame keeps loaded for all pages of a client.
#[derive(Clone, Copy)]
pub(super) struct Overview {
    pub(super) client: ClientId,
    pub(super) cost: Query<CostSummary>,
    pub(super) counters: Query<ServiceCounters>,
    pub(super) profile: Query<ClientProfile>,
    /// `None`: the person orders nothing for it.
    pub(super) cart: Query<Option<Cart>>,
}

impl Overview {
    /// Loads again what a payment, an order or a change of a service moved.
    pub(super) fn refresh(self) {
        self.cost.refetch();
        self.counters.refetch();
        self.cart.refetch();
    }
}

/// What the frame keeps loaded. It is there before any page is drawn.
pub(super) fn overview() -> Overview {
    expect_context::<Overview>()
}

/// The client that this page is about.
pub(super) fn client() -> ClientId {
    overview().client
}

/// The session, when somebody is signed in.
pub(super) fn signed_in() -> Option<UserSession> {
    session::user().with(|who| match who {
        Who::In(session) => Some(session.clone()),
        _ => None,
    })
}

/// Who of the provider's staff is signed in as the person. `None`: it is the person himself.
pub(super) fn support() -> Option<InsideVisit> {
    signed_in()?.support
}

/// The person's part in the client he acts for.
pub(super) fn access() -> Option<ClientAccess> {
    let acting = session::acting_client()?;
    signed_in()?.clients.into_iter().find(|client| client.id == acting)
}

/// May the person do this for the client? The server decides again.
pub(super) fn may(permission: ClientPermission) -> bool {
    untrack(access).is_some_and(|access| access.permissions.contains(&permission))
}

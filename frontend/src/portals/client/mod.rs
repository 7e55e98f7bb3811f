//! The client portal.

mod frame;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, path};

use crate::parts::NotFound;
use frame::ClientFrame;

/// All pages of signed-in users.
#[component(transparent)]
pub fn ClientRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/") view=ClientFrame>
            <Route path=path!("/*any") view=NotFound />
        </ParentRoute>
    }
    .into_inner()
}

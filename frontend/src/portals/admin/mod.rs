//! The staff portal.

mod frame;

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route};
use leptos_router::{MatchNestedRoutes, path};

use crate::parts::NotFound;
use frame::AdminFrame;

/// All pages of signed-in staff.
#[component(transparent)]
pub fn AdminRoutes() -> impl MatchNestedRoutes + Clone {
    view! {
        <ParentRoute path=path!("/admin") view=AdminFrame>
            <Route path=path!("/*any") view=NotFound />
        </ParentRoute>
    }
    .into_inner()
}

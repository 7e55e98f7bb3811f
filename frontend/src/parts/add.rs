//! The way to a form for something new.

use leptos::prelude::*;
use shared::Permission;
use ui::{LinkButton, lu};

use crate::session::may;

/// A link to the form of something new, for staff who may add it: at the head of its list, and on the face of an empty one.
#[component]
pub fn AddLink(permission: Permission, text: &'static str, #[prop(into)] href: String) -> impl IntoView {
    may(permission).then(|| view! { <LinkButton text href icon=lu::LuPlus class="btn-primary" /> })
}

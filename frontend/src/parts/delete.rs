//! Deleting, as an entry of a menu.

use leptos::prelude::*;
use ui::{MenuButton, lu};

use crate::i18n::t;

/// The entry of a menu that opens the question whether to delete.
#[component]
pub fn DeleteItem(open: RwSignal<bool>, #[prop(default = t().delete)] text: &'static str) -> impl IntoView {
    view! { <MenuButton text icon=lu::LuTrash danger=true on_click=Callback::new(move |()| open.set(true)) /> }
}

//! Rows of a list inside a form.

use leptos::prelude::*;
use ui::{Icon, lu};

use crate::i18n::{t, ta};

/// Moves a row up.
#[component]
pub fn MoveUp<T: Send + Sync + 'static>(rows: RwSignal<Vec<T>>, index: usize) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=ta().move_up
            disabled=index == 0
            on:click=move |_| rows.update(|rows| rows.swap(index, index - 1))
        >
            <Icon icon=lu::LuArrowUp />
        </button>
    }
}

/// Takes a row off.
#[component]
pub fn Remove<T: Send + Sync + 'static>(rows: RwSignal<Vec<T>>, index: usize) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=t().remove
            on:click=move |_| {
                rows.update(|rows| {
                    rows.remove(index);
                });
            }
        >
            <Icon icon=lu::LuTrash />
        </button>
    }
}

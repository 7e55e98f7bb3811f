//! Rows of a list: inside a form, and those that are dragged.

use leptos::prelude::*;
use ui::{FormErrors, Icon, lu};

use crate::i18n::{t, ta};

/// Tells the form around it that something has changed.
pub fn touch(form: Option<FormErrors>) {
    if let Some(form) = form {
        form.touch();
    }
}

/// Lets an element be dragged: some browsers drag only what carries something.
pub fn begin_drag(event: &web_sys::DragEvent) {
    if let Some(data) = event.data_transfer() {
        data.set_data("application/x-row", "1").ok();
    }
}

/// Moves a row up.
#[component]
pub fn MoveUp<T: Send + Sync + 'static>(
    rows: RwSignal<Vec<T>>,
    #[prop(into)] index: Signal<usize>,
) -> impl IntoView {
    let form = use_context::<FormErrors>();
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=ta().move_up
            disabled=move || index.get() == 0
            on:click=move |_| {
                let index = index.get_untracked();
                if index > 0 {
                    rows.update(|rows| rows.swap(index, index - 1));
                }
                touch(form);
            }
        >
            <Icon icon=lu::LuArrowUp />
        </button>
    }
}

/// Takes a row off.
#[component]
pub fn Remove<T: Send + Sync + 'static>(
    rows: RwSignal<Vec<T>>,
    #[prop(into)] index: Signal<usize>,
) -> impl IntoView {
    let form = use_context::<FormErrors>();
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=t().remove
            on:click=move |_| {
                rows.update(|rows| {
                    rows.remove(index.get_untracked());
                });
                touch(form);
            }
        >
            <Icon icon=lu::LuTrash />
        </button>
    }
}

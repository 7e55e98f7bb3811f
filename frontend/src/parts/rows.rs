//! Rows of a list: inside a form, those that are dragged, and where a row leads.

use icondata_core::IconData;
use leptos::prelude::*;
use shared::Permission;
use ui::{FormErrors, Icon, lu};

use crate::i18n::{t, ta};
use crate::session::may;

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

/// Links of a row by icon, each with a name for screen readers; those that the person may follow.
pub fn icon_links(name: &str, links: Vec<(Permission, String, &'static IconData, &'static str)>) -> AnyView {
    let links = links.into_iter().filter(|(permission, ..)| may(*permission));
    let links = links.map(|(_, href, icon, title)| {
        let label = format!("{title}: {name}");
        view! {
            <a class="btn btn-ghost btn-icon btn-sm" href=href title=title aria-label=label>
                <Icon icon class="icon-sm" />
            </a>
        }
    });
    view! { <span class="inline-flex">{links.collect_view()}</span> }.into_any()
}

/// Moves a row up and down.
#[component]
pub fn UpDown<T: Send + Sync + 'static>(
    rows: RwSignal<Vec<T>>,
    #[prop(into)] index: Signal<usize>,
) -> impl IntoView {
    let form = use_context::<FormErrors>();
    let last = Signal::derive(move || rows.with(Vec::len).saturating_sub(1));
    // With the row after the one of this place.
    let swap = Callback::new(move |upper: usize| {
        if upper < last.get_untracked() {
            rows.update(|rows| rows.swap(upper, upper + 1));
        }
        touch(form);
    });
    arrows(index, last, swap)
}

fn arrows(index: Signal<usize>, last: Signal<usize>, swap: Callback<usize>) -> AnyView {
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=ta().move_up
            disabled=move || index.get() == 0
            on:click=move |_| {
                if let Some(upper) = index.get_untracked().checked_sub(1) {
                    swap.run(upper);
                }
            }
        >
            <Icon icon=lu::LuArrowUp />
        </button>
        <button
            type="button"
            class="btn btn-ghost btn-icon"
            aria-label=ta().move_down
            disabled=move || { index.get() >= last.get() }
            on:click=move |_| swap.run(index.get_untracked())
        >
            <Icon icon=lu::LuArrowDown />
        </button>
    }
    .into_any()
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

//! What stands around the rows of a table, and in their place.

use leptos::prelude::*;

use crate::effect::Resized;
use crate::{effect, words};

/// A table scrolls sideways where it does not fit. Where it fits, its head stays in sight below the top bar.
#[component]
pub fn TableWrap(
    /// Says to screen readers what the table holds.
    #[prop(into)]
    label: String,
    /// Looks again whether it fits.
    #[prop(optional, into)]
    again: Signal<()>,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<leptos::html::Div>::new();
    let fit = move || {
        if let Some(Some(wrap)) = node.try_get_untracked() {
            let fits = wrap.scroll_width() <= wrap.client_width();
            wrap.class_list().toggle_with_force("table-fits", fits).ok();
        }
    };
    effect(move || {
        node.track();
        again.track();
        request_animation_frame(fit);
    });
    let observer = StoredValue::new_local(None::<Resized>);
    effect(move || {
        if let Some(wrap) = node.get() {
            let table = wrap.first_element_child();
            let seen = std::iter::once(wrap.into()).chain(table);
            observer.set_value(Resized::new(seen, fit));
        }
    });
    view! {
        <div node_ref=node class="table-wrap" tabindex="0" role="region" aria-label=label>
            {children()}
        </div>
    }
}

/// What a table shows until its rows arrive.
#[component]
pub(crate) fn TableSkeleton() -> impl IntoView {
    view! {
        <div class="grid gap-5 p-5" role="status" aria-label=words().loading>
            {(0..8)
                .map(|_| {
                    view! {
                        <div class="flex gap-6">
                            <div class="skeleton flex-2"></div>
                            <div class="skeleton flex-1"></div>
                            <div class="skeleton flex-1"></div>
                            <div class="skeleton flex-1"></div>
                        </div>
                    }
                })
                .collect_view()}
        </div>
    }
}

//! Icons: Lucide, drawn in the text's colour.

use icondata_core::IconData;
pub use icondata_lu as lu;
use leptos::prelude::*;

/// An icon. Decorative: the text beside it, or the label of its button, says what it means.
#[component]
pub fn Icon(
    icon: &'static IconData,
    /// `icon-sm` or `icon-lg`; 16 px without.
    #[prop(optional)]
    class: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class=format!("icon {class}")
            viewBox=icon.view_box.unwrap_or("0 0 24 24")
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
            inner_html=icon.data
        ></svg>
    }
}

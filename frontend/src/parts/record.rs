//! What every record carries: its id to copy, and itself as JSON.

use leptos::prelude::*;
use ui::{CopyId, Icon, lu};

use crate::api::client::file;
use crate::format::short_id;
use crate::i18n::td;

/// The id of a record, short and to be copied, and the answer of the API that the page is drawn from.
#[component]
pub fn RecordId(
    id: uuid::Uuid,
    /// Its path in the API: `/admin/clients/…`.
    #[prop(into)]
    path: String,
) -> impl IntoView {
    view! {
        <span class="inline-flex items-center gap-2">
            <CopyId id=id.to_string() text=short_id(id) />
            <a
                class="btn btn-ghost btn-icon btn-sm"
                href=file(&path)
                target="_blank"
                rel="external noopener"
                aria-label=td().record.json
                title=td().record.json
            >
                <Icon icon=lu::LuBraces class="icon-sm" />
            </a>
        </span>
    }
}

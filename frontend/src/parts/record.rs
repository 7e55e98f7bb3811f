//! What every record carries: a page at its id, the id to copy, and itself as JSON.

use std::str::FromStr;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use ui::{CopyId, Icon, lu};

use super::NotFound;
use crate::api::client::file;
use crate::format::short_id;
use crate::i18n::td;

/// The page of the record whose id is in the path, drawn anew when that changes; what is no id is not found.
pub fn by_id<Id, V>(page: impl Fn(Id) -> V + Send + 'static) -> impl IntoView
where
    Id: FromStr + Copy + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).and_then(|id| id.parse::<Id>().ok()));
    move || match id.get() {
        Some(id) => page(id).into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

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

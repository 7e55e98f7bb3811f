//! `/terms`: the terms of service, and accepting them with an order.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use ui::{Card, CheckField, PageHead};

use crate::i18n::{fill, tc};
use crate::parts::Loaded;
use crate::portals::client::prose::Prose;
use crate::query::use_query;
use crate::{api, format, session};

/// The newest terms, or the version that the address names.
#[component]
pub(in crate::portals::client) fn TermsPage() -> impl IntoView {
    let words = &tc().terms;
    let wanted = use_query_map();
    let terms = use_query(move || wanted.with(|query| query.get("version")), api::shop::terms);
    view! {
        <Title text=words.title />
        <Loaded query=terms rows=8 let:terms>
            <PageHead
                title=words.title
                text=fill(
                    words.published,
                    &[("version", &terms.version.to_string()), ("date", &format::date(terms.published_at))],
                )
            />
            <Card class="max-w-3xl">
                <Prose text=terms.text.clone() />
            </Card>
        </Loaded>
    }
}

/// The version that an order accepts; `None` when none was published.
pub(super) fn newest() -> Option<i32> {
    session::settings().with_untracked(|settings| settings.as_ref()?.terms_version)
}

/// The box that accepts the newest terms; nothing when there are none.
#[component]
pub(super) fn AcceptTerms(accepted: RwSignal<bool>) -> impl IntoView {
    let words = &tc().terms;
    newest().map(|version| {
        let label = fill(words.accept, &[("version", &version.to_string())]);
        view! {
            <div>
                <CheckField name="terms_version" label=label value=accepted />
                <a class="link text-sm" href=format!("/terms?version={version}") target="_blank" rel="noopener">
                    {words.read}
                </a>
            </div>
        }
    })
}

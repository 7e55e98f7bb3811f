//! What waits to be paid, on the dashboard.

use leptos::prelude::*;
use shared::billing::document::DocumentSummary;
use ui::{Icon, lu};

use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::portals::client::kit;
use crate::query::use_query;

/// Proformas that are not paid in full yet, the most urgent first; nothing when there are none.
#[component]
pub(in crate::portals::client) fn Unpaid() -> impl IntoView {
    let client = kit::client();
    let rows = use_query(
        || (),
        move |()| api::money::documents(client, "open=true&kind=proforma&sort=due_on&per_page=10"),
    );
    rows.refresh_every(|| 60);
    let open = Memo::new(move |_| rows.data().get().map(|page| page.items).unwrap_or_default());
    move || {
        let open: Vec<DocumentSummary> = open.get().into_iter().take(3).collect();
        (!open.is_empty())
            .then(|| view! { <div class="grid gap-3">{open.into_iter().map(row).collect_view()}</div> })
    }
}

fn row(document: DocumentSummary) -> impl IntoView {
    let words = &tc().home;
    let number = document.number.clone().unwrap_or_default();
    let due = document.due_on.map(format::day).unwrap_or_default();
    let tile = if document.overdue { "tile tile-bad" } else { "tile tile-warn" };
    view! {
        <section class="card px-5 py-4 flex flex-wrap items-center gap-4">
            <span class=tile><Icon icon=lu::LuReceipt class="icon-lg" /></span>
            <div class="flex-1 min-w-48">
                <div class="font-medium">
                    {words.unpaid} ": " <span class="num font-semibold">{format::money(document.due)}</span>
                </div>
                <div class="sub">{fill(words.unpaid_line, &[("number", &number), ("due", &due)])}</div>
            </div>
            <div class="flex gap-2">
                <a class="btn btn-sm" href=format!("/documents/{}", document.id)>{words.view_document}</a>
                <a class="btn btn-sm btn-primary" href=format!("/documents/{}/pay", document.id)>{words.pay_now}</a>
            </div>
        </section>
    }
}

//! `/transactions`: every movement of the wallet, each with its "why?".

use leptos::prelude::*;
use leptos_meta::Title;
use shared::TransferId;
use shared::billing::TransferKind;
use shared::billing::ledger::TransactionSummary;
use ui::{EmptyState, Icon, LinkButton, ListState, PageHead, Pagination, SearchBox, lu, use_list};

use crate::api;
use crate::format;
use crate::i18n::{self, tc};
use crate::parts::amount::{Signed, exact};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::why::{WhyLinks, WhyPanel};
use crate::parts::{FailedNote, Loaded};
use crate::portals::client::kit;
use crate::query::use_query;

/// Where the records behind a transaction are in this portal.
pub(in crate::portals::client) const LINKS: WhyLinks =
    WhyLinks { services: "/services", documents: "/documents" };

const KINDS: [TransferKind; 5] = [
    TransferKind::Payment,
    TransferKind::Charge,
    TransferKind::Refund,
    TransferKind::Adjustment,
    TransferKind::Credit,
];

#[component]
pub(in crate::portals::client) fn TransactionsPage() -> impl IntoView {
    let words = &tc().money;
    let client = kit::client();
    let list = use_list("");
    let rows = use_query(
        move || with_instants(&list.api_query(), INSTANTS),
        move |query| async move { api::own::transactions(client, &query).await },
    );
    rows.refresh_every(|| 30);
    let data = Memo::new(move |_| rows.data().get());
    let total = Signal::derive(move || data.with(|page| page.as_ref().map_or(0, |page| page.total)));
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text>
            <LinkButton text=tc().nav.add_funds href="/funds" icon=lu::LuPlus class="btn-primary" />
        </PageHead>
        <section class="card">
            <Filters list />
            {move || match (data.get(), rows.error().get()) {
                (None, Some(error)) => {
                    view! { <FailedNote error retry=Callback::new(move |()| rows.refetch()) /> }.into_any()
                }
                (None, None) => view! { <ui::Skeleton rows=8 /> }.into_any(),
                (Some(page), _) if page.items.is_empty() && !list.is_filtered() => {
                    view! {
                        <EmptyState icon=lu::LuArrowLeftRight title=words.empty text=words.empty_hint>
                            <LinkButton text=tc().nav.add_funds href="/funds" class="btn-primary" />
                        </EmptyState>
                    }
                        .into_any()
                }
                (Some(page), _) if page.items.is_empty() => {
                    view! { <EmptyState icon=lu::LuSearch title=ui::words().nothing_found text=ui::words().nothing_found_hint /> }
                        .into_any()
                }
                (Some(page), _) => view! { <Ledger rows=page.items /> }.into_any(),
            }}
            <Pagination list total />
        </section>
    }
}

#[component]
fn Filters(list: ListState) -> impl IntoView {
    let words = &tc().money;
    view! {
        <div class="table-bar">
            <SearchBox list hint=words.search />
            <FilterRange list names=INSTANTS />
            <div class="segment" role="group" aria-label=words.kind>
                <button
                    type="button"
                    aria-pressed=move || list.filter("kind").is_empty().to_string()
                    on:click=move |_| list.set_filter("kind", "")
                >
                    {words.all_kinds}
                </button>
                {KINDS
                    .map(|kind| {
                        view! {
                            <button
                                type="button"
                                aria-pressed=move || (list.filter("kind") == kind.as_str()).to_string()
                                on:click=move |_| list.set_filter("kind", kind.as_str())
                            >
                                {i18n::word(kind.as_str())}
                            </button>
                        }
                    })}
            </div>
        </div>
    }
}

/// The rows of the ledger; each opens into its "why?".
#[component]
pub(in crate::portals::client) fn Ledger(rows: Vec<TransactionSummary>) -> impl IntoView {
    let words = &tc().money;
    let open = RwSignal::new(None::<TransferId>);
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label=words.title>
            <table class="table">
                <caption class="sr-only">{words.title}</caption>
                <thead>
                    <tr>
                        <th scope="col" class="only-wide">{words.when}</th>
                        <th scope="col">{words.what}</th>
                        <th scope="col" class="end">{words.amount}</th>
                        <th scope="col" class="end only-wide">{words.balance}</th>
                        <th scope="col"><span class="sr-only">{tc().common.why}</span></th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().map(|row| view! { <LedgerRow row open /> }).collect_view()}</tbody>
            </table>
        </div>
    }
}

#[component]
fn LedgerRow(row: TransactionSummary, open: RwSignal<Option<TransferId>>) -> impl IntoView {
    let id = row.id;
    let shown = Memo::new(move |_| open.get() == Some(id));
    let period = row
        .period_from
        .zip(row.period_to)
        .map(|(from, to)| format!("{} – {}", format::date_time(from), format::date_time(to)));
    view! {
        <tr aria-selected=move || shown.get().to_string()>
            <td class="num only-wide">{format::date_time(row.at)}</td>
            <td>
                <div class="strong">{row.description.clone()}</div>
                <div class="sub">
                    <span class="only-narrow num">{format::date_time(row.at)} " · "</span>
                    {i18n::word(row.kind.as_str())} {period.map(|period| format!(" · {period}"))}
                </div>
            </td>
            <td class="end"><Signed amount=row.amount currency=row.currency /></td>
            <td class="end num only-wide">{exact(row.balance_after, row.currency)}</td>
            <td class="end">
                <button
                    type="button"
                    class="btn btn-sm btn-ghost"
                    aria-expanded=move || shown.get().to_string()
                    aria-controls=format!("why-{id}")
                    on:click=move |_| open.update(|open| *open = (*open != Some(id)).then_some(id))
                >
                    {tc().common.why}
                    {move || {
                        if shown.get() {
                            view! { <Icon icon=lu::LuChevronUp class="icon-sm" /> }
                        } else {
                            view! { <Icon icon=lu::LuChevronDown class="icon-sm" /> }
                        }
                    }}
                </button>
            </td>
        </tr>
        {move || {
            shown
                .get()
                .then(|| {
                    view! {
                        <tr id=format!("why-{id}")>
                            <td colspan="5" class="bg-sunken">
                                <Why id />
                            </td>
                        </tr>
                    }
                })
        }}
    }
}

#[component]
fn Why(id: TransferId) -> impl IntoView {
    let client = kit::client();
    let detail = use_query(|| (), move |()| api::own::transaction(client, id));
    view! {
        <div class="why whitespace-normal">
            <Loaded query=detail rows=4 let:detail>
                <WhyPanel detail links=LINKS />
            </Loaded>
        </div>
    }
}

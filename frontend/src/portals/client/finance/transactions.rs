//! `/transactions`: every movement of the wallet, each with its "why?" (`?why=`).

use leptos::prelude::*;
use leptos_meta::Title;
use shared::TransferId;
use shared::billing::TransferKind;
use shared::billing::ledger::TransactionSummary;
use shared::identity::ClientRole;
use ui::{Button, Column, Dialog, EmptyState, LinkButton, PageHead, lu, use_list};

use crate::api;
use crate::format;
use crate::i18n::{self, t, ta, tc, tp};
use crate::parts::amount::{Signed, exact};
use crate::parts::filters::{FilterSegment, query_without, use_opened};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::spending::SpendGuardForm;
use crate::parts::why::{WhyLinks, WhyPanel};
use crate::parts::{DataTable, Loaded};
use crate::portals::client::kit;
use crate::query::use_query;
use crate::session::Portal;

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

fn columns(opened: Callback<TransferId>) -> Vec<Column<TransactionSummary>> {
    let words = &tc().money;
    let amounts =
        |row: &TransactionSummary, amount: Option<_>| amount.map(|amount| exact(amount, row.currency));
    vec![
        Column::new("at", words.when, |row: &TransactionSummary| {
            view! { <span class="block w-20 sm:w-auto sm:whitespace-nowrap font-normal">{format::date_time(row.at)}</span> }
        })
        .sorted_by("at"),
        Column::new("what", words.what, |row: &TransactionSummary| {
            let period = row.period_from.zip(row.period_to);
            let period = period.map(|(from, to)| format!(" · {} – {}", format::date_time(from), format::date_time(to)));
            view! {
                <div class="strong min-w-44">{row.description.clone()}</div>
                <div class="sub">{i18n::word(row.kind.as_str())} {period}</div>
            }
        }),
        Column::new("amount", words.amount, |row: &TransactionSummary| {
            view! { <Signed amount=row.amount currency=row.currency /> }
        })
        .end(),
        Column::new("gross", ta().gross, move |row: &TransactionSummary| amounts(row, row.gross)).end().roomy(),
        Column::new("fee", ta().fee, move |row: &TransactionSummary| amounts(row, row.fee)).end().roomy(),
        Column::new("before", ta().balance_before, move |row: &TransactionSummary| amounts(row, Some(row.balance_before)))
            .end()
            .roomy(),
        Column::new("balance", words.balance, move |row: &TransactionSummary| amounts(row, Some(row.balance_after))).end(),
        Column::new("why", "", move |row: &TransactionSummary| {
            let id = row.id;
            view! {
                <button type="button" class="link text-sm" on:click=move |_| opened.run(id)>
                    {t().why}
                </button>
            }
        })
        .end(),
    ]
}

#[component]
pub(in crate::portals::client) fn TransactionsPage() -> impl IntoView {
    let words = &tc().money;
    let client = kit::client();
    let list = use_list("-at");
    // Opening a "why?" asks for no other rows.
    let asked = Memo::new(move |_| with_instants(&query_without(&list.api_query(), "why"), INSTANTS));
    let rows = use_query(move || asked.get(), move |query: String| api::own::transactions(client, &query));
    rows.refresh_every(|| 30);
    let role = untrack(kit::access).map(|access| access.role);
    let sets_guard = matches!(role, Some(ClientRole::Owner | ClientRole::Manager));
    let guard_open = RwSignal::new(false);
    let (chosen, open, opened) = use_opened::<TransferId>(list, "why");
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text>
            {sets_guard
                .then(|| {
                    view! {
                        <Button
                            text=tp().spending.title
                            icon=lu::LuGauge
                            on_click=Callback::new(move |()| guard_open.set(true))
                        />
                    }
                })}
            <LinkButton text=tc().nav.add_funds href="/funds" icon=lu::LuPlus class="btn-primary" />
        </PageHead>
        <DataTable
            query=rows
            list
            columns=columns(opened)
            label=words.title
            search_hint=words.search
            filters=Box::new(move || {
                let kinds = KINDS.iter().map(|kind| kind.as_str()).collect();
                view! {
                    <FilterRange list names=INSTANTS />
                    <FilterSegment list name="kind" label=words.kind words=kinds />
                }
                    .into_any()
            })
            empty=ViewFn::from(|| {
                view! {
                    <EmptyState icon=lu::LuArrowLeftRight title=tc().money.empty text=tc().money.empty_hint>
                        <LinkButton text=tc().nav.add_funds href="/funds" class="btn-primary" />
                    </EmptyState>
                }
            })
        />
        <Dialog open=guard_open title=tp().spending.title>
            {move || guard_open.get().then(|| view! { <SpendGuardForm portal=Portal::Client client open=guard_open /> })}
        </Dialog>
        <Dialog open title=tc().common.why class="dialog-wide">
            {move || chosen.get().map(|id| view! { <Why id /> })}
        </Dialog>
    }
}

#[component]
fn Why(id: TransferId) -> impl IntoView {
    let client = kit::client();
    let detail = use_query(|| (), move |()| api::own::transaction(client, id));
    view! {
        <Loaded query=detail rows=4 let:detail>
            <WhyPanel detail links=LINKS />
        </Loaded>
    }
}

//! Tabs of a service: its charges, its prices, its history.

use leptos::prelude::*;
use shared::billing::ledger::ChargeDetail;
use shared::services::{PriceAmounts, ServiceEvent, ServicePrice};
use shared::{Money, Period, ServiceId};
use ui::{Card, Column, EmptyState, lu, use_list};

use crate::api;
use crate::format;
use crate::i18n::tc;
use crate::parts::DataTable;
use crate::parts::amount::exact;
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::states::{event_word, state_tone, state_word};
use crate::parts::why::actor_word;
use crate::portals::client::kit;
use crate::query::use_query;

/// What the service was charged, latest first, each with its arithmetic.
#[component]
pub(super) fn ChargesTab(service: ServiceId) -> impl IntoView {
    let words = &tc().service;
    let client = kit::client();
    let list = use_list("");
    let rows = use_query(
        move || with_instants(&list.api_query(), INSTANTS),
        move |query: String| api::own::service_charges(client, service, &query),
    );
    rows.refresh_every(|| 30);
    let columns = vec![
        Column::new("period", words.charge_period, |row: &ChargeDetail| {
            view! {
                <span class="flex flex-wrap gap-x-1">
                    <span class="num">{format::date_time(row.period_from)} " –"</span>
                    <span class="num">{format::date_time(row.period_to)}</span>
                </span>
            }
        }),
        Column::new("why", tc().common.why, |row: &ChargeDetail| {
            view! { <span class="mono block min-w-48 whitespace-normal">{row.why.clone()}</span> }
        }),
        Column::new("amount", tc().common.amount, |row: &ChargeDetail| {
            view! { <span class="strong">{exact(row.amount, row.currency)}</span> }
        })
        .end(),
    ];
    view! {
        <DataTable
            query=rows
            list
            columns
            label=words.charges
            searchable=false
            filters=Box::new(move || view! { <FilterRange list names=INSTANTS /> }.into_any())
            empty=ViewFn::from(|| {
                view! {
                    <EmptyState icon=lu::LuReceipt title=tc().service.charges_empty text=tc().service.charges_hint />
                }
            })
        />
    }
}

fn amounts(price: &PriceAmounts) -> Vec<(&'static str, Money)> {
    let words = &tc().service;
    [
        (words.setup, price.setup),
        (words.base, price.base),
        (words.idle_price, price.idle),
        (words.switch_up, price.switch_up),
        (words.switch_down, price.switch_down),
        (words.uninstall, price.uninstall),
    ]
    .into_iter()
    .filter_map(|(name, amount)| amount.map(|amount| (name, amount)))
    .collect()
}

/// The six amounts of the service, and the parts they are made of.
#[component]
pub(super) fn PriceCard(price: ServicePrice, period: Period) -> impl IntoView {
    let words = &tc().service;
    let lines = price.lines.clone();
    view! {
        <Card title=words.price_details>
            <dl class="facts">
                {amounts(&price.total)
                    .into_iter()
                    .map(|(name, amount)| {
                        let per = if name == words.base || name == words.idle_price { format::per_period(period) } else { "" };
                        view! { <div><dt>{name}</dt><dd class="num">{format::money(amount)} " " {per}</dd></div> }
                    })
                    .collect_view()}
            </dl>
            <ul class="mt-4 pt-4 border-t border-line grid gap-2 text-sm">
                {lines
                    .into_iter()
                    .map(|line| {
                        let base = line.unit.base.map(format::money).unwrap_or_else(|| "—".to_owned());
                        let times = if line.quantity == 1 { base } else { format!("{} × {base}", line.quantity) };
                        view! {
                            <li class="flex items-baseline justify-between gap-3">
                                <span class="text-ink-2">{line.name}</span>
                                <span class="num sub">{times}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Card>
    }
}

/// What happened to the service, latest first.
#[component]
pub(super) fn HistoryTab(events: Vec<ServiceEvent>) -> impl IntoView {
    let words = &tc().service;
    if events.is_empty() {
        return view! { <section class="card"><EmptyState icon=lu::LuHistory title=words.history_empty /></section> }.into_any();
    }
    view! {
        <Card flush=true>
            <ul>
                {events
                    .into_iter()
                    .map(|event| {
                        let what = event_word(&event.what);
                        let state = state_word(event.state_to);
                        view! {
                            <li class="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-5 py-3 border-b border-line last:border-b-0">
                                <span class="sub num w-40">{format::date_time(event.at)}</span>
                                <span class="flex-1 min-w-40">
                                    <span class="font-medium">{what}</span>
                                    {(!event.reason.is_empty()).then(|| view! { <span class="sub">{event.reason.clone()}</span> })}
                                </span>
                                <ui::Badge text=state tone=state_tone(event.state_to) />
                                <span class="sub">{actor_word(&event.actor)}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        </Card>
    }
    .into_any()
}

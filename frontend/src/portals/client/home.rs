//! `/`: how services and balance are doing.

use leptos::prelude::*;
use leptos_meta::Title;
use rust_decimal::Decimal;
use shared::billing::ledger::TransactionSummary;
use shared::billing::wallet::CostSummary;
use shared::identity::ClientPermission;
use shared::money::round_half_up;
use shared::services::ServiceCounters;
use ui::{AreaChart, Card, EmptyState, Icon, LinkButton, PageHead, Series, StatCard, lu};

use super::finance::transactions::LINKS;
use super::finance::unpaid::Unpaid;
use super::kit::{self, may, overview};
use crate::i18n::{self, fill, tc};
use crate::parts::Loaded;
use crate::parts::amount::{Signed, amount, short};
use crate::query::use_query;
use crate::session::{self, Who};
use crate::{api, clock, format};

fn greeting() -> String {
    let words = &tc().home;
    let name = session::user().with_untracked(|who| match who {
        Who::In(session) => session.user.first_name.clone(),
        _ => String::new(),
    });
    let text = match clock::today().get_hours() {
        4..=11 => words.morning,
        12..=17 => words.day,
        _ => words.evening,
    };
    fill(text, &[("name", &name)])
}

#[component]
pub(crate) fn HomePage() -> impl IntoView {
    let overview = overview();
    let money = may(ClientPermission::Documents);
    view! {
        <Title text=tc().nav.dashboard />
        <PageHead title=greeting() text=tc().home.text>
            <LinkButton text=tc().nav.order href="/shop" icon=lu::LuPlus class="btn-primary" />
        </PageHead>
        <div class="stack-y">
            {money.then(|| view! { <Unpaid /> })}
            <Loaded query=overview.cost rows=3 let:cost>
                <BalanceStrip cost />
            </Loaded>
            <Loaded query=overview.counters rows=2 let:counters>
                <Counters counters />
            </Loaded>
            {move || {
                let cost = overview.cost.data().get()?;
                (cost.services > 0 || !cost.recommended.is_zero())
                    .then(|| {
                        view! {
                            <div class="grid-2">
                                <RecurringCost cost=cost.clone() />
                                <Recommended cost />
                            </div>
                        }
                    })
            }}
            <div class="grid-2">
                {money.then(|| view! { <Recent /> })}
                {move || overview.cost.data().get().map(|cost| view! { <Forecast cost /> })}
            </div>
        </div>
    }
}

/// Until when the wallet lasts, in words.
pub(crate) fn lasts(cost: &CostSummary) -> String {
    let words = &tc().home;
    match cost.lasts_until {
        Some(until) if until.as_second() <= format::now_seconds() => words.lasts_over.to_owned(),
        Some(until) => fill(words.lasts, &[("until", &format::date_time(until))]),
        None if cost.services == 0 => words.lasts_always.to_owned(),
        None => words.lasts_long.to_owned(),
    }
}

#[component]
fn BalanceStrip(cost: CostSummary) -> impl IntoView {
    let words = &tc().home;
    let wallet = cost.wallet.clone();
    let currency = wallet.currency;
    let facts = [
        (words.available, Some(wallet.available)),
        (words.held, Some(wallet.held).filter(|held| !held.is_zero())),
        (words.credit, Some(wallet.credit_limit).filter(|limit| !limit.is_zero())),
    ];
    let class = if wallet.balance.is_sign_negative() && !wallet.balance.is_zero() {
        "stat-figure neg"
    } else {
        "stat-figure"
    };
    view! {
        <section class="card p-5 flex flex-wrap items-center gap-x-10 gap-y-4">
            <div class="flex items-center gap-4 min-w-0">
                <span class="tile"><Icon icon=lu::LuWallet class="icon-lg" /></span>
                <div class="min-w-0">
                    <div class="text-sm text-ink-2">{words.balance}</div>
                    <div class=class>{short(wallet.balance, currency)}</div>
                </div>
            </div>
            <dl class="flex flex-wrap gap-x-8 gap-y-2 text-sm">
                {facts
                    .into_iter()
                    .filter_map(|(name, value)| {
                        value
                            .map(|value| {
                                view! {
                                    <div>
                                        <dt class="sub">{name}</dt>
                                        <dd class="num font-semibold">{short(value, currency)}</dd>
                                    </div>
                                }
                            })
                    })
                    .collect_view()}
                <div>
                    <dt class="sub">{words.forecast}</dt>
                    <dd class="font-semibold">{lasts(&cost)}</dd>
                </div>
            </dl>
            <span class="flex-1"></span>
            {may(ClientPermission::Documents)
                .then(|| view! { <LinkButton text=tc().nav.add_funds href="/funds" icon=lu::LuPlus class="btn-primary" /> })}
        </section>
    }
}

#[component]
fn Counters(counters: ServiceCounters) -> impl IntoView {
    let words = &tc().home;
    if counters.total == 0 {
        return view! {
            <section class="card">
                <EmptyState icon=lu::LuRocket title=words.start_title text=words.start_text>
                    <LinkButton text=tc().nav.order href="/shop" class="btn-primary" />
                </EmptyState>
            </section>
        }
        .into_any();
    }
    let cards = [
        (words.total, counters.total, "/services?living=true"),
        (words.active, counters.active, "/services?state=active"),
        (words.suspended, counters.suspended, "/services?state=suspended"),
        (words.ending, counters.termination_requested, "/services?termination_requested=true"),
    ];
    view! {
        <div class="grid grid-cols-2 gap-4 lg:grid-cols-4">
            {cards
                .map(|(title, figure, href)| {
                    view! { <StatCard title=title figure=format::count(figure) href=href /> }
                })}
        </div>
    }
    .into_any()
}

#[component]
fn RecurringCost(cost: CostSummary) -> impl IntoView {
    let words = &tc().home;
    let currency = cost.wallet.currency;
    let rows = [
        (words.hourly, cost.hourly),
        (words.daily, cost.daily),
        (words.weekly, cost.weekly),
        (words.monthly, cost.monthly),
        (words.yearly, cost.yearly),
    ];
    view! {
        <Card title=words.cost text=words.cost_text>
            <dl class="grid grid-cols-2 sm:grid-cols-5 gap-4">
                {rows
                    .map(|(name, value)| {
                        view! {
                            <div>
                                <dt class="sub">{name}</dt>
                                <dd class="num font-semibold text-lg">{amount(value, currency)}</dd>
                            </div>
                        }
                    })}
            </dl>
        </Card>
    }
}

#[component]
fn Recommended(cost: CostSummary) -> impl IntoView {
    let words = &tc().home;
    let nothing = cost.recommended.is_zero();
    let currency = cost.wallet.currency;
    view! {
        <Card title=words.recommended>
            {if nothing {
                view! {
                    <div class="flex items-center gap-3 text-ink-2">
                        <span class="tile tile-ok tile-sm"><Icon icon=lu::LuCheck /></span>
                        {words.recommended_none}
                    </div>
                }
                    .into_any()
            } else {
                view! {
                    <div class="flex flex-wrap items-center justify-between gap-4">
                        <div>
                            <div class="stat-figure">{short(cost.recommended, currency)}</div>
                            <div class="sub mt-1">{words.recommended_text}</div>
                        </div>
                        <LinkButton
                            text=tc().nav.add_funds
                            href=format!("/funds?amount={}", cost.recommended.normalize())
                            class="btn-primary"
                        />
                    </div>
                }
                    .into_any()
            }}
        </Card>
    }
}

/// An amount in hundredths; nothing where money lacks.
fn hundredths(amount: &Decimal) -> i64 {
    let scaled = (*amount).max(Decimal::ZERO).checked_mul(Decimal::ONE_HUNDRED).unwrap_or(Decimal::MAX);
    round_half_up(scaled, 0).try_into().unwrap_or(i64::MAX)
}

#[component]
fn Forecast(cost: CostSummary) -> impl IntoView {
    let words = &tc().home;
    let values: Vec<i64> = cost.forecast.iter().map(hundredths).collect();
    if cost.services == 0 || values.first().is_none_or(|first| *first == 0) {
        return ().into_any();
    }
    let start = format::now_seconds();
    let labels = (0_i64..)
        .zip(&values)
        .map(|(day, _)| {
            jiff::Timestamp::from_second(start + day * 86_400).map(format::date_short).unwrap_or_default()
        })
        .collect();
    let title = format!("{} ({})", words.forecast, cost.wallet.currency);
    let series = vec![Series { name: tc().home.balance.to_owned(), values }];
    view! {
        <Card title=title.clone() text=words.forecast_text>
            <AreaChart title=title.clone() labels series format=format::hundredths />
        </Card>
    }
    .into_any()
}

#[component]
fn Recent() -> impl IntoView {
    let words = &tc().home;
    let client = kit::client();
    let rows = use_query(|| (), move |()| api::own::transactions(client, "per_page=6"));
    rows.refresh_every(|| 60);
    view! {
        <Card
            title=words.recent
            flush=true
            tools=Box::new(|| view! { <a class="link text-sm" href="/transactions">{tc().common.see_all}</a> }.into_any())
        >
            <Loaded query=rows rows=5 let:page>
                <RecentRows rows=page.items />
            </Loaded>
        </Card>
    }
}

#[component]
fn RecentRows(rows: Vec<TransactionSummary>) -> impl IntoView {
    let words = &tc().home;
    if rows.is_empty() {
        return view! { <EmptyState icon=lu::LuArrowLeftRight title=words.recent_empty text=words.recent_hint /> }.into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let document = row.document_id.map(|id| format!("{}/{id}", LINKS.documents));
            let service = row.service_id.map(|id| format!("{}/{id}", LINKS.services));
            let href = document.or(service).unwrap_or_else(|| format!("/transactions?why={}", row.id));
            view! {
                <li class="border-b border-line last:border-b-0">
                    <a class="flex items-center gap-4 px-5 py-3 hover:bg-sunken" href=href>
                        <div class="flex-1 min-w-0">
                            <div class="font-medium truncate">{row.description.clone()}</div>
                            <div class="sub">{i18n::word(row.kind.as_str())} " · " {format::date_time(row.at)}</div>
                        </div>
                        <Signed amount=row.amount currency=row.currency />
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul>{rows}</ul> }.into_any()
}

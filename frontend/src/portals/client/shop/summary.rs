//! The summary that follows an order: lines with "why?", per hour and per month, due now, what the wallet lacks.

use leptos::prelude::*;
use shared::billing::spending::SpendingOutlook;
use shared::catalog::{Quote, QuoteItem};
use ui::{Card, Icon, Note, Skeleton, Tone, lu};

use crate::format;
use crate::i18n::{fill, tc, tp};

/// The summary; `stale` while a new one is on its way.
#[component]
pub(super) fn Summary(
    quote: Signal<Option<Quote>>,
    stale: Signal<bool>,
    /// Why there is no quote.
    #[prop(into)]
    problem: Signal<Option<String>>,
    children: ChildrenFn,
) -> impl IntoView {
    let words = &tc().order;
    view! {
        <div class="follow">
            <Card title=words.summary>
                {move || match (quote.get(), problem.get()) {
                    (_, Some(problem)) => view! { <Note tone=Tone::Warn>{problem}</Note> }.into_any(),
                    (Some(quote), None) => {
                        view! {
                            <div class:table-stale=move || stale.get() aria-live="polite">
                                <Lines quote />
                            </div>
                        }
                            .into_any()
                    }
                    (None, None) => view! { <Skeleton rows=5 /> }.into_any(),
                }}
                <div class="mt-5 grid gap-3">{children()}</div>
            </Card>
        </div>
    }
}

#[component]
fn Item(item: QuoteItem) -> impl IntoView {
    let words = &tc().order;
    let name =
        if item.quantity > 1 { format!("{} × {}", item.quantity, item.name) } else { item.name.clone() };
    view! {
        <section class="pb-4 mb-4 border-b border-line">
            <div class="flex items-baseline justify-between gap-3 font-medium">
                <span>{name}</span>
                <span class="num">{format::money(item.base)} " " {format::per_period(item.period)}</span>
            </div>
            <ul class="mt-2 grid gap-1">
                {item
                    .lines
                    .iter()
                    .filter(|line| line.quantity > 0)
                    .map(|line| {
                        let times = (line.quantity > 1).then(|| format!("{} × ", line.quantity));
                        let amount = match line.price {
                            Some(_) => format::money(line.base),
                            None => words.included.to_owned(),
                        };
                        view! {
                            <li class="text-sm">
                                <div class="flex items-baseline justify-between gap-3">
                                    <span class="text-ink-2">{times} {line.name.clone()}</span>
                                    <span class="sub num">{amount}</span>
                                </div>
                                {line.price.map(|_| view! { <Why text=tc().common.why why=line.why.clone() /> })}
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
            <Why text=words.why_first why=item.first_charge_why.clone() />
        </section>
    }
}

/// The arithmetic of an amount, for whoever opens it.
#[component]
fn Why(text: &'static str, why: String) -> impl IntoView {
    view! {
        <details class="chart-table mt-1">
            <summary>{text}</summary>
            <p class="mono mt-1 text-ink-2">{why}</p>
        </details>
    }
}

#[component]
fn Lines(quote: Quote) -> impl IntoView {
    let words = &tc().order;
    let missing = quote.missing.filter(|missing| missing.is_positive());
    let guarded = quote.spending.as_ref().and_then(guarded);
    view! {
        {quote.items.iter().map(|item| view! { <Item item=item.clone() /> }).collect_view()}
        <div class="grid grid-cols-2 gap-3 mb-4">
            <div class="rate">
                <div class="sub">{words.hourly}</div>
                <div class="num font-semibold text-lg">{format::money(quote.hourly)}</div>
            </div>
            <div class="rate">
                <div class="sub">{words.monthly}</div>
                <div class="num font-semibold text-lg">{format::money(quote.monthly)}</div>
            </div>
        </div>
        <dl class="facts">
            {quote
                .setup
                .is_positive()
                .then(|| view! { <div><dt>{words.setup}</dt><dd class="num">{format::money(quote.setup)}</dd></div> })}
            <div class="text-lg">
                <dt class="font-semibold text-ink">{words.due_now}</dt>
                <dd class="num font-semibold">{format::money(quote.due_now)}</dd>
            </div>
            {quote
                .available
                .map(|available| {
                    view! { <div><dt>{words.available}</dt><dd class="num">{format::money_short(available)}</dd></div> }
                })}
            {missing
                .map(|missing| {
                    view! { <div><dt class="neg">{words.missing}</dt><dd class="num neg">{format::money(missing)}</dd></div> }
                })}
        </dl>
        {quote
            .top_up
            .as_ref()
            .map(|top_up| {
                let [net, tax, total] = [top_up.net, top_up.tax, top_up.total].map(format::money);
                let sum = fill(words.top_up, &[("net", &net), ("tax", &tax), ("total", &total)]);
                view! {
                    <p class="mt-4 font-medium">{sum}</p>
                    <p class="flex gap-2 mt-2 text-sm text-ink-2">
                        <span class="text-info"><Icon icon=lu::LuInfo /></span>
                        {fill(words.missing_text, &[("total", &total)])}
                    </p>
                }
            })}
        {guarded.map(|(tone, text)| view! { <div class="mt-4"><Note tone>{text}</Note></div> })}
    }
}

/// What the spend guard says: above its cap nothing is ordered, above its alert people are told.
fn guarded(said: &SpendingOutlook) -> Option<(Tone, String)> {
    let words = &tp().spending;
    let text = |text: &str, limit, amount| {
        fill(text, &[("limit", &format::money(limit)), ("amount", &format::money(amount))])
    };
    match (said.cap.filter(|_| said.above_cap), said.alert.filter(|_| said.above_alert)) {
        (Some(cap), _) => Some((Tone::Bad, text(words.above_cap, cap, said.monthly_after))),
        (None, Some(alert)) => Some((Tone::Warn, text(words.above_alert, alert, said.this_month))),
        (None, None) => None,
    }
}

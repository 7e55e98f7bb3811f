//! `/funds`: how much to add, with tax, total, and how long it will last.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use rust_decimal::Decimal;
use shared::Money;
use shared::billing::document::{FundsOverview, FundsQuote, FundsRequest};
use shared::money::parse_decimal;
use ui::{
    Button, Card, Form, FormErrors, Icon, Note, NumberField, PageHead, Skeleton, Tone, effect, lu, settled,
};

use crate::api::{self, Key};
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::load::reason;
use crate::parts::sheet::{TaxWhy, rate};
use crate::parts::{Loaded, submit};
use crate::portals::client::finance::pay::MethodCards;
use crate::portals::client::kit::{self, overview};
use crate::query::use_query;

#[component]
pub(in crate::portals::client) fn FundsPage() -> impl IntoView {
    let words = &tc().funds;
    let client = kit::client();
    let limits = use_query(|| (), move |()| api::money::limits(client));
    // The recommended amount comes with the cost; without it the form still serves.
    let cost = overview().cost;
    let known = Memo::new(move |_| cost.data().with(Option::is_some) || cost.error().with(Option::is_some));
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <Loaded query=limits rows=6 let:limits>
            {move || {
                if known.get() {
                    view! { <FundsForm limits=limits.clone() /> }.into_any()
                } else {
                    view! { <Skeleton rows=6 /> }.into_any()
                }
            }}
        </Loaded>
    }
}

/// What a link asks for (`?amount=`), as it can be added: in whole units of the currency, at least the minimum.
fn linked(amount: &str, minimum: Money) -> Option<Money> {
    let amount = parse_decimal(amount).ok().filter(|amount| amount.is_sign_positive())?;
    Some(Money::rounded_up(amount.max(minimum.amount()), minimum.currency()))
}

/// Round amounts inside the limits, for one click.
fn quick_amounts(limits: &FundsOverview) -> Vec<Money> {
    let currency = limits.minimum.currency();
    [10, 25, 50, 100, 250, 500, 1000, 2500, 5000]
        .into_iter()
        .filter_map(|whole| Money::exact(Decimal::from(whole), currency).ok())
        .filter(|amount| {
            amount.amount() >= limits.minimum.amount() && amount.amount() <= limits.maximum.amount()
        })
        .take(6)
        .collect()
}

#[component]
fn FundsForm(limits: FundsOverview) -> impl IntoView {
    let words = &tc().funds;
    let client = kit::client();
    let overview = overview();
    let currency = limits.minimum.currency();
    let asked = use_query_map().with_untracked(|query| query.get("amount")).unwrap_or_default();
    let recommended = overview
        .cost
        .data()
        .with_untracked(|cost| cost.as_ref().map(|cost| cost.recommended))
        .filter(|recommended| !recommended.is_zero())
        .map(|recommended| Money::ledger(recommended, currency));
    let first = linked(&asked, limits.minimum).or(recommended);
    let amount = RwSignal::new(first.map(format::plain).unwrap_or_default());
    let errors = FormErrors::new();
    // The tax lines follow what is typed, a moment after the last key.
    let asked = settled(move || amount.get());
    let quote = use_query(
        move || asked.get(),
        move |amount| async move {
            if amount.is_empty() {
                return Ok(None);
            }
            api::money::quote(client, &FundsRequest { amount }).await.map(Some)
        },
    );
    let asking = Signal::derive(move || quote.loading().get() || amount.get() != asked.get());
    let problem = Memo::new(move |_| quote.error().with(|error| error.as_ref().map(reason)));
    let quote = Memo::new(move |_| quote.data().get().flatten().filter(|_| problem.with(Option::is_none)));
    let key = StoredValue::new(Key::new());
    // Another amount is another intention.
    effect(move || {
        amount.track();
        key.set_value(Key::new());
    });
    let method = RwSignal::new(limits.methods.first().map(|method| method.gateway_id));
    let navigate = use_navigate();
    let send = submit(
        errors,
        move || {
            let request = FundsRequest { amount: amount.get_untracked() };
            api::money::add_funds(client, &request, &key.get_value())
        },
        move |detail| {
            let mut page = format!("/documents/{}/pay", detail.document.id);
            if let Some(method) = method.get_untracked() {
                page.push_str(&format!("?method={method}"));
            }
            navigate(&page, NavigateOptions::default());
        },
    );
    let range = fill(
        words.amount_help,
        &[("min", &format::money(limits.minimum)), ("max", &format::money(limits.maximum))],
    );
    let ready = limits.profile_complete;
    view! {
        <div class="grid-2">
            <Card>
                <Form errors on_submit=send.run>
                    {(!ready)
                        .then(|| {
                            view! {
                                <Note tone=Tone::Warn>
                                    {words.profile_first} " " <a href="/profile">{tc().strip.complete_action}</a>
                                </Note>
                            }
                        })}
                    <NumberField
                        name="amount"
                        label=words.amount
                        value=amount
                        unit=currency.to_string()
                        decimals=currency.decimals()
                        help=range
                        required=true
                    />
                    <div aria-live="polite">
                        {move || problem.get().map(|problem| view! { <Note tone=Tone::Warn>{problem}</Note> })}
                    </div>
                    <div class="grid gap-2">
                        <div class="sub">{words.quick}</div>
                        <div class="flex flex-wrap gap-2">
                            {recommended
                                .map(|recommended| {
                                    view! { <QuickAmount amount value=recommended note=words.recommended /> }
                                })}
                            {quick_amounts(&limits)
                                .into_iter()
                                .filter(|quick| Some(*quick) != recommended)
                                .map(|quick| view! { <QuickAmount amount value=quick note="" /> })
                                .collect_view()}
                        </div>
                    </div>
                    {(!limits.methods.is_empty())
                        .then(|| view! { <MethodCards choices=limits.methods.clone() chosen=method /> })}
                    <Button
                        text=words.submit
                        class="btn-primary btn-wide"
                        icon=lu::LuArrowRight
                        submit=true
                        busy=send.busy
                        disabled=Signal::derive(move || !ready || quote.with(Option::is_none))
                    />
                </Form>
            </Card>
            <Card title=tc().order.summary>
                {move || match quote.get() {
                    Some(quote) => {
                        let cost = overview.cost.data();
                        let hourly = cost.with(|cost| cost.as_ref().map(|cost| cost.hourly)).unwrap_or_default();
                        view! {
                            <div class:table-stale=move || asking.get() aria-live="polite">
                                <QuoteLines quote hourly />
                            </div>
                        }
                            .into_any()
                    }
                    None if asking.get() => view! { <Skeleton rows=4 /> }.into_any(),
                    None => view! { <p class="text-ink-3 text-sm">{words.choose_amount}</p> }.into_any(),
                }}
            </Card>
        </div>
    }
}

#[component]
fn QuickAmount(amount: RwSignal<String>, value: Money, note: &'static str) -> impl IntoView {
    let plain = format::plain(value);
    let mine = plain.clone();
    view! {
        <button
            type="button"
            class="btn btn-sm"
            class:btn-primary=move || amount.with(|amount| *amount == mine)
            on:click=move |_| amount.set(plain.clone())
        >
            {(!note.is_empty()).then(|| view! { <Icon icon=lu::LuSparkles class="icon-sm" /> })}
            {format::money_short(value)}
            {(!note.is_empty()).then(|| format!(" · {note}"))}
        </button>
    }
}

/// What adding the amount costs, and until when the balance lasts then. `hourly`: what runs costs; where that is nothing, nothing
/// is said of how long.
#[component]
fn QuoteLines(quote: FundsQuote, hourly: Decimal) -> impl IntoView {
    let words = &tc().funds;
    let lasts = match quote.lasts_until {
        Some(until) => Some(fill(words.lasts, &[("until", &format::date(until))])),
        None => (!hourly.is_zero()).then(|| words.lasts_year.to_owned()),
    };
    let untaxed = quote.taxes.is_empty();
    view! {
        <dl class="facts">
            <div>
                <dt>{words.net}</dt>
                <dd class="num">{format::money(quote.net)}</dd>
            </div>
            {quote
                .taxes
                .iter()
                .map(|tax| view! { <div><dt>{rate(tax)}</dt><dd class="num">{format::money(tax.amount)}</dd></div> })
                .collect_view()}
            {untaxed.then(|| view! { <div><dt>{words.no_tax}</dt><dd class="num">{format::money(quote.tax)}</dd></div> })}
            <div class="pt-3 border-t border-line text-lg">
                <dt class="font-semibold text-ink">{words.total}</dt>
                <dd class="num font-semibold">{format::money(quote.total)}</dd>
            </div>
            <div class="pt-3 border-t border-line">
                <dt>{words.after}</dt>
                <dd class="num">{format::money_short(quote.balance_after)}</dd>
            </div>
        </dl>
        {lasts
            .map(|lasts| {
                view! {
                    <p class="flex items-center gap-2 mt-3 text-sm text-ok font-medium">
                        <Icon icon=lu::LuCalendarCheck />
                        {lasts}
                    </p>
                }
            })}
        <details class="chart-table mt-5">
            <summary>{words.why_tax}</summary>
            <div class="mt-2">
                <TaxWhy decision=quote.tax_decision.clone() />
            </div>
        </details>
    }
}

#[cfg(test)]
mod tests {
    use shared::Currency;

    use super::*;

    #[test]
    fn an_amount_of_a_link_can_be_added() {
        let money = |amount: &str, currency| Money::exact(amount.parse().unwrap(), currency).unwrap();
        let minimum = money("5.00", Currency::EUR);
        assert_eq!(linked("12.3401", minimum), Some(money("12.35", Currency::EUR)));
        assert_eq!(linked("0.0042", minimum), Some(minimum));
        assert_eq!((linked("", minimum), linked("-3", minimum)), (None, None));
        let yen = "JPY".parse().unwrap();
        assert_eq!(linked("700.5", money("500", yen)), Some(money("701", yen)));
    }
}

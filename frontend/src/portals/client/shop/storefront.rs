//! `/shop`: what is on offer, group by group. Open to anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::catalog::{PublicCatalog, PublicGroup, PublicPrice, PublicProduct};
use shared::{Currency, Period};
use ui::{EmptyState, ListState, PageHead, lu, use_list};

use super::group::GroupSection;
use super::head::take_over;
use crate::api;
use crate::format;
use crate::i18n::tc;
use crate::parts::Loaded;
use crate::query::use_query;
use crate::session;

/// The currency of prices: the client's own, else the one chosen in the URL, else the first.
pub(super) fn shown_currency(list: ListState, catalog: &[Currency]) -> Option<Currency> {
    let own = super::super::kit::access().map(|access| access.currency);
    let chosen = list.filter("currency").parse().ok();
    let default = session::settings()
        .with(|settings| settings.as_ref()?.currencies.first().map(|currency| currency.code));
    own.or(chosen)
        .or(default.filter(|currency| catalog.contains(currency)))
        .or_else(|| catalog.first().copied())
}

/// A page of the shop, in the currency that a visitor chose.
pub(super) fn in_currency(path: String, list: ListState) -> String {
    match list.filter("currency") {
        currency if currency.is_empty() => path,
        currency => format!("{path}?currency={currency}"),
    }
}

/// The price that a card shows: by the hour if there is one, else the shortest period.
pub(super) fn headline(product: &PublicProduct, currency: Currency) -> Option<PublicPrice> {
    let mut prices: Vec<&PublicPrice> =
        product.prices.iter().filter(|price| price.base.currency() == currency).collect();
    prices.sort_by_key(|price| {
        (price.period != Period::Monthly, price.period.nominal_hours().unwrap_or(u32::MAX))
    });
    prices.first().map(|price| (*price).clone())
}

#[component]
pub(in crate::portals::client) fn ShopPage() -> impl IntoView {
    let words = &tc().shop;
    let list = use_list("");
    let query = use_query_map();
    let catalog = use_query(|| (), |()| api::shop::catalog(None));
    let group = Memo::new(move |_| query.with(|query| query.get("group")).unwrap_or_default());
    take_over();
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <Loaded query=catalog rows=8 let:catalog>
            <Offer catalog list group />
        </Loaded>
    }
}

#[component]
fn Offer(catalog: PublicCatalog, list: ListState, group: Memo<String>) -> impl IntoView {
    let words = &tc().shop;
    let groups: Vec<PublicGroup> =
        catalog.groups.iter().filter(|group| !group.products.is_empty()).cloned().collect();
    if groups.is_empty() {
        return view! {
            <section class="card">
                <EmptyState icon=lu::LuShoppingBag title=words.empty text=words.empty_hint />
            </section>
        }
        .into_any();
    }
    let currencies = catalog.currencies.clone();
    let currency = {
        let currencies = currencies.clone();
        Memo::new(move |_| shown_currency(list, &currencies))
    };
    let own = untrack(super::super::kit::access).is_some();
    let tabs = groups.clone();
    view! {
        <div class="flex flex-wrap items-center justify-between gap-3 mb-6">
            <div class="segment" role="group" aria-label=words.title>
                <button
                    type="button"
                    aria-pressed=move || group.with(String::is_empty).to_string()
                    on:click=move |_| list.set_filter("group", "")
                >
                    {tc().common.all}
                </button>
                {tabs
                    .into_iter()
                    .map(|tab| {
                        let (mine, key) = (tab.key.clone(), tab.key.clone());
                        view! {
                            <button
                                type="button"
                                aria-pressed=move || group.with(|group| *group == mine).to_string()
                                on:click=move |_| list.set_filter("group", &key)
                            >
                                {tab.text.name}
                            </button>
                        }
                    })
                    .collect_view()}
            </div>
            {(!own && currencies.len() > 1)
                .then(|| {
                    view! {
                        <div class="segment" role="group" aria-label=words.currency>
                            {currencies
                                .into_iter()
                                .map(|code| {
                                    view! {
                                        <button
                                            type="button"
                                            aria-pressed=move || (currency.get() == Some(code)).to_string()
                                            on:click=move |_| list.set_filter("currency", code.code())
                                        >
                                            {code.to_string()}
                                        </button>
                                    }
                                })
                                .collect_view()}
                        </div>
                    }
                })}
        </div>
        {move || {
            let Some(currency) = currency.get() else { return ().into_any() };
            groups
                .iter()
                .filter(|shown| group.with(|group| group.is_empty() || *group == shown.key))
                .map(|shown| view! { <GroupSection group=shown.clone() currency list headed=true /> })
                .collect_view()
                .into_any()
        }}
    }
    .into_any()
}

/// `7.20 EUR / month` with the price of an hour below it.
#[component]
pub(super) fn PriceTag(price: PublicPrice) -> impl IntoView {
    let words = &tc().shop;
    let hourly = price.hourly.filter(|_| price.period != Period::Hourly);
    view! {
        <div>
            <div class="flex items-baseline gap-1.5 flex-wrap">
                <span class="stat-figure">
                    {if price.base.is_zero() { words.free.to_owned() } else { format::money(price.base) }}
                </span>
                <span class="text-ink-3 text-sm">{format::per_period(price.period)}</span>
            </div>
            <div class="sub num">
                {hourly.map(|hourly| format!("{} {}", format::money(hourly), format::per_period(Period::Hourly)))}
                {(!price.setup.is_zero())
                    .then(|| format!("{}{}: {}", if hourly.is_some() { " · " } else { "" }, words.setup, format::money(price.setup)))}
            </div>
        </div>
    }
}

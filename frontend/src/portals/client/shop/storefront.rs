//! `/shop`: what is on offer, group by group. Open to anybody.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use shared::catalog::{PublicCatalog, PublicGroup, PublicPrice, PublicProduct};
use shared::{Currency, Period};
use ui::{Badge, EmptyState, Icon, ListState, PageHead, Tone, lu, use_list};

use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::Loaded;
use crate::portals::client::icons;
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
                .map(|shown| view! { <GroupSection group=shown.clone() currency list /> })
                .collect_view()
                .into_any()
        }}
    }
    .into_any()
}

#[component]
fn GroupSection(group: PublicGroup, currency: Currency, list: ListState) -> impl IntoView {
    view! {
        <section class="mb-10">
            <div class="flex items-center gap-3 mb-4">
                <span class="tile tile-sm"><Icon icon=icons::product(&group.icon) /></span>
                <div class="min-w-0">
                    <h2>{group.text.name.clone()}</h2>
                    <p class="sub">{group.text.short.clone()}</p>
                </div>
            </div>
            <div class="grid-3">
                {group.products.into_iter().map(|product| view! { <ProductCard product currency list /> }).collect_view()}
            </div>
        </section>
    }
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

#[component]
fn ProductCard(product: PublicProduct, currency: Currency, list: ListState) -> impl IntoView {
    let words = &tc().shop;
    let price = headline(&product, currency);
    let href = untrack(|| in_currency(format!("/order/{}", product.key), list));
    let about = untrack(|| in_currency(format!("/shop/{}", product.key), list));
    let can_order = product.in_stock && price.is_some();
    view! {
        <article class="card p-5 flex flex-col gap-4">
            <div class="flex items-start gap-3">
                <span class="tile"><Icon icon=icons::product(&product.icon) class="icon-lg" /></span>
                <div class="min-w-0 flex-1">
                    <h3 class="text-lg">
                        <a class="hover:underline" href=about.clone()>{product.text.name.clone()}</a>
                    </h3>
                    <p class="text-sm text-ink-2 mt-0.5">{product.text.short.clone()}</p>
                </div>
                {(!product.in_stock).then(|| view! { <Badge text=words.sold_out tone=Tone::Warn /> })}
            </div>
            <Attributes product=product.clone() most=4 />
            <span class="flex-1"></span>
            {match price {
                Some(price) => view! { <PriceTag price /> }.into_any(),
                None => {
                    view! { <p class="text-sm text-ink-3">{fill(words.not_in_currency, &[("currency", currency.code())])}</p> }
                        .into_any()
                }
            }}
            <div class="flex gap-2">
                {can_order.then(|| view! { <a class="btn btn-primary flex-1" href=href>{words.order}</a> })}
                <a class="btn flex-1" href=about>{words.details}</a>
            </div>
        </article>
    }
}

/// What one gets, as a list of ticks.
#[component]
pub(super) fn Attributes(product: PublicProduct, most: usize) -> impl IntoView {
    (!product.attributes.is_empty()).then(|| {
        view! {
            <ul class="grid gap-1.5 text-sm">
                {product
                    .attributes
                    .iter()
                    .take(most)
                    .map(|attribute| {
                        view! {
                            <li class="flex items-baseline gap-2">
                                <span class="text-ok translate-y-0.5"><Icon icon=lu::LuCheck class="icon-sm" /></span>
                                <span class="text-ink-2">{attribute.name.clone()}</span>
                                <span class="font-medium ml-auto text-right">{attribute.value.clone()}</span>
                            </li>
                        }
                    })
                    .collect_view()}
            </ul>
        }
    })
}

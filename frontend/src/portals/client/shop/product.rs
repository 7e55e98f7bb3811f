//! `/shop/:group/:key`: one product. Open to anybody.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::catalog::PublicProductDetail;
use shared::{Currency, Period};
use ui::{Badge, Breadcrumbs, Card, Crumb, Icon, PageHead, Tone, lu, use_list};

use super::fields::PriceHead;
use super::group::{Banner, Features};
use super::head::Head;
use super::storefront::{in_currency, shown_currency};
use crate::api;
use crate::format;
use crate::i18n::tc;
use crate::parts::Loaded;
use crate::portals::client::icons::ProductIcon;
use crate::portals::client::prose::Prose;
use crate::query::use_query;

#[component]
pub(in crate::portals::client) fn ProductPage() -> impl IntoView {
    let params = use_params_map();
    let key = move || params.with(|params| params.get("key")).unwrap_or_default();
    let product = use_query(key, |key| api::shop::product(&key));
    view! {
        <Loaded query=product rows=8 let:detail>
            <Body detail />
        </Loaded>
    }
}

#[component]
fn Body(detail: PublicProductDetail) -> impl IntoView {
    let words = &tc().shop;
    let list = use_list("");
    let product = detail.product.clone();
    let mut currencies: Vec<Currency> = Vec::new();
    for price in &product.prices {
        if !currencies.contains(&price.base.currency()) {
            currencies.push(price.base.currency());
        }
    }
    let currency = Memo::new(move |_| shown_currency(list, &currencies));
    let mut crumbs = vec![Crumb::to(words.back, "/shop")];
    if let Some(group) = detail.groups.first() {
        let path = untrack(|| in_currency(format!("/shop/{}", group.slug), list));
        crumbs.push(Crumb::to(group.name.clone(), path));
    }
    crumbs.push(Crumb::here(product.text.name.clone()));
    let prices = product.prices.clone();
    let order = untrack(|| in_currency(format!("/order/{}", product.key), list));
    let features = product.clone();
    view! {
        <Head seo=product.seo.clone() />
        <Breadcrumbs crumbs />
        <Banner hash=product.images.background.clone() />
        <PageHead title=product.text.name.clone() text=product.text.short.clone()>
            {if product.in_stock {
                view! {
                    <a class="btn btn-primary" href=order>
                        <Icon icon=lu::LuShoppingBag />
                        {words.order}
                    </a>
                }
                    .into_any()
            } else {
                view! { <Badge text=words.sold_out tone=Tone::Warn /> }.into_any()
            }}
        </PageHead>
        <div class="grid-2">
            <div class="stack-y">
                {(!product.text.description.is_empty())
                    .then(|| view! { <Card><Prose text=product.text.description.clone() /></Card> })}
                <Card title=words.prices flush=true>
                    {move || {
                        let rows: Vec<_> = prices
                            .iter()
                            .filter(|price| Some(price.base.currency()) == currency.get())
                            .cloned()
                            .collect();
                        view! {
                            <div class="table-wrap" tabindex="0" role="region" aria-label=words.prices>
                                <table class="table">
                                    <PriceHead />
                                    <tbody>
                                        {rows
                                            .into_iter()
                                            .map(|price| {
                                                view! {
                                                    <tr>
                                                        <th scope="row">{format::period(price.period)}</th>
                                                        <td class="end num">{format::money(price.setup)}</td>
                                                        <td class="end num strong">
                                                            {format::money(price.base)} " " {format::per_period(price.period)}
                                                        </td>
                                                        <td class="end num">{price.hourly.map(format::money)}</td>
                                                    </tr>
                                                }
                                            })
                                            .collect_view()}
                                    </tbody>
                                </table>
                            </div>
                        }
                    }}
                </Card>
            </div>
            <div class="stack-y">
                {(!product.attributes.is_empty() || !product.attribute_groups.is_empty())
                    .then(|| {
                        view! {
                            <Card title=words.features>
                                <Features product=features />
                            </Card>
                        }
                    })}
                <Card>
                    <div class="flex gap-3 text-sm text-ink-2">
                        <ProductIcon name=product.icon image=product.images.icon class="tile tile-sm" />
                        <div class="grid gap-1">
                            {charged_by_hour(&detail).then(|| view! { <p>{words.by_hour}</p> })}
                            {(!detail.option_groups.is_empty()).then(|| view! { <p>{words.choose_options}</p> })}
                            <p class="sub">{tc().order.net}</p>
                        </div>
                    </div>
                </Card>
            </div>
        </div>
    }
}

fn charged_by_hour(detail: &PublicProductDetail) -> bool {
    let hourly = detail.product.prices.iter().any(|price| price.period == Period::Hourly);
    hourly
        || (detail.product.hourly_billing
            && detail.product.prices.iter().any(|price| price.period == Period::Monthly))
}

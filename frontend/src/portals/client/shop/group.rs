//! Products of a group: as cards or as a table. `/shop/:key`: the page of one group.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::Currency;
use shared::catalog::{
    AttributeText, Look, PublicAttribute, PublicAttributeGroup, PublicCatalog, PublicGroup, PublicProduct,
};
use ui::{Badge, Breadcrumbs, Crumb, Icon, ListState, PageHead, Tone, lu, use_list};

use super::head::Head;
use super::product::ProductPage;
use super::storefront::{PriceTag, headline, in_currency, shown_currency};
use crate::api;
use crate::i18n::{fill, tc};
use crate::parts::Loaded;
use crate::portals::client::icons::ProductIcon;
use crate::portals::client::prose::Prose;
use crate::query::use_query;

/// A group by its slug or key; a product when no group is called so.
#[component]
pub(in crate::portals::client) fn AddressPage() -> impl IntoView {
    let params = use_params_map();
    let key = Memo::new(move |_| params.with(|params| params.get("key")).unwrap_or_default());
    let catalog = use_query(|| (), |()| api::shop::catalog(None));
    let body = move |catalog: PublicCatalog| {
        move || {
            let is_called = |group: &&PublicGroup| {
                key.with(|key| group.key == *key || group.seo.slug == *key || group.slugs.contains(key))
            };
            match catalog.groups.iter().find(is_called).cloned() {
                Some(group) => view! { <GroupPage group currencies=catalog.currencies.clone() /> }.into_any(),
                None => view! { <ProductPage /> }.into_any(),
            }
        }
    };
    view! { <Loaded query=catalog rows=8 children=body /> }
}

#[component]
fn GroupPage(group: PublicGroup, currencies: Vec<Currency>) -> impl IntoView {
    let list = use_list("");
    let currency = Memo::new(move |_| shown_currency(list, &currencies));
    let crumbs = vec![Crumb::to(tc().shop.back, "/shop"), Crumb::here(group.text.name.clone())];
    let shown = group.clone();
    view! {
        <Head seo=group.seo />
        <Breadcrumbs crumbs />
        <Banner hash=group.images.background />
        <PageHead title=group.text.name text=group.text.short />
        {(!group.text.description.is_empty())
            .then(|| view! { <div class="mb-6 max-w-3xl"><Prose text=group.text.description /></div> })}
        {move || currency.get().map(|currency| view! { <GroupSection group=shown.clone() currency list headed=false /> })}
    }
}

/// The background of a group or product, above its name.
#[component]
pub(super) fn Banner(hash: Option<String>) -> impl IntoView {
    hash.map(|hash| {
        let src = api::shop::image(&hash);
        view! { <img class="w-full h-40 object-cover rounded-xl border border-line mb-6" src=src alt="" /> }
    })
}

/// The address of a product's page, in the currency that a visitor chose.
fn about(group: &str, product: &PublicProduct, list: ListState) -> String {
    untrack(|| in_currency(format!("/shop/{group}/{}", product.seo.slug), list))
}

fn order(product: &PublicProduct, list: ListState) -> String {
    untrack(|| in_currency(format!("/order/{}", product.key), list))
}

/// The products of a group, with its name above them when several groups stand on the page.
#[component]
pub(super) fn GroupSection(
    group: PublicGroup,
    currency: Currency,
    list: ListState,
    headed: bool,
) -> impl IntoView {
    let slug = group.seo.slug;
    let products = match group.list_look {
        Look::Cards => {
            let cards = group.products.into_iter().map(|product| {
                let about = about(&slug, &product, list);
                view! { <ProductCard product about currency list /> }
            });
            view! { <div class="grid-3">{cards.collect_view()}</div> }.into_any()
        }
        Look::Table => {
            let rows = group.products.into_iter().map(|product| {
                let about = about(&slug, &product, list);
                view! { <ProductRow product about currency list /> }
            });
            let label = group.text.name.clone();
            view! {
                <div class="card table-wrap" tabindex="0" role="region" aria-label=label>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{tc().service.product}</th>
                                <th scope="col">{tc().shop.price}</th>
                                <th scope="col"></th>
                            </tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <section class="mb-10">
            {headed
                .then(|| {
                    view! {
                        <Banner hash=group.images.background />
                        <div class="flex items-center gap-3 mb-4">
                            <ProductIcon name=group.icon image=group.images.icon class="tile" />
                            <div class="min-w-0">
                                <h2>
                                    <a class="hover:underline" href=untrack(|| in_currency(format!("/shop/{slug}"), list))>
                                        {group.text.name}
                                    </a>
                                </h2>
                                <p class="sub">{group.text.short}</p>
                            </div>
                        </div>
                    }
                })}
            {products}
        </section>
    }
}

/// What it costs, or that it has no price in this currency.
#[component]
fn Price(product: PublicProduct, currency: Currency) -> impl IntoView {
    match headline(&product, currency) {
        Some(price) => view! { <PriceTag price /> }.into_any(),
        None => {
            let text = fill(tc().shop.not_in_currency, &[("currency", currency.code())]);
            view! { <p class="text-sm text-ink-3">{text}</p> }.into_any()
        }
    }
}

fn sold_out(product: &PublicProduct) -> impl IntoView + use<> {
    (!product.in_stock).then(|| view! { <Badge text=tc().shop.sold_out tone=Tone::Warn /> })
}

#[component]
fn ProductRow(product: PublicProduct, about: String, currency: Currency, list: ListState) -> impl IntoView {
    let can_order = product.in_stock && headline(&product, currency).is_some();
    let order = order(&product, list);
    view! {
        <tr>
            <th scope="row">
                <a class="who row-link" href=about.clone()>
                    <ProductIcon name=product.icon.clone() image=product.images.icon.clone() class="tile tile-sm" />
                    <div>
                        <span>{product.text.name.clone()}</span>
                        <small>{product.text.short.clone()}</small>
                    </div>
                </a>
            </th>
            <td><Price product=product.clone() currency /></td>
            <td class="end">
                <span class="inline-flex gap-2">
                    {sold_out(&product)}
                    <a class="btn btn-sm" href=about>{tc().shop.details}</a>
                    {can_order.then(|| view! { <a class="btn btn-sm btn-primary" href=order>{tc().shop.order}</a> })}
                </span>
            </td>
        </tr>
    }
}

#[component]
fn ProductCard(product: PublicProduct, about: String, currency: Currency, list: ListState) -> impl IntoView {
    let words = &tc().shop;
    let can_order = product.in_stock && headline(&product, currency).is_some();
    let order = order(&product, list);
    view! {
        <article class="card p-5 flex flex-col gap-4">
            <div class="flex items-start gap-3">
                <ProductIcon name=product.icon.clone() image=product.images.icon.clone() />
                <div class="min-w-0 flex-1">
                    <h3 class="text-lg">
                        <a class="hover:underline" href=about.clone()>{product.text.name.clone()}</a>
                    </h3>
                    <p class="text-sm text-ink-2 mt-0.5">{product.text.short.clone()}</p>
                </div>
                {sold_out(&product)}
            </div>
            <Attributes product=product.clone() most=4 />
            <span class="flex-1"></span>
            <Price product currency />
            <div class="flex gap-2">
                {can_order.then(|| view! { <a class="btn btn-primary flex-1" href=order>{words.order}</a> })}
                <a class="btn flex-1" href=about>{words.details}</a>
            </div>
        </article>
    }
}

/// What one gets, with the icon in place of a tick.
type Feature = (Option<String>, AttributeText);

/// The first of what one gets, as a list of ticks.
#[component]
pub(super) fn Attributes(product: PublicProduct, most: usize) -> impl IntoView {
    let of_groups = product.attribute_groups.into_iter().flat_map(|group| group.attributes);
    ticks(own(product.attributes).chain(of_groups.map(feature)).take(most).collect())
}

/// All that one gets, group by group.
#[component]
pub(super) fn Features(product: PublicProduct) -> impl IntoView {
    let groups = product.attribute_groups.into_iter().map(|group| {
        let PublicAttributeGroup { text, icon_image, attributes, .. } = group;
        view! {
            <section class="grid gap-2">
                <h3 class="flex items-center gap-2">{icon_image.map(small)} {text.name}</h3>
                {(!text.short.is_empty()).then(|| view! { <p class="sub">{text.short}</p> })}
                {(!text.description.is_empty()).then(|| view! { <Prose text=text.description /> })}
                {ticks(attributes.into_iter().map(feature).collect())}
            </section>
        }
    });
    let groups = groups.collect_view();
    view! { <div class="grid gap-5">{ticks(own(product.attributes).collect())} {groups}</div> }
}

fn own(attributes: Vec<AttributeText>) -> impl Iterator<Item = Feature> {
    attributes.into_iter().map(|text| (None, text))
}

fn feature(attribute: PublicAttribute) -> Feature {
    (attribute.icon_image, attribute.text)
}

fn small(hash: String) -> AnyView {
    view! { <img class="size-5 object-contain" src=api::shop::image(&hash) alt="" /> }.into_any()
}

fn ticks(features: Vec<Feature>) -> Option<AnyView> {
    let row = |(icon, text): Feature| {
        let icon = icon.map_or_else(|| view! { <Icon icon=lu::LuCheck class="icon-sm" /> }.into_any(), small);
        view! {
            <li class="flex items-baseline gap-2">
                <span class="text-ok translate-y-0.5">{icon}</span>
                <span class="text-ink-2">{text.name}</span>
                <span class="font-medium ml-auto text-right">{text.value}</span>
            </li>
        }
    };
    (!features.is_empty()).then(|| {
        view! { <ul class="grid gap-1.5 text-sm">{features.into_iter().map(row).collect_view()}</ul> }
            .into_any()
    })
}

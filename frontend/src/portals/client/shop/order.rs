//! `/order/:key`: three calm steps with a summary that follows.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use shared::catalog::{ModuleField, OrderItem, PublicPrice, PublicProductDetail};
use shared::{Currency, Period};
use ui::{
    Breadcrumbs, Button, Card, Crumb, EmptyState, Form, FormErrors, ListState, NumberField, PageHead,
    Stepper, TextField, lu, use_list,
};
use wasm_bindgen::JsCast;

use super::fields::{ModuleInput, Periods};
use super::follow::{Followed, follow};
use super::options::{OptionsForm, OptionsState};
use super::placing::{KEPT, PayPlaced, adding, ordering, to_pay};
use super::storefront::{in_currency, shown_currency};
use super::summary::Summary;
use super::terms::AcceptTerms;
use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::Loaded;
use crate::portals::client::kit::{self, Overview};
use crate::query::use_query;

/// The steps of an order; once it is placed and lacks money (`?pay=`), how to pay it.
#[component]
pub(in crate::portals::client) fn OrderPage() -> impl IntoView {
    let params = use_params_map();
    let list = use_list("");
    let key = move || params.with(|params| params.get("key")).unwrap_or_default();
    let product = use_query(key, |key| api::shop::product(&key));
    let proforma = to_pay(list);
    move || match proforma.get().filter(|_| use_context::<Overview>().is_some()) {
        Some(id) => view! { <PayPlaced id /> }.into_any(),
        None => view! {
            <Loaded query=product rows=8 let:detail>
                <Steps detail list />
            </Loaded>
        }
        .into_any(),
    }
}

/// What a module asks, as the fields of the order.
fn field_values(
    fields: &[ModuleField],
    kept: &BTreeMap<String, String>,
) -> Vec<(ModuleField, RwSignal<String>)> {
    let value = |field: &ModuleField| kept.get(&field.key).cloned().unwrap_or_default();
    fields.iter().map(|field| (field.clone(), RwSignal::new(value(field)))).collect()
}

/// The step that shows a field, by its name in the request or its id on the page.
fn step_of(field: &str) -> usize {
    if field.ends_with("terms_version") {
        return 2;
    }
    // The id of a field begins with the number of its form: `f7-items-0-label`.
    let place = field.find("items").and_then(|start| field.get(start..)).unwrap_or_default();
    match place.split(['.', '-']).nth(2) {
        Some("options" | "fields") => 1,
        Some("label" | "quantity") => 2,
        _ => 0,
    }
}

/// Goes to the step of the first refused field, and to that of a field whose link in the summary is followed.
fn lead(errors: FormErrors, step: RwSignal<usize>) -> impl Fn(leptos::ev::MouseEvent) + 'static {
    Effect::new(move |before: Option<usize>| {
        let fields = errors.fields();
        if fields.len() > before.unwrap_or(0)
            && let Some(first) = fields.iter().map(|field| step_of(field)).min()
        {
            step.set(first);
        }
        fields.len()
    });
    move |event: leptos::ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = target.and_then(|target| {
            target
                .closest("a[href^='#f'][href*='-items-'], a[href^='#f'][href$='-terms_version']")
                .ok()
                .flatten()
        });
        if let Some(id) = link.and_then(|link| link.get_attribute("href")) {
            step.set(step_of(id.trim_start_matches('#')));
        }
    }
}

#[component]
fn Steps(detail: PublicProductDetail, list: ListState) -> impl IntoView {
    let words = &tc().order;
    let client = untrack(kit::access).map(|access| access.id);
    let name = detail.product.text.name.clone();
    let currencies: Vec<Currency> = detail.product.prices.iter().map(|price| price.base.currency()).collect();
    let Some(currency) = untrack(|| shown_currency(list, &currencies)) else {
        return view! { <EmptyState icon=lu::LuShoppingBag title=tc().shop.empty text=tc().shop.empty_hint /> }.into_any();
    };
    let mut prices: Vec<PublicPrice> =
        detail.product.prices.iter().filter(|price| price.base.currency() == currency).cloned().collect();
    prices.sort_by_key(|price| price.period.nominal_hours().unwrap_or(u32::MAX));
    let Some(first) = prices.iter().find(|price| price.period == Period::Monthly).or(prices.first()).cloned()
    else {
        let text = fill(tc().shop.not_in_currency, &[("currency", currency.code())]);
        return view! { <EmptyState icon=lu::LuShoppingBag title=name text=text /> }.into_any();
    };
    let product = detail.product.id;
    let offered_for = |period: Period| prices.iter().any(|price| price.period == period);
    let kept = KEPT.with_borrow(Clone::clone);
    let kept = kept.filter(|kept| kept.product == product && offered_for(kept.period));
    let kept = kept.unwrap_or(OrderItem {
        product,
        period: first.period,
        price: None,
        options: Vec::new(),
        fields: BTreeMap::new(),
        label: None,
        quantity: 1,
    });
    let step = RwSignal::new(0_usize);
    let period = RwSignal::new(kept.period);
    let options = OptionsState::new(&detail.option_groups, &kept.options);
    let label = RwSignal::new(kept.label.unwrap_or_default());
    let quantity = RwSignal::new(kept.quantity.to_string());
    let fields = StoredValue::new(field_values(&detail.fields, &kept.fields));
    let offered = StoredValue::new(prices.clone());
    let item = Memo::new(move |_| {
        let period = period.get();
        let price = offered
            .with_value(|prices| prices.iter().find(|price| price.period == period).map(|price| price.id));
        let values: BTreeMap<String, String> = fields.with_value(|fields| {
            let filled =
                fields.iter().map(|(field, value)| (field.key.clone(), value.get().trim().to_owned()));
            filled.filter(|(_, value)| !value.is_empty()).collect()
        });
        let label = label.get().trim().to_owned();
        OrderItem {
            product,
            period,
            price,
            options: options.read(),
            fields: values,
            label: (!label.is_empty()).then_some(label),
            quantity: quantity.with(|quantity| quantity.parse().unwrap_or(1)),
        }
    });
    let errors = FormErrors::new();
    let followed = follow(client, currency, item, errors);
    let Followed { quote, stale, problem, .. } = followed;
    let accepted = RwSignal::new(false);
    let place = ordering(client, item, followed, accepted, errors, list);
    let add = adding(client, item, errors);
    let lead = lead(errors, step);
    let next = move || step.update(|step| *step = (*step + 1).min(2));
    let submit_step = Callback::new(move |()| {
        if step.get_untracked() < 2 {
            next();
        } else {
            place.run.run(());
        }
    });
    let is_last = Memo::new(move |_| step.get() == 2);
    // An order says what was shown for what is chosen.
    let unquoted =
        Signal::derive(move || stale.get() || problem.get().is_some() || quote.with(Option::is_none));
    let locked = move || client.is_none() || unquoted.get() || place.busy.get();
    let about = match detail.groups.first() {
        Some(group) => format!("/shop/{}/{}", group.slug, detail.product.seo.slug),
        None => format!("/shop/{}", detail.product.seo.slug),
    };
    let crumbs = vec![
        Crumb::to(tc().shop.back, "/shop"),
        Crumb::to(name.clone(), untrack(|| in_currency(about, list))),
        Crumb::here(tc().shop.order),
    ];
    let title = fill(words.title, &[("product", &name)]);
    let steps =
        vec![words.step_period.to_owned(), words.step_options.to_owned(), words.step_check.to_owned()];
    let has_options = !detail.option_groups.is_empty() || !detail.fields.is_empty();
    let module_fields = fields.get_value();
    let key = detail.product.key.clone();
    view! {
        <Title text=title.clone() />
        <Breadcrumbs crumbs />
        <PageHead title=title />
        <Stepper steps current=step />
        <div class="grid-2" on:click:capture=lead>
            <Card>
                <Form errors on_submit=submit_step>
                    <div class="grid gap-4" hidden=move || step.get() != 0>
                        <Intro title=words.period_title text=words.period_text />
                        <Periods prices=prices.clone() period look=detail.order_look />
                    </div>
                    <div class="grid gap-5" hidden=move || step.get() != 1>
                        <Intro title=words.options_title text=if has_options { "" } else { words.options_none } />
                        <div class="form-grid">
                            <OptionsForm state=options currency period prefix="items.0.options" />
                            {module_fields
                                .into_iter()
                                .map(|(field, value)| view! { <ModuleInput field value /> })
                                .collect_view()}
                        </div>
                    </div>
                    <div class="grid gap-5" hidden=move || step.get() != 2>
                        <Intro title=words.check_title text=words.net />
                        <div class="form-grid">
                            <TextField
                                name="items.0.label"
                                label=words.label
                                value=label
                                help=words.label_help
                                placeholder=name.clone()
                                max_length=100
                            />
                            <NumberField name="items.0.quantity" label=words.quantity value=quantity />
                        </div>
                        <AcceptTerms accepted />
                    </div>
                    <div class="form-bar">
                        <Button
                            text=tc().common.back
                            icon=lu::LuArrowLeft
                            class="btn-ghost"
                            disabled=Signal::derive(move || step.get() == 0)
                            on_click=Callback::new(move |()| step.update(|step| *step = step.saturating_sub(1)))
                        />
                        {move || {
                            if is_last.get() {
                                // "Deploy" stands in the summary: Enter presses this one.
                                view! { <button type="submit" class="sr-only" tabindex="-1" aria-hidden="true" disabled=locked></button> }
                                    .into_any()
                            } else {
                                view! { <Button text=tc().common.next class="btn-primary" submit=true /> }.into_any()
                            }
                        }}
                    </div>
                </Form>
            </Card>
            <Summary quote stale problem>
                {
                    let key = key.clone();
                    move || match (client, step.get()) {
                        (None, _) => {
                            let next = untrack(|| in_currency(format!("/order/{key}"), list));
                            let next = urlencoding::encode(&next).into_owned();
                            let keep = move |_| KEPT.set(Some(item.get_untracked()));
                            view! {
                                <a class="btn btn-primary btn-wide" href=format!("/sign-in?next={next}") on:click=keep>
                                    {words.sign_in}
                                </a>
                                <p class="sub text-center">
                                    <a class="link" href="/register" on:click=keep>{tc().nav.register}</a>
                                </p>
                            }
                                .into_any()
                        }
                        (Some(_), 2) => {
                            let text = move || match quote.get().and_then(|quote| quote.top_up) {
                                Some(top_up) => fill(words.order_pay, &[("total", &format::money(top_up.total))]),
                                None => words.deploy.to_owned(),
                            };
                            view! {
                                <Button
                                    text=text
                                    icon=lu::LuRocket
                                    class="btn-primary btn-wide"
                                    busy=place.busy
                                    disabled=unquoted
                                    on_click=place.run
                                />
                                <Button
                                    text=tc().cart.add
                                    icon=lu::LuShoppingCart
                                    class="btn-wide"
                                    busy=add.busy
                                    disabled=unquoted
                                    on_click=add.run
                                />
                            }
                                .into_any()
                        }
                        (Some(_), _) => ().into_any(),
                    }
                }
            </Summary>
        </div>
    }
    .into_any()
}

#[component]
fn Intro(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <div>
            <h2>{title}</h2>
            {(!text.is_empty()).then(|| view! { <p class="text-sm text-ink-2 mt-0.5">{text}</p> })}
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::step_of;

    #[test]
    fn a_refused_field_is_on_the_step_that_shows_it() {
        for (field, step) in [
            ("items.0.period", 0),
            ("f7-items-0-price", 0),
            ("items.0.options.2.quantity", 1),
            ("f12-items-0-fields-hostname", 1),
            ("items.0.label", 2),
            ("f7-items-0-label", 2),
            ("f7-items-0-quantity", 2),
            ("terms_version", 2),
            ("f7-terms_version", 2),
        ] {
            assert_eq!(step_of(field), step, "{field}");
        }
    }
}

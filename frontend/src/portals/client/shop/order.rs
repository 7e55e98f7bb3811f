//! `/order/:key`: three calm steps with a summary that follows.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use shared::catalog::{
    ModuleField, ModuleFieldKind, OrderItem, PublicPrice, PublicProductDetail, Quote, QuoteRequest,
};
use shared::services::{NewOrder, OrderStatus};
use shared::{ClientId, Currency, Language, Period};
use ui::{
    Breadcrumbs, Button, Card, Crumb, EmptyState, Form, FormErrors, NumberField, PageHead, PasswordField,
    Stepper, TextArea, TextField, effect, lu, toast_ok, use_list,
};

use super::options::{OptionsForm, OptionsState};
use super::storefront::{in_currency, shown_currency};
use super::summary::Summary;
use crate::api::{self, Key};
use crate::format;
use crate::i18n::{self, fill, tc};
use crate::parts::load::field_text;
use crate::parts::{Loaded, failure, submit};
use crate::portals::client::kit::{self, Overview};
use crate::query::use_query;

#[component]
pub(in crate::portals::client) fn OrderPage() -> impl IntoView {
    let params = use_params_map();
    let key = move || params.with(|params| params.get("key")).unwrap_or_default();
    let product = use_query(key, |key| async move { api::shop::product(&key).await });
    view! {
        <Loaded query=product rows=8 let:detail>
            <Steps detail />
        </Loaded>
    }
}

/// What a module asks, as the fields of the order.
fn field_values(fields: &[ModuleField]) -> Vec<(ModuleField, RwSignal<String>)> {
    fields.iter().map(|field| (field.clone(), RwSignal::new(String::new()))).collect()
}

#[component]
fn Steps(detail: PublicProductDetail) -> impl IntoView {
    let words = &tc().order;
    let list = use_list("");
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
    let step = RwSignal::new(0_usize);
    let period = RwSignal::new(first.period);
    let options = OptionsState::new(&detail.option_groups, &[]);
    let label = RwSignal::new(String::new());
    let quantity = RwSignal::new("1".to_owned());
    let fields = StoredValue::new(field_values(&detail.fields));
    let offered = StoredValue::new(prices.clone());
    let product = detail.product.id;
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
    let (quote, stale, problem) = follow(client, currency, item);
    let errors = FormErrors::new();
    let place = ordering(client, item, errors);
    let next = move || step.update(|step| *step = (*step + 1).min(2));
    let submit_step = Callback::new(move |()| {
        if step.get_untracked() < 2 {
            next();
        } else {
            place.run.run(());
        }
    });
    let crumbs = vec![
        Crumb::to(tc().shop.back, "/shop"),
        Crumb::to(name.clone(), untrack(|| in_currency(format!("/shop/{}", detail.product.key), list))),
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
        <div class="grid-2">
            <Card>
                <Form errors on_submit=submit_step>
                    <div class="grid gap-4" hidden=move || step.get() != 0>
                        <Intro title=words.period_title text=words.period_text />
                        <Periods prices=prices.clone() period />
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
                            (step.get() < 2)
                                .then(|| view! { <Button text=tc().common.next class="btn-primary" submit=true /> })
                        }}
                    </div>
                </Form>
            </Card>
            <Summary quote stale problem>
                {
                    let key = key.clone();
                    move || match (client, step.get()) {
                        (None, _) => {
                            let next = urlencoding::encode(&format!("/order/{key}")).into_owned();
                            view! {
                                <a class="btn btn-primary btn-wide" href=format!("/sign-in?next={next}")>{words.sign_in}</a>
                                <p class="sub text-center">
                                    <a class="link" href="/register">{tc().nav.register}</a>
                                </p>
                            }
                                .into_any()
                        }
                        (Some(_), 2) => {
                            let text = move || match quote.get().and_then(|quote| quote.missing) {
                                Some(missing) if missing.is_positive() => {
                                    fill(words.order_pay, &[("missing", &format::money(missing))])
                                }
                                _ => words.deploy.to_owned(),
                            };
                            view! {
                                <Button
                                    text=text
                                    icon=lu::LuRocket
                                    class="btn-primary btn-wide"
                                    busy=place.busy
                                    disabled=Signal::derive(move || problem.get().is_some() || quote.with(Option::is_none))
                                    on_click=place.run
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

type Followed = (Signal<Option<Quote>>, Signal<bool>, Signal<Option<String>>);

/// The quote of what is chosen, a moment after each change.
fn follow(client: Option<ClientId>, currency: Currency, item: Memo<OrderItem>) -> Followed {
    let quote = RwSignal::new(None::<Quote>);
    let stale = RwSignal::new(true);
    let problem = RwSignal::new(None::<String>);
    let turn = StoredValue::new(0_u32);
    effect(move || {
        let item = item.get();
        turn.update_value(|turn| *turn = turn.wrapping_add(1));
        let mine = turn.get_value();
        stale.set(true);
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(200).await;
            if turn.try_get_value() != Some(mine) {
                return;
            }
            // A quote needs no names, and fields are checked when ordering.
            let item = OrderItem { label: None, ..item };
            let answer = match client {
                Some(client) => {
                    api::own::quote(client, &QuoteRequest { items: vec![item], currency: None }).await
                }
                None => api::shop::quote(&QuoteRequest { items: vec![item], currency: Some(currency) }).await,
            };
            if turn.try_get_value() != Some(mine) {
                return;
            }
            stale.set(false);
            match answer {
                Ok(answer) => {
                    problem.set(None);
                    quote.set(Some(answer));
                }
                Err(error) => {
                    let named = match &error {
                        api::ApiError::Problem(said) => said.fields.first().map(field_text),
                        _ => None,
                    };
                    problem.set(Some(named.unwrap_or_else(|| failure(&error).0)));
                }
            }
        });
    });
    (quote.into(), stale.into(), problem.into())
}

/// Places the order once; goes on to the service, or to the payment when money is missing.
fn ordering(client: Option<ClientId>, item: Memo<OrderItem>, errors: FormErrors) -> crate::parts::Submit {
    let key = StoredValue::new(Key::new());
    effect(move || {
        item.track();
        key.set_value(Key::new());
    });
    let navigate = use_navigate();
    let overview = use_context::<Overview>();
    submit(
        errors,
        move || async move {
            // The button is there only for somebody who acts for a client.
            let client = client.ok_or(api::ApiError::SignedOut)?;
            let order = NewOrder { items: vec![item.get_untracked()] };
            api::own::order(client, &order, &key.get_value()).await
        },
        move |order| {
            if let Some(overview) = overview {
                overview.refresh();
            }
            let words = &tc().order;
            let target = match (order.status, order.proforma, order.services.first()) {
                (OrderStatus::Pending, Some(proforma), _) => {
                    toast_ok(words.placed_pending);
                    format!("/documents/{proforma}/pay")
                }
                (status, _, Some(service)) => {
                    toast_ok(if status == OrderStatus::Pending {
                        words.placed_pending
                    } else {
                        words.placed
                    });
                    format!("/services/{}", service.id)
                }
                _ => "/services".to_owned(),
            };
            navigate(&target, NavigateOptions::default());
        },
    )
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

/// The periods as cards, price of the period and of the hour side by side.
#[component]
fn Periods(prices: Vec<PublicPrice>, period: RwSignal<Period>) -> impl IntoView {
    view! {
        <div class="grid gap-3 sm:grid-cols-2" role="radiogroup" aria-label=tc().order.period_title>
            {prices
                .into_iter()
                .map(|price| {
                    let mine = price.period;
                    view! {
                        <label class="choice">
                            <input
                                class="sr-only"
                                type="radio"
                                name="items.0.period"
                                prop:checked=move || period.get() == mine
                                on:change=move |_| period.set(mine)
                            />
                            <span class="flex-1">
                                <span class="field-label block">{format::period(mine)}</span>
                                <span class="num block mt-1">
                                    <b class="text-lg">{format::money(price.base)}</b>
                                    " "
                                    <span class="text-ink-2">{format::per_period(mine)}</span>
                                </span>
                                <span class="field-help num">
                                    {price
                                        .hourly
                                        .filter(|_| mine != Period::Hourly)
                                        .map(|hourly| format!("{} {}", format::money(hourly), format::per_period(Period::Hourly)))}
                                    {price
                                        .setup
                                        .is_positive()
                                        .then(|| format!(" · {}: {}", tc().shop.setup, format::money(price.setup)))}
                                </span>
                            </span>
                        </label>
                    }
                })
                .collect_view()}
        </div>
    }
}

/// A field that the module asks for.
#[component]
fn ModuleInput(field: ModuleField, value: RwSignal<String>) -> impl IntoView {
    let label = field
        .labels
        .get(&i18n::language())
        .or_else(|| field.labels.get(&Language::English))
        .cloned()
        .unwrap_or_else(|| field.key.clone());
    let name = format!("items.0.fields.{}", field.key);
    match field.kind {
        ModuleFieldKind::Line => {
            view! { <TextField name label value required=field.required max_length=field.length_max wide=true /> }.into_any()
        }
        ModuleFieldKind::Paragraph => {
            view! { <TextArea name label value required=field.required max_length=field.length_max /> }.into_any()
        }
        ModuleFieldKind::Secret => {
            view! { <PasswordField name label value required=field.required autocomplete="new-password" wide=true /> }
                .into_any()
        }
    }
}

//! Fields of an order: its period, and what the module asks.

use leptos::prelude::*;
use shared::catalog::{Look, ModuleField, ModuleFieldKind, PublicPrice};
use shared::{Language, Period};
use ui::{PasswordField, RadioGroup, TextArea, TextField};

use crate::format;
use crate::i18n::{self, tc};

/// The periods to choose from, laid out as their group says.
#[component]
pub(super) fn Periods(prices: Vec<PublicPrice>, period: RwSignal<Period>, look: Look) -> impl IntoView {
    let drawn = match look {
        Look::Cards => view! { <PeriodCards prices period /> }.into_any(),
        Look::Table => view! { <PeriodTable prices period /> }.into_any(),
    };
    view! { <RadioGroup name="items.0.period" label=tc().order.period_title>{drawn}</RadioGroup> }
}

/// The head of a table of prices: the period, what it costs once, each time and by the hour.
#[component]
pub(super) fn PriceHead() -> impl IntoView {
    let words = &tc().shop;
    view! {
        <thead>
            <tr>
                <th scope="col">{words.period}</th>
                <th scope="col" class="end">{words.setup}</th>
                <th scope="col" class="end">{words.price}</th>
                <th scope="col" class="end">{tc().common.per_hour}</th>
            </tr>
        </thead>
    }
}

/// The periods as rows.
#[component]
fn PeriodTable(prices: Vec<PublicPrice>, period: RwSignal<Period>) -> impl IntoView {
    let rows = prices.into_iter().map(|price| {
        let mine = price.period;
        view! {
            <tr aria-selected=move || (period.get() == mine).to_string()>
                <th scope="row">
                    <label class="check">
                        <input
                            type="radio"
                            name="items.0.period"
                            prop:checked=move || period.get() == mine
                            on:change=move |_| period.set(mine)
                        />
                        <span>{format::period(mine)}</span>
                    </label>
                </th>
                <td class="end num">{format::money(price.setup)}</td>
                <td class="end num strong">{format::money(price.base)}</td>
                <td class="end num">{price.hourly.map(format::money)}</td>
            </tr>
        }
    });
    view! {
        <div class="table-wrap" role="region" tabindex="0" aria-label=tc().order.period_title>
            <table class="table">
                <PriceHead />
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// The periods as cards, price of the period and of the hour side by side.
#[component]
fn PeriodCards(prices: Vec<PublicPrice>, period: RwSignal<Period>) -> impl IntoView {
    view! {
        <div class="grid gap-3 sm:grid-cols-2">
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
pub(super) fn ModuleInput(field: ModuleField, value: RwSignal<String>) -> impl IntoView {
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

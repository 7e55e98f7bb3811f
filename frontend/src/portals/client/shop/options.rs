//! Choosing options: when ordering, and when changing a service.

use leptos::prelude::*;
use shared::catalog::{ChosenOption, OptionKind, PublicOption, PublicOptionGroup};
use shared::{Currency, OptionGroupId, OptionId, Period};
use ui::{RadioCard, RadioCards, SelectField, TextField};

use crate::api;
use crate::format;
use crate::i18n::{fill, tc};

/// What is chosen in one group, as text: an option's id, a number of units, or the text itself.
#[derive(Clone)]
struct Choice {
    group: PublicOptionGroup,
    value: RwSignal<String>,
}

/// What is chosen in all groups.
#[derive(Clone, Copy)]
pub(in crate::portals::client) struct OptionsState {
    choices: StoredValue<Vec<Choice>>,
}

impl OptionsState {
    /// Starts with the first option of each group, the smallest quantity, or what `taken` says.
    pub(in crate::portals::client) fn new(groups: &[PublicOptionGroup], taken: &[ChosenOption]) -> Self {
        let choices = groups
            .iter()
            .map(|group| {
                let taken = taken.iter().find(|taken| taken.group == group.id);
                let first = group.options.first().map(|option| option.id.to_string()).unwrap_or_default();
                let value = match (group.kind, taken) {
                    (OptionKind::Quantity, Some(taken)) => {
                        taken.quantity.unwrap_or(group.quantity_min).to_string()
                    }
                    (OptionKind::Quantity, None) => group.quantity_min.to_string(),
                    (OptionKind::Text, taken) => {
                        taken.and_then(|taken| taken.text.clone()).unwrap_or_default()
                    }
                    (_, Some(taken)) => taken.option.map(|option| option.to_string()).unwrap_or(first),
                    (_, None) => first,
                };
                Choice { group: group.clone(), value: RwSignal::new(value) }
            })
            .collect();
        Self { choices: StoredValue::new(choices) }
    }

    /// The choices as they are sent. Tracks every field.
    pub(in crate::portals::client) fn read(self) -> Vec<ChosenOption> {
        self.choices.with_value(|choices| choices.iter().filter_map(chosen).collect())
    }
}

fn chosen(choice: &Choice) -> Option<ChosenOption> {
    let value = choice.value.get();
    let nothing = ChosenOption { group: choice.group.id, option: None, quantity: None, text: None };
    match choice.group.kind {
        OptionKind::Dropdown | OptionKind::Radio => {
            let option: OptionId = value.parse().ok()?;
            Some(ChosenOption { option: Some(option), ..nothing })
        }
        OptionKind::Quantity => Some(ChosenOption { quantity: value.parse().ok(), ..nothing }),
        OptionKind::Text if value.trim().is_empty() && !choice.group.required => None,
        OptionKind::Text => Some(ChosenOption { text: Some(value), ..nothing }),
    }
}

/// What an option adds to the price, e.g. `+3.00 EUR / month`.
fn extra(option: &PublicOption, currency: Currency, period: Period) -> String {
    let price =
        option.prices.iter().find(|price| price.period == period && price.base.currency() == currency);
    match price {
        Some(price) if price.base.is_positive() => {
            format!("+{} {}", format::money(price.base), format::per_period(period))
        }
        _ => tc().order.included.to_owned(),
    }
}

/// The fields of all groups. `prefix` is where the options stand in the request: `items.0.options`.
#[component]
pub(in crate::portals::client) fn OptionsForm(
    state: OptionsState,
    currency: Currency,
    #[prop(into)] period: Signal<Period>,
    prefix: &'static str,
) -> impl IntoView {
    state
        .choices
        .get_value()
        .into_iter()
        .enumerate()
        .map(|(index, choice)| {
            let name = format!("{prefix}.{index}");
            view! { <GroupField choice currency period name /> }
        })
        .collect_view()
}

#[component]
fn GroupField(choice: Choice, currency: Currency, period: Signal<Period>, name: String) -> impl IntoView {
    let group = choice.group;
    let value = choice.value;
    let label = group.text.name.clone();
    match group.kind {
        OptionKind::Dropdown if group.options.iter().all(|option| option.icon_image.is_none()) => {
            let options = group.options.clone();
            let options = Signal::derive(move || {
                options
                    .iter()
                    .map(|option| {
                        let text =
                            format!("{} ({})", option.text.name, extra(option, currency, period.get()));
                        (option.id.to_string(), text)
                    })
                    .collect::<Vec<_>>()
            });
            view! { <SelectField name=format!("{name}.option") label value options help=group.text.short.clone() wide=true /> }
                .into_any()
        }
        // A list has no room for icons.
        OptionKind::Dropdown | OptionKind::Radio => {
            let options = group.options.clone();
            let options = Signal::derive(move || {
                options
                    .iter()
                    .map(|option| RadioCard {
                        value: option.id.to_string(),
                        title: option.text.name.clone(),
                        text: extra(option, currency, period.get()),
                        icon: option.icon_image.as_deref().map(api::shop::image),
                    })
                    .collect::<Vec<_>>()
            });
            view! { <RadioCards name=format!("{name}.option") label value options /> }.into_any()
        }
        OptionKind::Quantity => {
            let unit_price = group.options.first().cloned();
            let price = Signal::derive(move || {
                unit_price.as_ref().map(|option| extra(option, currency, period.get())).unwrap_or_default()
            });
            view! { <Quantity name=format!("{name}.quantity") group value price /> }.into_any()
        }
        OptionKind::Text => view! {
            <TextField
                name=format!("{name}.text")
                label
                value
                help=group.text.short.clone()
                required=group.required
                max_length=1000
                wide=true
            />
        }
        .into_any(),
    }
}

/// A slider with the number beside it.
#[component]
fn Quantity(
    name: String,
    group: PublicOptionGroup,
    value: RwSignal<String>,
    price: Signal<String>,
) -> impl IntoView {
    let id = ui::form::field_id(&name);
    let (min, max, step) =
        (group.quantity_min.to_string(), group.quantity_max.to_string(), group.quantity_step.to_string());
    let help = fill(tc().order.range, &[("min", &min), ("max", &max), ("unit", &group.unit)]);
    let unit = group.unit.clone();
    let unit_text = if unit.is_empty() { String::new() } else { format!(" · {unit}") };
    view! {
        <div class="field wide">
            <div class="flex items-baseline justify-between gap-3">
                <label class="field-label" for=id.clone()>{group.text.name.clone()}</label>
                <span class="sub num">{move || price.get()} {unit_text}</span>
            </div>
            <div class="flex items-center gap-4">
                <input
                    type="range"
                    class="flex-1 slider"
                    min=min.clone()
                    max=max.clone()
                    step=step.clone()
                    aria-label=group.text.name.clone()
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                />
                <div class="input-with w-28">
                    <input
                        class="input input-num"
                        id=id
                        name=name
                        type="number"
                        min=min
                        max=max
                        step=step
                        prop:value=move || value.get()
                        on:input=move |event| value.set(event_target_value(&event))
                    />
                    {(!unit.is_empty()).then(|| view! { <span class="input-unit">{unit.clone()}</span> })}
                </div>
            </div>
            <div class="field-help">{help}</div>
        </div>
    }
}

/// What a service has now, as choices.
pub(in crate::portals::client) fn taken(options: &[shared::services::ServiceOption]) -> Vec<ChosenOption> {
    let of = |option: &shared::services::ServiceOption| {
        let group: OptionGroupId = option.group;
        let quantity = (option.kind == OptionKind::Quantity).then_some(option.quantity);
        ChosenOption { group, option: option.option, quantity, text: option.text.clone() }
    };
    options.iter().map(of).collect()
}

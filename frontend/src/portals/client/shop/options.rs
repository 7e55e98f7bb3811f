//! Choosing options: when ordering, and when changing a service.

use leptos::prelude::*;
use shared::catalog::{ChosenOption, OptionKind, PublicOption, PublicOptionGroup};
use shared::{Currency, FieldError, OptionGroupId, OptionId, Period};
use ui::{FieldProblem, FormErrors, RadioCard, RadioCards, SelectField, SliderField, TextField, effect};

use crate::api::{self, ApiError};
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::load::field_text;

/// What is chosen in one group, as text: an option's id, a number of units, or the text itself.
#[derive(Clone)]
struct Choice {
    /// Its place in the request. Texts come last there: one that is left empty is not sent, and moves no other.
    place: usize,
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
        let is_text = |group: &PublicOptionGroup| group.kind == OptionKind::Text;
        let others = groups.iter().filter(|group| !is_text(group)).count();
        let places = groups.iter().enumerate().map(|(index, group)| {
            let texts = groups.iter().take(index).filter(|group| is_text(group)).count();
            if is_text(group) { others + texts } else { index - texts }
        });
        let choices = places
            .zip(groups)
            .map(|(place, group)| {
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
                Choice { place, group: group.clone(), value: RwSignal::new(value) }
            })
            .collect();
        Self { choices: StoredValue::new(choices) }
    }

    /// The choices as they are sent. Tracks every field.
    pub(in crate::portals::client) fn read(self) -> Vec<ChosenOption> {
        self.choices.with_value(|choices| {
            let mut choices: Vec<&Choice> = choices.iter().collect();
            choices.sort_by_key(|choice| choice.place);
            choices.into_iter().filter_map(chosen).collect()
        })
    }

    /// A refusal of a request that held only `sent`, as one of the fields: they stand elsewhere among all choices.
    pub(in crate::portals::client) fn at_fields(
        self,
        sent: &[ChosenOption],
        mut error: ApiError,
    ) -> ApiError {
        if let ApiError::Problem(problem) = &mut error {
            for field in &mut problem.fields {
                let place = |index: usize| {
                    let group = sent.get(index)?.group;
                    self.choices.with_value(|choices| {
                        choices.iter().find(|choice| choice.group.id == group).map(|choice| choice.place)
                    })
                };
                if let Some(there) = moved(&field.field, place) {
                    field.field = there;
                }
            }
        }
        error
    }
}

/// `options.0.quantity` at the place that the choice has among the fields: `options.3.quantity`.
fn moved(field: &str, place: impl Fn(usize) -> Option<usize>) -> Option<String> {
    let (index, what) = field.strip_prefix("options.")?.split_once('.')?;
    let place = place(index.parse().ok()?)?;
    Some(format!("options.{place}.{what}"))
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
        .map(|choice| {
            let name = format!("{prefix}.{}", choice.place);
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

/// A number of units on a slider.
#[component]
fn Quantity(
    name: String,
    group: PublicOptionGroup,
    value: RwSignal<String>,
    price: Signal<String>,
) -> impl IntoView {
    let range =
        [group.quantity_min, group.quantity_max, group.quantity_step].map(|number| number.to_string());
    let unit = group.unit;
    let help = fill(tc().order.range, &[("min", &range[0]), ("max", &range[1]), ("unit", &unit)]);
    let unit_text = if unit.is_empty() { String::new() } else { format!(" · {unit}") };
    let note = Signal::derive(move || price.get() + &unit_text);
    view! { <SliderField name label=group.text.name value range unit note help /> }
}

/// Shows numbers that a quote refuses beside their fields: they begin in their range, so what is wrong was typed.
pub(in crate::portals::client) fn mark_numbers(errors: FormErrors, refused: RwSignal<Option<ApiError>>) {
    let number = |field: &FieldError| {
        let found = field.field.ends_with(".quantity");
        found.then(|| FieldProblem { field: field.field.clone(), message: field_text(field) })
    };
    effect(move || {
        let numbers = refused.with(|error| match error {
            Some(ApiError::Problem(problem)) => problem.fields.iter().filter_map(number).collect(),
            _ => Vec::new(),
        });
        errors.mark(numbers);
    });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_choice_is_found_among_the_fields() {
        let place = |index: usize| [3, 1].get(index).copied();
        assert_eq!(moved("options.0.quantity", place).as_deref(), Some("options.3.quantity"));
        assert_eq!(moved("options.1.option", place).as_deref(), Some("options.1.option"));
        assert_eq!(moved("options.2.text", place), None);
        assert_eq!(moved("options", place), None);
    }
}

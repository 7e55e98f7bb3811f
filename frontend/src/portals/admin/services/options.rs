//! Choosing options for a client's service: when staff order it, and when they change it.

use leptos::prelude::*;
use shared::OptionGroupId;
use shared::catalog::{ChosenOption, OptionGroupDetail, OptionKind, ProductDetail};
use shared::services::ServiceOption;
use ui::{NumberField, SelectField, TextField};

use crate::api::{self, ApiError};
use crate::i18n;

/// An option group of a product, and whether something must be chosen in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Offered {
    pub(super) required: bool,
    pub(super) group: OptionGroupDetail,
}

/// The option groups of a product; texts last, as their answers may be left out.
pub(super) async fn offered(product: &ProductDetail) -> Result<Vec<Offered>, ApiError> {
    let mut groups = Vec::new();
    for attached in &product.option_groups {
        let group = api::catalog::option_group(attached.id).await?;
        groups.push(Offered { required: attached.required, group });
    }
    groups.sort_by_key(|offered| offered.group.group.kind == OptionKind::Text);
    Ok(groups)
}

#[derive(Clone, Copy)]
struct Choice {
    group: OptionGroupId,
    kind: OptionKind,
    value: RwSignal<String>,
}

/// What is chosen in each group.
#[derive(Clone, Copy)]
pub(super) struct Choices(StoredValue<Vec<Choice>>);

impl Choices {
    /// Begins with what `taken` says; else with the first option or the smallest quantity.
    pub(super) fn new(groups: &[Offered], taken: &[ServiceOption]) -> Self {
        let begin = |offered: &Offered| {
            let group = &offered.group;
            let taken = taken.iter().find(|taken| taken.group == group.id);
            let value = match group.group.kind {
                OptionKind::Dropdown | OptionKind::Radio => taken
                    .and_then(|taken| taken.option)
                    .or_else(|| group.options.first().map(|option| option.id))
                    .map(|option| option.to_string()),
                OptionKind::Quantity => {
                    Some(taken.map_or(group.group.quantity_min, |taken| taken.quantity).to_string())
                }
                OptionKind::Text => taken.and_then(|taken| taken.text.clone()),
            };
            Choice {
                group: group.id,
                kind: group.group.kind,
                value: RwSignal::new(value.unwrap_or_default()),
            }
        };
        Self(StoredValue::new(groups.iter().map(begin).collect()))
    }

    /// The choices as they are sent, in the order of the fields. Tracks every field.
    pub(super) fn read(self) -> Vec<ChosenOption> {
        self.0.with_value(|choices| choices.iter().filter_map(chosen).collect())
    }
}

fn chosen(choice: &Choice) -> Option<ChosenOption> {
    let value = choice.value.get();
    let nothing = ChosenOption { group: choice.group, option: None, quantity: None, text: None };
    match choice.kind {
        OptionKind::Dropdown | OptionKind::Radio => {
            Some(ChosenOption { option: Some(value.parse().ok()?), ..nothing })
        }
        OptionKind::Quantity => Some(ChosenOption { quantity: value.parse().ok(), ..nothing }),
        OptionKind::Text if value.trim().is_empty() => None,
        OptionKind::Text => Some(ChosenOption { text: Some(value), ..nothing }),
    }
}

/// The fields of all groups. `prefix` is where the options stand in the request: `items.0.options`.
#[component]
pub(super) fn OptionFields(groups: Vec<Offered>, choices: Choices, prefix: &'static str) -> impl IntoView {
    let values: Vec<RwSignal<String>> =
        choices.0.with_value(|choices| choices.iter().map(|choice| choice.value).collect());
    groups
        .into_iter()
        .zip(values)
        .enumerate()
        .map(|(index, (offered, value))| {
            let name = format!("{prefix}.{index}");
            view! { <OptionField offered value name /> }
        })
        .collect_view()
}

#[component]
fn OptionField(offered: Offered, value: RwSignal<String>, name: String) -> impl IntoView {
    let Offered { required, group: detail } = offered;
    let group = detail.group;
    let label = shared::catalog::text_in(&group.texts, i18n::language())
        .map_or_else(|| group.key.clone(), |text| text.name.clone());
    match group.kind {
        OptionKind::Dropdown | OptionKind::Radio => {
            let options: Vec<(String, String)> =
                detail.options.iter().map(|option| (option.id.to_string(), option.name.clone())).collect();
            view! { <SelectField name=format!("{name}.option") label value options required /> }.into_any()
        }
        OptionKind::Quantity => {
            let help = format!("{} – {}", group.quantity_min, group.quantity_max);
            view! {
                <NumberField name=format!("{name}.quantity") label value unit=group.unit.clone() help required />
            }
            .into_any()
        }
        OptionKind::Text => {
            view! { <TextField name=format!("{name}.text") label value required /> }.into_any()
        }
    }
}

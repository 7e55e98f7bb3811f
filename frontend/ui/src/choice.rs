//! Fields that are chosen from.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::form::Slot;
use crate::words;

/// One of several values. `options` are (value, text).
#[component]
pub fn SelectField(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    /// Offers an empty choice with this text.
    #[prop(optional, into)]
    empty: Option<TextProp>,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(optional)] required: bool,
    #[prop(optional)] wide: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// In a cell of a table.
    #[prop(optional)]
    cell: bool,
) -> impl IntoView {
    let slot = Slot::new(name.clone()).in_cell(cell);
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let control = view! {
        <select
            class=if cell { "input input-sm w-auto min-w-full" } else { "input" }
            id=slot.id.clone()
            name=name
            required=required
            disabled=move || disabled.get()
            aria-invalid=invalid
            aria-describedby=described
            on:change=move |event| {
                value.set(event_target_value(&event));
                typed.touched();
            }
        >
            {move || {
                let chosen = value.get();
                let options = options.get();
                let known = options.iter().any(|(value, _)| *value == chosen);
                let empty = empty.as_ref().map(|text| text.get().to_string()).or((!known).then(|| words().choose.to_owned()));
                view! {
                    {empty.map(|text| view! { <option value="" selected=!known>{text}</option> })}
                    {options
                        .into_iter()
                        .map(|(value, text)| {
                            let selected = value == chosen;
                            view! { <option value=value selected=selected>{text}</option> }
                        })
                        .collect_view()}
                }
            }}
        </select>
    }
    .into_any();
    slot.frame(label, help, required, wide, control)
}

/// A box to tick.
#[component]
pub fn CheckField(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (typed, invalid, problem) = (slot.clone(), slot.invalid(), slot.clone());
    let error_id = format!("{}-error", slot.id);
    view! {
        <div class="field">
            <label class="check">
                <input
                    type="checkbox"
                    id=slot.id.clone()
                    name=name
                    aria-invalid=invalid
                    aria-describedby=error_id.clone()
                    disabled=move || disabled.get()
                    prop:checked=move || value.get()
                    on:change=move |event| {
                        value.set(event_target_checked(&event));
                        typed.touched();
                    }
                />
                <span>{move || label.get()}</span>
            </label>
            {move || problem.problem().map(|message| view! { <div class="field-error" id=error_id.clone()>{message}</div> })}
        </div>
    }
}

/// Something on or off, with a line of explanation.
#[component]
pub fn SwitchField(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<bool>,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(default = true)] wide: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let typed = slot.clone();
    let problem = slot.clone();
    view! {
        <div class=if wide { "field wide" } else { "field" }>
            <label class="switch">
                <span>
                    <span class="field-label">{move || label.get()}</span>
                    {help.map(|help| view! { <span class="field-help block">{move || help.get()}</span> })}
                </span>
                <input
                    type="checkbox"
                    role="switch"
                    id=slot.id.clone()
                    name=name
                    disabled=move || disabled.get()
                    prop:checked=move || value.get()
                    on:change=move |event| {
                        value.set(event_target_checked(&event));
                        typed.touched();
                    }
                />
            </label>
            {move || problem.problem().map(|message| view! { <div class="field-error">{message}</div> })}
        </div>
    }
}

/// A choice that is a card.
#[derive(Clone, Debug, PartialEq)]
pub struct RadioCard {
    pub value: String,
    pub title: String,
    pub text: String,
    /// The address of its icon.
    pub icon: Option<String>,
}

/// One of a few choices, each a card.
#[component]
pub fn RadioCards(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<RadioCard>>,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (id, problem) = (slot.id.clone(), slot.clone());
    view! {
        <fieldset class="field wide" id=id tabindex="-1">
            <legend class="field-label mb-2">{move || label.get()}</legend>
            <div class="grid gap-3 sm:grid-cols-2">
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|RadioCard { value: option, title, text, icon }| {
                            let (mine, set) = (option.clone(), option.clone());
                            let (name, typed) = (name.clone(), slot.clone());
                            view! {
                                <label class="choice check">
                                    <input
                                        type="radio"
                                        name=name
                                        value=option
                                        prop:checked=move || value.with(|value| *value == mine)
                                        on:change=move |_| {
                                            value.set(set.clone());
                                            typed.touched();
                                        }
                                    />
                                    {icon
                                        .map(|icon| {
                                            view! { <img class="size-8 rounded object-contain" src=icon alt="" loading="lazy" /> }
                                        })}
                                    <span>
                                        <span class="field-label block">{title}</span>
                                        <span class="field-help">{text}</span>
                                    </span>
                                </label>
                            }
                        })
                        .collect_view()
                }}
            </div>
            {move || problem.problem().map(|message| view! { <div class="field-error">{message}</div> })}
        </fieldset>
    }
}

/// Radio buttons that the page draws: what they are about, and their refusal.
#[component]
pub fn RadioGroup(#[prop(into)] name: String, label: &'static str, children: Children) -> impl IntoView {
    let slot = Slot::new(name);
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    view! {
        <div
            class="field wide"
            role="radiogroup"
            id=slot.id.clone()
            tabindex="-1"
            aria-label=label
            aria-invalid=invalid
            aria-describedby=described
            on:change=move |_| typed.touched()
        >
            {children()}
            {slot.refusal()}
        </div>
    }
}

/// A whole number on a slider, with the number itself beside it.
#[component]
pub fn SliderField(
    #[prop(into)] name: String,
    label: String,
    value: RwSignal<String>,
    /// Least, most, and the step between.
    range: [String; 3],
    /// Shown at the right end: `GB`. Empty: none.
    unit: String,
    /// Beside the label: what one of it costs.
    note: Signal<String>,
    help: String,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (invalid, described) = (slot.invalid(), slot.described());
    let id = slot.id.clone();
    let typed = {
        let slot = slot.clone();
        move |event: web_sys::Event| {
            value.set(event_target_value(&event));
            slot.touched();
        }
    };
    // One value in two forms; the label and the summary of refusals belong to the number.
    let input = |kind: &'static str, class: &'static str, id: Option<String>, label: Option<String>| {
        let [min, max, step] = range.clone();
        view! {
            <input
                type=kind
                class=class
                name=id.is_some().then(|| name.clone())
                id=id
                min=min
                max=max
                step=step
                aria-label=label
                aria-invalid=invalid.clone()
                aria-describedby=described.clone()
                prop:value=move || value.get()
                on:input=typed.clone()
            />
        }
        .into_any()
    };
    view! {
        <div class="field wide">
            <div class="flex items-baseline justify-between gap-3">
                <label class="field-label" for=id.clone()>
                    {label.clone()}
                </label>
                <span class="sub num">{move || note.get()}</span>
            </div>
            <div class="flex items-center gap-4">
                {input("range", "flex-1 slider", None, Some(label))}
                <div class="input-with w-28">
                    {input("number", "input input-num", Some(id.clone()), None)}
                    {(!unit.is_empty()).then(|| view! { <span class="input-unit">{unit}</span> })}
                </div>
            </div>
            <div class="field-help" id=format!("{id}-help")>{help}</div>
            {slot.refusal()}
        </div>
    }
}

/// Several of a list. `options` are (value, what is shown).
#[component]
pub fn CheckList<T>(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    /// The values that are ticked.
    chosen: RwSignal<Vec<T>>,
    options: Vec<(T, AnyView)>,
    #[prop(default = "grid gap-2 sm:grid-cols-2")] class: &'static str,
    #[prop(optional)] disabled: bool,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let slot = Slot::new(name);
    let problem = slot.clone();
    let options = options
        .into_iter()
        .map(|(value, shown)| {
            let (mine, typed) = (value.clone(), slot.clone());
            let tick = move |on| {
                chosen.update(|chosen| {
                    chosen.retain(|other| *other != value);
                    if on {
                        chosen.push(value.clone());
                    }
                });
                typed.touched();
            };
            tick_box(
                Signal::derive(move || chosen.with(|all| all.contains(&mine))),
                Callback::new(tick),
                disabled,
                shown,
            )
        })
        .collect_view()
        .into_any();
    view! {
        <fieldset class="field wide" id=slot.id.clone() tabindex="-1">
            <legend class="field-label mb-2">{move || label.get()}</legend>
            <div class=class>{options}</div>
            {move || problem.problem().map(|message| view! { <div class="field-error">{message}</div> })}
        </fieldset>
    }
}

fn tick_box(on: Signal<bool>, tick: Callback<bool>, disabled: bool, shown: AnyView) -> AnyView {
    view! {
        <label class="check">
            <input
                type="checkbox"
                disabled=disabled
                prop:checked=move || on.get()
                on:change=move |event| tick.run(event_target_checked(&event))
            />
            {shown}
        </label>
    }
    .into_any()
}

//! Forms and their fields.
//!
//! A [`Form`] brings a [`FormErrors`] context; each field finds the refusal that names it, shows it,
//! and forgets it when the person types. After a refusal the first bad field gets the focus.

use leptos::context::Provider;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use crate::{Icon, Note, Tone, effect, lu, words};

/// A refused field: its name in the request and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldProblem {
    pub field: String,
    pub message: String,
}

/// The refusals of a form.
#[derive(Clone, Copy)]
pub struct FormErrors {
    problems: RwSignal<Vec<FieldProblem>>,
    general: RwSignal<Option<String>>,
}

impl Default for FormErrors {
    fn default() -> Self {
        Self::new()
    }
}

impl FormErrors {
    pub fn new() -> Self {
        Self { problems: RwSignal::new(Vec::new()), general: RwSignal::new(None) }
    }

    /// Shows a refusal; the first bad field that is on the page gets the focus.
    pub fn refuse(&self, general: impl Into<String>, problems: Vec<FieldProblem>) {
        let ids: Vec<String> = problems.iter().map(|problem| field_id(&problem.field)).collect();
        self.general.try_set(Some(general.into()));
        self.problems.try_set(problems);
        leptos::task::spawn_local(async move {
            gloo_timers::future::TimeoutFuture::new(0).await;
            // The first on the page, not the first of the answer.
            let fields = ids.iter().filter_map(|id| document().get_element_by_id(id));
            let first = fields.reduce(|first, other| {
                let follows = first.compare_document_position(&other);
                if follows & web_sys::Node::DOCUMENT_POSITION_PRECEDING == 0 { first } else { other }
            });
            if let Some(field) = first.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
                field.focus().ok();
            }
        });
    }

    pub fn clear(&self) {
        self.general.try_set(None);
        self.problems.try_set(Vec::new());
    }

    fn forget(&self, field: &str) {
        if self.problems.with_untracked(|problems| problems.iter().any(|problem| problem.field == field)) {
            self.problems.update(|problems| problems.retain(|problem| problem.field != field));
        }
    }

    fn of(&self, field: &str) -> Option<String> {
        self.problems.with(|problems| {
            problems.iter().find(|problem| problem.field == field).map(|problem| problem.message.clone())
        })
    }
}

/// The element id of the field of this name.
pub fn field_id(name: &str) -> String {
    format!("f-{}", name.replace('.', "-"))
}

/// A form. Enter submits; the summary of refusals stands on top with links to the fields.
#[component]
pub fn Form(
    errors: FormErrors,
    #[prop(into)] on_submit: Callback<()>,
    #[prop(default = "grid gap-5")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        errors.clear();
        on_submit.run(());
    };
    view! {
        <form class=class novalidate on:submit=submit>
            <Provider value=errors>
                <FormSummary errors />
                {children()}
            </Provider>
        </form>
    }
}

/// What was refused, on top of a form. [`Form`] brings it.
#[component]
pub fn FormSummary(errors: FormErrors) -> impl IntoView {
    move || {
        errors.general.get().map(|general| {
            let problems = errors.problems.get();
            view! {
                <Note tone=Tone::Bad>
                    <div>{general}</div>
                    {(!problems.is_empty())
                        .then(|| {
                            view! {
                                <ul class="mt-1 grid gap-0.5">
                                    {problems
                                        .into_iter()
                                        .map(|problem| {
                                            let id = field_id(&problem.field);
                                            let target = id.clone();
                                            let label = label_of(&id).map(|label| format!("{label}: "));
                                            view! {
                                                <li>
                                                    <a
                                                        href=format!("#{id}")
                                                        on:click=move |event| {
                                                            event.prevent_default();
                                                            event.stop_propagation();
                                                            focus(&target);
                                                        }
                                                    >
                                                        {label} {problem.message}
                                                    </a>
                                                </li>
                                            }
                                        })
                                        .collect_view()}
                                </ul>
                            }
                        })}
                </Note>
            }
        })
    }
}

/// What the field of this id is called on the page.
fn label_of(id: &str) -> Option<String> {
    let label = document().query_selector(&format!("label[for='{id}']")).ok().flatten()?;
    let text = label.text_content()?.trim().trim_end_matches('*').to_owned();
    (!text.is_empty()).then_some(text)
}

fn focus(id: &str) {
    if let Some(element) = document().get_element_by_id(id)
        && let Ok(element) = element.dyn_into::<web_sys::HtmlElement>()
    {
        element.focus().ok();
    }
}

/// What every kind of field shares: its id, its refusal, and the frame around the control.
#[derive(Clone)]
struct Slot {
    name: String,
    id: String,
    errors: Option<FormErrors>,
}

impl Slot {
    fn new(name: String) -> Self {
        Self { id: field_id(&name), name, errors: use_context::<FormErrors>() }
    }

    fn problem(&self) -> Option<String> {
        self.errors.and_then(|errors| errors.of(&self.name))
    }

    fn touched(&self) {
        if let Some(errors) = self.errors {
            errors.forget(&self.name);
        }
    }

    fn invalid(&self) -> impl Fn() -> &'static str + Clone + Send + Sync + use<> {
        let slot = self.clone();
        move || if slot.problem().is_some() { "true" } else { "false" }
    }

    fn described(&self) -> String {
        format!("{0}-help {0}-error", self.id)
    }

    fn frame(
        self,
        label: TextProp,
        help: Option<TextProp>,
        required: bool,
        wide: bool,
        control: AnyView,
    ) -> AnyView {
        let id = self.id.clone();
        let error_id = format!("{id}-error");
        view! {
            <div class=if wide { "field wide" } else { "field" }>
                <label class="field-label" for=id.clone()>
                    {move || label.get()}
                    {required.then(|| view! { <span class="field-required" aria-hidden="true">"*"</span> })}
                </label>
                {control}
                {help
                    .map(|help| {
                        view! { <div class="field-help" id=format!("{id}-help")>{move || help.get()}</div> }
                    })}
                {move || {
                    self.problem()
                        .map(|message| {
                            view! {
                                <div class="field-error" id=error_id.clone()>
                                    <Icon icon=lu::LuCircleAlert class="icon-sm" />
                                    <span>{message}</span>
                                </div>
                            }
                        })
                }}
            </div>
        }
        .into_any()
    }
}

/// One line of text.
#[component]
pub fn TextField(
    /// Name of the field in the request; refusals find it by this.
    #[prop(into)]
    name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    /// `text`, `email`, `tel`, `url`, `date`, `search`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(optional)] required: bool,
    /// Takes the whole width of a `form-grid`.
    #[prop(optional)]
    wide: bool,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] placeholder: Option<TextProp>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(default = 1000)] max_length: u32,
    #[prop(optional)] autofocus: bool,
    /// For codes and keys.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let node = NodeRef::<leptos::html::Input>::new();
    if autofocus {
        effect(move || {
            if let Some(input) = node.get() {
                input.focus().ok();
            }
        });
    }
    let control = view! {
        <input
            node_ref=node
            class=if mono { "input mono" } else { "input" }
            id=slot.id.clone()
            name=name
            type=kind
            required=required
            maxlength=max_length.to_string()
            autocomplete=autocomplete.unwrap_or("off")
            placeholder=move || placeholder.as_ref().map(|text| text.get().to_string())
            disabled=move || disabled.get()
            aria-invalid=invalid
            aria-describedby=described
            prop:value=move || value.get()
            on:input=move |event| {
                value.set(event_target_value(&event));
                typed.touched();
            }
        />
    }
    .into_any();
    slot.frame(label, help, required, wide, control)
}

/// A number or an amount, kept as the text that was typed: the server decides exactly.
///
/// Accepts a decimal comma and turns it into a point; keeps at most `decimals` digits behind it.
#[component]
pub fn NumberField(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    /// Shown at the right end: `EUR`, `%`, `h`.
    #[prop(optional, into)]
    unit: Option<TextProp>,
    /// Digits after the point; 0 for whole numbers.
    #[prop(default = 0.into(), into)]
    decimals: Signal<u32>,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(optional)] required: bool,
    #[prop(optional)] wide: bool,
    #[prop(optional, into)] placeholder: Option<TextProp>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let control = view! {
        <div class="input-with">
            <input
                class="input input-num"
                id=slot.id.clone()
                name=name
                type="text"
                inputmode="decimal"
                autocomplete="off"
                maxlength="24"
                required=required
                placeholder=move || placeholder.as_ref().map(|text| text.get().to_string())
                disabled=move || disabled.get()
                aria-invalid=invalid
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| {
                    let text = clean_number(&event_target_value(&event), decimals.get_untracked());
                    event_target::<web_sys::HtmlInputElement>(&event).set_value(&text);
                    value.set(text);
                    typed.touched();
                }
            />
            {unit.map(|unit| view! { <span class="input-unit">{move || unit.get()}</span> })}
        </div>
    }
    .into_any();
    slot.frame(label, help, required, wide, control)
}

/// What remains of typed text as a plain number: one leading minus, digits, one point, `decimals` digits behind it.
pub fn clean_number(text: &str, decimals: u32) -> String {
    let decimals = usize::try_from(decimals).unwrap_or(0);
    let mut out = String::new();
    let mut behind: Option<usize> = None;
    for c in text.trim().chars() {
        match c {
            '.' | ',' if decimals == 0 => break,
            '-' if out.is_empty() => out.push('-'),
            '.' | ',' if behind.is_none() && out.ends_with(|c: char| c.is_ascii_digit()) => {
                behind = Some(0);
                out.push('.');
            }
            c if c.is_ascii_digit() => match &mut behind {
                Some(count) if *count >= decimals => {}
                Some(count) => {
                    *count += 1;
                    out.push(c);
                }
                None => out.push(c),
            },
            _ => {}
        }
    }
    out
}

/// Several lines of text.
#[component]
pub fn TextArea(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(optional)] required: bool,
    #[prop(default = true)] wide: bool,
    #[prop(default = 4)] rows: u32,
    #[prop(default = 10_000)] max_length: u32,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] mono: bool,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let control = view! {
        <textarea
            class=if mono { "input mono" } else { "input" }
            id=slot.id.clone()
            name=name
            rows=rows.to_string()
            maxlength=max_length.to_string()
            required=required
            disabled=move || disabled.get()
            aria-invalid=invalid
            aria-describedby=described
            prop:value=move || value.get()
            on:input=move |event| {
                value.set(event_target_value(&event));
                typed.touched();
            }
        ></textarea>
    }
    .into_any();
    slot.frame(label, help, required, wide, control)
}

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
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let control = view! {
        <select
            class="input"
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

/// A password, which can be shown; with `strength`, a bar tells how hard it is to guess.
#[component]
pub fn PasswordField(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(optional, into)] help: Option<TextProp>,
    #[prop(default = true)] required: bool,
    #[prop(optional)] wide: bool,
    /// `current-password` or `new-password`.
    #[prop(default = "current-password")]
    autocomplete: &'static str,
    /// How hard the password is to guess, 1 to 5 bars; draws them.
    #[prop(optional)]
    strength: Option<fn(&str) -> u8>,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let shown = RwSignal::new(false);
    let level = Memo::new(move |_| match strength {
        Some(strength) => value.with(|value| if value.is_empty() { 0 } else { strength(value).min(5) }),
        None => 0,
    });
    let control = view! {
        <div class="input-with">
            <input
                class="input"
                id=slot.id.clone()
                name=name
                type=move || if shown.get() { "text" } else { "password" }
                maxlength="200"
                required=required
                autocomplete=autocomplete
                aria-invalid=invalid
                aria-describedby=described
                prop:value=move || value.get()
                on:input=move |event| {
                    value.set(event_target_value(&event));
                    typed.touched();
                }
            />
            <button
                type="button"
                class="btn btn-ghost btn-icon btn-sm"
                aria-pressed=move || shown.get().to_string()
                aria-label=move || if shown.get() { words().hide_password } else { words().show_password }
                on:click=move |_| shown.update(|shown| *shown = !*shown)
            >
                {move || {
                    if shown.get() {
                        view! { <Icon icon=lu::LuEyeOff /> }
                    } else {
                        view! { <Icon icon=lu::LuEye /> }
                    }
                }}
            </button>
        </div>
        {strength
            .map(|_| {
                view! {
                    <div class="strength" data-level=move || level.get().to_string() aria-hidden="true">
                        <i></i>
                        <i></i>
                        <i></i>
                        <i></i>
                        <i></i>
                    </div>
                    <div class="field-help" role="status">
                        {move || {
                            usize::from(level.get()).checked_sub(1).map(|level| words().strengths[level])
                        }}
                    </div>
                }
            })}
    }
    .into_any();
    slot.frame(label, help, required, wide, control)
}

/// One of a few choices, each a card. `options` are (value, title, text).
#[component]
pub fn RadioCards(
    #[prop(into)] name: String,
    #[prop(into)] label: TextProp,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String, String)>>,
) -> impl IntoView {
    let slot = Slot::new(name.clone());
    let problem = slot.clone();
    view! {
        <fieldset class="field wide" id=slot.id.clone()>
            <legend class="field-label mb-2">{move || label.get()}</legend>
            <div class="grid gap-3 sm:grid-cols-2">
                {move || {
                    options
                        .get()
                        .into_iter()
                        .map(|(option, title, text)| {
                            let (mine, set) = (option.clone(), option.clone());
                            let name = name.clone();
                            view! {
                                <label class="choice check">
                                    <input
                                        type="radio"
                                        name=name
                                        value=option
                                        prop:checked=move || value.with(|value| *value == mine)
                                        on:change=move |_| value.set(set.clone())
                                    />
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_numbers_become_plain_decimals() {
        assert_eq!(clean_number(" 1 234,567 ", 2), "1234.56");
        assert_eq!(clean_number("-5.5.5", 4), "-5.55");
        assert_eq!(clean_number("12.9", 0), "12");
        assert_eq!(clean_number("abc", 2), "");
    }
}

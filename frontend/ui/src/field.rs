//! Fields that are typed into.

use leptos::prelude::*;
use leptos::text_prop::TextProp;

use crate::form::Slot;
use crate::{Icon, effect, lu, words};

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
    /// In a cell of a table.
    #[prop(optional)]
    cell: bool,
) -> impl IntoView {
    let slot = Slot::new(name.clone()).in_cell(cell);
    let (typed, invalid, described) = (slot.clone(), slot.invalid(), slot.described());
    let control = view! {
        <div class="input-with">
            <input
                class=if cell { "input input-sm input-num min-w-24" } else { "input input-num" }
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

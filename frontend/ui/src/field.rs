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
/// The value is what [`clean_number`] makes of what was typed or pasted; the field shows it once it is left.
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
    let node = NodeRef::<leptos::html::Input>::new();
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
                node_ref=node
                prop:value=move || {
                    let value = value.get();
                    // What is being typed stays as it is while it means this.
                    let typed = node.get_untracked().map(|input| input.value());
                    typed.filter(|typed| clean_number(typed, decimals.get_untracked()) == value).unwrap_or(value)
                }
                on:input=move |event| {
                    let text = event_target_value(&event);
                    let allowed = numeric(&text);
                    if allowed != text {
                        event_target::<web_sys::HtmlInputElement>(&event).set_value(&allowed);
                    }
                    value.set(clean_number(&allowed, decimals.get_untracked()));
                    typed.touched();
                }
                on:blur=move |event| {
                    // A dialog that closes takes the focus and the value with it.
                    if let Some(value) = value.try_get_untracked() {
                        event_target::<web_sys::HtmlInputElement>(&event).set_value(&value);
                    }
                }
            />
            {unit.map(|unit| view! { <span class="input-unit">{move || unit.get()}</span> })}
        </div>
    }
    .into_any();
    slot.frame(label, help, required, wide, control)
}

/// What may stand in a field for numbers while it is typed or pasted.
fn numeric(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_digit() || c.is_whitespace() || ".,-−".contains(*c)).collect()
}

/// What remains of typed text as a plain number: one leading minus, digits, one point, `decimals` digits behind it.
///
/// With points and commas the last one is the point; where every one is followed by three digits they group, as spaces do.
/// `1,234` may be either: it groups in whole numbers, is the point where three digits may follow, and else stays as it was typed,
/// so that it is refused and not taken for a thousandth. So does what is no number.
pub fn clean_number(text: &str, decimals: u32) -> String {
    let decimals = usize::try_from(decimals).unwrap_or(0);
    let sign = if text.trim_start().starts_with(['-', '−']) { "-" } else { "" };
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | ',')).collect();
    let parts: Vec<&str> = kept.split(['.', ',']).collect();
    let (first, rest) = parts.split_first().expect("a split has a first part");
    let (last, before) = parts.split_last().expect("a split has a last part");
    let threes =
        (1..=3).contains(&first.len()) && !first.starts_with('0') && rest.iter().all(|part| part.len() == 3);
    let both = kept.contains('.') && kept.contains(',');
    let once = |mark: Option<char>| mark.is_some_and(|mark| kept.matches(mark).count() == 1);
    let (whole, behind) = match rest.len() {
        0 => (kept, String::new()),
        _ if both && once(kept.chars().rfind(|c| !c.is_ascii_digit())) => {
            (before.concat(), (*last).to_owned())
        }
        _ if !both && threes && (rest.len() > 1 || decimals == 0) => (parts.concat(), String::new()),
        1 if !threes || decimals > 2 => ((*first).to_owned(), (*last).to_owned()),
        _ if decimals == 0 => ((*first).to_owned(), String::new()),
        _ => return format!("{sign}{kept}"),
    };
    let behind = behind.get(..decimals).unwrap_or(&behind);
    match (whole.as_str(), behind) {
        (whole, "") => format!("{sign}{whole}"),
        ("", behind) => format!("{sign}0.{behind}"),
        (whole, behind) => format!("{sign}{whole}.{behind}"),
    }
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
        assert_eq!(clean_number("-5,5", 4), "-5.5");
        assert_eq!(clean_number("12.9", 0), "12");
        assert_eq!(clean_number("12,", 2), "12");
        assert_eq!(clean_number(".5", 2), "0.5");
        assert_eq!(clean_number("abc", 2), "");
    }

    #[test]
    fn a_pasted_amount_keeps_its_size() {
        for text in ["1,234.56", "1.234,56", "1 234,56", "1\u{202f}234.56", "1\u{a0}234,56", "1234.56"] {
            assert_eq!(clean_number(text, 2), "1234.56", "{text}");
            assert_eq!(clean_number(text, 0), "1234", "{text}");
        }
        for text in ["1,234,567", "1.234.567", "1 234 567"] {
            assert_eq!(clean_number(text, 2), "1234567", "{text}");
        }
        assert_eq!(clean_number("−1,234.5", 4), "-1234.5");
    }

    #[test]
    fn three_digits_behind_one_separator_are_not_guessed_at() {
        assert_eq!(
            (clean_number("1,234", 2), clean_number("12.345", 2)),
            ("1,234".to_owned(), "12.345".to_owned())
        );
        // Either no point is meant, or three digits may follow one.
        assert_eq!(
            (clean_number("1,000", 0), clean_number("1,234", 4)),
            ("1000".to_owned(), "1.234".to_owned())
        );
        assert_eq!(
            (clean_number("-5.5.5", 4), clean_number("1,234,56", 2)),
            ("-5.5.5".to_owned(), "1,234,56".to_owned())
        );
        // Nobody groups these.
        assert_eq!(
            (clean_number("0,125", 2), clean_number("1234.567", 2)),
            ("0.12".to_owned(), "1234.56".to_owned())
        );
    }

    #[test]
    fn letters_do_not_stay_in_a_number() {
        assert_eq!(numeric("EUR 1,234.50 net"), " 1,234.50 ");
    }
}

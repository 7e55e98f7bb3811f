//! A range of days as a filter of lists: presets, or two days of one's own. Kept in the URL as days.

use leptos::prelude::*;
use ui::ListState;
use wasm_bindgen::JsValue;

use crate::clock;
use crate::i18n::{t, td};

/// The names of the two parameters, as the API calls them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeNames {
    pub from: &'static str,
    pub to: &'static str,
}

/// `from` and `to`, for lists whose range is of instants.
pub const INSTANTS: RangeNames = RangeNames { from: "from", to: "to" };

/// The days that documents were issued on.
pub const ISSUED: RangeNames = RangeNames { from: "issued_from", to: "issued_to" };

/// Today in the person's zone, moved by days.
fn day(moved: i32) -> js_sys::Date {
    let now = clock::today();
    let number = |part: u32| i32::try_from(part).unwrap_or(0);
    let (month, date) = (number(now.get_month()), number(now.get_date()) + moved);
    js_sys::Date::new_with_year_month_day(now.get_full_year(), month, date)
}

/// `2026-11-21` in the person's zone.
fn text(day: &js_sys::Date) -> String {
    format!("{:04}-{:02}-{:02}", day.get_full_year(), day.get_month() + 1, day.get_date())
}

fn month(back: i32) -> (String, String) {
    let now = clock::today();
    let (year, month) = (now.get_full_year(), i32::try_from(now.get_month()).unwrap_or(0));
    let first = js_sys::Date::new_with_year_month_day(year, month - back, 1);
    let last = js_sys::Date::new_with_year_month_day(year, month - back + 1, 0);
    (text(&first), text(&last))
}

/// The presets: key, name, first and last day.
fn presets() -> [(&'static str, &'static str, String, String); 6] {
    let words = &td().range;
    let today = text(&day(0));
    let (this_first, this_last) = month(0);
    let (last_first, last_last) = month(1);
    [
        ("today", words.today, today.clone(), today.clone()),
        ("yesterday", words.yesterday, text(&day(-1)), text(&day(-1))),
        ("week", words.week, text(&day(-6)), today.clone()),
        ("month", words.month, text(&day(-29)), today),
        ("this_month", words.this_month, this_first, this_last),
        ("last_month", words.last_month, last_first, last_last),
    ]
}

/// A range of days as a filter.
#[component]
pub fn FilterRange(list: ListState, names: RangeNames) -> impl IntoView {
    let words = &td().range;
    let own = RwSignal::new(false);
    let days = Memo::new(move |_| (list.filter(names.from), list.filter(names.to)));
    let chosen = Memo::new(move |_| {
        let (from, to) = days.get();
        if from.is_empty() && to.is_empty() {
            return if own.get() { "own" } else { "" };
        }
        let found = presets().into_iter().find(|(_, _, first, last)| *first == from && *last == to);
        match found {
            Some((key, ..)) if !own.get() => key,
            _ => "own",
        }
    });
    let choose = move |key: String| {
        own.set(key == "own");
        match presets().into_iter().find(|(known, ..)| *known == key) {
            Some((_, _, first, last)) => list.set(&[(names.from, first), (names.to, last)], false),
            None if key.is_empty() => {
                list.set(&[(names.from, String::new()), (names.to, String::new())], false);
            }
            None => {}
        }
    };
    let field = move |name: &'static str, label: &'static str| {
        view! {
            <input
                type="date"
                class="input input-sm w-36"
                aria-label=format!("{}: {label}", words.period)
                prop:value=move || list.filter(name)
                on:change=move |event| list.set_filter(name, &event_target_value(&event))
            />
        }
    };
    view! {
        <select
            class="input input-sm w-auto max-w-52"
            aria-label=words.period
            prop:value=move || chosen.get()
            on:change=move |event| choose(event_target_value(&event))
        >
            <option value="">{words.any}</option>
            {presets()
                .map(|(key, name, ..)| {
                    view! { <option value=key selected=chosen.get_untracked() == key>{name}</option> }
                })}
            <option value="own" selected=chosen.get_untracked() == "own">{words.own}</option>
        </select>
        <Show when=move || chosen.get() == "own">
            {field(names.from, t().from)}
            {field(names.to, t().to)}
        </Show>
    }
}

/// The beginning of a day, or of the day after it, as an instant in the person's zone.
pub fn instant(day: &str, after: bool) -> Option<String> {
    let date = js_sys::Date::new(&JsValue::from_str(&format!("{day}T00:00:00")));
    if date.get_time().is_nan() {
        return None;
    }
    if after {
        date.set_date(date.get_date() + 1);
    }
    Some(String::from(date.to_iso_string()))
}

/// A query whose days `from` and `to` have become instants: both days belong to the range.
pub fn with_instants(query: &str, names: RangeNames) -> String {
    let turn = |part: &str| {
        let (name, value) = part.split_once('=')?;
        let at = if name == names.from {
            instant(value, false)?
        } else if name == names.to {
            instant(value, true)?
        } else {
            return Some(part.to_owned());
        };
        Some(ui::list::encode(&[(name.to_owned(), at)]))
    };
    query.split('&').filter_map(turn).collect::<Vec<_>>().join("&")
}

//! Countdowns, which go on while somebody looks at them.

use jiff::Timestamp;
use leptos::prelude::*;

use crate::i18n::{fill, tc};
use crate::{clock, format};

/// A stretch of time ahead in a word or two: `in 5 h`.
fn ahead(at: Timestamp) -> String {
    let words = &tc().common;
    let left = at.as_second() - clock::now_seconds();
    let (text, number) = match left {
        ..60 => return words.soon.to_owned(),
        60..3_600 => (words.in_minutes, left / 60),
        3_600..172_800 => (words.in_hours, left / 3_600),
        _ => (words.in_days, left / 86_400),
    };
    fill(text, &[("n", &number.to_string())])
}

/// How long it is until then.
#[component]
pub(super) fn Ahead(at: Timestamp) -> impl IntoView {
    move || {
        clock::tick();
        ahead(at)
    }
}

/// An instant and how long it is until then: `21 Nov 2026, 14:05 (in 5 h)`.
#[component]
pub(super) fn DateAhead(at: Timestamp) -> impl IntoView {
    view! { {format::date_time(at)} " (" <Ahead at /> ")" }
}

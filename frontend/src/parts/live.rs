//! How often a page asks the server again.

use leptos::prelude::*;
use ui::Segment;

use crate::format;
use crate::i18n::t;

/// The interval of a live page, in seconds; 0: off.
#[derive(Clone, Copy)]
pub struct Live(RwSignal<String>);

impl Live {
    pub fn every(seconds: u32) -> Self {
        Self(RwSignal::new(seconds.to_string()))
    }

    pub fn seconds(self) -> u32 {
        self.0.get().parse().unwrap_or(0)
    }
}

/// Chooses the interval.
#[component]
pub fn LiveSwitch(live: Live) -> impl IntoView {
    let every = live.0;
    let intervals = [0, 2, 5, 10, 30, 60]
        .into_iter()
        .map(|seconds: i64| {
            let text = if seconds == 0 { t().off.to_owned() } else { format::unit(seconds, "unit_s") };
            (seconds.to_string(), text)
        })
        .collect();
    view! {
        <Segment
            label=t().auto_refresh
            value=every
            options=intervals
            on_change=move |value: String| every.set(value)
        />
    }
}

//! What time it is: by the server's clock, which may have been moved, not by the browser's, which may be wrong.

use std::cell::{Cell, OnceCell};

use gloo_timers::callback::Interval;
use jiff::Timestamp;
use leptos::prelude::*;
use wasm_bindgen::JsValue;

thread_local! {
    /// How many seconds the server's clock is ahead of the browser's.
    static AHEAD: Cell<i64> = const { Cell::new(0) };
    /// Tells whatever counts down; begins with the first of them.
    static TICK: OnceCell<ArcTrigger> = const { OnceCell::new() };
}

fn browser_seconds() -> i64 {
    let text: String = js_sys::Date::new_0().to_iso_string().into();
    text.parse::<Timestamp>().unwrap_or_default().as_second()
}

/// The server has said what time it is: pages go by it from now on.
pub fn set(now: Timestamp) {
    AHEAD.set(now.as_second() - browser_seconds());
    TICK.with(|tick| {
        if let Some(tick) = tick.get() {
            tick.notify();
        }
    });
}

/// Seconds since 1970: for countdowns and days, never for money.
pub fn now_seconds() -> i64 {
    browser_seconds() + AHEAD.get()
}

/// The present instant: for countdowns and days, never for money.
pub fn now() -> Timestamp {
    Timestamp::from_second(now_seconds()).unwrap_or_default()
}

/// The present instant as the browser counts days, in the person's zone.
pub fn today() -> js_sys::Date {
    js_sys::Date::new(&JsValue::from_str(&now().to_string()))
}

/// Runs whatever reads it again each half minute, and when the clock was set.
pub fn tick() {
    let begin = || {
        let tick = ArcTrigger::new();
        let told = tick.clone();
        Interval::new(30_000, move || told.notify()).forget();
        tick
    };
    TICK.with(|tick| tick.get_or_init(begin).track());
}

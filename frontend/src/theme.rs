//! Light, dark, or what the system says.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

const KEY: &str = "hw_theme";

thread_local! {
    static DARK: ArcRwSignal<bool> = ArcRwSignal::new(false);
}

/// Whether the pages are dark now.
pub fn dark() -> ArcRwSignal<bool> {
    DARK.with(Clone::clone)
}

/// What the person chose; `None` follows the system.
fn stored() -> Option<String> {
    ui::kept(KEY)
}

fn show(dark: bool) {
    if let Some(root) = document().document_element() {
        root.set_attribute("data-theme", if dark { "dark" } else { "light" }).ok();
    }
    self::dark().set(dark);
}

/// Shows what was chosen before, and follows the system as long as nothing was.
pub fn begin() {
    let system = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    show(match stored().as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => system.as_ref().is_some_and(web_sys::MediaQueryList::matches),
    });
    if let Some(system) = system {
        let query = system.clone();
        let follow = Closure::<dyn Fn()>::new(move || {
            if stored().is_none() {
                show(query.matches());
            }
        });
        // For as long as the app runs.
        if system.add_event_listener_with_callback("change", follow.as_ref().unchecked_ref()).is_ok() {
            follow.forget();
        }
    }
}

/// Chooses a theme and keeps it in this browser.
pub fn choose(dark: bool) {
    ui::keep(KEY, if dark { "dark" } else { "light" });
    show(dark);
}

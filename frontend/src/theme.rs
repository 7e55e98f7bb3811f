//! Light, dark, or what the system says.

use leptos::prelude::*;

const KEY: &str = "hw_theme";

/// What the person chose; `None` follows the system.
fn stored() -> Option<String> {
    window().local_storage().ok().flatten().and_then(|storage| storage.get_item(KEY).ok().flatten())
}

/// Dark is on.
pub fn is_dark() -> bool {
    match stored().as_deref() {
        Some("dark") => true,
        Some("light") => false,
        _ => window()
            .match_media("(prefers-color-scheme: dark)")
            .ok()
            .flatten()
            .is_some_and(|query| query.matches()),
    }
}

/// Chooses a theme and keeps it in this browser.
pub fn choose(dark: bool) {
    let name = if dark { "dark" } else { "light" };
    if let Some(storage) = window().local_storage().ok().flatten() {
        // A browser that forbids storage still gets the theme for this visit.
        storage.set_item(KEY, name).ok();
    }
    if let Some(root) = document().document_element() {
        root.set_attribute("data-theme", name).ok();
    }
}

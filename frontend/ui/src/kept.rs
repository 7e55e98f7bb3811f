//! What this browser remembers for its person.

use leptos::prelude::*;

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// What was kept under this name.
pub fn kept(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

/// Keeps a choice. A browser that forbids storage has it for this visit only.
pub fn keep(name: &str, value: &str) {
    if let Some(storage) = storage() {
        storage.set_item(name, value).ok();
    }
}

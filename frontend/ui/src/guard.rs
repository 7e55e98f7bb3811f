//! Asks before what was typed is lost. A [`crate::Form`] says in the page that something was typed in it.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use send_wrapper::SendWrapper;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::words;

const TYPED: &str = "form[data-typed]";

thread_local! {
    /// The page that is shown, while it is guarded.
    static HERE: RefCell<String> = const { RefCell::new(String::new()) };
    /// How many guards there are: of two pages, while one takes the place of the other.
    static GUARDS: Cell<u32> = const { Cell::new(0) };
}

fn agreed() -> bool {
    window().confirm_with_message(words().unsaved).unwrap_or(true)
}

fn typed() -> bool {
    document().query_selector(&format!("main {TYPED}")).is_ok_and(|form| form.is_some())
}

/// May the page be left? Asks when something was typed on it and not sent.
pub fn may_leave() -> bool {
    !typed() || agreed()
}

fn element(event: &web_sys::Event) -> Option<web_sys::Element> {
    event.target()?.dyn_into().ok()
}

/// May the dialog in which this happened be closed?
pub(crate) fn may_close(event: &web_sys::Event) -> bool {
    let dialog = element(event).and_then(|element| element.closest("dialog").ok().flatten());
    let typed = dialog.and_then(|dialog| dialog.query_selector(TYPED).ok().flatten());
    typed.is_none() || agreed()
}

/// Keeps what happens in a field to itself: nobody misses what was typed there.
pub fn not_typed(event: &web_sys::Event) {
    event.stop_propagation();
}

/// Whether a click opens a link beside this page: in a new tab or window, or as a file.
fn beside(event: &web_sys::Event) -> bool {
    event
        .dyn_ref::<web_sys::MouseEvent>()
        .is_some_and(|click| click.ctrl_key() || click.meta_key() || click.shift_key() || click.alt_key())
}

fn leads_away(event: &web_sys::Event) -> bool {
    if beside(event) {
        return false;
    }
    let link = element(event).and_then(|element| element.closest("a[href]").ok().flatten());
    link.is_some_and(|link| {
        link.get_attribute("href").is_some_and(|href| !href.starts_with('#'))
            && link.get_attribute("target").is_none()
            && !link.has_attribute("download")
    })
}

/// Listens before those who listen while the event bubbles, as the router does; hears events too that do not bubble.
pub(crate) fn listen(
    target: web_sys::EventTarget,
    event: &'static str,
    run: impl Fn(web_sys::Event) + 'static,
) {
    let run = Closure::<dyn Fn(web_sys::Event)>::new(run);
    if target.add_event_listener_with_callback_and_bool(event, run.as_ref().unchecked_ref(), true).is_ok() {
        let kept = SendWrapper::new((target, run));
        on_cleanup(move || {
            let (target, run) = &*kept;
            target
                .remove_event_listener_with_callback_and_bool(event, run.as_ref().unchecked_ref(), true)
                .ok();
        });
    }
}

/// Asks before a page on which something was typed is left: by link, by closing the tab; and says where [`guard_history`] is.
pub fn use_typed_guard() {
    let closing = window_event_listener(leptos::ev::beforeunload, |event| {
        if typed() {
            event.prevent_default();
        }
    });
    on_cleanup(move || closing.remove());
    listen(document().into(), "click", |event| {
        if leads_away(&event) && !may_leave() {
            event.prevent_default();
            event.stop_propagation();
        }
    });
    GUARDS.set(GUARDS.get() + 1);
    on_cleanup(|| GUARDS.set(GUARDS.get() - 1));
    let here = use_location();
    crate::effect(move || {
        let (path, search) = (here.pathname.get(), here.search.get());
        HERE.set(address(path, &search));
    });
}

/// A path with its query, as the browser writes it. The router knows queries without their question mark.
pub fn address(path: String, search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => path,
        search => format!("{path}?{search}"),
    }
}

/// Asks before the browser's buttons lead away from what was typed. To be called before there is a router, which would have
/// drawn the other page already.
pub fn guard_history() {
    listen(window().into(), "popstate", move |event| {
        let asked = window().location();
        let asked = address(asked.pathname().unwrap_or_default(), &asked.search().unwrap_or_default());
        let here = HERE.with_borrow(Clone::clone);
        if GUARDS.get() > 0 && asked != here && !may_leave() {
            event.stop_immediate_propagation();
            // The browser is there already: back to where we are.
            if let Ok(history) = window().history() {
                history.push_state_with_url(&JsValue::NULL, "", Some(&here)).ok();
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn a_path_keeps_its_query_however_it_is_known() {
        for search in ["overdue=true", "?overdue=true"] {
            assert_eq!(address("/admin/documents".to_owned(), search), "/admin/documents?overdue=true");
        }
        assert_eq!(address("/admin/documents".to_owned(), ""), "/admin/documents");
    }
}

//! Keeps the focus where it was when what had it is drawn anew: a form after it was saved.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What has the focus now: a field by its name, or the button that sends a form.
pub struct HeldFocus {
    path: String,
    selector: String,
    /// Its place among the elements of the page that the selector finds.
    place: u32,
}

fn here() -> String {
    window().location().pathname().unwrap_or_default()
}

/// The selector of a field by its name.
fn named(element: &web_sys::Element) -> Option<String> {
    let name = element.get_attribute("name").filter(|name| !name.contains(['"', '\\']))?;
    Some(format!("[name=\"{name}\"]"))
}

/// Looks what has the focus. `None`: nothing that a form has.
pub fn hold_focus() -> Option<HeldFocus> {
    let element = document().active_element()?;
    let selector = match named(&element) {
        Some(field) => field,
        None if element.matches("button[type=submit]").ok()? => {
            // The button of a form is known by the form's first field.
            let form = element.closest("form").ok()??;
            let first = named(&form.query_selector("[name]").ok()??)?;
            format!("form:has({first}) button[type=submit]")
        }
        None => return None,
    };
    // What a dialog has is not looked for below it.
    let in_dialog = element.closest("dialog").ok()?.is_some();
    let selector = if in_dialog { format!("dialog[open] {selector}") } else { selector };
    let all = document().query_selector_all(&selector).ok()?;
    let node: &web_sys::Node = element.as_ref();
    let place = (0..all.length()).find(|place| all.item(*place).as_ref() == Some(node))?;
    Some(HeldFocus { path: here(), selector, place })
}

impl HeldFocus {
    /// Gives the focus back once it was lost, within a moment: what is saved may be loaded again first. Leaves it to the
    /// person who has put it elsewhere, and to another page.
    pub fn give_back(self) {
        leptos::task::spawn_local(async move {
            for wait_ms in [20, 80, 200, 400, 800] {
                TimeoutFuture::new(wait_ms).await;
                if here() != self.path {
                    return;
                }
                match document().active_element() {
                    Some(element) if element.tag_name() != "BODY" => {
                        if !element.matches(&self.selector).unwrap_or(false) {
                            return;
                        }
                    }
                    _ => self.find(),
                }
            }
        });
    }

    fn find(&self) {
        let found = document().query_selector_all(&self.selector).ok().and_then(|all| all.item(self.place));
        if let Some(element) = found.and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) {
            element.focus().ok();
        }
    }
}

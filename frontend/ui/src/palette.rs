//! The command palette: Ctrl-K or `/`, a few letters, Enter.

use icondata_core::IconData;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;
use wasm_bindgen::JsCast;

use crate::guard::may_leave;
use crate::{Icon, effect, words};

/// A place to go to.
#[derive(Clone)]
pub struct Command {
    pub text: String,
    /// The group it stands in.
    pub hint: String,
    pub href: String,
    pub icon: &'static IconData,
}

/// Two of the same text and address are drawn alike.
impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        (&self.text, &self.hint, &self.href) == (&other.text, &other.hint, &other.href)
    }
}

const HITS: &str = "palette-hits";

/// The element id of the hit at this place.
fn hit_id(index: usize) -> String {
    format!("palette-hit-{index}")
}

/// Scrolls the list of hits no further than to show the one at this place.
fn show_hit(index: usize) {
    let element = |id: &str| document().get_element_by_id(id)?.dyn_into::<web_sys::HtmlElement>().ok();
    let (Some(list), Some(hit)) = (element(HITS), element(&hit_id(index))) else { return };
    let top = hit.offset_top() - list.offset_top();
    let above = top + hit.offset_height() - list.client_height();
    if top < list.scroll_top() {
        list.set_scroll_top(top);
    } else if above > list.scroll_top() {
        list.set_scroll_top(above);
    }
}

/// Whether a dialog is open.
fn asking() -> bool {
    document().query_selector("dialog[open]").is_ok_and(|dialog| dialog.is_some())
}

/// Opens with Ctrl-K or `/`. `found` are further hits for what was typed (`typed`), e.g. clients by name.
#[component]
pub fn CommandPalette(
    open: RwSignal<bool>,
    #[prop(into)] commands: Signal<Vec<Command>>,
    typed: RwSignal<String>,
    #[prop(optional, into)] found: Signal<Vec<Command>>,
) -> impl IntoView {
    let node = NodeRef::<leptos::html::Dialog>::new();
    let input = NodeRef::<leptos::html::Input>::new();
    let at = RwSignal::new(0_usize);
    let navigate = use_navigate();
    let keys = window_event_listener(leptos::ev::keydown, move |event| {
        let typing = document()
            .active_element()
            .is_some_and(|element| matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"));
        let wanted = ((event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k"))
            || (event.key() == "/" && !typing && !event.ctrl_key() && !asking());
        if wanted {
            event.prevent_default();
            open.set(true);
        }
    });
    on_cleanup(move || keys.remove());
    effect(move || {
        let Some(dialog) = node.get() else { return };
        if open.get() && !dialog.open() {
            typed.set(String::new());
            at.set(0);
            if dialog.show_modal().is_ok()
                && let Some(input) = input.get()
            {
                input.focus().ok();
            }
        } else if !open.get() && dialog.open() {
            dialog.close();
        }
    });
    let hits = Memo::new(move |_| {
        let wanted = typed.get().to_lowercase();
        let words: Vec<&str> = wanted.split_whitespace().collect();
        let mut hits: Vec<(String, String, String)> = Vec::new();
        let mut icons = Vec::new();
        commands.with(|commands| {
            for command in commands {
                let text = format!("{} {}", command.text, command.hint).to_lowercase();
                if words.iter().all(|word| text.contains(word)) {
                    hits.push((command.text.clone(), command.hint.clone(), command.href.clone()));
                    icons.push(command.icon);
                }
            }
        });
        found.with(|found| {
            for command in found {
                hits.push((command.text.clone(), command.hint.clone(), command.href.clone()));
                icons.push(command.icon);
            }
        });
        hits.into_iter().zip(icons).take(12).collect::<Vec<_>>()
    });
    let go_to = move |index: usize| {
        at.set(index);
        show_hit(index);
    };
    let go = StoredValue::new(send_wrapper::SendWrapper::new(move |href: &str| {
        open.set(false);
        if !may_leave() {
            return;
        }
        navigate(href, NavigateOptions { resolve: false, ..NavigateOptions::default() });
    }));
    view! {
        <dialog
            node_ref=node
            class="dialog palette"
            aria-label=words().search
            on:close=move |_| open.set(false)
            on:click=move |event| {
                let backdrop = event
                    .target()
                    .zip(node.get_untracked())
                    .is_some_and(|(target, dialog)| target == *AsRef::<web_sys::EventTarget>::as_ref(&dialog));
                if backdrop {
                    open.set(false);
                }
            }
        >
            <input
                node_ref=input
                type="text"
                role="combobox"
                aria-expanded="true"
                aria-controls=HITS
                aria-activedescendant=move || hits.with(|hits| !hits.is_empty()).then(|| hit_id(at.get()))
                aria-label=words().search
                placeholder=words().palette_hint
                autocomplete="off"
                maxlength="100"
                prop:value=move || typed.get()
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    at.set(0);
                }
                on:keydown=move |event| {
                    let count = hits.with_untracked(Vec::len).max(1);
                    match event.key().as_str() {
                        "ArrowDown" => {
                            event.prevent_default();
                            go_to((at.get_untracked() + 1) % count);
                        }
                        "ArrowUp" => {
                            event.prevent_default();
                            go_to((at.get_untracked() + count - 1) % count);
                        }
                        "Enter" => {
                            event.prevent_default();
                            let href = hits
                                .with_untracked(|hits| {
                                    hits.get(at.get_untracked()).map(|((_, _, href), _)| href.clone())
                                });
                            if let Some(href) = href {
                                go.with_value(|go| go(&href));
                            }
                        }
                        _ => {}
                    }
                }
            />
            <ul id=HITS role="listbox" aria-label=words().search>
                {move || {
                    hits.get()
                        .into_iter()
                        .enumerate()
                        .map(|(index, ((text, hint, href), icon))| {
                            view! {
                                <li
                                    id=hit_id(index)
                                    role="option"
                                    aria-selected=move || (at.get() == index).to_string()
                                    on:mousemove=move |_| at.set(index)
                                    on:click=move |_| go.with_value(|go| go(&href))
                                >
                                    <Icon icon />
                                    <span class="flex-1 truncate">{text}</span>
                                    <span class="text-xs text-ink-3">{hint}</span>
                                </li>
                            }
                        })
                        .collect_view()
                }}
            </ul>
            <p class="px-5 pb-4 text-sm text-ink-3" role="status" hidden=move || hits.with(|hits| !hits.is_empty())>
                {words().nothing_found}
            </p>
        </dialog>
    }
}

//! Menus: buttons that open a list of links and acts.

use gloo_timers::future::TimeoutFuture;
use icondata_core::IconData;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use crate::guard::listen;
use crate::{Icon, effect, lu};

#[derive(Clone, Copy)]
struct MenuOpen {
    open: RwSignal<bool>,
    opener: NodeRef<leptos::html::Button>,
}

impl MenuOpen {
    /// Closes the menu. Its button has the focus again, so that a dialog which is opened now gives it back there.
    fn chosen(self) {
        self.open.set(false);
        if let Some(opener) = self.opener.get_untracked() {
            opener.focus().ok();
        }
    }
}

/// Puts the list of a menu where it is seen: out of a table that scrolls, which would cut it off, and on the page at both
/// sides. Where its button is, when the list stays behind as that scrolls away.
fn place(list: &web_sys::HtmlElement, opener: &web_sys::Element) -> Option<(f64, f64)> {
    let put = |name: &str, value: &str| list.style().set_property(name, value).ok();
    let cut_off = opener.closest(".table-wrap:not(.table-fits)").is_ok_and(|table| table.is_some());
    if cut_off {
        let seat = opener.get_bounding_client_rect();
        put("position", "fixed");
        put("right", &format!("calc(100% - {}px)", seat.right()));
        put("top", &format!("calc({}px + 6px)", seat.bottom()));
        let height = document().document_element().map_or(0, |root| root.client_height());
        if list.get_bounding_client_rect().bottom() > f64::from(height) {
            put("top", "auto");
            put("bottom", &format!("calc(100% - {}px + 6px)", seat.top()));
        }
    }
    if list.get_bounding_client_rect().left() < 0.0 {
        put("right", "auto");
        put("left", if cut_off { "8px" } else { "0" });
    }
    cut_off.then(|| seat(opener))
}

/// Where an element is in the window.
fn seat(element: &web_sys::Element) -> (f64, f64) {
    let place = element.get_bounding_client_rect();
    (place.left(), place.top())
}

/// A button that opens a list of links and acts. Escape, Tab and a click elsewhere close it; arrows, Home and End move in it.
#[component]
pub fn Menu(
    #[prop(into)] label: TextProp,
    /// What the button shows; three dots without.
    #[prop(optional)]
    button: Option<Children>,
    #[prop(default = "btn btn-ghost btn-icon btn-sm")] class: &'static str,
    /// `menu-start` opens to the right, `menu-up` upwards.
    #[prop(optional)]
    list_class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let node = NodeRef::<leptos::html::Div>::new();
    let opener = NodeRef::<leptos::html::Button>::new();
    let list = NodeRef::<leptos::html::Div>::new();
    let stays = StoredValue::new(None);
    effect(move || {
        if let (Some(list), Some(opener)) = (list.get(), opener.get_untracked()) {
            stays.set_value(place(&list, &opener));
        }
    });
    // The page scrolls, or the table does. What was scrolled before it opened is told afterwards, too.
    listen(document().into(), "scroll", move |_| {
        let left =
            stays.get_value().zip(opener.get_untracked()).is_some_and(|(was, opener)| was != seat(&opener));
        if left && open.get_untracked() {
            open.set(false);
        }
    });
    let outside = window_event_listener(leptos::ev::mousedown, move |event| {
        if !open.get_untracked() {
            return;
        }
        let inside = node
            .get_untracked()
            .zip(event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok()))
            .is_some_and(|(menu, target)| menu.contains(Some(&target)));
        if !inside {
            open.set(false);
        }
    });
    on_cleanup(move || outside.remove());
    let step = move |key: &str| {
        let Some(Some(menu)) = node.try_get_untracked() else { return };
        let Ok(items) = menu.query_selector_all(".menu-item") else { return };
        let count = items.length();
        let active = document().active_element();
        let at = (0..count).find(|index| {
            items
                .item(*index)
                .zip(active.as_ref())
                .is_some_and(|(item, active)| item == *AsRef::<web_sys::Node>::as_ref(active))
        });
        let next = match (key, at) {
            ("ArrowDown", Some(at)) => (at + 1) % count.max(1),
            ("ArrowUp", Some(at)) => (at + count - 1) % count.max(1),
            ("ArrowUp", None) | ("End", _) => count.saturating_sub(1),
            _ => 0,
        };
        if let Some(item) = items.item(next).and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
            item.focus().ok();
        }
    };
    // Opened by the keyboard, its first entry has the focus, or its last.
    let open_at = move |key: &'static str| {
        open.set(true);
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(0).await;
            step(key);
        });
    };
    let children = StoredValue::new(children);
    view! {
        <div
            class="menu"
            node_ref=node
            on:keydown=move |event| {
                let is_open = open.get_untracked();
                match (event.key().as_str(), is_open) {
                    ("Escape", true) => {
                        event.prevent_default();
                        event.stop_propagation();
                        MenuOpen { open, opener }.chosen();
                    }
                    // The focus goes on from the button.
                    ("Tab", true) => MenuOpen { open, opener }.chosen(),
                    (key @ ("ArrowDown" | "ArrowUp" | "Home" | "End"), true) => {
                        event.prevent_default();
                        step(key);
                    }
                    ("ArrowDown", false) => {
                        event.prevent_default();
                        open_at("ArrowDown");
                    }
                    ("ArrowUp", false) => {
                        event.prevent_default();
                        open_at("ArrowUp");
                    }
                    _ => {}
                }
            }
        >
            <button
                type="button"
                node_ref=opener
                class=class
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-label=move || label.get().to_string()
                on:click=move |event| match (open.get_untracked(), event.detail()) {
                    (true, _) => open.set(false),
                    // Enter and the space bar click without a mouse.
                    (false, 0) => open_at("ArrowDown"),
                    (false, _) => open.set(true),
                }
            >
                {match button {
                    Some(button) => button().into_any(),
                    None => view! { <Icon icon=lu::LuEllipsis /> }.into_any(),
                }}
            </button>
            <Show when=move || open.get()>
                <div class=format!("menu-list {list_class}") role="menu" node_ref=list>
                    <Provider value=MenuOpen { open, opener }>{children.with_value(|children| children())}</Provider>
                </div>
            </Show>
        </div>
    }
}

/// An act in a [`Menu`].
#[component]
pub fn MenuButton(
    #[prop(into)] text: TextProp,
    #[prop(optional, into)] icon: Option<&'static IconData>,
    #[prop(optional)] danger: bool,
    #[prop(optional, into)] checked: Option<Signal<bool>>,
    on_click: Callback<()>,
) -> impl IntoView {
    let menu = use_context::<MenuOpen>();
    view! {
        <button
            type="button"
            role=if checked.is_some() { "menuitemcheckbox" } else { "menuitem" }
            aria-checked=move || checked.map(|checked| checked.get().to_string())
            class=if danger { "menu-item menu-item-bad" } else { "menu-item" }
            on:click=move |_| {
                if checked.is_none()
                    && let Some(menu) = menu
                {
                    menu.chosen();
                }
                on_click.run(());
            }
        >
            {icon.map(|icon| view! { <Icon icon /> })}
            {move || checked.map(|checked| view! { <span class="w-4">{checked.get().then_some("✓")}</span> })}
            {move || text.get()}
        </button>
    }
}

/// A link in a [`Menu`].
#[component]
pub fn MenuLink(
    #[prop(into)] text: TextProp,
    #[prop(into)] href: String,
    #[prop(optional, into)] icon: Option<&'static IconData>,
    /// A file to be kept, not a page.
    #[prop(optional)]
    download: bool,
) -> impl IntoView {
    let menu = use_context::<MenuOpen>();
    view! {
        <a
            role="menuitem"
            class="menu-item"
            href=href
            rel=download.then_some("external")
            download=download.then_some("")
            on:click=move |_| {
                if let Some(menu) = menu {
                    menu.open.set(false);
                }
            }
        >
            {icon.map(|icon| view! { <Icon icon /> })}
            {move || text.get()}
        </a>
    }
}

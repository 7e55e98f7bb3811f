//! What lies above the page: dialogs, drawers, menus.
//!
//! Dialogs are native `<dialog>` elements: focus stays inside, Escape closes, focus returns to the opener. What was typed
//! in one is not thrown away without a question.

use icondata_core::IconData;
use leptos::context::Provider;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use crate::guard::{may_close, not_typed};
use crate::{Button, Form, FormErrors, Icon, effect, lu, words};

/// Whether something that lies above the page is open, and closing it. From a signal of `bool`, or from one that holds what it
/// is opened for.
#[derive(Clone, Copy)]
pub struct Open {
    is: Signal<bool>,
    close: Callback<()>,
}

impl Open {
    /// Open while `is` says so; `close` is to make it say that it is not.
    pub fn new(
        is: impl Fn() -> bool + Send + Sync + 'static,
        close: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self { is: Signal::derive(is), close: Callback::new(move |()| close()) }
    }

    pub fn get(self) -> bool {
        self.is.get()
    }

    /// Closes it once, whoever asks.
    pub fn close(self) {
        if self.is.try_get_untracked() == Some(true) {
            self.close.run(());
        }
    }
}

impl From<RwSignal<bool>> for Open {
    fn from(open: RwSignal<bool>) -> Self {
        Self { is: open.into(), close: Callback::new(move |()| open.set(false)) }
    }
}

impl<T: Send + Sync + 'static> From<RwSignal<Option<T>>> for Open {
    fn from(chosen: RwSignal<Option<T>>) -> Self {
        Self::new(move || chosen.with(Option::is_some), move || chosen.set(None))
    }
}

#[component]
fn Modal(open: Open, class: String, label: TextProp, children: ChildrenFn) -> impl IntoView {
    let node = NodeRef::<leptos::html::Dialog>::new();
    effect(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) if dialog.show_modal().is_err() => open.close(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let children = StoredValue::new(children);
    view! {
        <dialog
            node_ref=node
            class=class
            aria-label=move || label.get().to_string()
            on:close=move |_| open.close()
            on:cancel=move |event: web_sys::Event| {
                if !may_close(&event) {
                    event.prevent_default();
                }
            }
            on:mousedown=move |event| {
                let on_backdrop = event
                    .target()
                    .zip(node.get_untracked())
                    .is_some_and(|(target, dialog)| target == *AsRef::<web_sys::EventTarget>::as_ref(&dialog));
                if on_backdrop && may_close(&event) {
                    open.close();
                }
            }
        >
            <Show when=move || open.get()>{children.with_value(|children| children())}</Show>
        </dialog>
    }
}

#[component]
fn OverlayHead(title: TextProp, open: Open) -> impl IntoView {
    view! {
        <div class="overlay-head">
            <h2>{move || title.get()}</h2>
            <button
                type="button"
                class="btn btn-ghost btn-icon btn-sm"
                aria-label=words().close
                on:click=move |event| {
                    if may_close(&event) {
                        open.close();
                    }
                }
            >
                <Icon icon=lu::LuX />
            </button>
        </div>
    }
}

/// A question or a small form in the middle. Its children live only while it is open.
#[component]
pub fn Dialog(
    #[prop(into)] open: Open,
    #[prop(into)] title: TextProp,
    /// `dialog-wide` for tables and previews.
    #[prop(optional)]
    class: &'static str,
    children: ChildrenFn,
) -> impl IntoView {
    let head = title.clone();
    view! {
        <Modal open class=format!("dialog {class}") label=title>
            <OverlayHead title=head.clone() open />
            <div class="overlay-body">{children()}</div>
        </Modal>
    }
}

/// A form at the right edge.
#[component]
pub fn Drawer(
    #[prop(into)] open: Open,
    #[prop(into)] title: TextProp,
    children: ChildrenFn,
) -> impl IntoView {
    let head = title.clone();
    view! {
        <Modal open class="drawer".to_owned() label=title>
            <OverlayHead title=head.clone() open />
            <div class="overlay-body">{children()}</div>
        </Modal>
    }
}

/// The navigation of narrow screens, at the left edge.
#[component]
pub fn SideDrawer(
    #[prop(into)] open: Open,
    #[prop(into)] title: TextProp,
    children: ChildrenFn,
) -> impl IntoView {
    view! {
        <Modal open class="drawer drawer-left".to_owned() label=title>
            {children()}
        </Modal>
    }
}

/// Has a name typed before something that cannot be taken back; `done` says whether it was.
#[component]
pub fn TypeName(#[prop(into)] name: String, done: RwSignal<bool>) -> impl IntoView {
    let label = words().type_to_confirm.replace("{text}", name.trim());
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <input
                class="input"
                autocomplete="off"
                autofocus=true
                on:input=move |event| {
                    not_typed(&event);
                    done.set(event_target_value(&event).trim() == name.trim());
                }
            />
        </label>
    }
}

/// Asks before something that cannot be taken back. Enter answers.
///
/// With `type_name`, the button opens only after that text was typed. Fields inside show what `errors` says of them.
#[component]
pub fn Confirm(
    #[prop(into)] open: Open,
    #[prop(into)] title: TextProp,
    /// What will happen.
    #[prop(into)]
    text: TextProp,
    #[prop(into)] action: TextProp,
    #[prop(default = true)] danger: bool,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] type_name: Option<String>,
    #[prop(default = FormErrors::new())] errors: FormErrors,
    on_confirm: Callback<()>,
    #[prop(optional)] children: Option<ChildrenFn>,
) -> impl IntoView {
    let wanted = StoredValue::new(type_name);
    let typed = RwSignal::new(false);
    let locked = Signal::derive(move || !typed.get());
    // Asked again, it is to be typed again.
    effect(move || {
        if open.get() {
            typed.set(wanted.with_value(Option::is_none));
            errors.clear();
            errors.settle();
        }
    });
    let answer = Callback::new(move |()| {
        if !locked.get_untracked() {
            on_confirm.run(());
        }
    });
    let children = StoredValue::new(children);
    view! {
        <Dialog open title>
            {
                let (text, action) = (text.clone(), action.clone());
                view! {
                    <Form errors on_submit=answer class="grid gap-4">
                        <p class="text-ink-2 whitespace-pre-line">{move || text.get()}</p>
                        {children.with_value(|children| children.as_ref().map(|children| children()))}
                        {wanted.get_value().map(|name| view! { <TypeName name done=typed /> })}
                        <div class="form-bar">
                            <Button text=words().cancel on_click=Callback::new(move |()| open.close()) />
                            <Button
                                text=action
                                class=if danger { "btn-danger" } else { "btn-primary" }
                                submit=true
                                busy
                                disabled=locked
                            />
                        </div>
                    </Form>
                }
            }
        </Dialog>
    }
}

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

/// A button that opens a list of links and acts. Escape and a click elsewhere close it.
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
    let step = move |forward: bool| {
        let Some(menu) = node.get_untracked() else { return };
        let Ok(items) = menu.query_selector_all(".menu-item") else { return };
        let count = items.length();
        let active = document().active_element();
        let at = (0..count).find(|index| {
            items
                .item(*index)
                .zip(active.as_ref())
                .is_some_and(|(item, active)| item == *AsRef::<web_sys::Node>::as_ref(active))
        });
        let next = match (at, forward) {
            (None, true) => 0,
            (None, false) => count.saturating_sub(1),
            (Some(at), true) => (at + 1) % count.max(1),
            (Some(at), false) => (at + count - 1) % count.max(1),
        };
        if let Some(item) = items.item(next).and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
            item.focus().ok();
        }
    };
    let children = StoredValue::new(children);
    view! {
        <div
            class="menu"
            node_ref=node
            on:keydown=move |event| match event.key().as_str() {
                "Escape" if open.get_untracked() => {
                    event.stop_propagation();
                    MenuOpen { open, opener }.chosen();
                }
                "ArrowDown" => {
                    event.prevent_default();
                    if open.get_untracked() { step(true) } else { open.set(true) }
                }
                "ArrowUp" if open.get_untracked() => {
                    event.prevent_default();
                    step(false);
                }
                _ => {}
            }
        >
            <button
                type="button"
                node_ref=opener
                class=class
                aria-haspopup="menu"
                aria-expanded=move || open.get().to_string()
                aria-label=move || label.get().to_string()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {match button {
                    Some(button) => button().into_any(),
                    None => view! { <Icon icon=lu::LuEllipsis /> }.into_any(),
                }}
            </button>
            <Show when=move || open.get()>
                <div class=format!("menu-list {list_class}") role="menu">
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

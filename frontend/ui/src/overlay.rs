//! What lies above the page: dialogs and drawers.
//!
//! Dialogs are native `<dialog>` elements: focus stays inside, Escape closes, focus returns to the opener. What was typed
//! in one is not thrown away without a question.

use gloo_timers::future::TimeoutFuture;
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

/// Gives the focus to what the dialog asks for: its first field, else the button that answers. By itself a browser takes the
/// first button, which closes; so it stays where the answer would take something away.
fn focus_inside(dialog: web_sys::Element) {
    leptos::task::spawn_local(async move {
        TimeoutFuture::new(0).await;
        let body = dialog.query_selector(".overlay-body").ok().flatten();
        let has_it = |body: &web_sys::Element| {
            document().active_element().is_some_and(|active| body.contains(Some(active.as_ref())))
        };
        let Some(body) = body.filter(|body| !has_it(body)) else { return };
        let find = |selector: &str| body.query_selector(selector).ok().flatten();
        let first = find(":is(input, select, textarea):not([disabled])");
        let first = first.or_else(|| find("button[type=submit]:not([disabled], .btn-danger)"));
        if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
            first.focus().ok();
        }
    });
}

#[component]
fn Modal(open: Open, class: String, label: TextProp, children: ChildrenFn) -> impl IntoView {
    let node = NodeRef::<leptos::html::Dialog>::new();
    effect(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) if dialog.show_modal().is_err() => open.close(),
            (true, false) => focus_inside(dialog.into()),
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

/// Asks before something that cannot be taken back. Enter in a field answers.
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

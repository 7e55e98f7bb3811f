//! Short messages that come and go.

use leptos::prelude::*;

use crate::{Icon, effect, lu, words};

#[derive(Clone)]
struct Toast {
    id: u32,
    bad: bool,
    text: String,
    undo: Option<Callback<()>>,
}

thread_local! {
    static TOASTS: ArcRwSignal<Vec<Toast>> = ArcRwSignal::new(Vec::new());
    static NEXT: std::cell::Cell<u32> = const { std::cell::Cell::new(1) };
}

/// Says that something worked.
pub fn toast_ok(text: impl Into<String>) {
    push(false, text.into(), None);
}

/// Says that something did not work.
pub fn toast_bad(text: impl Into<String>) {
    push(true, text.into(), None);
}

/// Says that something was done, and offers to take it back.
pub fn toast_undo(text: impl Into<String>, undo: Callback<()>) {
    push(false, text.into(), Some(undo));
}

fn push(bad: bool, text: String, undo: Option<Callback<()>>) {
    let id = NEXT.with(|next| next.replace(next.get().wrapping_add(1)));
    TOASTS.with(|toasts| toasts.update(|toasts| toasts.push(Toast { id, bad, text, undo })));
    leptos::task::spawn_local(async move {
        let mut wait_ms = if bad { 9_000 } else { 5_000 };
        loop {
            gloo_timers::future::TimeoutFuture::new(wait_ms).await;
            if !is_read() {
                return drop_toast(id);
            }
            wait_ms = 2_000;
        }
    });
}

/// Whether somebody points at the corner or has the focus in it: nothing goes away meanwhile.
fn is_read() -> bool {
    document().query_selector(".toasts:is(:hover, :focus-within)").is_ok_and(|corner| corner.is_some())
}

fn drop_toast(id: u32) {
    TOASTS.with(|toasts| toasts.update(|toasts| toasts.retain(|toast| toast.id != id)));
}

/// The corner where messages appear. Once, near the root.
#[component]
pub fn Toasts() -> impl IntoView {
    let toasts = TOASTS.with(Clone::clone);
    let node = NodeRef::<leptos::html::Div>::new();
    let news = toasts.clone();
    // The newest layer lies on top: also above a dialog that was opened before.
    effect(move || {
        news.track();
        if let Some(corner) = node.get() {
            corner.set_attribute("popover", "manual").ok();
            // Refused when it is not open, or by a browser that knows no popovers: then it stays where it is.
            corner.hide_popover().ok();
            corner.show_popover().ok();
        }
    });
    view! {
        <div class="toasts" role="status" aria-live="polite" node_ref=node>
            <For each=move || toasts.get() key=|toast| toast.id let:toast>
                <div class=if toast.bad { "toast toast-bad" } else { "toast toast-ok" }>
                    {if toast.bad {
                        view! { <Icon icon=lu::LuCircleAlert /> }
                    } else {
                        view! { <Icon icon=lu::LuCircleCheck /> }
                    }}
                    <div class="flex-1 min-w-0">{toast.text.clone()}</div>
                    {toast
                        .undo
                        .map(|undo| {
                            view! {
                                <button
                                    type="button"
                                    class="link"
                                    on:click=move |_| {
                                        undo.run(());
                                        drop_toast(toast.id);
                                    }
                                >
                                    {words().undo}
                                </button>
                            }
                        })}
                    <button type="button" aria-label=words().close on:click=move |_| drop_toast(toast.id)>
                        <Icon icon=lu::LuX class="icon-sm" />
                    </button>
                </div>
            </For>
        </div>
    }
}

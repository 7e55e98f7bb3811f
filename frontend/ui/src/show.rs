//! Small things that show: buttons, badges, notes, and the three faces of a page (loading, empty, failed).

use icondata_core::IconData;
use leptos::prelude::*;
use leptos::text_prop::TextProp;
use wasm_bindgen::JsCast;

use crate::{Icon, lu, toast_bad, words};

/// What a colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Plain,
    Brand,
    Ok,
    Warn,
    Bad,
    Info,
}

impl Tone {
    fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Brand => "brand",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Info => "info",
        }
    }

    /// `badge badge-ok`, `note note-bad`, …
    pub fn class(self, base: &str) -> String {
        match self.suffix() {
            "" => base.to_owned(),
            suffix => format!("{base} {base}-{suffix}"),
        }
    }
}

/// A state in a word, with a dot of its colour.
#[component]
pub fn Badge(#[prop(into)] text: TextProp, #[prop(optional, into)] tone: Signal<Tone>) -> impl IntoView {
    view! { <span class=move || tone.get().class("badge")>{move || text.get()}</span> }
}

/// A button. Inside a [`crate::Form`] give it `submit=true`.
#[component]
pub fn Button(
    #[prop(into)] text: TextProp,
    #[prop(optional, into)] icon: Option<&'static IconData>,
    /// `btn-primary`, `btn-danger`, `btn-ghost`, `btn-sm`, `btn-wide`.
    #[prop(optional)]
    class: &'static str,
    #[prop(optional)] submit: bool,
    /// Working: cannot be pressed again.
    #[prop(optional, into)]
    busy: Signal<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] on_click: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <button
            type=if submit { "submit" } else { "button" }
            class=format!("btn {class}")
            disabled=move || busy.get() || disabled.get()
            aria-busy=move || busy.get().to_string()
            on:click=move |_| {
                if let Some(on_click) = on_click {
                    on_click.run(());
                }
            }
        >
            {icon.map(|icon| view! { <Icon icon /> })}
            {move || text.get()}
        </button>
    }
}

/// A link that looks like a button.
#[component]
pub fn LinkButton(
    #[prop(into)] text: TextProp,
    #[prop(into)] href: String,
    #[prop(optional, into)] icon: Option<&'static IconData>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    view! {
        <a class=format!("btn {class}") href=href>
            {icon.map(|icon| view! { <Icon icon /> })}
            {move || text.get()}
        </a>
    }
}

/// A remark in a coloured box.
#[component]
pub fn Note(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let icon = match tone {
        Tone::Ok => lu::LuCircleCheck,
        Tone::Warn | Tone::Bad => lu::LuTriangleAlert,
        _ => lu::LuInfo,
    };
    let role = if tone == Tone::Bad { "alert" } else { "note" };
    view! {
        <div class=tone.class("note") role=role>
            <Icon icon />
            <div class="min-w-0">{children()}</div>
        </div>
    }
}

/// The first letters of the first two words.
pub fn initials(name: &str) -> String {
    name.split_whitespace()
        .take(2)
        .filter_map(|part| part.chars().next())
        .flat_map(char::to_uppercase)
        .collect()
}

/// Initials on a colour that follows from the name.
#[component]
pub fn Avatar(#[prop(into)] name: String, #[prop(optional)] class: &'static str) -> impl IntoView {
    let initials = initials(&name);
    let hue = name.bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 5;
    view! { <span class=format!("avatar {class}") data-hue=hue.to_string() aria-hidden="true">{initials}</span> }
}

/// Grey lines where content will be.
#[component]
pub fn Skeleton(#[prop(default = 5)] rows: u32) -> impl IntoView {
    let widths = ["w-3/4", "w-full", "w-5/6", "w-2/3"];
    view! {
        <div class="grid gap-4 p-5" role="status" aria-label=words().loading>
            {widths
                .iter()
                .cycle()
                .zip(0..rows)
                .map(|(width, _)| view! { <div class=format!("skeleton {width}")></div> })
                .collect_view()}
        </div>
    }
}

/// The empty face of a page: what is missing and what to do next.
#[component]
pub fn EmptyState(
    #[prop(optional, into)] icon: Option<&'static IconData>,
    #[prop(into)] title: TextProp,
    #[prop(optional, into)] text: TextProp,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <span class="tile">
                <Icon icon=icon.unwrap_or(lu::LuInbox) class="icon-lg" />
            </span>
            <h3>{move || title.get()}</h3>
            <p>{move || text.get()}</p>
            {children.map(|children| view! { <div class="mt-3 flex gap-3">{children()}</div> })}
        </div>
    }
}

/// The failed face of a page: what happened, the request id, and another try.
#[component]
pub fn FailedState(
    #[prop(into)] text: TextProp,
    /// Empty when the request never reached the server.
    #[prop(optional, into)]
    request_id: String,
    #[prop(optional)] retry: Option<Callback<()>>,
) -> impl IntoView {
    view! {
        <div class="empty" role="alert">
            <span class="tile tile-bad">
                <Icon icon=lu::LuTriangleAlert class="icon-lg" />
            </span>
            <h3>{words().failed}</h3>
            <p>{move || text.get()}</p>
            {(!request_id.is_empty())
                .then(|| view! { <p class="sub">{words().request_id} " " <CopyId id=request_id.clone() /></p> })}
            {retry
                .map(|retry| {
                    view! {
                        <div class="mt-3">
                            <Button text=words().retry icon=lu::LuRefreshCw on_click=retry />
                        </div>
                    }
                })}
        </div>
    }
}

/// Puts a text into the clipboard; `button` was pressed for it.
async fn copy(text: &str, button: &web_sys::Element) -> bool {
    let clipboard = window().navigator().clipboard();
    if clipboard.is_undefined() {
        return copy_selected(text, button).is_some();
    }
    wasm_bindgen_futures::JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Copies as people do, by selecting: pages that came over plain HTTP have no clipboard.
fn copy_selected(text: &str, button: &web_sys::Element) -> Option<()> {
    let button = button.closest("button").ok()??.dyn_into::<web_sys::HtmlElement>().ok()?;
    let area = document().create_element("textarea").ok()?.dyn_into::<web_sys::HtmlTextAreaElement>().ok()?;
    area.set_value(text);
    area.set_class_name("sr-only");
    // Beside the button: what is outside an open dialog cannot be selected.
    button.parent_element()?.append_child(&area).ok()?;
    area.select();
    let copied =
        document().dyn_into::<web_sys::HtmlDocument>().ok().and_then(|page| page.exec_command("copy").ok());
    area.remove();
    button.focus().ok();
    copied.filter(|copied| *copied).map(|_| ())
}

/// An id that one click copies.
#[component]
pub fn CopyId(
    #[prop(into)] id: String,
    /// Shown instead of the whole id.
    #[prop(optional, into)]
    text: Option<String>,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let shown = text.unwrap_or_else(|| id.clone());
    view! {
        <button
            type="button"
            class="mono inline-flex items-center gap-1.5 rounded hover:text-ink max-w-full"
            title=words().copy
            on:click=move |event| {
                let (id, button) = (id.clone(), event_target::<web_sys::Element>(&event));
                leptos::task::spawn_local(async move {
                    if copy(&id, &button).await {
                        copied.try_set(true);
                        gloo_timers::future::TimeoutFuture::new(1500).await;
                        copied.try_set(false);
                    } else {
                        toast_bad(format!("{} {id}", words().not_copied));
                    }
                });
            }
        >
            <span class="truncate">{shown}</span>
            {move || {
                if copied.get() {
                    view! { <Icon icon=lu::LuCheck class="icon-sm" /> }
                } else {
                    view! { <Icon icon=lu::LuCopy class="icon-sm" /> }
                }
            }}
            <span class="sr-only" role="status">
                {move || if copied.get() { words().copied } else { words().copy }}
            </span>
        </button>
    }
}

/// Names and values, one pair a line.
#[component]
pub fn Facts(rows: Vec<(String, AnyView)>) -> impl IntoView {
    view! {
        <dl class="facts">
            {rows
                .into_iter()
                .map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> })
                .collect_view()}
        </dl>
    }
}

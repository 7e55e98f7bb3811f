//! The bell of both portals: the newest messages, how many are unread, and marking them read.

use leptos::prelude::*;
use shared::notifications::{Bell, BellItem, BellRead};
use ui::{Button, Drawer, EmptyState, Icon, lu};

use crate::i18n::{fill, t, tp};
use crate::parts::Loaded;
use crate::parts::submit::refuse;
use crate::query::{Query, use_query};
use crate::session::{self, Portal};
use crate::{api, format};

/// The button at the top, with the number of unread messages; it opens the messages at the side.
#[component]
pub fn BellButton(portal: Portal) -> impl IntoView {
    let bell = use_query(move || portal, api::notices::bell);
    bell.refresh_every(|| 60);
    let unread = Memo::new(move |_| bell.data().with(|bell| bell.as_ref().map_or(0, |bell| bell.unread)));
    let open = RwSignal::new(false);
    let label = move || match unread.get() {
        0 => t().notifications.to_owned(),
        n => format!("{}: {}", t().notifications, fill(tp().bell.unread, &[("n", &n.to_string())])),
    };
    view! {
        <button
            type="button"
            class="btn btn-ghost btn-icon relative"
            aria-label=label
            on:click=move |_| {
                bell.refetch();
                open.set(true);
            }
        >
            <Icon icon=lu::LuBell />
            <Show when=move || unread.get().is_positive()>
                <span
                    class="absolute right-1.5 top-1.5 h-2 w-2 rounded-full bg-brand ring-2 ring-surface"
                    aria-hidden="true"
                ></span>
            </Show>
        </button>
        <Drawer open title=t().notifications>
            <Loaded query=bell rows=5 let:state>
                <Messages state bell portal open />
            </Loaded>
        </Drawer>
    }
}

fn mark(bell: Query<Bell>, portal: Portal, body: BellRead) {
    leptos::task::spawn_local(async move {
        match api::notices::mark_read(portal, &body).await {
            Ok(state) => bell.put(state),
            Err(error) => refuse(None, &error),
        }
    });
}

#[component]
fn Messages(state: Bell, bell: Query<Bell>, portal: Portal, open: RwSignal<bool>) -> impl IntoView {
    if state.items.is_empty() {
        return view! { <EmptyState icon=lu::LuBell title=tp().bell.nothing text=tp().bell.nothing_text /> }
            .into_any();
    }
    let some_unread = state.unread > 0;
    view! {
        <div class="flex flex-wrap items-center gap-3">
            <span class="flex-1 sub">{fill(tp().bell.unread, &[("n", &state.unread.to_string())])}</span>
            <Button
                text=tp().bell.read_all
                icon=lu::LuCheck
                class="btn-sm"
                disabled=!some_unread
                on_click=Callback::new(move |()| mark(bell, portal, BellRead::default()))
            />
        </div>
        <ul>
            {state.items.into_iter().map(|item| view! { <Message item bell portal open /> }).collect_view()}
        </ul>
        {(portal == Portal::Admin)
            .then(|| {
                view! {
                    <a class="link text-sm" href="/admin/messages" on:click=move |_| open.set(false)>
                        {tp().bell.all}
                    </a>
                }
            })}
    }
    .into_any()
}

/// Where a message leads in this portal.
fn target(portal: Portal, item: &BellItem) -> Option<String> {
    let link = item.link.clone()?;
    match (portal, link.as_str(), item.client_id) {
        (Portal::Client, ..) => Some(link),
        (Portal::Admin, "/funds", client) => client.map(|client| format!("/admin/clients/{client}")),
        (Portal::Admin, ..) => Some(format!("/admin{link}")),
    }
}

#[component]
fn Message(item: BellItem, bell: Query<Bell>, portal: Portal, open: RwSignal<bool>) -> impl IntoView {
    let id = item.id;
    let unread = item.read_at.is_none();
    let client = item.client_id;
    let href = target(portal, &item);
    let read = move || {
        if unread {
            mark(bell, portal, BellRead { ids: Some(vec![id]) });
        }
    };
    let body = view! {
        <span class="flex items-start gap-2">
            <span
                class="mt-1.5 h-2 w-2 flex-none rounded-full"
                class:bg-brand=unread
                aria-hidden="true"
            ></span>
            <span class="min-w-0">
                <span class="block text-sm text-ink" class:font-semibold=unread>{item.title}</span>
                <span class="block text-sm text-ink-2">{item.text}</span>
                <span class="sub mt-1">{format::date_time(item.created_at)}</span>
            </span>
        </span>
    };
    let row = match href {
        Some(href) => view! {
            <a
                class="block rounded-lg p-2 -mx-2 hover:bg-sunken"
                href=href
                on:click=move |_| {
                    if let (Portal::Client, Some(client)) = (portal, client) {
                        session::choose_client(client);
                    }
                    read();
                    open.set(false);
                }
            >
                {body}
            </a>
        }
        .into_any(),
        None => view! {
            <button type="button" class="block w-full text-left rounded-lg p-2 -mx-2 hover:bg-sunken" on:click=move |_| read()>
                {body}
            </button>
        }
        .into_any(),
    };
    view! { <li class="border-b border-line last:border-b-0 py-1">{row}</li> }
}

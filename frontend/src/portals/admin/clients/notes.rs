//! Notes of staff about a client, and the history of its status.

use leptos::prelude::*;
use shared::ClientId;
use shared::Permission;
use shared::identity::NewClientNote;
use ui::{Avatar, Button, Card, EmptyState, Form, FormErrors, TextArea, lu};

use crate::i18n::{t, ta};
use crate::parts::{Loaded, StateBadge, submit};
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

#[component]
pub(super) fn Notes(client: ClientId) -> impl IntoView {
    let notes = use_query(move || client, api::people::notes);
    let text = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            api::people::add_note(client, &NewClientNote { text: text.get_untracked().trim().to_owned() })
        },
        move |_| {
            text.set(String::new());
            notes.refetch();
        },
    );
    view! {
        <Card title=t().notes>
            {may(Permission::ClientsEdit)
                .then(|| {
                    view! {
                        <Form errors on_submit=send.run class="grid gap-3 mb-5">
                            <TextArea name="text" label=t().note value=text rows=2 max_length=10_000 />
                            <div class="form-bar">
                                <Button text=ta().add_note class="btn-sm" submit=true busy=send.busy />
                            </div>
                        </Form>
                    }
                })}
            <Loaded query=notes rows=2 let:notes>
                {if notes.is_empty() {
                    view! { <EmptyState icon=lu::LuStickyNote title=ta().no_notes /> }.into_any()
                } else {
                    view! {
                        <ul class="grid gap-4">
                            {notes
                                .into_iter()
                                .map(|note| {
                                    view! {
                                        <li class="flex gap-3">
                                            <Avatar name=note.author_name.clone() />
                                            <div class="min-w-0">
                                                <div class="text-sm">
                                                    <b class="font-semibold">{note.author_name}</b>
                                                    <span class="muted">" · " {format::date_time(note.at)}</span>
                                                </div>
                                                <p class="whitespace-pre-wrap text-ink-2">{note.text}</p>
                                            </div>
                                        </li>
                                    }
                                })
                                .collect_view()}
                        </ul>
                    }
                        .into_any()
                }}
            </Loaded>
        </Card>
    }
}

#[component]
pub(super) fn StatusHistory(client: ClientId) -> impl IntoView {
    let history = use_query(move || client, api::people::status_history);
    view! {
        <Card title=ta().status_history>
            <Loaded query=history rows=2 let:entries>
                <ul class="grid gap-3">
                    {entries
                        .into_iter()
                        .map(|entry| {
                            view! {
                                <li class="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
                                    <StateBadge state=entry.to.as_str() />
                                    <span class="text-ink-2">{entry.reason}</span>
                                    <span class="muted ml-auto">{entry.actor_name} " · " {format::date_time(entry.at)}</span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </Loaded>
        </Card>
    }
}

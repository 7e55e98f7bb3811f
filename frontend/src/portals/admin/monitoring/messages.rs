//! `/admin/messages`: what was written to whom, and what became of it.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::notifications::{Audience, NotificationState, NotificationSummary};
use shared::{ClientId, NotificationId};
use ui::{Badge, Column, Dialog, EmptyState, PageHead, Tone, lu, use_list};

use super::message::MessageDialog;
use crate::i18n::{t, ta, td, word};
use crate::parts::filters::{FilterSegment, FilterSelect, query_without, use_opened};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::{DataTable, Live, LiveSwitch};
use crate::query::use_query;
use crate::{api, format};

pub(super) fn state_tone(state: NotificationState) -> Tone {
    match state {
        NotificationState::Queued => Tone::Info,
        NotificationState::Sent => Tone::Ok,
        NotificationState::Failed => Tone::Bad,
        NotificationState::Skipped => Tone::Plain,
    }
}

pub(super) fn audience_word(audience: Audience) -> &'static str {
    match audience {
        Audience::Staff => td().messages.for_staff,
        Audience::Client => td().messages.for_client,
    }
}

fn columns(with_client: bool, opened: Callback<NotificationId>) -> Vec<Column<NotificationSummary>> {
    let words = &td().messages;
    let mut columns = vec![
        Column::new("subject", words.subject, move |message: &NotificationSummary| {
            let id = message.id;
            let subject = message.subject.clone().unwrap_or_else(|| td().messages.not_rendered.to_owned());
            view! {
                <button type="button" class="link text-left" on:click=move |_| opened.run(id)>{subject}</button>
                <small class="sub mono">{message.event.clone()}</small>
            }
        }),
        Column::new("recipient", words.recipient, |message: &NotificationSummary| {
            view! {
                <span class="text-ink">{message.email.clone()}</span>
                <small class="sub">{audience_word(message.audience)}</small>
            }
        })
        .sorted_by("email"),
        Column::new("state", t().state, |message: &NotificationSummary| {
            view! {
                <Badge text=word(message.state.as_str()) tone=state_tone(message.state) />
                {message.answer.clone().filter(|_| message.state == NotificationState::Failed).map(|answer| view! { <small class="sub neg">{answer}</small> })}
            }
        }),
    ];
    if with_client {
        columns.push(Column::new("client", ta().client, |message: &NotificationSummary| {
            message.client_id.map(|id| {
                view! { <a class="link" href=format!("/admin/clients/{id}")>{message.client_name.clone()}</a> }
            })
        }));
    }
    columns.extend([
        Column::new("sent", words.sent, |message: &NotificationSummary| {
            message.sent_at.map(format::date_time)
        }),
        Column::new("created", t().created_at, |message: &NotificationSummary| {
            format::date_time(message.created_at)
        })
        .sorted_by("created_at"),
    ]);
    columns
}

/// Messages to everybody, or about one client; one of them in a dialog (`?message=`).
#[component]
pub fn MessagesTable(
    client: Option<ClientId>,
    /// Asks again when it changes.
    #[prop(optional, into)]
    written: Signal<u32>,
) -> impl IntoView {
    let words = &td().messages;
    let list = use_list("-created_at");
    let messages = use_query(
        move || {
            written.track();
            let query = with_instants(&query_without(&list.api_query(), "message"), INSTANTS);
            match client {
                Some(client) => format!("{query}&client_id={client}"),
                None => query,
            }
        },
        api::notices::history,
    );
    let live = Live::every(30);
    messages.refresh_every(move || live.seconds());
    let (chosen, open, opened) = use_opened::<NotificationId>(list, "message");
    view! {
        <DataTable
            query=messages
            list
            columns=columns(client.is_none(), opened)
            label=words.title
            search_hint=words.search
            filters=Box::new(move || {
                let audiences = vec![
                    (Audience::Client.to_string(), words.for_client.to_owned()),
                    (Audience::Staff.to_string(), words.for_staff.to_owned()),
                ];
                let states: Vec<&str> = NotificationState::ALL.iter().map(|state| state.as_str()).collect();
                view! {
                    <FilterSegment list name="state" label=t().state words=states />
                    <FilterSelect list name="audience" label=words.audience options=audiences />
                    <FilterRange list names=INSTANTS />
                    <LiveSwitch live />
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuMail title=td().messages.none text=td().messages.text /> }
        />
        <Dialog open title=words.title class="dialog-wide">
            {move || chosen.get().map(|id| view! { <MessageDialog id done=Callback::new(move |()| messages.refetch()) /> })}
        </Dialog>
    }
}

/// The history of all messages.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let words = &td().messages;
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text />
        <MessagesTable client=None />
    }
}

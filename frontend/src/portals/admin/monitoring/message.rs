//! One message as it was rendered, and sending it again.

use leptos::prelude::*;
use shared::notifications::NotificationDetail;
use shared::{NotificationId, Permission};
use ui::{Badge, Button, Facts, Note, Segment, Tone, lu, toast_ok};

use super::messages::{audience_word, state_tone};
use crate::i18n::{native_name, t, ta, td, word};
use crate::parts::{Loaded, RecordId, submit_with};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The details of a message.
#[component]
pub(super) fn MessageDialog(id: NotificationId, done: Callback<()>) -> impl IntoView {
    let message = use_query(move || id, api::notices::message);
    view! {
        <Loaded query=message rows=6 let:detail>
            <Details detail message done />
        </Loaded>
    }
}

#[component]
fn Details(
    detail: NotificationDetail,
    message: Query<NotificationDetail>,
    done: Callback<()>,
) -> impl IntoView {
    let words = &td().messages;
    let head = detail.notification.clone();
    let id = head.id;
    let resend = submit_with(
        move || api::notices::resend(id),
        move |detail| {
            message.put(detail);
            done.run(());
            toast_ok(ta().mail_sent);
        },
    );
    let mut facts = vec![
        (
            t().state.to_owned(),
            view! { <Badge text=word(head.state.as_str()) tone=state_tone(head.state) /> }.into_any(),
        ),
        (words.recipient.to_owned(), format!("{} · {}", head.email, audience_word(head.audience)).into_any()),
        (words.event.to_owned(), view! { <span class="mono">{head.event.clone()}</span> }.into_any()),
        (t().language.to_owned(), native_name(head.language).into_any()),
        (t().created_at.to_owned(), format::date_time_exact(head.created_at).into_any()),
        (
            words.sent.to_owned(),
            head.sent_at.map_or_else(|| "—".to_owned(), format::date_time_exact).into_any(),
        ),
        (words.at_bell.to_owned(), if head.bell { t().yes } else { t().no }.into_any()),
    ];
    if let Some(answer) = head.answer.clone() {
        facts.push((words.answer.to_owned(), answer.into_any()));
    }
    if let (Some(client), Some(name)) = (head.client_id, head.client_name.clone()) {
        let link = view! { <a class="link" href=format!("/admin/clients/{client}")>{name}</a> };
        facts.push((ta().client.to_owned(), link.into_any()));
    }
    if !detail.attachments.is_empty() {
        facts.push((words.attachments.to_owned(), detail.attachments.join(", ").into_any()));
    }
    facts.push((
        "ID".to_owned(),
        view! { <RecordId id=id.0 path=format!("/admin/notifications/{id}") /> }.into_any(),
    ));
    let form = RwSignal::new("text".to_owned());
    let forms =
        vec![("text".to_owned(), words.as_text.to_owned()), ("html".to_owned(), words.as_html.to_owned())];
    let (text, html) = (detail.text.clone(), detail.html.clone());
    let body = move || {
        let shown = if form.with(|form| form == "html") { html.clone() } else { text.clone() };
        match shown {
            Some(shown) => {
                view! { <pre class="json whitespace-pre-wrap" tabindex="0">{shown}</pre> }.into_any()
            }
            None => view! { <p class="text-ink-2">{td().messages.not_rendered}</p> }.into_any(),
        }
    };
    view! {
        <h3>{head.subject.clone()}</h3>
        <Facts rows=facts />
        <div>
            <Segment label=words.title value=form options=forms on_change=move |value: String| form.set(value) />
        </div>
        {body}
        {(!detail.can_resend).then(|| view! { <Note tone=Tone::Info>{words.no_resend}</Note> })}
        {(detail.can_resend && may(Permission::TasksOperate))
            .then(|| {
                view! {
                    <div class="form-bar">
                        <Button text=words.resend icon=lu::LuSend class="btn-primary" busy=resend.busy on_click=resend.run />
                    </div>
                }
            })}
    }
}

//! Writing an e-mail to users of a client.

use leptos::prelude::*;
use shared::identity::{ClientRole, ClientUser, NewClientMessage, UserStatus};
use shared::{ClientId, UserId};
use ui::{Button, CheckList, EmptyState, Form, FormErrors, TextArea, TextField, lu, toast_ok};

use crate::api::{self, Key};
use crate::i18n::{t, ta, td};
use crate::parts::users::name_of;
use crate::parts::{Loaded, submit};
use crate::query::use_query;

/// The form of the dialog. `done` runs when the e-mail is on its way.
#[component]
pub(super) fn Compose(client: ClientId, open: RwSignal<bool>, done: Callback<()>) -> impl IntoView {
    let users =
        use_query(|| (), move |()| api::members::users(&format!("/admin/clients/{client}"), "per_page=200"));
    view! {
        <Loaded query=users rows=4 let:page>
            <Letter client users=page.items open done />
        </Loaded>
    }
}

#[component]
fn Letter(
    client: ClientId,
    users: Vec<ClientUser>,
    open: RwSignal<bool>,
    done: Callback<()>,
) -> impl IntoView {
    let words = &td().compose;
    // Nobody else acts for the client at present.
    let acting: Vec<ClientUser> = users
        .into_iter()
        .filter(|user| user.disabled_at.is_none() && user.status != UserStatus::Inactive)
        .collect();
    if acting.is_empty() {
        return view! { <EmptyState title=ui::words().nothing_found /> }.into_any();
    }
    let owners = acting.iter().filter(|user| user.role == ClientRole::Owner);
    let chosen = RwSignal::new(owners.map(|user| user.user).collect::<Vec<UserId>>());
    let options: Vec<(UserId, AnyView)> = acting
        .iter()
        .map(|user| {
            let shown = view! {
                <span>
                    {name_of(user)}
                    <small class="sub">{user.email.clone()}</small>
                </span>
            };
            (user.user, shown.into_any())
        })
        .collect();
    let (subject, text) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let key = StoredValue::new(Key::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = NewClientMessage {
                recipients: Some(chosen.get_untracked()),
                subject: subject.get_untracked(),
                text: text.get_untracked(),
            };
            let answer = api::people::send_message(client, &body, &key.get_value()).await;
            Key::after(key, &answer);
            answer
        },
        move |_| {
            open.set(false);
            toast_ok(ta().mail_sent);
            done.run(());
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <CheckList name="recipients" label=words.recipients chosen options class="grid gap-2" />
            <TextField name="subject" label=td().messages.subject value=subject required=true max_length=200 autofocus=true />
            <TextArea name="text" label=td().messages.as_text help=words.text_help value=text rows=10 required=true />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.action icon=lu::LuSend class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
    .into_any()
}

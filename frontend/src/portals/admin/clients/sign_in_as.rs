//! Signing in as the owner of a client: what it opens, and why.

use leptos::prelude::*;
use shared::ClientId;
use shared::identity::{SignInAs, SignInAsPreview};
use ui::{Button, Form, FormErrors, Note, Skeleton, TextArea, Tone};

use crate::i18n::{fill, t, td};
use crate::parts::load::failure;
use crate::parts::submit;
use crate::query::use_query;
use crate::session::Portal;
use crate::{api, format};

fn shown(preview: &SignInAsPreview) -> AnyView {
    let words = &td().sign_in_as;
    let until = format::date_time(preview.until);
    let SignInAsPreview { owner, .. } = preview;
    let who = [("name", owner.name.as_str()), ("email", owner.email.as_str()), ("until", until.as_str())];
    let lines = [
        fill(words.opens, &who),
        if preview.acts { words.acts } else { words.reads }.to_owned(),
        words.told.to_owned(),
    ];
    let uninvited = preview.uninvited;
    view! {
        <Note tone=if uninvited { Tone::Warn } else { Tone::Info }>
            {uninvited.then(|| view! { <b>{words.uninvited}</b> })}
            <ul class="list-disc pl-4">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
        </Note>
    }
    .into_any()
}

#[component]
pub(super) fn SignInAsOwner(client: ClientId, open: RwSignal<bool>) -> impl IntoView {
    let words = &td().sign_in_as;
    let preview = use_query(|| (), move |()| api::support::preview_sign_in(client));
    let reason = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let enter = submit(
        errors,
        move || {
            let body = SignInAs { reason: reason.get_untracked().trim().to_owned() };
            api::support::sign_in(client, &body)
        },
        // Another app: its page is loaded.
        |_| window().location().assign(Portal::Client.home()).unwrap_or_default(),
    );
    let closed =
        Signal::derive(move || preview.data().with(Option::is_none) || preview.error().get().is_some());
    view! {
        <Form errors on_submit=enter.run>
            <div role="status">
                {move || match (preview.error().get(), preview.data().get()) {
                    (Some(error), _) => view! { <Note tone=Tone::Bad>{failure(&error).0}</Note> }.into_any(),
                    (None, Some(preview)) => shown(&preview),
                    (None, None) => view! { <Skeleton rows=2 /> }.into_any(),
                }}
            </div>
            <TextArea
                name="reason"
                label=t().reason
                help=words.reason_help
                value=reason
                rows=2
                required=true
                max_length=500
            />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.action class="btn-primary" submit=true busy=enter.busy disabled=closed />
            </div>
        </Form>
    }
}

//! Forgotten passwords: asking for the link, and the page that the link opens.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::Code;
use shared::identity::{LinkRequest, PasswordReset, PortalKind, SecretText};
use ui::{Button, Form, FormErrors, LinkButton, Note, PasswordField, TextField, Tone};

use crate::api;
use crate::i18n::t;
use crate::parts::account::{bars, password_hint};
use crate::parts::auth_frame::AuthFrame;
use crate::parts::submit;
use crate::session::Portal;

/// Asks for a link to set a new password.
#[component]
pub fn ForgotPage(portal: Portal) -> impl IntoView {
    let email = RwSignal::new(String::new());
    let sent = RwSignal::new(false);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = LinkRequest { email: email.get_untracked().trim().to_owned() };
            api::auth::forgot(portal, &body)
        },
        move |_| sent.set(true),
    );
    view! {
        <AuthFrame portal title=t().forgot_title text=t().forgot_text>
            <Show
                when=move || !sent.get()
                fallback=|| view! { <Note tone=Tone::Ok>{t().link_sent}</Note> }
            >
                <Form errors on_submit=send.run>
                    <TextField
                        name="email"
                        label=t().email
                        value=email
                        kind="email"
                        required=true
                        autocomplete="username"
                        max_length=254
                        autofocus=true
                    />
                    <Button text=t().send_link class="btn-primary btn-wide" submit=true busy=send.busy />
                </Form>
            </Show>
            <a class="link text-sm w-max" href=portal.sign_in()>{t().back_to_sign_in}</a>
        </AuthFrame>
    }
}

/// What a mailed link opens: `/reset?token=…`, also for first passwords.
#[component]
pub fn ResetPage() -> impl IntoView {
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let (password, repeated) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let done = RwSignal::new(None::<PortalKind>);
    let expired = RwSignal::new(false);
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let token = token.clone();
            async move {
                let body = PasswordReset {
                    token: SecretText::new(token),
                    password: SecretText::new(password.get_untracked()),
                };
                let answer = api::auth::reset(&body).await;
                if answer.as_ref().is_err_and(|error| error.code() == Some(Code::LinkExpired)) {
                    expired.set(true);
                }
                answer
            }
        },
        move |answer| done.set(Some(answer.portal)),
    );
    let check = Callback::new(move |()| {
        if password.get_untracked() == repeated.get_untracked() {
            send.run.run(());
        } else {
            let message = t().passwords_differ.to_owned();
            errors.refuse(message.clone(), vec![ui::FieldProblem { field: "repeated".to_owned(), message }]);
        }
    });
    let body = move || {
        match (done.get(), expired.get()) {
        (Some(portal), _) => {
            let portal = if portal == PortalKind::Admin { Portal::Admin } else { Portal::Client };
            view! {
                <Note tone=Tone::Ok>{t().reset_done}</Note>
                <LinkButton text=t().sign_in href=portal.sign_in() class="btn-primary btn-wide" />
            }
            .into_any()
        }
        (None, true) => view! {
            <Note tone=Tone::Warn>
                <b>{t().link_bad_title}</b>
                <div>{t().link_bad_text}</div>
            </Note>
            <LinkButton text=t().forgot_title href=Portal::current().forgotten() class="btn-wide" />
        }
        .into_any(),
        (None, false) => view! {
            <Form errors on_submit=check>
                <PasswordField
                    name="password"
                    label=t().new_password
                    value=password
                    help=password_hint()
                    autocomplete="new-password"
                    strength=bars
                />
                <PasswordField name="repeated" label=t().repeat_password value=repeated autocomplete="new-password" />
                <Button text=t().set_password class="btn-primary btn-wide" submit=true busy=send.busy />
            </Form>
        }
        .into_any(),
    }
    };
    view! { <AuthFrame portal=Portal::current() title=t().reset_title>{body}</AuthFrame> }
}

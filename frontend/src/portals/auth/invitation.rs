//! What the link of an invitation opens: `/invitation?token=…`.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use send_wrapper::SendWrapper;
use shared::ClientId;
use shared::identity::{InvitationOffer, InvitedRegistration, LinkToken, SecretText, SignIn};
use ui::{
    Button, CheckField, Form, FormErrors, LinkButton, Note, PasswordField, Skeleton, TextField, Tone,
    use_typed_guard,
};

use crate::api;
use crate::i18n::{self, fill, t, tp};
use crate::parts::account::{bars, password_hint};
use crate::parts::auth_frame::AuthFrame;
use crate::parts::{submit, submit_with};
use crate::query::use_query;
use crate::session::{self, Portal, Who};

/// Shows what the invitation is to, and accepts it: with the login of the address, or with a new one.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let words = &tp().invite;
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let token = StoredValue::new(token);
    let offer = use_query(|| (), move |()| api::members::offer(&body(token)));
    let navigate = SendWrapper::new(use_navigate());
    // Into the account that was joined.
    let enter = Callback::new(move |client: ClientId| {
        let navigate = navigate.clone();
        leptos::task::spawn_local(async move {
            session::load(Portal::Client).await;
            session::choose_client(client);
            navigate("/", NavigateOptions { replace: true, ..NavigateOptions::default() });
        });
    });
    let shown = move || match (offer.data().get(), offer.error().get()) {
        (Some(offer), _) => view! { <Offer offer token enter /> }.into_any(),
        (None, Some(_)) => view! {
            <Note tone=Tone::Warn>
                <b>{t().link_bad_title}</b>
                <div>{words.bad_text}</div>
            </Note>
            <LinkButton text=t().sign_in href="/sign-in" class="btn-wide" />
        }
        .into_any(),
        (None, None) => view! { <Skeleton rows=3 /> }.into_any(),
    };
    view! { <AuthFrame portal=Portal::Client title=words.page_title>{shown}</AuthFrame> }
}

fn body(token: StoredValue<String>) -> LinkToken {
    LinkToken { token: SecretText::new(token.get_value()) }
}

#[component]
fn Offer(offer: InvitationOffer, token: StoredValue<String>, enter: Callback<ClientId>) -> impl IntoView {
    let words = &tp().invite;
    let text = fill(words.page_text, &[("email", &offer.email), ("client", &offer.client_name)]);
    let by = offer.invited_by.as_ref().map(|by| fill(words.from, &[("by", by)]));
    let (email, has_login) = (offer.email, offer.has_login);
    let who = session::user();
    let acts = move || {
        let signed_in = who.with(|who| match who {
            Who::In(session) => Some(session.user.email.clone()),
            _ => None,
        });
        match signed_in {
            Some(mine) if mine == email => view! { <Accept token enter /> }.into_any(),
            Some(mine) => view! { <OtherLogin mine /> }.into_any(),
            None if has_login => {
                let here = format!("/invitation?token={}", token.get_value());
                let next = format!("/sign-in?next={}", urlencoding::encode(&here));
                view! {
                    <Note tone=Tone::Info>{words.sign_in_first}</Note>
                    <LinkButton text=t().sign_in href=next class="btn-primary btn-wide" />
                }
                .into_any()
            }
            None => view! { <Registration email=email.clone() token enter /> }.into_any(),
        }
    };
    view! {
        <p>{text} " " {by}</p>
        {acts}
    }
}

#[component]
fn Accept(token: StoredValue<String>, enter: Callback<ClientId>) -> impl IntoView {
    let accept =
        submit_with(move || api::members::accept(&body(token)), move |accepted| enter.run(accepted.client));
    view! {
        <Button text=tp().invite.accept class="btn-primary btn-wide" busy=accept.busy on_click=accept.run />
    }
}

/// Somebody else is signed in in this browser.
#[component]
fn OtherLogin(mine: String) -> impl IntoView {
    let sign_out = Callback::new(|()| leptos::task::spawn_local(session::sign_out(Portal::Client)));
    view! {
        <Note tone=Tone::Warn>{fill(tp().invite.other_login, &[("email", &mine)])}</Note>
        <Button text=t().sign_out class="btn-wide" on_click=sign_out />
    }
}

#[component]
fn Registration(email: String, token: StoredValue<String>, enter: Callback<ClientId>) -> impl IntoView {
    let text = || RwSignal::new(String::new());
    let (password, first_name, last_name) = (text(), text(), text());
    let terms = RwSignal::new(false);
    let errors = FormErrors::new();
    use_typed_guard();
    let shown = RwSignal::new(email.clone());
    let send = submit(
        errors,
        move || {
            let email = email.clone();
            async move {
                let new = InvitedRegistration {
                    token: SecretText::new(token.get_value()),
                    password: SecretText::new(password.get_untracked()),
                    first_name: first_name.get_untracked().trim().to_owned(),
                    last_name: last_name.get_untracked().trim().to_owned(),
                    language: i18n::language(),
                    terms_accepted: terms.get_untracked(),
                };
                let accepted = api::members::register(&new).await?;
                let sign_in = SignIn { email, password: new.password, remember: false };
                api::auth::sign_in(Portal::Client, &sign_in).await?;
                Ok(accepted)
            }
        },
        move |accepted| enter.run(accepted.client),
    );
    view! {
        <p class="text-ink-2">{tp().invite.register_text}</p>
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <TextField name="email" label=t().email value=shown kind="email" wide=true autocomplete="username" disabled=true />
                <TextField name="first_name" label=t().first_name value=first_name required=true autocomplete="given-name" max_length=100 autofocus=true />
                <TextField name="last_name" label=t().last_name value=last_name required=true autocomplete="family-name" max_length=100 />
                <PasswordField name="password" label=t().password value=password wide=true help=password_hint() autocomplete="new-password" strength=bars />
            </div>
            <CheckField name="terms_accepted" label=t().accept_terms value=terms />
            <Button text=tp().invite.accept class="btn-primary btn-wide" submit=true busy=send.busy />
        </Form>
    }
}

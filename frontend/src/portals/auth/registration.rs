//! Registration, and the page that the confirmation link opens.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use shared::identity::{LinkRequest, LinkToken, NewRegistration, SecretText};
use ui::{
    Button, CheckField, Form, FormErrors, LinkButton, Note, PasswordField, SelectField, Skeleton, TextField,
    Tone, effect, toast_ok, use_typed_guard,
};

use crate::api;
use crate::i18n::{self, fill, t};
use crate::parts::account::{bars, password_hint};
use crate::parts::address::CountryField;
use crate::parts::auth_frame::AuthFrame;
use crate::parts::load::failure;
use crate::parts::{submit, submit_with};
use crate::query::use_query;
use crate::session::{self, Portal, Who};

/// Creates an account: a user, his client, and the mail that confirms the address.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let sent_to = RwSignal::new(None::<String>);
    let open = Memo::new(move |_| {
        session::settings()
            .with(|settings| settings.as_ref().is_none_or(|settings| settings.registration_open))
    });
    let body = move || match (sent_to.get(), open.get()) {
        (Some(email), _) => view! { <CheckMail email /> }.into_any(),
        (None, false) => view! { <Note tone=Tone::Info>{t().register_closed}</Note> }.into_any(),
        (None, true) => view! { <Registration sent_to /> }.into_any(),
    };
    view! {
        <AuthFrame portal=Portal::Client title=t().register_title text=t().register_text>
            {body}
            <p class="text-sm text-ink-2">
                {t().have_account} " " <a class="link" href="/sign-in">{t().sign_in}</a>
            </p>
        </AuthFrame>
    }
}

#[component]
fn Registration(sent_to: RwSignal<Option<String>>) -> impl IntoView {
    let text = || RwSignal::new(String::new());
    let (email, password, first_name, last_name) = (text(), text(), text(), text());
    let (company_name, tax_id, country, currency) = (text(), text(), text(), text());
    let terms = RwSignal::new(false);
    let errors = FormErrors::new();
    use_typed_guard();
    let currencies = Signal::derive(move || {
        session::settings().with(|settings| {
            let known = settings.iter().flat_map(|settings| &settings.currencies);
            known
                .map(|known| (known.code.to_string(), format!("{} · {}", known.code, known.name)))
                .collect::<Vec<_>>()
        })
    });
    effect(move || {
        if currency.with_untracked(String::is_empty)
            && let Some((code, _)) = currencies.get().into_iter().next()
        {
            currency.set(code);
        }
    });
    let send = submit(
        errors,
        move || {
            let body = NewRegistration {
                email: email.get_untracked().trim().to_owned(),
                password: SecretText::new(password.get_untracked()),
                first_name: first_name.get_untracked().trim().to_owned(),
                last_name: last_name.get_untracked().trim().to_owned(),
                company_name: company_name.get_untracked().trim().to_owned(),
                tax_id: tax_id.get_untracked().trim().to_owned(),
                country: country.get_untracked(),
                currency: currency.get_untracked().parse().ok(),
                language: i18n::language(),
                terms_accepted: terms.get_untracked(),
            };
            api::auth::register(&body)
        },
        move |_| sent_to.set(Some(email.get_untracked().trim().to_owned())),
    );
    let terms_url = move || {
        session::settings().with(|settings| {
            let settings = settings.as_ref()?;
            let own = settings.terms_version.map(|version| format!("/terms?version={version}"));
            own.or_else(|| Some(settings.terms_url.clone()).filter(|url| !url.is_empty()))
        })
    };
    view! {
        <Form errors on_submit=send.run>
            <div class="form-grid">
                <TextField name="first_name" label=t().first_name value=first_name required=true autocomplete="given-name" max_length=100 autofocus=true />
                <TextField name="last_name" label=t().last_name value=last_name required=true autocomplete="family-name" max_length=100 />
                <TextField name="email" label=t().email value=email kind="email" required=true wide=true autocomplete="email" max_length=254 />
                <PasswordField name="password" label=t().password value=password wide=true help=password_hint() autocomplete="new-password" strength=bars />
                <TextField name="company_name" label=format!("{} ({})", t().company_name, t().optional) value=company_name autocomplete="organization" max_length=200 />
                <TextField name="tax_id" label=format!("{} ({})", t().tax_id, t().optional) value=tax_id max_length=50 />
                <CountryField name="country" value=country required=true />
                <SelectField name="currency" label=t().currency value=currency options=currencies required=true />
            </div>
            <CheckField name="terms_accepted" label=t().accept_terms value=terms />
            {move || terms_url().map(|url| view! { <a class="link text-sm" href=url target="_blank" rel="noopener">{t().accept_terms}</a> })}
            <Button text=t().register class="btn-primary btn-wide" submit=true busy=send.busy />
        </Form>
    }
}

#[component]
fn CheckMail(email: String) -> impl IntoView {
    let text = fill(t().check_mail_text, &[("email", &email)]);
    let again = submit_with(
        move || {
            let body = LinkRequest { email: email.clone() };
            api::auth::resend_confirmation(&body)
        },
        |_| toast_ok(t().link_sent),
    );
    view! {
        <Note tone=Tone::Ok>
            <b>{t().check_mail_title}</b>
            <div>{text}</div>
        </Note>
        <Button text=t().resend_mail busy=again.busy on_click=again.run />
        <LinkButton text=t().sign_in href="/sign-in" class="btn-primary" />
    }
}

/// What the mailed link opens: `/confirm?token=…`.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let confirmed = use_query(
        || (),
        move |()| {
            let body = LinkToken { token: SecretText::new(token.clone()) };
            async move {
                let confirmed = api::auth::confirm_email(&body).await?;
                // Whoever is signed in here is not asked to confirm it any more.
                if session::user().with_untracked(|who| matches!(who, Who::In(_))) {
                    session::load(Portal::Client).await;
                }
                Ok(confirmed)
            }
        },
    );
    let body = move || match (confirmed.data().get(), confirmed.error().get()) {
        (Some(confirmed), _) => view! {
            <Note tone=Tone::Ok>
                <b>{t().confirmed_title}</b>
                <div>{fill(t().confirmed_text, &[("email", &confirmed.email)])}</div>
            </Note>
            <LinkButton text=t().sign_in href="/sign-in" class="btn-primary btn-wide" />
        }
        .into_any(),
        (None, Some(error)) => view! {
            <Note tone=Tone::Warn>
                <b>{t().link_bad_title}</b>
                <div>{failure(&error).0}</div>
            </Note>
            <LinkButton text=t().sign_in href="/sign-in" class="btn-wide" />
        }
        .into_any(),
        (None, None) => view! { <Skeleton rows=2 /> }.into_any(),
    };
    view! { <AuthFrame portal=Portal::Client title=t().confirm_title>{body}</AuthFrame> }
}

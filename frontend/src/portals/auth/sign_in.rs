//! Signing in: e-mail and password, then the second step when it is on.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;
use leptos_router::hooks::{use_navigate, use_query_map};
use send_wrapper::SendWrapper;
use shared::Code;
use shared::identity::{SecondFactorMethod, SecondStep, SecretText, SignIn};
use ui::{Button, CheckField, Form, FormErrors, PasswordField, TextField, toast_bad, toast_ok};

use crate::api::{self, ApiError};
use crate::i18n::t;
use crate::parts::auth_frame::AuthFrame;
use crate::parts::{submit, submit_with};
use crate::session::{self, Portal};

/// Only paths of this site are followed after signing in.
fn safe_next(next: Option<String>, portal: Portal) -> String {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//") && !next.contains('\\'))
        .filter(|next| next.starts_with("/admin") == (portal == Portal::Admin))
        .unwrap_or_else(|| portal.home().to_owned())
}

/// The sign-in page of a portal.
#[component]
pub fn SignInPage(portal: Portal) -> impl IntoView {
    let methods = RwSignal::new(Vec::<SecondFactorMethod>::new());
    let next = safe_next(use_query_map().with_untracked(|query| query.get("next")), portal);
    let inside = match portal {
        Portal::Admin => session::admin().with_untracked(|who| matches!(who, session::Who::In(_))),
        Portal::Client => session::user().with_untracked(|who| matches!(who, session::Who::In(_))),
    };
    if inside {
        return view! { <Redirect path=next /> }.into_any();
    }
    let navigate = SendWrapper::new(use_navigate());
    let enter = Callback::new(move |()| {
        let (navigate, next) = (navigate.clone(), next.clone());
        leptos::task::spawn_local(async move {
            session::load(portal).await;
            navigate(&next, NavigateOptions { replace: true, resolve: false, ..NavigateOptions::default() });
        });
    });
    let title = if portal == Portal::Admin { t().staff_title } else { t().sign_in_title };
    (move || {
        if methods.with(Vec::is_empty) {
            view! {
                <AuthFrame portal title text=t().sign_in_text>
                    <PasswordStep portal methods enter />
                </AuthFrame>
            }
            .into_any()
        } else {
            view! {
                <AuthFrame portal title=t().second_title>
                    <CodeStep portal methods enter />
                </AuthFrame>
            }
            .into_any()
        }
    })
    .into_any()
}

#[component]
fn PasswordStep(
    portal: Portal,
    methods: RwSignal<Vec<SecondFactorMethod>>,
    enter: Callback<()>,
) -> impl IntoView {
    let (email, password, remember) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(false));
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let body = SignIn {
                email: email.get_untracked().trim().to_owned(),
                password: SecretText::new(password.get_untracked()),
                remember: remember.get_untracked(),
            };
            api::auth::sign_in(portal, &body)
        },
        move |signed_in| {
            if signed_in.second_factor.is_empty() {
                enter.run(());
            } else {
                methods.set(signed_in.second_factor);
            }
        },
    );
    view! {
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
            <PasswordField name="password" label=t().password value=password />
            <div class="flex items-center justify-between gap-3">
                <CheckField name="remember" label=t().remember_me value=remember />
                <a class="link text-sm" href=portal.forgotten()>
                    {t().forgot_password}
                </a>
            </div>
            <Button text=t().sign_in class="btn-primary btn-wide" submit=true busy=send.busy />
        </Form>
        {(portal == Portal::Client)
            .then(|| {
                view! {
                    <p class="text-sm text-ink-2">
                        {t().no_account} " " <a class="link" href="/register">{t().register}</a>
                    </p>
                }
            })}
    }
}

/// Goes back to the password, and says so, when this answer tells that the sign-in is over: too late, or too many wrong codes.
fn begin_again<T>(
    answer: Result<T, ApiError>,
    methods: RwSignal<Vec<SecondFactorMethod>>,
) -> Result<T, ApiError> {
    let over = answer
        .as_ref()
        .is_err_and(|error| *error == ApiError::SignedOut || error.code() == Some(Code::WrongCredentials));
    if over {
        methods.try_set(Vec::new());
        toast_bad(t().second_over);
    }
    answer
}

#[component]
fn CodeStep(
    portal: Portal,
    methods: RwSignal<Vec<SecondFactorMethod>>,
    enter: Callback<()>,
) -> impl IntoView {
    let first =
        methods.with_untracked(|methods| methods.first().copied()).unwrap_or(SecondFactorMethod::Recovery);
    let method = RwSignal::new(first);
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let mail = submit_with(
        move || async move { begin_again(api::auth::send_code(portal).await, methods) },
        move |_| toast_ok(t().second_email),
    );
    if first == SecondFactorMethod::Email {
        mail.run.run(());
    }
    let send = submit(
        errors,
        move || async move {
            let body = SecondStep {
                method: method.get_untracked(),
                code: SecretText::new(code.get_untracked().trim().to_owned()),
            };
            begin_again(api::auth::second_step(portal, &body).await, methods)
        },
        move |_| enter.run(()),
    );
    let others = move || {
        methods
            .get()
            .into_iter()
            .filter(|other| *other != method.get())
            .map(|other| {
                let text = match other {
                    SecondFactorMethod::Totp => t().use_totp,
                    SecondFactorMethod::Email => t().use_email,
                    SecondFactorMethod::Recovery => t().use_recovery,
                };
                view! {
                    <button
                        type="button"
                        class="link text-sm w-max"
                        on:click=move |_| {
                            method.set(other);
                            code.set(String::new());
                            errors.clear();
                            if other == SecondFactorMethod::Email {
                                mail.run.run(());
                            }
                        }
                    >
                        {text}
                    </button>
                }
            })
            .collect_view()
    };
    view! {
        <p class="text-ink-2" role="status">
            {move || match method.get() {
                SecondFactorMethod::Totp => t().second_totp,
                SecondFactorMethod::Email => t().second_email,
                SecondFactorMethod::Recovery => t().second_recovery,
            }}
        </p>
        <Form errors on_submit=send.run>
            <TextField
                name="code"
                label=t().code
                value=code
                required=true
                autocomplete="one-time-code"
                max_length=64
                autofocus=true
                mono=true
            />
            <Button text=t().sign_in class="btn-primary btn-wide" submit=true busy=send.busy />
        </Form>
        <div class="grid gap-2">
            {others}
            <button type="button" class="link text-sm w-max" on:click=move |_| methods.set(Vec::new())>
                {t().back_to_sign_in}
            </button>
        </div>
    }
}

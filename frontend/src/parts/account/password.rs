//! A new password of one's own.

use leptos::prelude::*;
use shared::identity::{PasswordChange, SecretText, strength};
use ui::{Button, Card, FieldProblem, Form, FormErrors, PasswordField, TextField, toast_ok};

use crate::api;
use crate::format;
use crate::i18n::{fill, t, tp};
use crate::parts::submit;
use crate::session::{self, Portal};

/// Bars of the strength of a password, as the server counts them.
pub fn bars(password: &str) -> u8 {
    strength(password).bars()
}

/// What passwords have to be like here.
pub fn password_hint() -> String {
    let least = session::settings()
        .with(|settings| settings.as_ref().map_or(12, |settings| settings.password_length_min));
    fill(t().password_hint, &[("n", &least.to_string())])
}

/// A new password; the other sessions end.
#[component]
pub fn ChangePassword(
    portal: Portal,
    #[prop(optional, into)] title: Option<&'static str>,
    /// Whether a code of the second step is asked for.
    two_factor: bool,
    changed_at: Option<jiff::Timestamp>,
) -> impl IntoView {
    let words = &tp().security;
    let text = || RwSignal::new(String::new());
    let (current, password, again, code) = (text(), text(), text(), text());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let code = code.get_untracked();
            let change = PasswordChange {
                current_password: SecretText::new(current.get_untracked()),
                password: SecretText::new(password.get_untracked()),
                code: (!code.trim().is_empty()).then(|| SecretText::new(code.trim())),
            };
            api::account::change_password(portal, &change)
        },
        move |done| {
            for field in [current, password, again, code] {
                field.set(String::new());
            }
            toast_ok(fill(words.password_done, &[("count", &done.sessions_ended.to_string())]));
        },
    );
    let check = Callback::new(move |()| {
        if password.get_untracked() == again.get_untracked() {
            send.run.run(());
        } else {
            let problem =
                FieldProblem { field: "again".to_owned(), message: words.password_differ.to_owned() };
            errors.refuse(words.password_differ, vec![problem]);
        }
    });
    let last = changed_at.map(|at| fill(words.password_last, &[("when", &format::date_time(at))]));
    view! {
        <Card>
            <Form errors on_submit=check>
                {title.map(|title| view! { <h2>{title}</h2> })}
                <PasswordField name="current_password" label=t().current_password value=current />
                <PasswordField
                    name="password"
                    label=words.password_new
                    value=password
                    help=format!("{} {}", password_hint(), words.password_help)
                    autocomplete="new-password"
                    strength=bars
                />
                <PasswordField name="again" label=words.password_again value=again autocomplete="new-password" />
                {two_factor
                    .then(|| {
                        view! {
                            <TextField
                                name="code"
                                label=words.password_code
                                value=code
                                help=words.password_code_help
                                autocomplete="one-time-code"
                                max_length=40
                                mono=true
                            />
                        }
                    })}
                <div class="flex flex-wrap items-center justify-between gap-3">
                    <span class="sub">{last}</span>
                    <Button text=words.password_save class="btn-primary" submit=true busy=send.busy />
                </div>
            </Form>
        </Card>
    }
}

//! A person's own security: password and sessions. The second factor is in `two_factor`.

use leptos::prelude::*;
use shared::identity::{PasswordChange, SecretText, SessionSummary, strength};
use ui::{
    Badge, Button, Card, FieldProblem, Form, FormErrors, Icon, PasswordField, TextField, Tone, lu, toast_ok,
};

use crate::i18n::t;
use crate::parts::{Loaded, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::{self, Portal};
use crate::{api, format};

/// A code of the second step.
#[component]
pub(super) fn CodeField(
    code: RwSignal<String>,
    #[prop(optional)] by_mail: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    view! {
        <TextField
            name="code"
            label=t().code
            help=if by_mail { t().second_email } else { t().second_totp }
            value=code
            required=true
            max_length=64
            mono=true
            autocomplete="one-time-code"
            autofocus
        />
    }
}

fn bars(password: &str) -> u8 {
    strength(password).bars()
}

/// A new password; other sessions end.
#[component]
pub fn ChangePassword(portal: Portal) -> impl IntoView {
    let text = || RwSignal::new(String::new());
    let (current, password, repeated, code) = (text(), text(), text(), text());
    let has_factor = match portal {
        Portal::Admin => {
            session::admin().with_untracked(|who| matches!(who, session::Who::In(s) if s.admin.two_factor))
        }
        Portal::Client => {
            session::user().with_untracked(|who| matches!(who, session::Who::In(s) if s.user.two_factor))
        }
    };
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let code = code.get_untracked().trim().to_owned();
            let body = PasswordChange {
                current_password: SecretText::new(current.get_untracked()),
                password: SecretText::new(password.get_untracked()),
                code: (!code.is_empty()).then(|| SecretText::new(code)),
            };
            api::account::change_password(portal, &body).await
        },
        move |_| {
            for field in [current, password, repeated, code] {
                field.set(String::new());
            }
            toast_ok(t().password_changed);
        },
    );
    let check = Callback::new(move |()| {
        if password.get_untracked() == repeated.get_untracked() {
            send.run.run(());
        } else {
            let message = t().passwords_differ.to_owned();
            errors.refuse(message.clone(), vec![FieldProblem { field: "repeated".to_owned(), message }]);
        }
    });
    view! {
        <Form errors on_submit=check>
            <Card title=t().change_password>
                <div class="form-grid">
                    <PasswordField name="current_password" label=t().current_password value=current wide=true />
                    <PasswordField name="password" label=t().new_password value=password autocomplete="new-password" strength=bars />
                    <PasswordField name="repeated" label=t().repeat_password value=repeated autocomplete="new-password" />
                    {has_factor.then(|| view! { <CodeField code /> })}
                </div>
                <div class="form-bar mt-5">
                    <Button text=t().change_password class="btn-primary" submit=true busy=send.busy />
                </div>
            </Card>
        </Form>
    }
}

/// Browsers that are signed in; each can be ended.
#[component]
pub fn Sessions(portal: Portal) -> impl IntoView {
    let sessions = use_query(move || portal, api::account::sessions);
    let others = submit_with(
        move || api::account::end_other_sessions(portal),
        move |_| {
            sessions.refetch();
            toast_ok(t().done);
        },
    );
    view! {
        <Card
            title=t().sessions
            text=t().sessions_text
            tools=Box::new(move || {
                view! { <Button text=t().end_other_sessions class="btn-sm" busy=others.busy on_click=others.run /> }.into_any()
            })
        >
            <Loaded query=sessions rows=3 let:list>
                <ul class="grid grid-cols-1 gap-4">
                    {list
                        .into_iter()
                        .filter(|session| session.ended_at.is_none())
                        .map(|session| view! { <SessionRow session portal sessions /> })
                        .collect_view()}
                </ul>
            </Loaded>
        </Card>
    }
}

#[component]
fn SessionRow(
    session: SessionSummary,
    portal: Portal,
    sessions: Query<Vec<SessionSummary>>,
) -> impl IntoView {
    let id = session.id;
    let end = submit_with(
        move || api::account::end_session(portal, id),
        move |_| {
            sessions.refetch();
            toast_ok(t().done);
        },
    );
    view! {
        <li class="flex items-center gap-3">
            <span class="tile tile-sm">
                <Icon icon=lu::LuMonitor />
            </span>
            <div class="flex-1 min-w-0">
                <div class="truncate">{session.user_agent}</div>
                <span class="sub">{session.ip} " · " {t().last_seen} " " {format::date_time(session.last_seen_at)}</span>
            </div>
            {if session.current {
                view! { <Badge text=t().this_browser tone=Tone::Ok /> }.into_any()
            } else {
                view! { <Button text=t().end_session class="btn-sm" busy=end.busy on_click=end.run /> }.into_any()
            }}
        </li>
    }
}

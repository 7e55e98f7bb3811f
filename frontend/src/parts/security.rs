//! A person's own security, in both portals: second factor, password, sessions.

use leptos::prelude::*;
use shared::identity::{
    FactorCode, FactorKind, FactorSummary, NewTotp, PasswordChange, SecretText, SessionSummary, TotpSetup,
    TwoFactorChange, VerificationCenter, strength,
};
use ui::{
    Badge, Button, Card, Dialog, EmptyState, FieldProblem, Form, FormErrors, Icon, Menu, MenuButton, Note,
    PasswordField, TextField, Tone, lu, toast_ok,
};

use crate::i18n::{fill, t, word};
use crate::parts::{Loaded, submit, submit_with};
use crate::query::{Query, use_query};
use crate::session::{self, Portal};
use crate::{api, format};

/// The verification center: the methods, the recovery codes, and the switch.
#[component]
pub fn TwoFactor(portal: Portal) -> impl IntoView {
    let center = use_query(move || portal, api::account::factors);
    let add_open = RwSignal::new(false);
    let switch_open = RwSignal::new(false);
    let codes_open = RwSignal::new(false);
    let shown = RwSignal::new(Vec::<String>::new());
    view! {
        <Loaded query=center rows=4 let:state>
            <Center state portal center add_open switch_open codes_open />
        </Loaded>
        <Dialog open=add_open title=t().add_authenticator>
            <AddTotp portal center open=add_open />
        </Dialog>
        <Dialog open=switch_open title=t().two_factor>
            <Switch portal center open=switch_open shown />
        </Dialog>
        <Dialog open=codes_open title=t().new_recovery_codes>
            <NewCodes portal center open=codes_open shown />
        </Dialog>
        <ShownCodes shown />
    }
}

#[component]
fn Center(
    state: VerificationCenter,
    portal: Portal,
    center: Query<VerificationCenter>,
    add_open: RwSignal<bool>,
    switch_open: RwSignal<bool>,
    codes_open: RwSignal<bool>,
) -> impl IntoView {
    let on = state.two_factor;
    let has_verified = state.factors.iter().any(|factor| factor.verified);
    let rows =
        state.factors.into_iter().map(|factor| view! { <Factor factor portal center /> }).collect_view();
    let left = fill(t().recovery_codes_left, &[("n", &state.recovery_codes_left.to_string())]);
    view! {
        <Card
            title=t().two_factor
            text=t().two_factor_text
            tools=Box::new(move || {
                view! {
                    <Badge
                        text=if on { t().on } else { t().off }
                        tone=if on { Tone::Ok } else { Tone::Warn }
                    />
                }
                    .into_any()
            })
        >
            {(state.required && !on).then(|| view! { <div class="mb-4"><Note tone=Tone::Warn>{t().two_factor_required}</Note></div> })}
            {if has_verified || on {
                view! { <ul class="grid gap-3 mb-5">{rows}</ul> }.into_any()
            } else {
                view! { <EmptyState icon=lu::LuShieldCheck title=t().no_factors /> }.into_any()
            }}
            {on.then(|| {
                view! {
                    <div class="flex flex-wrap items-center gap-3 mb-5 text-sm text-ink-2">
                        <span class="flex-1">{left}</span>
                        <Button text=t().new_recovery_codes class="btn-sm" on_click=Callback::new(move |()| codes_open.set(true)) />
                    </div>
                }
            })}
            <div class="form-bar">
                <Button text=t().add_authenticator icon=lu::LuPlus on_click=Callback::new(move |()| add_open.set(true)) />
                {has_verified
                    .then(|| {
                        view! {
                            <Button
                                text=if on { t().turn_off } else { t().turn_on }
                                class=if on { "btn-danger" } else { "btn-primary" }
                                on_click=Callback::new(move |()| switch_open.set(true))
                            />
                        }
                    })}
            </div>
        </Card>
    }
}

#[component]
fn Factor(factor: FactorSummary, portal: Portal, center: Query<VerificationCenter>) -> impl IntoView {
    let id = factor.id;
    let default = submit_with(
        move || api::account::make_factor_default(portal, id),
        move |_| {
            center.refetch();
            toast_ok(t().saved);
        },
    );
    let delete = submit_with(
        move || api::account::delete_factor(portal, id),
        move |_| {
            center.refetch();
            toast_ok(t().deleted);
        },
    );
    let is_default = factor.is_default;
    view! {
        <li class="flex items-center gap-3">
            <span class="tile tile-sm">
                {match factor.kind {
                    FactorKind::Totp => view! { <Icon icon=lu::LuSmartphone /> },
                    FactorKind::Email => view! { <Icon icon=lu::LuMail /> },
                }}
            </span>
            <div class="flex-1 min-w-0">
                <b class="font-medium">{factor.name}</b>
                <span class="sub">
                    {word(factor.kind.as_str())} " · " {t().last_used} ": "
                    {factor.last_used_at.map_or_else(|| t().never.to_owned(), format::date_time)}
                </span>
            </div>
            {is_default.then(|| view! { <Badge text=t().factor_default tone=Tone::Brand /> })}
            {if factor.verified {
                view! { <Badge text=t().verified tone=Tone::Ok /> }
            } else {
                view! { <Badge text=t().not_verified tone=Tone::Warn /> }
            }}
            <Menu label=t().actions>
                {(!is_default && factor.verified)
                    .then(|| view! { <MenuButton text=t().make_default icon=lu::LuCheck on_click=default.run /> })}
                <MenuButton text=t().delete icon=lu::LuTrash danger=true on_click=delete.run />
            </Menu>
        </li>
    }
}

/// The name first, then the QR code, then a code from the app.
#[component]
fn AddTotp(portal: Portal, center: Query<VerificationCenter>, open: RwSignal<bool>) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let setup = RwSignal::new(None::<TotpSetup>);
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let begin = submit(
        errors,
        move || async move {
            api::account::new_totp(portal, &NewTotp { name: name.get_untracked().trim().to_owned() }).await
        },
        move |answer| setup.set(Some(answer)),
    );
    let verify = submit(
        errors,
        move || async move {
            let body = FactorCode { code: SecretText::new(code.get_untracked().trim().to_owned()) };
            match setup.get_untracked() {
                Some(setup) => api::account::verify_factor(portal, setup.id, &body).await,
                None => Err(api::ApiError::SignedOut),
            }
        },
        move |_| {
            open.set(false);
            center.refetch();
            toast_ok(t().saved);
        },
    );
    move || {
        match setup.get() {
        None => view! {
            <Form errors on_submit=begin.run>
                <TextField name="name" label=t().device_name value=name required=true max_length=100 autofocus=true />
                <div class="form-bar">
                    <Button text=t().next class="btn-primary" submit=true busy=begin.busy />
                </div>
            </Form>
        }
        .into_any(),
        Some(setup) => {
            let source = format!("data:image/svg+xml;utf8,{}", String::from(js_sys::encode_uri_component(&setup.qr_svg)));
            view! {
                <Form errors on_submit=verify.run>
                    <p class="text-ink-2">{t().scan_qr}</p>
                    <img class="w-52 h-52 mx-auto rounded-lg" src=source alt=t().scan_qr />
                    <div class="text-center">
                        <ui::CopyId id=setup.secret />
                    </div>
                    <TextField
                        name="code"
                        label=t().code
                        help=t().enter_code_to_confirm
                        value=code
                        required=true
                        max_length=16
                        mono=true
                        autocomplete="one-time-code"
                    />
                    <div class="form-bar">
                        <Button text=t().confirm class="btn-primary" submit=true busy=verify.busy />
                    </div>
                </Form>
            }
            .into_any()
        }
    }
    }
}

#[component]
fn CodeField(code: RwSignal<String>) -> impl IntoView {
    view! {
        <TextField
            name="code"
            label=t().code
            help=t().second_totp
            value=code
            required=true
            max_length=64
            mono=true
            autocomplete="one-time-code"
            autofocus=true
        />
    }
}

#[component]
fn Switch(
    portal: Portal,
    center: Query<VerificationCenter>,
    open: RwSignal<bool>,
    shown: RwSignal<Vec<String>>,
) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let (on, factor) = center.data().with_untracked(|state| {
        let state = state.as_ref();
        let factor = state.and_then(|state| {
            let verified = || state.factors.iter().filter(|factor| factor.verified);
            verified().find(|factor| factor.is_default).or_else(|| verified().next()).map(|factor| factor.id)
        });
        (state.is_some_and(|state| state.two_factor), factor)
    });
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let code = SecretText::new(code.get_untracked().trim().to_owned());
            let factor = if on { None } else { factor };
            api::account::set_two_factor(portal, &TwoFactorChange { enabled: !on, factor, code }).await
        },
        move |state| {
            open.set(false);
            center.refetch();
            shown.set(state.recovery_codes);
            toast_ok(if on { t().two_factor_off } else { t().two_factor_on });
            leptos::task::spawn_local(session::load(portal));
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <CodeField code />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button
                    text=if on { t().turn_off } else { t().turn_on }
                    class="btn-primary"
                    submit=true
                    busy=send.busy
                />
            </div>
        </Form>
    }
}

#[component]
fn NewCodes(
    portal: Portal,
    center: Query<VerificationCenter>,
    open: RwSignal<bool>,
    shown: RwSignal<Vec<String>>,
) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = FactorCode { code: SecretText::new(code.get_untracked().trim().to_owned()) };
            api::account::new_recovery_codes(portal, &body).await
        },
        move |codes| {
            open.set(false);
            center.refetch();
            shown.set(codes.recovery_codes);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <CodeField code />
            <div class="form-bar">
                <Button text=t().new_recovery_codes class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// Recovery codes, shown once.
#[component]
fn ShownCodes(shown: RwSignal<Vec<String>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(shown.with(|codes| !codes.is_empty())));
    Effect::new(move || {
        if !open.get() && shown.with_untracked(|codes| !codes.is_empty()) {
            shown.set(Vec::new());
        }
    });
    view! {
        <Dialog open title=t().recovery_codes>
            <Note tone=Tone::Warn>{t().recovery_codes_text}</Note>
            <ul class="grid grid-cols-2 gap-2 mono text-center">
                {move || shown.get().into_iter().map(|code| view! { <li class="json">{code}</li> }).collect_view()}
            </ul>
            <div class="form-bar">
                <ui::CopyId id=shown.get().join("\n") text=ui::words().copy.to_owned() />
                <Button text=t().done class="btn-primary" on_click=Callback::new(move |()| open.set(false)) />
            </div>
        </Dialog>
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
                <ul class="grid gap-4">
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

//! The verification center: methods of the second step, recovery codes, and the switch.

use leptos::prelude::*;
use shared::FactorId;
use shared::identity::{
    FactorCode, FactorKind, FactorSummary, NewTotp, SecretText, TotpSetup, TwoFactorChange,
    VerificationCenter,
};
use ui::{
    Badge, Button, Card, Dialog, EmptyState, Form, FormErrors, Icon, Menu, MenuButton, Note, TextField, Tone,
    effect, lu, toast_ok,
};

use super::security::CodeField;
use crate::i18n::{fill, t, word};
use crate::parts::submit::refuse;
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
    let verify_open = RwSignal::new(false);
    let verified = RwSignal::new(None::<FactorId>);
    let verify = Callback::new(move |id: FactorId| {
        verified.set(Some(id));
        verify_open.set(true);
    });
    let shown = RwSignal::new(Vec::<String>::new());
    view! {
        <Loaded query=center rows=4 let:state>
            <Center state portal center add_open switch_open shown verify />
        </Loaded>
        <Dialog open=add_open title=t().add_authenticator>
            <AddTotp portal center open=add_open />
        </Dialog>
        <Dialog open=switch_open title=t().two_factor>
            <Switch portal center open=switch_open shown />
        </Dialog>
        <Dialog open=verify_open title=t().confirm>
            {move || verified.get().map(|id| view! { <VerifyCode portal id center open=verify_open /> })}
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
    shown: RwSignal<Vec<String>>,
    verify: Callback<FactorId>,
) -> impl IntoView {
    let renew = submit_with(
        move || api::account::new_recovery_codes(portal),
        move |codes| {
            center.refetch();
            shown.set(codes.recovery_codes);
        },
    );
    let has_email = state.factors.iter().any(|factor| factor.kind == FactorKind::Email);
    let email = submit_with(
        move || api::account::new_email_factor(portal),
        move |factor: FactorSummary| {
            center.refetch();
            verify.run(factor.id);
        },
    );
    let on = state.two_factor;
    let has_verified = state.factors.iter().any(|factor| factor.verified);
    let has_any = !state.factors.is_empty();
    let rows = state
        .factors
        .into_iter()
        .map(|factor| view! { <Factor factor portal center verify /> })
        .collect_view();
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
            {if has_any {
                view! { <ul class="grid gap-3 mb-5">{rows}</ul> }.into_any()
            } else {
                view! { <EmptyState icon=lu::LuShieldCheck title=t().no_factors /> }.into_any()
            }}
            {on.then(|| {
                view! {
                    <div class="flex flex-wrap items-center gap-3 mb-5 text-sm text-ink-2">
                        <span class="flex-1">{left}</span>
                        <Button text=t().new_recovery_codes class="btn-sm" busy=renew.busy on_click=renew.run />
                    </div>
                }
            })}
            <div class="form-bar">
                {(!has_email)
                    .then(|| {
                        view! { <Button text=t().use_email icon=lu::LuMail busy=email.busy on_click=email.run /> }
                    })}
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
fn Factor(
    factor: FactorSummary,
    portal: Portal,
    center: Query<VerificationCenter>,
    verify: Callback<FactorId>,
) -> impl IntoView {
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
    let send = submit_with(
        move || api::account::send_factor_code(portal, id),
        move |_| {
            toast_ok(t().second_email);
            verify.run(id);
        },
    );
    let waits = !factor.verified && factor.kind == FactorKind::Email;
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
                {waits.then(|| view! { <MenuButton text=t().use_email icon=lu::LuMail on_click=send.run /> })}
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

/// The code that was mailed.
#[component]
fn VerifyCode(
    portal: Portal,
    id: FactorId,
    center: Query<VerificationCenter>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let body = FactorCode { code: SecretText::new(code.get_untracked().trim().to_owned()) };
            api::account::verify_factor(portal, id, &body).await
        },
        move |_| {
            open.set(false);
            center.refetch();
            toast_ok(t().saved);
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <p class="text-ink-2">{t().second_email}</p>
            <TextField
                name="code"
                label=t().code
                value=code
                required=true
                max_length=16
                mono=true
                autocomplete="one-time-code"
                autofocus=true
            />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=t().confirm class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
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
    let (on, chosen) = center.data().with_untracked(|state| {
        let state = state.as_ref();
        let chosen = state.and_then(|state| {
            let verified = || state.factors.iter().filter(|factor| factor.verified);
            verified().find(|factor| factor.is_default).or_else(|| verified().next()).cloned()
        });
        (state.is_some_and(|state| state.two_factor), chosen)
    });
    let factor = chosen.as_ref().map(|factor| factor.id);
    let by_mail = chosen.is_some_and(|factor| factor.kind == FactorKind::Email);
    if let Some(factor) = factor.filter(|_| by_mail) {
        leptos::task::spawn_local(async move {
            if let Err(error) = api::account::send_factor_code(portal, factor).await {
                refuse(None, &error);
            }
        });
    }
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
            <CodeField code by_mail autofocus=true />
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

/// Recovery codes, shown once.
#[component]
fn ShownCodes(shown: RwSignal<Vec<String>>) -> impl IntoView {
    let open = RwSignal::new(false);
    effect(move || open.set(shown.with(|codes| !codes.is_empty())));
    effect(move || {
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

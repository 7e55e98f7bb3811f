//! `/security/verification`: the methods of the second step.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::FactorId;
use shared::identity::{FactorCode, FactorKind, FactorSummary, SecretText, TotpSetup, VerificationCenter};
use ui::{
    Badge, Button, Card, Confirm, CopyId, Dialog, EmptyState, Form, FormErrors, Icon, LinkButton, PageHead,
    TextField, Tone, lu, toast_ok,
};

use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::{Loaded, submit, submit_with};
use crate::portals::client::kit::signed_in;
use crate::query::{Query, use_query};

/// What the dialog is about: a new app, or the code of a method that waits for it.
#[derive(Clone)]
enum Adding {
    Name,
    App(TotpSetup),
    Code(FactorSummary),
}

#[component]
pub(in crate::portals::client) fn VerificationPage() -> impl IntoView {
    let words = &tc().factor;
    let center = use_query(|| (), |()| api::me::verification_center());
    let open = RwSignal::new(false);
    let adding = RwSignal::new(Adding::Name);
    let email = submit_with(
        || async { api::me::new_email_factor().await },
        move |factor: FactorSummary| {
            adding.set(Adding::Code(factor));
            open.set(true);
            center.refetch();
        },
    );
    let start_app = move || {
        adding.set(Adding::Name);
        open.set(true);
    };
    let has_email = Memo::new(move |_| {
        center.data().with(|center| {
            center
                .as_ref()
                .is_some_and(|center| center.factors.iter().any(|factor| factor.kind == FactorKind::Email))
        })
    });
    view! {
        <Title text=words.center_title />
        <PageHead title=words.center_title text=words.center_text>
            {move || {
                (!has_email.get())
                    .then(|| view! { <Button text=words.add_email icon=lu::LuMail busy=email.busy on_click=email.run /> })
            }}
            <Button
                text=words.add_app
                icon=lu::LuPlus
                class="btn-primary"
                on_click=Callback::new(move |()| start_app())
            />
        </PageHead>
        <Card flush=true>
            <Loaded query=center rows=4 let:shown>
                <Methods center=shown query=center adding open />
            </Loaded>
        </Card>
        <Dialog
            open
            title=move || match adding.get() {
                Adding::Code(_) => words.add_email,
                _ => words.add_app,
            }
        >
            <AddMethod open adding query=center />
        </Dialog>
    }
}

#[component]
fn Methods(
    center: VerificationCenter,
    query: Query<VerificationCenter>,
    adding: RwSignal<Adding>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &tc().factor;
    if center.factors.is_empty() {
        return view! { <EmptyState icon=lu::LuShieldCheck title=words.empty text=words.empty_hint /> }
            .into_any();
    }
    let on = center.two_factor;
    view! {
        <ul>
            {center
                .factors
                .into_iter()
                .map(|factor| view! { <Method factor query adding open /> })
                .collect_view()}
        </ul>
        <div class="card-foot flex flex-wrap items-center justify-between gap-3">
            <span class="text-sm text-ink-2">{if on { words.on } else { words.off }}</span>
            <LinkButton text=tc().nav.two_factor href="/security/two-factor" class="btn-sm" icon=lu::LuArrowRight />
        </div>
    }
    .into_any()
}

#[component]
fn Method(
    factor: FactorSummary,
    query: Query<VerificationCenter>,
    adding: RwSignal<Adding>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &tc().factor;
    let id = factor.id;
    let deleting = RwSignal::new(false);
    let make_default = submit_with(
        move || async move { api::me::default_factor(id).await },
        move |center| query.put(center),
    );
    let delete = submit_with(
        move || async move { api::me::delete_factor(id).await },
        move |()| {
            deleting.set(false);
            toast_ok(words.deleted);
            query.refetch();
        },
    );
    let (icon, kind) = match factor.kind {
        FactorKind::Totp => (lu::LuSmartphone, words.totp),
        FactorKind::Email => (lu::LuMail, words.email),
    };
    let waiting = factor.clone();
    let used = factor.last_used_at.map(format::date_time).unwrap_or_else(|| words.never.to_owned());
    view! {
        <li class="flex flex-wrap items-center gap-4 px-5 py-4 border-b border-line last:border-b-0">
            <span class="tile tile-sm"><Icon icon /></span>
            <div class="flex-1 min-w-48">
                <div class="font-medium">{factor.name.clone()}</div>
                <div class="sub">{kind} " · " {words.last_used} ": " {used}</div>
            </div>
            {if factor.verified {
                view! { <Badge text=words.verified tone=Tone::Ok /> }.into_any()
            } else {
                view! { <Badge text=words.unverified tone=Tone::Warn /> }.into_any()
            }}
            {factor.is_default.then(|| view! { <Badge text=words.is_default tone=Tone::Brand /> })}
            <div class="flex gap-1.5">
                {(!factor.verified && factor.kind == FactorKind::Email)
                    .then(|| {
                        let factor = waiting.clone();
                        view! {
                            <Button
                                text=words.verify
                                class="btn-sm"
                                on_click=Callback::new(move |()| {
                                    adding.set(Adding::Code(factor.clone()));
                                    open.set(true);
                                })
                            />
                        }
                    })}
                {(factor.verified && !factor.is_default)
                    .then(|| {
                        view! {
                            <Button text=words.make_default class="btn-sm" busy=make_default.busy on_click=make_default.run />
                        }
                    })}
                <Button
                    text=tc().common.delete
                    class="btn-sm btn-danger"
                    on_click=Callback::new(move |()| deleting.set(true))
                />
            </div>
            <Confirm
                open=deleting
                title=fill(words.delete_title, &[("name", &factor.name)])
                text=words.delete_text
                action=tc().common.delete
                busy=delete.busy
                on_confirm=delete.run
            />
        </li>
    }
}

#[component]
fn AddMethod(
    open: RwSignal<bool>,
    adding: RwSignal<Adding>,
    query: Query<VerificationCenter>,
) -> impl IntoView {
    move || match adding.get() {
        Adding::Name => view! { <NameForm adding query /> }.into_any(),
        Adding::App(setup) => view! {
            <Secret setup=setup.clone() />
            <CodeForm id=setup.id help=tc().factor.code_help.to_owned() open query />
        }
        .into_any(),
        Adding::Code(factor) => {
            let email = signed_in().map(|session| session.user.email).unwrap_or_default();
            let help = fill(tc().factor.code_mail_help, &[("email", &email)]);
            view! { <CodeForm id=factor.id help open query /> }.into_any()
        }
    }
}

#[component]
fn NameForm(adding: RwSignal<Adding>, query: Query<VerificationCenter>) -> impl IntoView {
    let words = &tc().factor;
    let name = RwSignal::new(words.device_default.to_owned());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move { api::me::new_totp(name.get_untracked().trim().to_owned()).await },
        move |setup| {
            adding.set(Adding::App(setup));
            query.refetch();
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField name="name" label=words.device value=name required=true max_length=100 autofocus=true />
            <div class="form-bar">
                <Button text=tc().common.next class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The secret as a picture and as text; it is shown only now.
#[component]
fn Secret(setup: TotpSetup) -> impl IntoView {
    let words = &tc().factor;
    view! {
        <div class="grid gap-3 justify-items-center text-center">
            <h3>{words.scan}</h3>
            <p class="sub">{words.scan_text}</p>
            <div class="qr" role="img" aria-label=words.scan inner_html=setup.qr_svg></div>
            <div class="sub">{words.by_hand}</div>
            <CopyId id=setup.secret />
        </div>
    }
}

#[component]
fn CodeForm(
    id: FactorId,
    help: String,
    open: RwSignal<bool>,
    query: Query<VerificationCenter>,
) -> impl IntoView {
    let words = &tc().factor;
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let code = FactorCode { code: SecretText::new(code.get_untracked().trim()) };
            api::me::verify_factor(id, &code).await
        },
        move |_| {
            open.set(false);
            toast_ok(words.verified_now);
            query.refetch();
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField
                name="code"
                label=words.code
                value=code
                help
                required=true
                autocomplete="one-time-code"
                max_length=10
                mono=true
                autofocus=true
            />
            <div class="form-bar">
                <Button text=tc().common.cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.verify class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

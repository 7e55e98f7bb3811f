//! The methods of the second step.

use leptos::prelude::*;
use shared::FactorId;
use shared::identity::{
    FactorCode, FactorKind, FactorSummary, NewTotp, SecretText, TotpSetup, VerificationCenter,
};
use ui::{
    Badge, Button, Card, Confirm, CopyId, Dialog, EmptyState, Form, FormErrors, Icon, LinkButton, TextField,
    Tone, lu, toast_ok,
};

use crate::api;
use crate::format;
use crate::i18n::{fill, t, tp};
use crate::parts::{Loaded, submit, submit_with};
use crate::query::Query;
use crate::session::Portal;

/// What the dialog is about: a new app, or the code of a method that waits for it.
#[derive(Clone)]
enum Adding {
    Name,
    App(TotpSetup),
    Code(FactorSummary),
}

/// The methods, and adding one.
#[component]
pub fn Methods(
    portal: Portal,
    center: Query<VerificationCenter>,
    title: &'static str,
    /// Where codes by e-mail go.
    #[prop(into)]
    email: String,
    /// Where the switch is, when that is another page.
    #[prop(optional)]
    switch_page: Option<&'static str>,
) -> impl IntoView {
    let words = &tp().factor;
    let open = RwSignal::new(false);
    let adding = RwSignal::new(Adding::Name);
    let by_mail = submit_with(
        move || api::account::new_email_factor(portal),
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
            let factors = center.iter().flat_map(|center| &center.factors);
            factors.into_iter().any(|factor| factor.kind == FactorKind::Email)
        })
    });
    view! {
        <Card
            title
            flush=true
            tools=Box::new(move || {
                view! {
                    {move || {
                        (!has_email.get())
                            .then(|| {
                                view! {
                                    <Button
                                        text=words.add_email
                                        icon=lu::LuMail
                                        class="btn-sm"
                                        busy=by_mail.busy
                                        on_click=by_mail.run
                                    />
                                }
                            })
                    }}
                    <Button
                        text=words.add_app
                        icon=lu::LuPlus
                        class="btn-sm btn-primary"
                        on_click=Callback::new(move |()| start_app())
                    />
                }
                    .into_any()
            })
        >
            <Loaded query=center rows=4 let:shown>
                <List portal center=shown query=center adding open switch_page />
            </Loaded>
        </Card>
        <Dialog
            open
            title=move || match adding.get() {
                Adding::Code(_) => words.add_email,
                _ => words.add_app,
            }
        >
            <AddMethod portal open adding query=center email=email.clone() />
        </Dialog>
    }
}

#[component]
fn List(
    portal: Portal,
    center: VerificationCenter,
    query: Query<VerificationCenter>,
    adding: RwSignal<Adding>,
    open: RwSignal<bool>,
    switch_page: Option<&'static str>,
) -> impl IntoView {
    let words = &tp().factor;
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
                .map(|factor| view! { <Method portal factor query adding open /> })
                .collect_view()}
        </ul>
        {switch_page
            .map(|page| {
                view! {
                    <div class="card-foot flex flex-wrap items-center justify-between gap-3">
                        <span class="text-sm text-ink-2">{if on { words.on } else { words.off }}</span>
                        <LinkButton text=words.title href=page class="btn-sm" icon=lu::LuArrowRight />
                    </div>
                }
            })}
    }
    .into_any()
}

#[component]
fn Method(
    portal: Portal,
    factor: FactorSummary,
    query: Query<VerificationCenter>,
    adding: RwSignal<Adding>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let words = &tp().factor;
    let id = factor.id;
    let deleting = RwSignal::new(false);
    let make_default =
        submit_with(move || api::account::make_factor_default(portal, id), move |center| query.put(center));
    let delete = submit_with(
        move || api::account::delete_factor(portal, id),
        move |_| {
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
                    text=t().delete
                    class="btn-sm btn-danger"
                    on_click=Callback::new(move |()| deleting.set(true))
                />
            </div>
            <Confirm
                open=deleting
                title=fill(words.delete_title, &[("name", &factor.name)])
                text=words.delete_text
                action=t().delete
                busy=delete.busy
                on_confirm=delete.run
            />
        </li>
    }
}

#[component]
fn AddMethod(
    portal: Portal,
    open: RwSignal<bool>,
    adding: RwSignal<Adding>,
    query: Query<VerificationCenter>,
    email: String,
) -> impl IntoView {
    move || match adding.get() {
        Adding::Name => view! { <NameForm portal adding query /> }.into_any(),
        Adding::App(setup) => view! {
            <Secret setup=setup.clone() />
            <CodeForm portal id=setup.id help=tp().factor.code_help.to_owned() open query />
        }
        .into_any(),
        Adding::Code(factor) => {
            let help = fill(tp().factor.code_mail_help, &[("email", &email)]);
            view! { <CodeForm portal id=factor.id help open query /> }.into_any()
        }
    }
}

#[component]
fn NameForm(portal: Portal, adding: RwSignal<Adding>, query: Query<VerificationCenter>) -> impl IntoView {
    let words = &tp().factor;
    let name = RwSignal::new(words.device_default.to_owned());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || api::account::new_totp(portal, &NewTotp { name: name.get_untracked().trim().to_owned() }),
        move |setup| {
            adding.set(Adding::App(setup));
            query.refetch();
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <TextField name="name" label=words.device value=name required=true max_length=100 autofocus=true />
            <div class="form-bar">
                <Button text=t().next class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

/// The secret as a picture and as text; it is shown only now.
#[component]
fn Secret(setup: TotpSetup) -> impl IntoView {
    let words = &tp().factor;
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
    portal: Portal,
    id: FactorId,
    help: String,
    open: RwSignal<bool>,
    query: Query<VerificationCenter>,
) -> impl IntoView {
    let words = &tp().factor;
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let code = FactorCode { code: SecretText::new(code.get_untracked().trim()) };
            api::account::verify_factor(portal, id, &code)
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
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=words.verify class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

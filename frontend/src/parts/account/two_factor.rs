//! Turning the second step on and off, and recovery codes.

use leptos::prelude::*;
use shared::FactorId;
use shared::identity::{FactorKind, SecretText, TwoFactorChange, VerificationCenter};
use ui::{
    Button, Card, Confirm, CopyId, Dialog, Form, FormErrors, Icon, LinkButton, Note, SelectField, TextField,
    Tone, effect, lu, toast_ok,
};

use crate::api;
use crate::i18n::{fill, tp};
use crate::parts::{Loaded, submit, submit_with};
use crate::query::Query;
use crate::session::{self, Portal};

/// The switch of the second step and the recovery codes.
#[component]
pub fn TwoFactor(
    portal: Portal,
    center: Query<VerificationCenter>,
    /// Where methods are added, when that is another page.
    #[prop(optional)]
    methods_page: Option<&'static str>,
) -> impl IntoView {
    let codes = RwSignal::new(Vec::<String>::new());
    let showing = RwSignal::new(false);
    effect(move || {
        if codes.with(|codes| !codes.is_empty()) {
            showing.set(true);
        }
    });
    view! {
        <Loaded query=center rows=5 let:shown>
            <Switch portal center=shown.clone() query=center codes methods_page />
            <Recovery portal center=shown query=center codes />
        </Loaded>
        <Dialog open=showing title=tp().factor.codes_title>
            <Codes codes showing />
        </Dialog>
    }
}

#[component]
fn Switch(
    portal: Portal,
    center: VerificationCenter,
    query: Query<VerificationCenter>,
    codes: RwSignal<Vec<String>>,
    methods_page: Option<&'static str>,
) -> impl IntoView {
    let words = &tp().factor;
    let on = center.two_factor;
    let ready = center.factors.iter().any(|factor| factor.verified);
    let locked = on && center.required;
    let (tile, icon) =
        if on { ("tile tile-ok", lu::LuShieldCheck) } else { ("tile tile-warn", lu::LuShieldAlert) };
    view! {
        <Card>
            <div class="flex items-start gap-4 mb-5">
                <span class=tile><Icon icon class="icon-lg" /></span>
                <div>
                    <h2>{if on { words.on } else { words.off }}</h2>
                    <p class="text-sm text-ink-2">{if on { words.on_text } else { words.off_text }}</p>
                </div>
            </div>
            {if locked {
                view! { <Note>{words.required}</Note> }.into_any()
            } else if ready {
                view! { <SwitchForm portal center=center.clone() query codes /> }.into_any()
            } else {
                view! {
                    <Note tone=Tone::Info>{words.first_method}</Note>
                    {methods_page
                        .map(|page| {
                            view! {
                                <div class="form-bar mt-4">
                                    <LinkButton text=words.center_title href=page class="btn-primary" />
                                </div>
                            }
                        })}
                }
                    .into_any()
            }}
        </Card>
    }
}

#[component]
fn SwitchForm(
    portal: Portal,
    center: VerificationCenter,
    query: Query<VerificationCenter>,
    codes: RwSignal<Vec<String>>,
) -> impl IntoView {
    let words = &tp().factor;
    let on = center.two_factor;
    let known: Vec<_> = center.factors.iter().filter(|factor| factor.verified).cloned().collect();
    let first = known.iter().find(|factor| factor.is_default).or(known.first());
    let method = RwSignal::new(first.map(|factor| factor.id.to_string()).unwrap_or_default());
    let code = RwSignal::new(String::new());
    let mut options: Vec<(String, String)> =
        known.iter().map(|factor| (factor.id.to_string(), factor.name.clone())).collect();
    if on {
        options.push(("recovery".to_owned(), words.recovery_code.to_owned()));
    }
    let mails = StoredValue::new(
        known
            .iter()
            .filter(|factor| factor.kind == FactorKind::Email)
            .map(|factor| factor.id)
            .collect::<Vec<_>>(),
    );
    let by_mail = Memo::new(move |_| {
        method.get().parse::<FactorId>().ok().filter(|id| mails.with_value(|mails| mails.contains(id)))
    });
    let mail = submit_with(
        move || async move {
            match by_mail.get_untracked() {
                Some(id) => api::account::send_factor_code(portal, id).await.map(|_| ()),
                None => Ok(()),
            }
        },
        move |()| toast_ok(words.code_sent),
    );
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || {
            let change = TwoFactorChange {
                enabled: !on,
                factor: method.get_untracked().parse().ok(),
                code: SecretText::new(code.get_untracked().trim()),
            };
            api::account::set_two_factor(portal, &change)
        },
        move |state| {
            toast_ok(if state.two_factor { words.turned_on } else { words.turned_off });
            codes.set(state.recovery_codes);
            query.refetch();
            leptos::task::spawn_local(session::load(portal));
        },
    );
    view! {
        <Form errors on_submit=send.run>
            <h3>{if on { words.confirm_off } else { words.confirm_on }}</h3>
            <div class="form-grid">
                <SelectField name="factor" label=words.with value=method options=Signal::stored(options) />
                <TextField
                    name="code"
                    label=words.code
                    value=code
                    required=true
                    autocomplete="one-time-code"
                    max_length=40
                    mono=true
                />
            </div>
            <div class="form-bar">
                {move || {
                    by_mail.get().map(|_| view! { <Button text=words.send_code icon=lu::LuMail busy=mail.busy on_click=mail.run /> })
                }}
                <Button
                    text=if on { words.turn_off } else { words.turn_on }
                    class=if on { "btn-danger" } else { "btn-primary" }
                    submit=true
                    busy=send.busy
                />
            </div>
        </Form>
    }
}

#[component]
fn Recovery(
    portal: Portal,
    center: VerificationCenter,
    query: Query<VerificationCenter>,
    codes: RwSignal<Vec<String>>,
) -> impl IntoView {
    let words = &tp().factor;
    let asking = RwSignal::new(false);
    let renew = submit_with(
        move || api::account::new_recovery_codes(portal),
        move |new| {
            asking.set(false);
            codes.set(new.recovery_codes);
            query.refetch();
        },
    );
    center.two_factor.then(|| {
        view! {
            <Card>
                <div class="flex flex-wrap items-center justify-between gap-4">
                    <div>
                        <h3>{words.recovery_code}</h3>
                        <p class="text-sm text-ink-2">
                            {fill(words.codes_left, &[("count", &center.recovery_codes_left.to_string())])}
                        </p>
                    </div>
                    <Button text=words.codes_new icon=lu::LuRefreshCw on_click=Callback::new(move |()| asking.set(true)) />
                </div>
            </Card>
            <Confirm
                open=asking
                title=words.codes_new
                text=words.codes_new_text
                action=words.codes_new
                busy=renew.busy
                on_confirm=renew.run
            />
        }
    })
}

/// The codes, shown once: to copy, to save, then gone.
#[component]
fn Codes(codes: RwSignal<Vec<String>>, showing: RwSignal<bool>) -> impl IntoView {
    let words = &tp().factor;
    let text = codes.get_untracked().join("\n");
    let file = format!("data:text/plain;charset=utf-8,{}", urlencoding::encode(&text));
    view! {
        <p class="text-ink-2">{words.codes_text}</p>
        <ul class="grid grid-cols-2 gap-2">
            {codes
                .get_untracked()
                .into_iter()
                .map(|code| view! { <li class="mono rounded bg-sunken border border-line px-3 py-2 text-center">{code}</li> })
                .collect_view()}
        </ul>
        <div class="flex flex-wrap items-center gap-4">
            <CopyId id=text text=words.codes_copy.to_owned() />
            <a class="btn btn-sm" href=file download="recovery-codes.txt">
                <Icon icon=lu::LuDownload />
                {words.codes_save}
            </a>
        </div>
        <div class="form-bar">
            <Button
                text=words.codes_kept
                class="btn-primary"
                on_click=Callback::new(move |()| {
                    showing.set(false);
                    codes.set(Vec::new());
                })
            />
        </div>
    }
}

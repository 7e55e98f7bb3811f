//! What staff do with a client: change its status (with what will happen first), confirm, add funds, adjust.

use leptos::prelude::*;
use shared::Permission;
use shared::identity::{ClientAction, ClientDetail, ClientStatus, ClientStatusChange, ClientStatusEffect};
use ui::{
    Button, CheckField, Dialog, Form, FormErrors, Menu, MenuButton, Note, SelectField, TextArea, Tone,
    TypeName, lu, toast_ok,
};

use super::compose::Compose;
use super::money::{AddFunds, Adjust, CreditLimit};
use super::sign_in_as::SignInAsOwner;
use crate::api;
use crate::i18n::{fill, t, ta, td, tp, word};
use crate::parts::spending::SpendGuardForm;
use crate::parts::submit::preview;
use crate::parts::{submit, submit_with};
use crate::query::Query;
use crate::session::{Portal, may};

/// Acts that make sense in a status.
fn actions_in(status: ClientStatus) -> Vec<ClientAction> {
    match status {
        ClientStatus::Pending | ClientStatus::Active => {
            vec![
                ClientAction::Suspend,
                ClientAction::Ban,
                ClientAction::Fraud,
                ClientAction::Close,
                ClientAction::Delete,
            ]
        }
        ClientStatus::Suspended | ClientStatus::Banned | ClientStatus::Fraud => {
            vec![ClientAction::Reactivate, ClientAction::Close, ClientAction::Delete]
        }
        ClientStatus::Closed => vec![ClientAction::Reactivate, ClientAction::Delete],
        ClientStatus::Deleted => Vec::new(),
    }
}

#[component]
pub(super) fn ClientActions(
    detail: ClientDetail,
    client: Query<ClientDetail>,
    /// Counts what is written to it.
    written: RwSignal<u32>,
) -> impl IntoView {
    let id = detail.id;
    let status = detail.status;
    let (status_open, funds_open, adjust_open, limit_open) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let (guard_open, inside_open, compose_open) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let confirm = submit_with(
        move || api::people::confirm_client(id),
        move |_| {
            client.refetch();
            toast_ok(t().saved);
        },
    );
    let resend =
        submit_with(move || api::people::resend_client_confirmation(id), |_| toast_ok(ta().mail_sent));
    let wrote = Callback::new(move |()| written.update(|count| *count = count.wrapping_add(1)));
    let detail = StoredValue::new(detail);
    let rights = [
        Permission::ClientsStatus,
        Permission::ClientsConfirm,
        Permission::ClientsMessage,
        Permission::FundsAdjust,
        Permission::ClientsCredit,
        Permission::ClientsSignInAs,
    ];
    let has_menu = rights.into_iter().any(may);
    view! {
        <div class="page-actions">
            {(status == ClientStatus::Pending && may(Permission::ClientsConfirm))
                .then(|| {
                    view! { <Button text=ta().confirm_account icon=lu::LuCheck busy=confirm.busy on_click=confirm.run /> }
                })}
            {may(Permission::DocumentsCreate)
                .then(|| {
                    view! {
                        <Button
                            text=ta().add_funds
                            icon=lu::LuWallet
                            class="btn-primary"
                            on_click=Callback::new(move |()| funds_open.set(true))
                        />
                    }
                })}
            {has_menu
                .then(|| {
                    view! {
                        <Menu label=t().actions class="btn btn-icon">
                            {may(Permission::ClientsSignInAs)
                                .then(|| {
                                    view! {
                                        <MenuButton
                                            text=td().sign_in_as.action
                                            icon=lu::LuLogIn
                                            on_click=Callback::new(move |()| inside_open.set(true))
                                        />
                                    }
                                })}
                            {(status != ClientStatus::Deleted && may(Permission::ClientsMessage))
                                .then(|| {
                                    view! {
                                        <MenuButton
                                            text=td().compose.action
                                            icon=lu::LuSend
                                            on_click=Callback::new(move |()| compose_open.set(true))
                                        />
                                    }
                                })}
                            {may(Permission::ClientsStatus)
                                .then(|| {
                                    view! {
                                        <MenuButton
                                            text=ta().change_status
                                            icon=lu::LuPower
                                            on_click=Callback::new(move |()| status_open.set(true))
                                        />
                                    }
                                })}
                            {(status == ClientStatus::Pending && may(Permission::ClientsConfirm))
                                .then(|| {
                                    view! { <MenuButton text=ta().resend_confirmation icon=lu::LuMail on_click=resend.run /> }
                                })}
                            {may(Permission::FundsAdjust)
                                .then(|| {
                                    view! {
                                        <MenuButton
                                            text=ta().adjust_balance
                                            icon=lu::LuScale
                                            on_click=Callback::new(move |()| adjust_open.set(true))
                                        />
                                    }
                                })}
                            {may(Permission::ClientsCredit)
                                .then(|| {
                                    view! {
                                        <MenuButton
                                            text=ta().set_credit_limit
                                            icon=lu::LuCreditCard
                                            on_click=Callback::new(move |()| limit_open.set(true))
                                        />
                                        <MenuButton
                                            text=tp().spending.title
                                            icon=lu::LuGauge
                                            on_click=Callback::new(move |()| guard_open.set(true))
                                        />
                                    }
                                })}
                        </Menu>
                    }
                })}
        </div>
        <Dialog open=status_open title=ta().change_status>
            <ChangeStatus detail=detail.get_value() client open=status_open />
        </Dialog>
        <Dialog open=funds_open title=ta().add_funds>
            <AddFunds detail=detail.get_value() open=funds_open />
        </Dialog>
        <Dialog open=adjust_open title=ta().adjust_balance>
            <Adjust detail=detail.get_value() client open=adjust_open />
        </Dialog>
        <Dialog open=limit_open title=ta().set_credit_limit>
            <CreditLimit detail=detail.get_value() client open=limit_open />
        </Dialog>
        <Dialog open=inside_open title=td().sign_in_as.action>
            {move || inside_open.get().then(|| view! { <SignInAsOwner client=id open=inside_open /> })}
        </Dialog>
        <Dialog open=compose_open title=td().compose.action>
            <Compose client=id open=compose_open done=wrote />
        </Dialog>
        <Dialog open=guard_open title=tp().spending.title>
            {move || guard_open.get().then(|| view! { <SpendGuardForm portal=Portal::Admin client=id open=guard_open /> })}
        </Dialog>
    }
}

/// Chooses an act, shows what would happen, then does it.
#[component]
fn ChangeStatus(detail: ClientDetail, client: Query<ClientDetail>, open: RwSignal<bool>) -> impl IntoView {
    let id = detail.id;
    let actions = actions_in(detail.status);
    let action = RwSignal::new(actions.first().map(ToString::to_string).unwrap_or_default());
    let options: Vec<(String, String)> =
        actions.iter().map(|action| (action.to_string(), word(action.as_str()).to_owned())).collect();
    let reason = RwSignal::new(String::new());
    let (services, notify) = (RwSignal::new(false), RwSignal::new(true));
    let effect = RwSignal::new(None::<ClientStatusEffect>);
    let errors = FormErrors::new();
    let read = move || ClientStatusChange {
        action: action.get_untracked().parse().unwrap_or(ClientAction::Suspend),
        reason: reason.get_untracked().trim().to_owned(),
        also_services: services.get_untracked(),
        notify: notify.get_untracked(),
    };
    // What cannot be taken back asks for the client's name.
    let is_final = move || {
        let action = action.get().parse::<ClientAction>();
        matches!(action, Ok(ClientAction::Close | ClientAction::Delete))
    };
    let name = detail.name.clone();
    let sure = RwSignal::new(false);
    Effect::new(move || {
        services.track();
        sure.set(!is_final());
        effect.set(None);
    });
    let look = preview(
        errors,
        move || {
            let body = read();
            api::people::change_status(id, &body, true)
        },
        move |answer| effect.set(Some(answer)),
    );
    let act = submit(
        errors,
        move || {
            let body = read();
            api::people::change_status(id, &body, false)
        },
        move |_| {
            open.set(false);
            client.refetch();
            toast_ok(t().saved);
        },
    );
    let on_submit = Callback::new(move |()| match effect.get_untracked() {
        None => look.run.run(()),
        Some(effect) if sure.get_untracked() && effect.in_the_way.is_empty() => act.run.run(()),
        Some(_) => {}
    });
    view! {
        <Form errors on_submit>
            <SelectField name="action" label=t().actions value=action options />
            <TextArea name="reason" label=t().reason value=reason rows=2 required=true max_length=1000 />
            <CheckField name="also_services" label=ta().also_services value=services />
            <CheckField name="notify" label=ta().notify_client value=notify />
            {move || effect.get().map(|effect| view! { <EffectNote effect /> })}
            {move || {
                (effect.with(Option::is_some) && is_final()).then(|| view! { <TypeName name=name.clone() done=sure /> })
            }}
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                {move || match effect.get() {
                    Some(effect) => {
                        let in_the_way = !effect.in_the_way.is_empty();
                        view! {
                            <Button
                                text=ta().change_status
                                class="btn-danger"
                                submit=true
                                busy=act.busy
                                disabled=Signal::derive(move || in_the_way || !sure.get())
                            />
                        }
                            .into_any()
                    }
                    None => {
                        view! { <Button text=ta().what_happens class="btn-primary" submit=true busy=look.busy /> }
                            .into_any()
                    }
                }}
            </div>
        </Form>
    }
}

#[component]
fn EffectNote(effect: ClientStatusEffect) -> impl IntoView {
    let text = fill(
        ta().status_effect,
        &[
            ("from", word(effect.from.as_str())),
            ("to", word(effect.to.as_str())),
            ("services", &effect.services.to_string()),
            ("sessions", &effect.sessions.to_string()),
            ("tokens", &effect.tokens.to_string()),
        ],
    );
    let tone = if effect.in_the_way.is_empty() { Tone::Info } else { Tone::Bad };
    view! {
        <Note tone>
            <div>{text}</div>
            {(!effect.in_the_way.is_empty())
                .then(|| {
                    view! {
                        <div class="mt-2 font-semibold">{ta().in_the_way}</div>
                        <ul class="list-disc pl-4">
                            {effect.in_the_way.iter().map(|obstacle| view! { <li>{obstacle.message.clone()}</li> }).collect_view()}
                        </ul>
                    }
                })}
            {effect.earlier_reasons.into_iter().map(|reason| view! { <div class="mt-1">{reason}</div> }).collect_view()}
        </Note>
    }
}

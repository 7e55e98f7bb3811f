//! What staff do with a service, each asked in a dialog.

use leptos::prelude::*;
use shared::ServiceId;
use shared::services::{
    ForceState, ManualFlag, ServiceAction, ServiceForStaff, ServiceNote, ServiceState, SuspendService,
    SuspensionReason, TerminateService, TerminationTime,
};
use ui::{Button, Form, FormErrors, Note, Open, SelectField, TextArea, Tone, TypeName, toast_ok};

use super::change::{ChangeOptions, Rename};
use super::moving::MoveTo;
use crate::api;
use crate::i18n::{t, ta, td, word};
use crate::parts::filters::word_options;
use crate::parts::states::state_options;
use crate::parts::{WouldHappen, submit};
use crate::query::Query;

/// What staff do with a service, as a dialog asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// An act that needs nothing more; the path of its operation.
    Plain(ServiceAction, &'static str),
    Resume,
    Suspend,
    Terminate,
    Cancel,
    Options,
    Rename,
    Move,
    Force,
    Manual(bool),
}

impl Act {
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Plain(action, _) => word(action.as_str()),
            Self::Resume => word("resume"),
            Self::Suspend => word("suspend"),
            Self::Terminate => word("terminate"),
            Self::Cancel => word("cancel_service"),
            Self::Options => word("change_options"),
            Self::Rename => td().service.rename,
            Self::Move => td().service.move_to,
            Self::Force => ta().force_state,
            Self::Manual(true) => ta().hands_off,
            Self::Manual(false) => ta().hands_on,
        }
    }

    /// Takes something from the client.
    pub(super) const fn is_dangerous(self) -> bool {
        matches!(self, Self::Terminate | Self::Cancel | Self::Suspend | Self::Move | Self::Force)
    }
}

/// The acts of a service's present state.
pub(super) fn acts(actions: &[ServiceAction]) -> Vec<Act> {
    actions
        .iter()
        .filter_map(|action| match action {
            ServiceAction::Suspend => Some(Act::Suspend),
            ServiceAction::Resume => Some(Act::Resume),
            ServiceAction::Terminate => Some(Act::Terminate),
            ServiceAction::Cancel => Some(Act::Cancel),
            ServiceAction::ChangeOptions => Some(Act::Options),
            ServiceAction::Retry => Some(Act::Plain(*action, "retry")),
            ServiceAction::Idle => Some(Act::Plain(*action, "idle")),
            ServiceAction::Unidle => Some(Act::Plain(*action, "unidle")),
            ServiceAction::MarkDelivered => Some(Act::Plain(*action, "delivered")),
            ServiceAction::WithdrawTermination => Some(Act::Plain(*action, "withdraw-termination")),
            ServiceAction::RequestTermination => None,
        })
        .collect()
}

/// The question of an act.
#[component]
pub(super) fn ActDialog(
    id: ServiceId,
    act: Act,
    service: Query<ServiceForStaff>,
    open: Open,
) -> impl IntoView {
    let Some(staff) = service.data().get_untracked() else { return ().into_any() };
    match act {
        Act::Rename => view! { <Rename staff service open /> }.into_any(),
        Act::Move => view! { <MoveTo id service open /> }.into_any(),
        Act::Options => view! { <ChangeOptions staff service open /> }.into_any(),
        _ => view! { <ActForm id act service open /> }.into_any(),
    }
}

#[component]
fn ActForm(id: ServiceId, act: Act, service: Query<ServiceForStaff>, open: Open) -> impl IntoView {
    let note = RwSignal::new(String::new());
    let reason = RwSignal::new(SuspensionReason::Staff.to_string());
    let when = RwSignal::new(TerminationTime::Now.to_string());
    let state = RwSignal::new(ServiceState::Active.to_string());
    let errors = FormErrors::new();
    let send = submit(
        errors,
        move || async move {
            let note = note.get_untracked().trim().to_owned();
            match act {
                Act::Plain(_, path) => api::services::act(id, path).await,
                Act::Resume => api::services::resume(id, &ServiceNote { note }).await,
                Act::Suspend => {
                    let reason = reason.get_untracked().parse().unwrap_or(SuspensionReason::Staff);
                    api::services::suspend(id, &SuspendService { reason, note }).await
                }
                Act::Terminate => {
                    let when = when.get_untracked().parse().unwrap_or(TerminationTime::EndOfPeriod);
                    api::services::terminate(id, &TerminateService { when, note }).await
                }
                Act::Force => {
                    let state = state.get_untracked().parse().unwrap_or(ServiceState::Active);
                    api::services::force(id, &ForceState { state, reason: note }).await
                }
                Act::Cancel => {
                    let when = TerminationTime::Now;
                    api::services::terminate(id, &TerminateService { when, note }).await
                }
                Act::Manual(manual) => api::services::set_manual(id, &ManualFlag { manual, note }).await,
                Act::Options | Act::Rename | Act::Move => unreachable!("they have forms of their own"),
            }
        },
        move |staff| {
            open.close();
            service.put(staff);
            toast_ok(t().done);
        },
    );
    let fields = match act {
        Act::Suspend => view! {
            <SelectField
                name="reason"
                label=t().reason
                value=reason
                options=word_options(&[SuspensionReason::Staff, SuspensionReason::Abuse], SuspensionReason::as_str)
            />
            <WouldHappen ask=move || {
                let body = SuspendService { reason: SuspensionReason::Staff, note: String::new() };
                api::services::rehearse_suspend(id, &body)
            } />
        }
        .into_any(),
        Act::Terminate => view! {
            <SelectField
                name="when"
                label=t().time
                value=when
                options=word_options(TerminationTime::ALL, TerminationTime::as_str)
            />
            <WouldHappen ask=move || {
                api::services::rehearse_terminate(id, when.get().parse().unwrap_or(TerminationTime::EndOfPeriod))
            } />
        }
        .into_any(),
        Act::Force => view! {
            <Note tone=Tone::Bad>{ta().force_text}</Note>
            <SelectField
                name="state"
                label=t().state
                value=state
                options=state_options()
            />
        }
        .into_any(),
        Act::Cancel => {
            view! { <WouldHappen ask=move || api::services::rehearse_terminate(id, TerminationTime::Now) /> }
                .into_any()
        }
        Act::Manual(true) => view! { <p class="text-ink-2">{ta().hands_off_text}</p> }.into_any(),
        Act::Resume => view! { <WouldHappen ask=move || api::services::rehearse_resume(id) /> }.into_any(),
        Act::Plain(ServiceAction::MarkDelivered, _) => {
            view! { <WouldHappen ask=move || api::services::rehearse_delivered(id) /> }.into_any()
        }
        _ => ().into_any(),
    };
    // What ends a service, or sets its state past all rules, asks for its name.
    let sure = RwSignal::new(!matches!(act, Act::Terminate | Act::Cancel | Act::Force));
    let label = (!sure.get_untracked()).then(|| {
        let label = service.data().with_untracked(|staff| {
            staff.as_ref().map(|staff| staff.detail.service.label.clone()).unwrap_or_default()
        });
        view! { <TypeName name=label done=sure /> }
    });
    let on_submit = Callback::new(move |()| {
        if sure.get_untracked() {
            send.run.run(());
        }
    });
    let note_name = if act == Act::Force { "reason" } else { "note" };
    let takes_note = !matches!(act, Act::Plain(..));
    let class = if act.is_dangerous() { "btn-danger" } else { "btn-primary" };
    view! {
        <Form errors on_submit>
            {fields}
            {takes_note
                .then(|| {
                    view! {
                        <TextArea
                            name=note_name
                            label=if act == Act::Force { t().reason } else { t().note }
                            value=note
                            rows=2
                            max_length=300
                            required={act == Act::Force}
                        />
                    }
                })}
            {label}
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.close()) />
                <Button text=act.title() class=class submit=true busy=send.busy disabled=Signal::derive(move || !sure.get()) />
            </div>
        </Form>
    }
}

//! `/admin/services/:id`: one service: live state, price, what happened, and what can be done.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use shared::services::{
    ForceState, ManualFlag, PriceAmounts, ServiceAction, ServiceForStaff, ServiceNote, ServiceState,
    SuspendService, SuspensionReason, TerminateService, TerminationTime,
};
use shared::{Money, Permission, ServiceId};
use ui::{
    Breadcrumbs, Button, Card, CopyId, Crumb, Dialog, EmptyState, Facts, Form, FormErrors, Menu, MenuButton,
    Note, ProgressSteps, SelectField, Step, StepState, TextArea, Tone, lu, toast_ok,
};

use crate::format::short_id;
use crate::i18n::{fill, t, ta, word};
use crate::parts::filters::word_options;
use crate::parts::states::ServiceBadge;
use crate::parts::{Loaded, NotFound, StateBadge, submit};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// What staff do with a service, as a dialog asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    /// An act that takes a remark; the path of its operation.
    Plain(ServiceAction, &'static str),
    Suspend,
    Terminate,
    Force,
    Manual(bool),
}

impl Act {
    fn title(self) -> &'static str {
        match self {
            Self::Plain(action, _) => word(action.as_str()),
            Self::Suspend => word("suspend"),
            Self::Terminate => word("terminate"),
            Self::Force => ta().force_state,
            Self::Manual(true) => ta().hands_off,
            Self::Manual(false) => ta().hands_on,
        }
    }
}

/// The acts of a service's present state.
fn acts(actions: &[ServiceAction]) -> Vec<Act> {
    actions
        .iter()
        .filter_map(|action| match action {
            ServiceAction::Suspend => Some(Act::Suspend),
            ServiceAction::Terminate => Some(Act::Terminate),
            ServiceAction::Retry => Some(Act::Plain(*action, "retry")),
            ServiceAction::Resume => Some(Act::Plain(*action, "resume")),
            ServiceAction::Idle => Some(Act::Plain(*action, "idle")),
            ServiceAction::Unidle => Some(Act::Plain(*action, "unidle")),
            ServiceAction::MarkDelivered => Some(Act::Plain(*action, "delivered")),
            ServiceAction::WithdrawTermination => Some(Act::Plain(*action, "withdraw-termination")),
            ServiceAction::Cancel | ServiceAction::ChangeOptions | ServiceAction::RequestTermination => None,
        })
        .collect()
}

/// The page of a service. Loads again every few seconds, faster while something is being done.
#[component]
pub fn ServicePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id")).and_then(|id| id.parse::<ServiceId>().ok())
    });
    move || match id.get() {
        None => view! { <NotFound /> }.into_any(),
        Some(id) => {
            let service = use_query(move || id, api::services::service);
            let working = Memo::new(move |_| {
                service
                    .data()
                    .with(|service| service.as_ref().is_some_and(|service| service.detail.progress.is_some()))
            });
            service.refresh_every(move || if working.get() { 3 } else { 15 });
            let act = RwSignal::new(None::<Act>);
            let open = RwSignal::new(false);
            Effect::new(move || open.set(act.get().is_some()));
            Effect::new(move || {
                if !open.get() && act.with_untracked(Option::is_some) {
                    act.set(None);
                }
            });
            view! {
                <Loaded query=service rows=8 let:staff>
                    <Page staff act />
                </Loaded>
                <Dialog open title=move || act.get().map(Act::title).unwrap_or_default()>
                    {move || act.get().map(|act| view! { <ActForm id act service open /> })}
                </Dialog>
            }
            .into_any()
        }
    }
}

fn amounts(amounts: &PriceAmounts) -> [Option<Money>; 6] {
    [amounts.setup, amounts.base, amounts.idle, amounts.switch_up, amounts.switch_down, amounts.uninstall]
}

#[component]
fn Page(staff: ServiceForStaff, act: RwSignal<Option<Act>>) -> impl IntoView {
    let detail = staff.detail.clone();
    let service = detail.service.clone();
    let id = service.id;
    let all = if may(Permission::ServicesOperate) { acts(&detail.actions) } else { Vec::new() };
    let delivered =
        all.iter().copied().find(|act| matches!(act, Act::Plain(ServiceAction::MarkDelivered, _)));
    let at =
        |at: Option<jiff::Timestamp>| at.map(format::date_time).unwrap_or_else(|| "—".to_owned()).into_any();
    let facts = vec![
        (ta().client.to_owned(), view! { <a class="link" href=format!("/admin/clients/{}", service.client_id)>{service.client_name.clone()}</a> }.into_any()),
        (ta().product.to_owned(), view! { <a class="link" href=format!("/admin/products/{}", service.product_id)>{service.product_name.clone()}</a> }.into_any()),
        (ta().ordered.to_owned(), at(Some(service.created_at))),
        (ta().activated.to_owned(), at(service.activated_at)),
        (ta().paid_until.to_owned(), at(service.paid_until)),
        (ta().charged.to_owned(), word(service.charge_by.as_str()).into_any()),
        (t().held.to_owned(), staff.held.map(format::money).unwrap_or_else(|| "—".to_owned()).into_any()),
        (ta().past_due.to_owned(), at(service.past_due_since)),
        (ta().terminates_at.to_owned(), at(service.terminate_at)),
        (ta().module.to_owned(), staff.module.clone().into_any()),
        ("ID".to_owned(), view! { <CopyId id=id.to_string() text=short_id(id.0) /> }.into_any()),
    ];
    let progress = detail.progress.clone().map(|progress| {
        let by_staff = if progress.by_staff { ta().waits_for_staff } else { "" };
        let step = Step {
            text: progress.step.clone().unwrap_or_else(|| word(&progress.operation).to_owned()),
            detail: format!("{} % · {} {by_staff}", progress.percent, format::date_time(progress.since)),
            state: StepState::Now,
        };
        let done =
            Step { text: ta().active_at_end.to_owned(), detail: String::new(), state: StepState::Waiting };
        view! {
            <Card title=ta().in_progress>
                <ProgressSteps steps=vec![step, done] />
            </Card>
        }
    });
    let names = [
        ta().price_setup,
        ta().price_base,
        ta().price_idle,
        ta().price_switch_up,
        ta().price_switch_down,
        ta().price_uninstall,
    ];
    let cells = |row: [Option<Money>; 6]| {
        row.into_iter()
            .map(|amount| view! { <td class="end num">{amount.map(format::money).unwrap_or_else(|| "—".to_owned())}</td> })
            .collect_view()
    };
    let price_rows = detail
        .price
        .lines
        .iter()
        .map(|line| {
            view! {
                <tr>
                    <th scope="row">{line.name.clone()} {(line.quantity > 1).then(|| format!(" × {}", line.quantity))}</th>
                    {cells(amounts(&line.unit))}
                </tr>
            }
        })
        .collect_view();
    let total = cells(amounts(&detail.price.total));
    let fields: Vec<(String, AnyView)> = detail
        .fields
        .iter()
        .chain(&detail.facts)
        .map(|(key, value)| (key.clone(), value.clone().into_any()))
        .collect();
    let options: Vec<(String, AnyView)> = detail
        .options
        .iter()
        .map(|option| {
            let value = match (&option.option_name, &option.text) {
                (_, Some(text)) => text.clone(),
                (Some(name), None) if option.quantity > 1 => {
                    format!("{name} × {} {}", option.quantity, option.unit)
                }
                (Some(name), None) => name.clone(),
                (None, None) => format!("{} {}", option.quantity, option.unit),
            };
            (option.group_name.clone(), value.into_any())
        })
        .collect();
    let reason = detail.service.suspension_reason.map(|reason| word(reason.as_str()));
    view! {
        <Title text=service.label.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().services, "/admin/services"), Crumb::here(service.label.clone())] />
        <header class="page-head">
            <div>
                <div class="flex flex-wrap items-center gap-3">
                    <h1>{service.label.clone()}</h1>
                    <ServiceBadge service=service.clone() />
                    {service.manual.then(|| view! { <ui::Badge text=ta().hands_off tone=Tone::Warn /> })}
                </div>
                <p>
                    {service.product_name.clone()} " · " <b>{format::money(service.rate)}</b> " "
                    {format::per_period(service.period)}
                </p>
            </div>
            <div class="page-actions">
                {delivered
                    .map(|mark| {
                        view! {
                            <Button
                                text=word("mark_delivered")
                                icon=lu::LuCheck
                                class="btn-primary"
                                on_click=Callback::new(move |()| act.set(Some(mark)))
                            />
                        }
                    })}
                <Menu label=t().actions class="btn btn-icon">
                    {all
                        .iter()
                        .copied()
                        .filter(|act| Some(*act) != delivered)
                        .map(|one| {
                            let danger = matches!(one, Act::Terminate | Act::Suspend);
                            view! {
                                <MenuButton text=one.title() danger on_click=Callback::new(move |()| act.set(Some(one))) />
                            }
                        })
                        .collect_view()}
                    {may(Permission::ServicesForce)
                        .then(|| {
                            let manual = !service.manual;
                            view! {
                                <MenuButton
                                    text=Act::Manual(manual).title()
                                    on_click=Callback::new(move |()| act.set(Some(Act::Manual(manual))))
                                />
                                <MenuButton
                                    text=ta().force_state
                                    danger=true
                                    on_click=Callback::new(move |()| act.set(Some(Act::Force)))
                                />
                            }
                        })}
                </Menu>
            </div>
        </header>
        {reason.map(|reason| view! { <div class="mb-5"><Note tone=Tone::Warn>{word("suspended")} ": " {reason}</Note></div> })}
        {detail
            .missing
            .is_positive()
            .then(|| {
                let amount = format::money(detail.missing);
                view! { <div class="mb-5"><Note tone=Tone::Warn>{fill(ta().wallet_lacks, &[("amount", &amount)])}</Note></div> }
            })}
        <div class="grid-2">
            <div class="stack-y">
                {progress}
                <Card title=t().price text=format!("{} {} · {}", ta().version, detail.price.version, format::date_time(detail.price.valid_from)) flush=true>
                    <div class="table-wrap">
                        <table class="table">
                            <thead>
                                <tr>
                                    <th></th>
                                    {names.map(|name| view! { <th class="end">{name}</th> })}
                                </tr>
                            </thead>
                            <tbody>{price_rows}</tbody>
                            <tfoot>
                                <tr>
                                    <td>{t().total}</td>
                                    {total}
                                </tr>
                            </tfoot>
                        </table>
                    </div>
                </Card>
                <Card title=ta().tasks flush=true>
                    {if staff.tasks.is_empty() {
                        view! { <EmptyState icon=lu::LuListChecks title=ta().no_tasks /> }.into_any()
                    } else {
                        view! {
                            <div class="table-wrap">
                                <table class="table">
                                    <tbody>
                                        {staff
                                            .tasks
                                            .iter()
                                            .map(|task| {
                                                view! {
                                                    <tr>
                                                        <th scope="row">
                                                            <a class="row-link" href=format!("/admin/tasks?task={}", task.id)>{task.name.clone()}</a>
                                                            {task.error.clone().map(|error| view! { <small class="sub neg">{error}</small> })}
                                                        </th>
                                                        <td><StateBadge state=task.state.as_str() /></td>
                                                        <td>{task.step.clone()}</td>
                                                        <td class="end">{format::date_time(task.created_at)}</td>
                                                    </tr>
                                                }
                                            })
                                            .collect_view()}
                                    </tbody>
                                </table>
                            </div>
                        }
                            .into_any()
                    }}
                </Card>
                <Card title=ta().history flush=true>
                    <div class="table-wrap">
                        <table class="table">
                            <tbody>
                                {detail
                                    .events
                                    .iter()
                                    .map(|event| {
                                        view! {
                                            <tr>
                                                <td>{format::date_time_exact(event.at)}</td>
                                                <td><StateBadge state=event.state_to.as_str() /></td>
                                                <td class="strong">{event.what.clone()}<small class="sub">{event.reason.clone()}</small></td>
                                                <td class="end muted">{event.actor.clone()}</td>
                                            </tr>
                                        }
                                    })
                                    .collect_view()}
                            </tbody>
                        </table>
                    </div>
                </Card>
            </div>
            <div class="stack-y">
                <Card title=ta().facts>
                    <Facts rows=facts />
                </Card>
                {(!options.is_empty()).then(|| view! { <Card title=ta().options><Facts rows=options /></Card> })}
                {(!fields.is_empty()).then(|| view! { <Card title=ta().module><Facts rows=fields /></Card> })}
            </div>
        </div>
    }
}

#[component]
fn ActForm(id: ServiceId, act: Act, service: Query<ServiceForStaff>, open: RwSignal<bool>) -> impl IntoView {
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
                Act::Plain(_, path) => api::services::act(id, path, &ServiceNote { note }).await,
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
                Act::Manual(manual) => api::services::set_manual(id, &ManualFlag { manual, note }).await,
            }
        },
        move |staff| {
            open.set(false);
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
                options=word_options(SuspensionReason::ALL, SuspensionReason::as_str)
            />
        }
        .into_any(),
        Act::Terminate => view! {
            <Note tone=Tone::Bad>{ta().terminate_text}</Note>
            <SelectField
                name="when"
                label=t().time
                value=when
                options=word_options(TerminationTime::ALL, TerminationTime::as_str)
            />
        }
        .into_any(),
        Act::Force => view! {
            <Note tone=Tone::Bad>{ta().force_text}</Note>
            <SelectField
                name="state"
                label=t().state
                value=state
                options=word_options(ServiceState::ALL, ServiceState::as_str)
            />
        }
        .into_any(),
        Act::Manual(true) => view! { <p class="text-ink-2">{ta().hands_off_text}</p> }.into_any(),
        Act::Plain(ServiceAction::MarkDelivered, _) => {
            view! { <p class="text-ink-2">{ta().mark_delivered_text}</p> }.into_any()
        }
        Act::Plain(..) | Act::Manual(false) => ().into_any(),
    };
    let note_name = if act == Act::Force { "reason" } else { "note" };
    view! {
        <Form errors on_submit=send.run>
            {fields}
            <TextArea name=note_name label=t().note value=note rows=2 max_length=1000 />
            <div class="form-bar">
                <Button text=t().cancel on_click=Callback::new(move |()| open.set(false)) />
                <Button text=act.title() class="btn-primary" submit=true busy=send.busy />
            </div>
        </Form>
    }
}

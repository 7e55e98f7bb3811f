//! `/services/:id`: how a service is doing, what it costs, and what can be done with it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_query_map};
use shared::ServiceId;
use shared::services::{ServiceAction, ServiceDetail, ServiceState, SuspensionReason};
use ui::{
    Breadcrumbs, Card, Confirm, CopyId, Crumb, Icon, Note, PageHead, ProgressSteps, Step, StepState, Tab,
    Tabs, Tone, lu, toast_ok,
};

use super::changes::{OptionsTab, RenameDialog, TerminateDialog};
use super::list::ahead;
use super::tabs::{ChargesTab, HistoryTab, PriceCard};
use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::states::ServiceBadge;
use crate::parts::{Loaded, NotFound, submit_with};
use crate::portals::client::icons;
use crate::portals::client::kit::{self, overview};
use crate::query::{Query, use_query};

#[component]
pub(in crate::portals::client) fn ServicePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id")).and_then(|id| id.parse::<ServiceId>().ok())
    });
    move || match id.get() {
        Some(id) => view! { <Service id /> }.into_any(),
        None => view! { <NotFound /> }.into_any(),
    }
}

#[component]
fn Service(id: ServiceId) -> impl IntoView {
    let client = kit::client();
    let service = use_query(|| (), move |()| api::own::service(client, id));
    // Work in progress is followed closely, a running service now and then.
    let busy = Memo::new(move |_| {
        service.data().with(|detail| {
            detail.as_ref().is_some_and(|detail| {
                detail.progress.is_some()
                    || matches!(detail.service.state, ServiceState::Pending | ServiceState::Provisioning)
            })
        })
    });
    service.refresh_every(move || if busy.get() { 3 } else { 15 });
    let overview = overview();
    let state =
        Memo::new(move |_| service.data().with(|detail| detail.as_ref().map(|detail| detail.service.state)));
    Effect::new(move |before: Option<Option<ServiceState>>| {
        let now = state.get();
        if before.flatten().is_some_and(|before| Some(before) != now) {
            overview.refresh();
        }
        now
    });
    view! {
        <Loaded query=service rows=8 let:detail>
            <Body detail query=service />
        </Loaded>
    }
}

#[component]
fn Body(detail: ServiceDetail, query: Query<ServiceDetail>) -> impl IntoView {
    let words = &tc().service;
    let row = detail.service.clone();
    let base = format!("/services/{}", row.id);
    let params = use_params_map();
    let tab = Memo::new(move |_| params.with(|params| params.get("tab")).unwrap_or_default());
    let tabs = [
        ("", words.overview),
        ("charges", words.charges),
        ("options", words.options),
        ("history", words.history),
    ];
    let tabs = tabs
        .map(|(path, text)| {
            let href = if path.is_empty() { base.clone() } else { format!("{base}/{path}") };
            Tab { text: text.to_owned(), href }
        })
        .to_vec();
    let (id, icon) = (row.id, icons::product(&row.icon));
    let shown = StoredValue::new(detail.clone());
    view! {
        <Title text=row.label.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(words.title, "/services"), Crumb::here(row.label.clone())] />
        <div class="flex items-start gap-4">
            <span class="tile only-wide"><Icon icon class="icon-lg" /></span>
            <div class="flex-1 min-w-0">
                <PageHead title=row.label.clone() text=row.product_name.clone()>
                    <ServiceBadge service=row />
                    <Actions detail=shown.get_value() query />
                </PageHead>
            </div>
        </div>
        <Notices detail query />
        <Tabs tabs label=words.title />
        {move || match tab.get().as_str() {
            "charges" => view! { <ChargesTab service=id /> }.into_any(),
            "options" => view! { <OptionsTab detail=shown.get_value() query /> }.into_any(),
            "history" => view! { <HistoryTab events=shown.with_value(|detail| detail.events.clone()) /> }.into_any(),
            _ => view! { <OverviewTab detail=shown.get_value() /> }.into_any(),
        }}
    }
}

/// An act of the service: its answer replaces what is shown.
fn acting(
    detail: &ServiceDetail,
    query: Query<ServiceDetail>,
    act: &'static str,
    said: &'static str,
) -> crate::parts::Submit {
    let (client, id) = (kit::client(), detail.service.id);
    let overview = overview();
    submit_with(
        move || async move { api::own::service_act(client, id, act).await },
        move |detail| {
            toast_ok(said);
            query.put(detail);
            overview.refresh();
        },
    )
}

#[component]
fn Actions(detail: ServiceDetail, query: Query<ServiceDetail>) -> impl IntoView {
    let words = &tc().service;
    let can = {
        let actions = detail.actions.clone();
        move |action: ServiceAction| actions.contains(&action)
    };
    let (renaming, terminating, cancelling) =
        (RwSignal::new(false), RwSignal::new(false), RwSignal::new(false));
    let asked = use_query_map().with_untracked(|query| query.get("do"));
    if asked.as_deref() == Some("terminate") && can(ServiceAction::RequestTermination) {
        terminating.set(true);
    }
    let idle = acting(&detail, query, "idle", words.changed);
    let unidle = acting(&detail, query, "unidle", words.changed);
    let (client, order, overview) = (kit::client(), detail.order_id, overview());
    let cancel = submit_with(
        move || async move {
            match order {
                Some(order) => api::own::cancel_order(client, order).await.map(|_| ()),
                None => Ok(()),
            }
        },
        move |()| {
            toast_ok(words.changed);
            query.refetch();
            overview.refresh();
        },
    );
    view! {
        {can(ServiceAction::Idle)
            .then(|| view! { <ui::Button text=words.idle_on icon=lu::LuMoon busy=idle.busy on_click=idle.run /> })}
        {can(ServiceAction::Unidle)
            .then(|| view! { <ui::Button text=words.idle_off icon=lu::LuSun busy=unidle.busy on_click=unidle.run /> })}
        <ui::Button text=words.rename icon=lu::LuPencil on_click=Callback::new(move |()| renaming.set(true)) />
        {can(ServiceAction::Cancel)
            .then(|| {
                view! {
                    <ui::Button
                        text=words.cancel_order
                        class="btn-danger"
                        on_click=Callback::new(move |()| cancelling.set(true))
                    />
                }
            })}
        {can(ServiceAction::RequestTermination)
            .then(|| {
                view! {
                    <ui::Button
                        text=words.terminate
                        class="btn-danger"
                        on_click=Callback::new(move |()| terminating.set(true))
                    />
                }
            })}
        <RenameDialog open=renaming detail=detail.clone() query />
        <TerminateDialog open=terminating detail=detail.clone() query />
        <Confirm
            open=cancelling
            title=words.cancel_order
            text=words.cancel_text
            action=words.cancel_order
            busy=cancel.busy
            on_confirm=Callback::new(move |()| {
                cancelling.set(false);
                cancel.run.run(());
            })
        />
    }
}

/// What matters most about the service now: past due, suspended, ending, failed.
#[component]
fn Notices(detail: ServiceDetail, query: Query<ServiceDetail>) -> impl IntoView {
    let words = &tc().service;
    let row = &detail.service;
    let add_funds = || view! { " " <a href="/funds">{tc().nav.add_funds}</a> };
    let mut notes: Vec<AnyView> = Vec::new();
    if let (ServiceState::Active, Some(since)) = (row.state, row.past_due_since) {
        let text = fill(words.past_due, &[("since", &format::date_time(since))]);
        notes.push(view! { <Note tone=Tone::Bad>{text} {add_funds()}</Note> }.into_any());
    }
    if row.state == ServiceState::Suspended {
        let note = match row.suspension_reason {
            Some(SuspensionReason::InsufficientFunds) | None => {
                view! { <Note tone=Tone::Bad>{words.suspended_money} {add_funds()}</Note> }.into_any()
            }
            Some(SuspensionReason::Staff) => {
                view! { <Note tone=Tone::Warn>{words.suspended_staff}</Note> }.into_any()
            }
            Some(SuspensionReason::ClientSuspended) => {
                view! { <Note tone=Tone::Warn>{words.suspended_client}</Note> }.into_any()
            }
            Some(SuspensionReason::Abuse) => {
                view! { <Note tone=Tone::Bad>{words.suspended_abuse}</Note> }.into_any()
            }
        };
        notes.push(note);
    }
    if row.state == ServiceState::Failed {
        notes.push(view! { <Note tone=Tone::Bad>{words.failed_text}</Note> }.into_any());
    }
    if row.termination_requested_at.is_some() && row.state.is_living() {
        let (client, id) = (kit::client(), row.id);
        let overview = overview();
        let withdraw = submit_with(
            move || async move { api::own::withdraw_termination(client, id).await },
            move |detail| {
                toast_ok(tc().service.withdrawn);
                query.put(detail);
                overview.refresh();
            },
        );
        let when = row
            .terminate_at
            .map(|at| format!(" {}: {} ({})", words.terminates, format::date_time(at), ahead(at)));
        let can = detail.actions.contains(&ServiceAction::WithdrawTermination);
        notes.push(
            view! {
                <Note tone=Tone::Warn>
                    {words.termination_requested} {when} " "
                    {can
                        .then(|| {
                            view! {
                                <button type="button" class="link" disabled=withdraw.busy on:click=move |_| withdraw.run.run(())>
                                    {words.withdraw}
                                </button>
                            }
                        })}
                </Note>
            }
            .into_any(),
        );
    }
    (!notes.is_empty()).then(|| view! { <div class="grid gap-3 mb-6">{notes}</div> })
}

/// The way of an order to a running service.
fn steps(detail: &ServiceDetail) -> Vec<Step> {
    let words = &tc().service;
    let state = detail.service.state;
    let paid = state != ServiceState::Pending;
    let delivered = matches!(state, ServiceState::Active | ServiceState::Suspended);
    let progress = detail.progress.as_ref();
    let step = |text: &str, detail: String, state: StepState| Step { text: text.to_owned(), detail, state };
    let money = if paid { StepState::Done } else { StepState::Now };
    let missing = if paid || detail.missing.is_zero() {
        String::new()
    } else {
        format!("{} {}: {}", words.waits_money, tc().order.missing, format::money(detail.missing))
    };
    let delivery = match state {
        _ if delivered => StepState::Done,
        ServiceState::Failed => StepState::Failed,
        ServiceState::Provisioning => StepState::Now,
        _ => StepState::Waiting,
    };
    let doing = match progress {
        Some(progress) if progress.by_staff => words.waits_delivery.to_owned(),
        Some(progress) => {
            let step = progress.step.clone().map(|step| format!(" · {step}")).unwrap_or_default();
            format!("{} %{step}", progress.percent)
        }
        None => String::new(),
    };
    vec![
        step(words.step_ordered, format::date_time(detail.service.created_at), StepState::Done),
        step(words.step_money, missing, money),
        step(words.step_delivery, doing, delivery),
        step(words.step_active, String::new(), if delivered { StepState::Done } else { StepState::Waiting }),
    ]
}

#[component]
fn OverviewTab(detail: ServiceDetail) -> impl IntoView {
    let words = &tc().service;
    let row = detail.service.clone();
    let on_the_way =
        matches!(row.state, ServiceState::Pending | ServiceState::Provisioning | ServiceState::Failed);
    let running = row.state == ServiceState::Active;
    let percent =
        detail.progress.as_ref().filter(|progress| !progress.by_staff).map(|progress| progress.percent);
    let pay = detail.proforma.filter(|_| row.state == ServiceState::Pending);
    let facts: Vec<(String, AnyView)> = [
        (words.product, Some(row.product_name.clone().into_any())),
        (words.ordered, Some(format::date_time(row.created_at).into_any())),
        (words.since, row.activated_at.map(|at| format::date_time(at).into_any())),
        (
            words.terminates,
            row.terminate_at.map(|at| format!("{} ({})", format::date_time(at), ahead(at)).into_any()),
        ),
        (
            words.cancels,
            detail.cancel_at.map(|at| format!("{} ({})", format::date_time(at), ahead(at)).into_any()),
        ),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| (name.to_owned(), value)))
    .chain(detail.options.iter().map(|option| {
        let value = match (&option.option_name, &option.text) {
            (_, Some(text)) => text.clone(),
            (Some(name), None) if option.quantity == 1 && option.unit.is_empty() => name.clone(),
            (_, None) => format!("{} {}", option.quantity, option.unit),
        };
        (option.group_name.clone(), value.into_any())
    }))
    .collect();
    let price = detail.price.clone();
    let given = detail.facts.clone().into_iter().chain(detail.fields.clone()).collect::<Vec<_>>();
    view! {
        <div class="grid-2">
            <div class="stack-y">
                {on_the_way
                    .then(|| {
                        view! {
                            <Card title=words.provisioning>
                                <ProgressSteps steps=steps(&detail) />
                                {percent
                                    .map(|percent| {
                                        view! {
                                            <div class="meter" role="progressbar"
                                                aria-label=words.provisioning aria-valuenow=percent.to_string() aria-valuemin="0" aria-valuemax="100">
                                                <i style:width=format!("{}%", percent.clamp(0, 100))></i>
                                            </div>
                                        }
                                    })}
                                {pay
                                    .map(|proforma| {
                                        view! {
                                            <a class="btn btn-primary" href=format!("/documents/{proforma}/pay")>
                                                <Icon icon=lu::LuCreditCard />
                                                {tc().home.pay_now}
                                            </a>
                                        }
                                    })}
                            </Card>
                        }
                    })}
                <Card title=words.facts>
                    <ui::Facts rows=facts />
                </Card>
                {(!given.is_empty())
                    .then(|| {
                        view! {
                            <Card title=words.settings>
                                <dl class="facts">
                                    {given
                                        .into_iter()
                                        .map(|(name, value)| view! { <div><dt>{name}</dt><dd><CopyId id=value /></dd></div> })
                                        .collect_view()}
                                </dl>
                            </Card>
                        }
                    })}
            </div>
            <div class="stack-y">
                <section class="card stat">
                    <div class="text-sm text-ink-2">{words.price}</div>
                    <div class="flex items-baseline gap-1.5 flex-wrap">
                        <span class="stat-figure">{format::money(row.rate)}</span>
                        <span class="text-ink-3">{format::per_period(row.period)}</span>
                    </div>
                    <div class="sub num">
                        {row.hourly.map(|hourly| format!("{} {}", format::money(hourly), format::per_period(shared::Period::Hourly)))}
                    </div>
                    {row
                        .paid_until
                        .filter(|_| running)
                        .map(|until| {
                            view! {
                                <div class="pt-3 mt-2 border-t border-line flex items-center justify-between gap-3 text-sm">
                                    <span class="text-ink-2">{words.next_charge}</span>
                                    <span class="text-right">
                                        <b class="block">{ahead(until)}</b>
                                        <span class="sub">{format::date_time(until)}</span>
                                    </span>
                                </div>
                            }
                        })}
                </section>
                <PriceCard price period=row.period />
            </div>
        </div>
    }
}

//! `/services/:id`: how a service is doing, what it costs, and what can be done with it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use shared::ServiceId;
use shared::services::{ServiceAction, ServiceDetail, ServiceState, SuspensionReason};
use ui::{Breadcrumbs, Confirm, Crumb, Icon, Note, PageHead, Tab, Tabs, Tone, lu, toast_ok};

use super::ahead::DateAhead;
use super::changes::{OptionsTab, RenameDialog, TerminateDialog};
use super::overview::OverviewTab;
use super::tabs::{ChargesTab, HistoryTab};
use crate::api;
use crate::format;
use crate::i18n::{fill, language, tc};
use crate::parts::states::ServiceBadge;
use crate::parts::{Loaded, RecordId, WouldHappen, by_id, follow, submit_with};
use crate::portals::client::icons;
use crate::portals::client::kit::{self, overview};
use crate::query::{Query, use_query};

#[component]
pub(in crate::portals::client) fn ServicePage() -> impl IntoView {
    by_id(|id: ServiceId| view! { <Service id /> })
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
    let events = format!("/clients/{client}/services/{id}/events?language={}", language());
    let followed = follow(service, &events, busy.into());
    service.refresh_every(move || if busy.get() && !followed.get() { 3 } else { 15 });
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
    let asking = Asking {
        rename: RwSignal::new(false),
        terminate: RwSignal::new(false),
        cancel: RwSignal::new(false),
    };
    view! {
        <Loaded query=service rows=8 let:detail>
            <Head detail query=service asking />
        </Loaded>
        <Body id query=service />
        <Dialogs query=service asking />
    }
}

/// Which dialog of the page is open. They stand beside what is drawn anew, and so outlive the news of a service.
#[derive(Clone, Copy)]
struct Asking {
    rename: RwSignal<bool>,
    terminate: RwSignal<bool>,
    cancel: RwSignal<bool>,
}

#[component]
fn Head(detail: ServiceDetail, query: Query<ServiceDetail>, asking: Asking) -> impl IntoView {
    let row = detail.service.clone();
    let icon = icons::product(&row.icon);
    let shown = detail.clone();
    let (id, path) = (row.id.0, format!("/clients/{}/services/{}", kit::client(), row.id));
    view! {
        <Title text=row.label.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(tc().service.title, "/services"), Crumb::here(row.label.clone())] />
        <div class="flex items-start gap-4">
            <span class="tile only-wide"><Icon icon class="icon-lg" /></span>
            <div class="flex-1 min-w-0">
                <PageHead title=row.label.clone() text=row.product_name.clone()>
                    <ServiceBadge service=row />
                    <RecordId id path />
                    <Actions detail=shown query asking />
                </PageHead>
            </div>
        </div>
        <Notices detail query />
    }
}

/// The tabs, and the one that is open. Each is drawn anew only when what it shows has changed.
#[component]
fn Body(id: ServiceId, query: Query<ServiceDetail>) -> impl IntoView {
    let words = &tc().service;
    let base = format!("/services/{id}");
    let params = use_params_map();
    let tab = Memo::new(move |_| params.with(|params| params.get("tab")).unwrap_or_default());
    let there = Memo::new(move |_| query.data().with(Option::is_some));
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
    move || {
        if !there.get() {
            return ().into_any();
        }
        let open = match tab.get().as_str() {
            "charges" => view! { <ChargesTab service=id /> }.into_any(),
            "options" => view! { <OptionsTab query /> }.into_any(),
            "history" => view! {
                <Loaded query let:detail>
                    <HistoryTab events=detail.events />
                </Loaded>
            }
            .into_any(),
            _ => view! {
                <Loaded query let:detail>
                    <OverviewTab detail />
                </Loaded>
            }
            .into_any(),
        };
        view! {
            <Tabs tabs=tabs.clone() label=words.title />
            {open}
        }
        .into_any()
    }
}

/// Renaming, ending, cancelling the order.
#[component]
fn Dialogs(query: Query<ServiceDetail>, asking: Asking) -> impl IntoView {
    let words = &tc().service;
    let (client, overview) = (kit::client(), overview());
    // Of the service as it is when they open.
    let known = Memo::new(move |_| {
        query.data().with(|detail| detail.as_ref().map(|detail| detail.service.label.clone()))
    });
    let order =
        move || query.data().with_untracked(|detail| detail.as_ref().and_then(|detail| detail.order_id));
    let cancel = submit_with(
        move || async move {
            match order() {
                Some(order) => api::own::cancel_order(client, order).await.map(|_| ()),
                None => Ok(()),
            }
        },
        move |()| {
            asking.cancel.set(false);
            toast_ok(words.changed);
            query.refetch();
            overview.refresh();
        },
    );
    view! {
        <RenameDialog open=asking.rename query />
        {move || known.get().map(|label| view! { <TerminateDialog open=asking.terminate label query /> })}
        <Confirm
            open=asking.cancel
            title=words.cancel_order
            text=words.cancel_text
            action=words.cancel_order
            busy=cancel.busy
            on_confirm=cancel.run
        >
            {move || {
                order().map(|order| view! { <WouldHappen ask=move || api::own::rehearse_cancel_order(client, order) /> })
            }}
        </Confirm>
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
        move || api::own::service_act(client, id, act),
        move |detail| {
            toast_ok(said);
            query.put(detail);
            overview.refresh();
        },
    )
}

#[component]
fn Actions(detail: ServiceDetail, query: Query<ServiceDetail>, asking: Asking) -> impl IntoView {
    let words = &tc().service;
    let can = {
        let actions = detail.actions.clone();
        move |action: ServiceAction| actions.contains(&action)
    };
    let idle = acting(&detail, query, "idle", words.changed);
    let unidle = acting(&detail, query, "unidle", words.changed);
    let open = |dialog: RwSignal<bool>| Callback::new(move |()| dialog.set(true));
    view! {
        {can(ServiceAction::Idle)
            .then(|| view! { <ui::Button text=words.idle_on icon=lu::LuMoon busy=idle.busy on_click=idle.run /> })}
        {can(ServiceAction::Unidle)
            .then(|| view! { <ui::Button text=words.idle_off icon=lu::LuSun busy=unidle.busy on_click=unidle.run /> })}
        <ui::Button text=words.rename icon=lu::LuPencil on_click=open(asking.rename) />
        {can(ServiceAction::Cancel)
            .then(|| {
                view! { <ui::Button text=words.cancel_order class="btn-danger" on_click=open(asking.cancel) /> }
            })}
        {can(ServiceAction::RequestTermination)
            .then(|| {
                view! { <ui::Button text=words.terminate class="btn-danger" on_click=open(asking.terminate) /> }
            })}
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
    if detail.progress.is_some() && matches!(row.state, ServiceState::Active | ServiceState::Suspended) {
        notes.push(view! { <Note tone=Tone::Info>{words.changed}</Note> }.into_any());
    }
    if row.state == ServiceState::Failed {
        notes.push(view! { <Note tone=Tone::Bad>{words.failed_text}</Note> }.into_any());
    }
    if row.termination_requested_at.is_some() && row.state.is_living() {
        let (client, id) = (kit::client(), row.id);
        let overview = overview();
        let withdraw = submit_with(
            move || api::own::withdraw_termination(client, id),
            move |detail| {
                toast_ok(tc().service.withdrawn);
                query.put(detail);
                overview.refresh();
            },
        );
        let when = row.terminate_at.map(|at| view! { " " {words.terminates} ": " <DateAhead at /> });
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

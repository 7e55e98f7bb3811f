//! `/admin/services/:id`: one service: its head with what can be done, and its tabs.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Outlet;
use shared::services::{ServiceAction, ServiceForStaff, ServiceState};
use shared::{Permission, ServiceId};
use ui::{Badge, Breadcrumbs, Button, Crumb, Dialog, Menu, MenuButton, Note, Open, Tab, Tabs, Tone, lu};

use super::acts::{Act, ActDialog, acts};
use super::charges::Charges;
use super::overview::{Followed, Overview};
use crate::i18n::{fill, language, t, ta, td, word};
use crate::parts::states::ServiceBadge;
use crate::parts::{Loaded, by_id, follow};
use crate::portals::admin::monitoring::ModuleLogTable;
use crate::portals::admin::notes::Notes;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// The service of this page, for its tabs.
#[derive(Clone, Copy)]
struct ThisService(Query<ServiceForStaff>);

fn this() -> Query<ServiceForStaff> {
    use_context::<ThisService>().expect("tabs stand below ServiceFrame").0
}

/// Head and tabs of a service. Loads again every few seconds, faster while something is being done.
#[component]
pub fn ServiceFrame() -> impl IntoView {
    by_id(|id: ServiceId| {
        let service = use_query(move || id, api::services::service);
        provide_context(ThisService(service));
        let working = Memo::new(move |_| {
            service
                .data()
                .with(|service| service.as_ref().is_some_and(|service| service.detail.progress.is_some()))
        });
        // What was asked for takes a moment to begin.
        let hurry = RwSignal::new(false);
        let busy = Signal::derive(move || working.get() || hurry.get());
        let events = format!("/admin/services/{id}/events?language={}", language());
        let followed = follow(service, &events, busy);
        service.refresh_every(move || if busy.get() && !followed.get() { 3 } else { 15 });
        let act = RwSignal::new(None::<Act>);
        let close = move || {
            act.set(None);
            hurry.set(true);
            leptos::task::spawn_local(async move {
                gloo_timers::future::TimeoutFuture::new(20_000).await;
                hurry.try_set(false);
            });
        };
        let open = Open::new(move || act.with(Option::is_some), close);
        view! {
            <Loaded query=service rows=8 let:staff>
                <Head staff act />
            </Loaded>
            <Show when=move || service.data().with(Option::is_some)>
                <ServiceTabs id />
                <Outlet />
            </Show>
            <Dialog open title=move || act.get().map(Act::title).unwrap_or_default()>
                {move || act.get().map(|act| view! { <ActDialog id act service open /> })}
            </Dialog>
        }
    })
}

#[component]
fn ServiceTabs(id: ServiceId) -> impl IntoView {
    let tab =
        |text: &str, path: &str| Tab { text: text.to_owned(), href: format!("/admin/services/{id}{path}") };
    let mut tabs = vec![tab(td().service.overview, ""), tab(td().service.charges, "/charges")];
    if may(Permission::LogsView) {
        tabs.push(tab(td().module_log.tab, "/log"));
    }
    view! { <Tabs tabs label=ta().service /> }
}

#[component]
fn Head(staff: ServiceForStaff, act: RwSignal<Option<Act>>) -> impl IntoView {
    let detail = staff.detail;
    let service = detail.service.clone();
    let mut all = Vec::new();
    if may(Permission::ServicesOperate) {
        all = acts(&detail.actions);
        all.push(Act::Rename);
    }
    if may(Permission::ServicesMove) && service.state == ServiceState::Active {
        all.push(Act::Move);
    }
    if may(Permission::ServicesForce) {
        all.push(Act::Manual(!service.manual));
        all.push(Act::Force);
    }
    let delivered =
        all.iter().copied().find(|act| matches!(act, Act::Plain(ServiceAction::MarkDelivered, _)));
    let waits = detail.progress.as_ref().is_some_and(|progress| progress.by_staff);
    let reason = service.suspension_reason.map(|reason| word(reason.as_str()));
    let menu = all.into_iter().filter(|act| Some(*act) != delivered).collect::<Vec<_>>();
    let has_menu = !menu.is_empty();
    let menu = StoredValue::new(menu);
    view! {
        <Title text=service.label.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(ta().services, "/admin/services"), Crumb::here(service.label.clone())] />
        <header class="page-head">
            <div class="min-w-0">
                <div class="flex flex-wrap items-center gap-3">
                    <h1 class="break-words min-w-0">{service.label.clone()}</h1>
                    <ServiceBadge service=service.clone() />
                    {service.manual.then(|| view! { <Badge text=ta().hands_off tone=Tone::Warn /> })}
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
                {has_menu
                    .then(|| {
                        view! {
                            <Menu label=t().actions class="btn btn-icon">
                                {menu
                                    .get_value()
                                    .into_iter()
                                    .map(|one| {
                                        view! {
                                            <MenuButton
                                                text=one.title()
                                                danger=one.is_dangerous()
                                                on_click=Callback::new(move |()| act.set(Some(one)))
                                            />
                                        }
                                    })
                                    .collect_view()}
                            </Menu>
                        }
                    })}
            </div>
        </header>
        {waits.then(|| view! { <div class="mb-5"><Note tone=Tone::Warn>{td().service.waits}</Note></div> })}
        {reason.map(|reason| view! { <div class="mb-5"><Note tone=Tone::Warn>{word("suspended")} ": " {reason}</Note></div> })}
        {detail
            .missing
            .is_positive()
            .then(|| {
                let amount = format::money(detail.missing);
                view! { <div class="mb-5"><Note tone=Tone::Warn>{fill(ta().wallet_lacks, &[("amount", &amount)])}</Note></div> }
            })}
    }
}

/// State, price, tasks, history, notes.
#[component]
pub fn ServiceOverviewTab() -> impl IntoView {
    let service = this();
    let notes = this_id().map(|id| {
        let path = format!("/admin/services/{id}/notes");
        view! { <Notes path may_write=may(Permission::ServicesOperate) /> }
    });
    view! {
        <div class="stack-y">
            <Loaded query=service let:staff>
                <Overview staff />
            </Loaded>
            {notes}
        </div>
        {this_id().map(|service| view! { <Followed service /> })}
    }
}

fn this_id() -> Option<ServiceId> {
    this().data().with_untracked(|staff| staff.as_ref().map(|staff| staff.detail.service.id))
}

/// What it was charged.
#[component]
pub fn ServiceChargesTab() -> impl IntoView {
    this_id().map(|service| view! { <Charges service /> })
}

/// What its module was asked, and answered.
#[component]
pub fn ServiceLogTab() -> impl IntoView {
    this_id().map(|service| view! { <ModuleLogTable service=Some(service) /> })
}

//! `/orders` and `/orders/:id`: what was ordered, and what became of it.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::OrderId;
use shared::identity::ClientPermission;
use shared::services::{OrderDetail, OrderStatus, OrderSummary, ServiceSummary};
use ui::{
    Breadcrumbs, Button, Card, Column, Confirm, Crumb, EmptyState, Icon, LinkButton, Note, PageHead, Tone,
    lu, toast_ok, use_list,
};

use super::ahead::DateAhead;
use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::states::ServiceBadge;
use crate::parts::why::actor_word;
use crate::parts::{DataTable, Loaded, RecordId, StateBadge, WouldHappen, by_id, submit_with};
use crate::portals::client::icons;
use crate::portals::client::kit::{self, may, overview};
use crate::query::{Query, use_query};

#[component]
pub(in crate::portals::client) fn OrdersPage() -> impl IntoView {
    let words = &tc().orders;
    let client = kit::client();
    let list = use_list("-created_at");
    let rows = use_query(move || list.api_query(), move |query: String| api::own::orders(client, &query));
    let columns = vec![
        Column::new("id", words.order, |row: &OrderSummary| {
            view! { <a class="row-link num" href=format!("/orders/{}", row.id)>{format::short_id(row.id.0)}</a> }
        }),
        Column::new("status", tc().common.status, |row: &OrderSummary| {
            view! { <StateBadge state=row.status.as_str() /> }
        })
        .sorted_by("status"),
        Column::new("services", tc().nav.services, |row: &OrderSummary| format::count(row.services)).end(),
        Column::new("due_now", tc().order.due_now, |row: &OrderSummary| {
            view! { <span class="strong">{format::money(row.due_now)}</span> }
        })
        .end()
        .sorted_by("due_now"),
        Column::new("created_at", tc().service.ordered, |row: &OrderSummary| {
            format::date_time(row.created_at)
        })
        .sorted_by("created_at"),
    ];
    view! {
        <Title text=words.title />
        <PageHead title=words.title text=words.text>
            <LinkButton text=tc().nav.order href="/shop" icon=lu::LuPlus class="btn-primary" />
        </PageHead>
        <DataTable
            query=rows
            list
            columns
            label=words.title
            search_hint=words.search
            empty=ViewFn::from(|| {
                view! {
                    <EmptyState icon=lu::LuShoppingBag title=tc().orders.empty text=tc().orders.empty_hint>
                        <LinkButton text=tc().nav.order href="/shop" class="btn-primary" />
                    </EmptyState>
                }
            })
        />
    }
}

#[component]
pub(in crate::portals::client) fn OrderStatusPage() -> impl IntoView {
    by_id(|id: OrderId| view! { <Order id /> })
}

#[component]
fn Order(id: OrderId) -> impl IntoView {
    let client = kit::client();
    let order = use_query(|| (), move |()| api::own::order_detail(client, id));
    let open = Memo::new(move |_| {
        order.data().with(|order| {
            order
                .as_ref()
                .is_some_and(|order| matches!(order.status, OrderStatus::Pending | OrderStatus::Processing))
        })
    });
    order.refresh_every(move || if open.get() { 5 } else { 0 });
    view! {
        <Loaded query=order rows=6 let:detail>
            <Body detail query=order />
        </Loaded>
    }
}

#[component]
fn Body(detail: OrderDetail, query: Query<OrderDetail>) -> impl IntoView {
    let words = &tc().orders;
    let (client, id, overview) = (kit::client(), detail.id, overview());
    let title = fill(words.one, &[("id", &format::short_id(id.0))]);
    let pending = detail.status == OrderStatus::Pending;
    let cancelling = RwSignal::new(false);
    let cancel = submit_with(
        move || api::own::cancel_order(client, id),
        move |order| {
            cancelling.set(false);
            toast_ok(words.cancelled);
            query.put(order);
            overview.refresh();
        },
    );
    let pay = detail.proforma.filter(|_| pending && may(ClientPermission::Documents));
    let facts = [
        (tc().order.due_now, format::money(detail.due_now)),
        (tc().service.ordered, format::date_time(detail.created_at)),
        (words.placed_by, actor_word(&detail.placed_by).to_owned()),
    ];
    view! {
        <Title text=title.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(words.title, "/orders"), Crumb::here(title.clone())] />
        <PageHead title=title>
            <StateBadge state=detail.status.as_str() />
            <RecordId id=id.0 path=format!("/clients/{client}/orders/{id}") />
            {pending
                .then(|| {
                    view! {
                        <Button
                            text=tc().service.cancel_order
                            class="btn-danger"
                            on_click=Callback::new(move |()| cancelling.set(true))
                        />
                    }
                })}
            {pay
                .map(|proforma| {
                    let href = format!("/documents/{proforma}/pay");
                    view! { <LinkButton text=tc().home.pay_now href icon=lu::LuCreditCard class="btn-primary" /> }
                })}
        </PageHead>
        {(pending && detail.missing.is_positive()).then(|| view! { <Waiting detail=detail.clone() /> })}
        <div class="grid-2">
            <Card title=tc().nav.services flush=true>
                <ul>{detail.services.iter().cloned().map(|service| view! { <Row service /> }).collect_view()}</ul>
            </Card>
            <Card title=tc().service.facts>
                <dl class="facts">
                    {facts
                        .into_iter()
                        .filter(|(_, value)| !value.is_empty())
                        .map(|(name, value)| view! { <div><dt>{name}</dt><dd class="num">{value}</dd></div> })
                        .collect_view()}
                </dl>
            </Card>
        </div>
        <Confirm
            open=cancelling
            title=tc().service.cancel_order
            text=tc().service.cancel_text
            action=tc().service.cancel_order
            busy=cancel.busy
            on_confirm=cancel.run
        >
            <WouldHappen ask=move || api::own::rehearse_cancel_order(client, id) />
        </Confirm>
    }
}

/// What the order still lacks, and until when it waits.
#[component]
fn Waiting(detail: OrderDetail) -> impl IntoView {
    let until = detail.cancel_at.map(|at| view! { " " {tc().service.cancels} ": " <DateAhead at /> "." });
    view! {
        <div class="mb-6">
            <Note tone=Tone::Warn>
                {tc().order.missing} ": " <b class="num">{format::money(detail.missing)}</b> "." {until}
            </Note>
        </div>
    }
}

#[component]
fn Row(service: ServiceSummary) -> impl IntoView {
    view! {
        <li class="border-b border-line last:border-b-0">
            <a class="flex flex-wrap items-center gap-4 px-5 py-4 hover:bg-sunken" href=format!("/services/{}", service.id)>
                <span class="tile tile-sm"><Icon icon=icons::product(&service.icon) /></span>
                <span class="flex-1 min-w-40">
                    <span class="font-medium block">{service.label.clone()}</span>
                    <span class="sub">{service.product_name.clone()}</span>
                </span>
                <span class="num sub">{format::money(service.rate)} " " {format::per_period(service.period)}</span>
                <ServiceBadge service=service.clone() />
            </a>
        </li>
    }
}

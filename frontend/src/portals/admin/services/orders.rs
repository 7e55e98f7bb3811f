//! `/admin/orders`: what was ordered, and how far it is.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::services::{OrderDetail, OrderStatus, OrderSummary, ServiceNote};
use shared::{OrderId, Permission};
use ui::{
    Breadcrumbs, Button, Card, Column, Confirm, Crumb, EmptyState, Facts, FormErrors, PageHead, TextArea, lu,
    toast_ok, use_list,
};

use crate::format::short_id;
use crate::i18n::{t, ta, td, word};
use crate::parts::filters::FilterSegment;
use crate::parts::states::ServiceBadge;
use crate::parts::why::actor_word;
use crate::parts::{AddLink, DataTable, Loaded, RecordId, StateBadge, WouldHappen, by_id, submit};
use crate::portals::admin::clients::{client_filter, client_link};
use crate::portals::admin::monitoring::History;
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

fn columns() -> Vec<Column<OrderSummary>> {
    vec![
        Column::new("id", ta().order, |order: &OrderSummary| {
            view! { <a class="row-link mono" href=format!("/admin/orders/{}", order.id)>{short_id(order.id.0)}</a> }
        }),
        Column::new("client", ta().client, |order: &OrderSummary| {
            client_link(order.client_id, order.client_name.clone())
        })
        .sorted_by("client_name"),
        Column::new(
            "status",
            t().status,
            |order: &OrderSummary| view! { <StateBadge state=order.status.as_str() /> },
        )
        .sorted_by("status"),
        Column::new("services", ta().services, |order: &OrderSummary| format::count(order.services)).end(),
        Column::new("due", td().orders.due_now, |order: &OrderSummary| {
            view! { <span class="strong">{format::money(order.due_now)}</span> }
        })
        .end()
        .sorted_by("due_now"),
        Column::new("cancel_at", td().orders.cancelled_at, |order: &OrderSummary| {
            order.cancel_at.map(format::date_time)
        }),
        Column::new("created", t().created_at, |order: &OrderSummary| format::date_time(order.created_at))
            .sorted_by("created_at"),
    ]
}

/// The list of orders.
#[component]
pub fn OrdersPage() -> impl IntoView {
    let list = use_list("-created_at");
    let orders = use_query(move || list.api_query(), api::services::orders);
    orders.refresh_every(|| 30);
    view! {
        <Title text=td().orders.title />
        <PageHead title=td().orders.title text=td().orders.text>
            <AddLink permission=Permission::ServicesCreate text=ta().create_service href="/admin/services/new" />
        </PageHead>
        <DataTable
            query=orders
            list
            columns=columns()
            label=td().orders.title
            filters=Box::new(move || {
                let words: Vec<&str> = OrderStatus::ALL.iter().map(|status| status.as_str()).collect();
                view! {
                    <FilterSegment list name="status" label=t().status words />
                    {client_filter(list)}
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuShoppingCart title=td().orders.none text=td().orders.text /> }
        />
    }
}

/// The page of an order.
#[component]
pub fn OrderPage() -> impl IntoView {
    by_id(|id: OrderId| {
        let order = use_query(move || id, api::services::order);
        order.refresh_every(|| 15);
        let open = RwSignal::new(false);
        let note = RwSignal::new(String::new());
        let errors = FormErrors::new();
        let cancel = submit(
            errors,
            move || {
                let note = note.get_untracked().trim().to_owned();
                api::services::cancel_order(id, &ServiceNote { note })
            },
            move |detail| {
                open.set(false);
                order.put(detail);
                toast_ok(t().done);
            },
        );
        view! {
            <Loaded query=order rows=8 let:detail>
                <Page detail open />
            </Loaded>
            <Confirm
                open
                title=td().orders.cancel
                text=td().orders.cancel_text
                action=td().orders.cancel
                errors
                busy=cancel.busy
                on_confirm=cancel.run
            >
                <WouldHappen ask=move || api::services::rehearse_cancel_order(id) />
                <TextArea name="note" label=t().note value=note rows=2 max_length=300 />
            </Confirm>
        }
    })
}

#[component]
fn Page(detail: OrderDetail, open: RwSignal<bool>) -> impl IntoView {
    let words = &td().orders;
    let id = detail.id;
    let title = format!("{} {}", ta().order, short_id(id.0));
    let pending = detail.status == OrderStatus::Pending;
    let mut facts = vec![
        (ta().client.to_owned(), client_link(detail.client_id, detail.client_name.clone())),
        (words.placed_by.to_owned(), actor_word(&detail.placed_by).into_any()),
        (t().created_at.to_owned(), format::date_time(detail.created_at).into_any()),
        (words.due_now.to_owned(), format::money(detail.due_now).into_any()),
    ];
    if detail.missing.is_positive() {
        let missing = view! { <span class="neg">{format::money(detail.missing)}</span> };
        facts.push((words.missing.to_owned(), missing.into_any()));
    }
    if let Some(proforma) = detail.proforma {
        let link =
            view! { <a class="link" href=format!("/admin/documents/{proforma}")>{word("proforma")}</a> };
        facts.push((words.proforma.to_owned(), link.into_any()));
    }
    if let Some(at) = detail.cancel_at {
        facts.push((words.cancelled_at.to_owned(), format::date_time(at).into_any()));
    }
    facts.push((
        "ID".to_owned(),
        view! { <RecordId id=id.0 path=format!("/admin/orders/{id}") /> }.into_any(),
    ));
    let rows = detail
        .services
        .into_iter()
        .map(|service| {
            view! {
                <tr>
                    <th scope="row">
                        <a class="row-link" href=format!("/admin/services/{}", service.id)>{service.label.clone()}</a>
                        <small class="sub">{service.product_name.clone()}</small>
                    </th>
                    <td><ServiceBadge service=service.clone() /></td>
                    <td class="end num">{format::money(service.rate)} " " {format::per_period(service.period)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Title text=title.clone() />
        <Breadcrumbs crumbs=vec![Crumb::to(words.title, "/admin/orders"), Crumb::here(title.clone())] />
        <header class="page-head">
            <div class="flex flex-wrap items-center gap-3">
                <h1>{title}</h1>
                <StateBadge state=detail.status.as_str() />
            </div>
            {(pending && may(Permission::ServicesOperate))
                .then(|| {
                    view! {
                        <div class="page-actions">
                            <Button
                                text=words.cancel
                                class="btn-danger"
                                icon=lu::LuBan
                                on_click=Callback::new(move |()| open.set(true))
                            />
                        </div>
                    }
                })}
        </header>
        <div class="grid-2">
            <Card title=ta().services flush=true>
                <div class="table-wrap" tabindex="0" role="region" aria-label=ta().services>
                    <table class="table">
                        <tbody>{rows}</tbody>
                    </table>
                </div>
            </Card>
            <Card title=ta().facts>
                <Facts rows=facts />
            </Card>
        </div>
        <div class="mt-5">
            <History subject=id.0 />
        </div>
    }
}

//! `/admin/services`: services of all clients, or of one.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::bulk::{ServiceBulk, ServiceBulkAction};
use shared::services::{ServiceSummary, TerminationTime};
use shared::{ClientId, Permission, ServiceId};
use ui::{Column, EmptyState, PageHead, SelectField, TextArea, lu, use_list};

use crate::i18n::{t, ta, word};
use crate::parts::filters::{FilterSelect, filter_yes, options_of, word_options};
use crate::parts::states::{ServiceBadge, state_options};
use crate::parts::{AddLink, Bulk, BulkAct, DataTable};
use crate::portals::admin::clients::{client_filter, client_link, of_client};
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

fn columns(with_client: bool) -> Vec<Column<ServiceSummary>> {
    let mut columns = vec![
        Column::new("label", ta().service, |service: &ServiceSummary| {
            view! {
                <a class="row-link" href=format!("/admin/services/{}", service.id)>{service.label.clone()}</a>
                <small class="sub">{service.product_name.clone()}</small>
            }
        })
        .sorted_by("label"),
    ];
    if with_client {
        columns.push(
            Column::new("client", ta().client, |service: &ServiceSummary| {
                client_link(service.client_id, service.client_name.clone())
            })
            .sorted_by("client_name"),
        );
    }
    columns.extend([
        Column::new(
            "state",
            t().state,
            |service: &ServiceSummary| view! { <ServiceBadge service=service.clone() /> },
        )
        .sorted_by("state"),
        Column::new("price", t().price, |service: &ServiceSummary| {
            view! {
                <span class="strong">{format::money(service.rate)}</span>
                " "
                <span class="muted">{format::per_period(service.period)}</span>
            }
        })
        .end()
        .sorted_by("rate"),
        Column::new("hourly", word("hourly"), |service: &ServiceSummary| service.hourly.map(format::money))
            .end()
            .hidden(),
        Column::new("paid_until", ta().paid_until, |service: &ServiceSummary| {
            service.paid_until.map(format::date_time)
        })
        .sorted_by("paid_until"),
        Column::new("activated", ta().activated, |service: &ServiceSummary| {
            service.activated_at.map(format::date_time)
        })
        .hidden()
        .sorted_by("activated_at"),
        Column::new("created", ta().ordered, |service: &ServiceSummary| format::date(service.created_at))
            .sorted_by("created_at"),
    ]);
    columns
}

/// Products as options of a select.
fn use_product_options() -> Signal<Vec<(String, String)>> {
    let products = use_query(|| (), |()| api::catalog::products("per_page=200&sort=name".to_owned()));
    options_of(products, |product| (product.id.to_string(), product.name.clone()))
}

/// What staff do with many services.
fn bulk() -> Bulk<ServiceSummary> {
    let note = RwSignal::new(String::new());
    let when = RwSignal::new(TerminationTime::EndOfPeriod.to_string());
    let act = move |action: ServiceBulkAction| {
        BulkAct::new(word(action.as_str()), move |ids, dry_run, key| {
            let terminates = action == ServiceBulkAction::Terminate;
            // What ends later ends for the same reasons: the question need not be asked again.
            let body = ServiceBulk {
                action,
                ids: ids.into_iter().map(ServiceId).collect(),
                reason: None,
                when: terminates
                    .then(|| when.get_untracked().parse().unwrap_or(TerminationTime::EndOfPeriod)),
                note: note.get_untracked().trim().to_owned(),
            };
            api::services::act_on_many(&body, dry_run, key)
        })
    };
    let noted = move || view! { <TextArea name="note" label=t().note value=note rows=2 max_length=300 /> };
    let timed = move || {
        view! {
            <SelectField
                name="when"
                label=t().time
                value=when
                options=word_options(TerminationTime::ALL, TerminationTime::as_str)
            />
            {noted()}
        }
    };
    Bulk {
        key: |service| service.id.to_string(),
        name: |service| service.label.clone(),
        acts: vec![
            act(ServiceBulkAction::Retry),
            act(ServiceBulkAction::Resume).with(noted),
            act(ServiceBulkAction::Suspend).with(noted).dangerous(),
            act(ServiceBulkAction::Terminate).with(timed).dangerous(),
        ],
        more: None,
    }
}

/// Services of all clients, or of one.
#[component]
pub fn ServicesTable(client: Option<ClientId>) -> impl IntoView {
    let list = use_list("-created_at");
    let services = use_query(move || of_client(list.api_query(), client), api::services::services);
    services.refresh_every(|| 15);
    view! {
        <DataTable
            query=services
            list
            columns=columns(client.is_none())
            bulk=may(Permission::ServicesOperate).then(bulk)
            label=ta().services
            search_hint=ta().search_services
            filters=Box::new(move || {
                let products = may(Permission::ProductsView)
                    .then(|| {
                        view! { <FilterSelect list name="product" label=ta().product options=use_product_options() /> }
                    });
                view! {
                    <FilterSelect
                        list
                        name="state"
                        label=t().state
                        options=state_options()
                    />
                    {products}
                    {filter_yes(list, "past_due", ta().past_due)}
                    {filter_yes(list, "termination_requested", ta().termination_requested)}
                    {filter_yes(list, "manual", ta().hands_off)}
                    {client.is_none().then(|| client_filter(list))}
                }
                    .into_any()
            })
            empty=move || {
                let new = client.map_or_else(
                    || "/admin/services/new".to_owned(),
                    |client| format!("/admin/services/new?client={client}"),
                );
                view! {
                    <EmptyState icon=lu::LuServer title=ta().no_services text=ta().no_services_text>
                        <AddLink permission=Permission::ServicesCreate text=ta().create_service href=new.clone() />
                    </EmptyState>
                }
            }
        />
    }
}

/// The global list of services.
#[component]
pub fn ServicesPage() -> impl IntoView {
    view! {
        <Title text=ta().services />
        <PageHead title=ta().services text=ta().services_text>
            <AddLink permission=Permission::ServicesCreate text=ta().create_service href="/admin/services/new" />
        </PageHead>
        <ServicesTable client=None />
    }
}

//! `/admin/clients`: every client.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::identity::{ClientStatus, ClientSummary};
use ui::{Avatar, Column, EmptyState, PageHead, lu, use_list};

use crate::i18n::{fill, t, ta};
use crate::parts::filters::{FilterSegment, FilterSelect};
use crate::parts::range::{FilterRange, RangeNames, with_instants};
use crate::parts::{AddLink, ClientBadge, DataTable};
use crate::portals::admin::clients::{currency_options, use_company_options};
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

/// Clients are found by when they came.
const CREATED: RangeNames = RangeNames { from: "created_from", to: "created_to" };

fn columns() -> Vec<Column<ClientSummary>> {
    vec![
        Column::new("name", ta().client, |client: &ClientSummary| {
            let below = match &client.owner {
                Some(owner) if owner.name != client.name => format!("{} · {}", owner.name, client.email),
                _ => client.email.clone(),
            };
            view! {
                <div class="who">
                    <Avatar name=client.name.clone() />
                    <div>
                        <a class="row-link" href=format!("/admin/clients/{}", client.id)>{client.name.clone()}</a>
                        <small>{below}</small>
                    </div>
                </div>
            }
        })
        .sorted_by("name"),
        Column::new("status", t().status, |client: &ClientSummary| view! { <ClientBadge status=client.status /> })
            .sorted_by("status"),
        Column::new("located", ta().located, |client: &ClientSummary| {
            let place: Vec<String> = client.country.iter().chain(client.city.iter()).cloned().collect();
            place.join(" · ")
        }).sorted_by("country"),
        Column::new("balance", t().balance, |client: &ClientSummary| {
            let class = if client.balance.is_negative() { "strong neg" } else { "strong" };
            view! { <span class=class>{format::money(client.balance)}</span> }
        })
        .end()
        .sorted_by("balance"),
        Column::new("created", t().created_at, |client: &ClientSummary| format::date(client.created_at))
            .sorted_by("created_at"),
    ]
}

/// The list of clients.
#[component]
pub fn ClientsPage() -> impl IntoView {
    let list = use_list("-created_at");
    let clients = use_query(move || with_instants(&list.api_query(), CREATED), api::people::clients);
    let companies = use_company_options();
    let total = move || {
        clients
            .data()
            .with(|page| page.as_ref().map(|page| fill(ta().n_clients, &[("n", &format::count(page.total))])))
    };
    view! {
        <Title text=ta().clients />
        <PageHead title=ta().clients text=move || total().unwrap_or_default()>
            <AddLink permission=Permission::ClientsCreate text=ta().add_client href="/admin/clients/new" />
        </PageHead>
        <DataTable
            query=clients
            list
            columns=columns()
            label=ta().clients
            search_hint=ta().search_clients
            filters=Box::new(move || {
                view! {
                    <FilterSegment
                        list
                        name="status"
                        label=t().status
                        words=ClientStatus::ALL.iter().map(|status| status.as_str()).collect()
                    />
                    <FilterSelect
                        list
                        name="in_debt"
                        label=ta().in_debt
                        options=vec![("true".to_owned(), t().yes.to_owned())]
                    />
                    <FilterSelect list name="currency" label=t().currency options=currency_options() />
                    {may(Permission::CompaniesView)
                        .then(|| view! { <FilterSelect list name="company" label=ta().home_company options=companies /> })}
                    <FilterRange list names=CREATED />
                }
                    .into_any()
            })
            empty=|| {
                view! {
                    <EmptyState icon=lu::LuBuilding title=ta().no_clients text=ta().no_clients_text>
                        <AddLink permission=Permission::ClientsCreate text=ta().add_client href="/admin/clients/new" />
                    </EmptyState>
                }
            }
        />
    }
}

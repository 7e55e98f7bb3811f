//! `/admin/clients`: every client.

use leptos::prelude::*;
use leptos_meta::Title;
use rust_decimal::Decimal;
use shared::billing::wallet::ClientCharges;
use shared::identity::{ClientStatus, ClientSummary};
use shared::{Money, Page, Permission};
use ui::{Avatar, Column, EmptyState, PageHead, SparkRow, lu, use_list};

use crate::i18n::{fill, t, ta, td};
use crate::parts::filters::{FilterSegment, FilterSelect};
use crate::parts::range::{FilterRange, RangeNames, with_instants};
use crate::parts::rows::icon_links;
use crate::parts::{AddLink, ClientBadge, DataTable, Place};
use crate::portals::admin::clients::{currency_options, use_company_options};
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

/// Clients are found by when they came.
const CREATED: RangeNames = RangeNames { from: "created_from", to: "created_to" };

/// The last thirty days of a client as a line, with the days on which it was charged behind it.
fn spark(charges: &ClientCharges) -> AnyView {
    let words = &td().client;
    if charges.total.is_zero() {
        return view! { <span class="sub" title=words.charged_none aria-label=words.charged_none>"—"</span> }
            .into_any();
    }
    let currency = charges.total.currency();
    let amount = |day: &Decimal| format::money(Money::ledger(*day, currency));
    let mut days = Vec::with_capacity(charges.days.len());
    let mut day = charges.from;
    for charged in &charges.days {
        days.push((day, charged));
        day = day.tomorrow().unwrap_or(day);
    }
    // Parts of a cent count as well.
    let scaled =
        |charged: &Decimal| (*charged * Decimal::from(10_000)).trunc().try_into().unwrap_or(i64::MAX);
    let values = charges.days.iter().map(scaled).collect();
    let most = days.iter().max_by_key(|(_, charged)| **charged);
    let (most_on, most) = most.map(|(day, charged)| (format::day(*day), amount(charged))).unwrap_or_default();
    let figure = format::money_short(charges.total);
    let text = fill(words.charged_text, &[("total", &figure), ("day", &most_on), ("most", &most)]);
    let charged_days = days.iter().rev().filter(|(_, charged)| !charged.is_zero());
    let rows = charged_days.map(|(day, charged)| (format::day_short(*day), amount(charged))).collect();
    view! { <SparkRow values figure text rows /> }.into_any()
}

fn columns(charges: Query<Vec<ClientCharges>>) -> Vec<Column<ClientSummary>> {
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
            view! { <Place country=client.country.clone() city=client.city.clone() /> }
        }).sorted_by("country"),
        Column::new("balance", t().balance, |client: &ClientSummary| {
            let class = if client.balance.is_negative() { "strong neg" } else { "strong" };
            view! { <span class=class>{format::money(client.balance)}</span> }
        })
        .end()
        .sorted_by("balance"),
        Column::new("charged", td().client.charged, move |client: &ClientSummary| {
            let id = client.id;
            move || {
                charges
                    .data()
                    .with(|all| all.as_ref().and_then(|all| all.iter().find(|one| one.client_id == id).map(spark)))
            }
        }),
        Column::new("created", t().created_at, |client: &ClientSummary| format::date(client.created_at))
            .sorted_by("created_at"),
        Column::new("acts", "", |client: &ClientSummary| {
            let page = format!("/admin/clients/{}", client.id);
            let links = [
                (Permission::ServicesView, format!("{page}/services"), lu::LuServer, ta().services),
                (Permission::DocumentsView, format!("{page}/documents"), lu::LuFileText, ta().documents),
                (Permission::TransactionsView, format!("{page}/transactions"), lu::LuArrowLeftRight, ta().transactions),
                (
                    Permission::ServicesCreate,
                    format!("/admin/services/new?client={}", client.id),
                    lu::LuShoppingCart,
                    ta().create_service,
                ),
            ];
            icon_links(&client.name, links.into())
        })
        .end(),
    ]
}

/// The list of clients.
#[component]
pub fn ClientsPage() -> impl IntoView {
    let list = use_list("-created_at");
    let clients = use_query(move || with_instants(&list.api_query(), CREATED), api::people::clients);
    let companies = use_company_options();
    let shown = Memo::new(move |_| {
        let ids = |page: &Page<ClientSummary>| page.items.iter().map(|client| client.id).collect::<Vec<_>>();
        clients.data().with(|page| page.as_ref().map(ids).unwrap_or_default())
    });
    let charges = use_query(
        move || shown.get(),
        |clients| async move {
            if clients.is_empty() { Ok(Vec::new()) } else { api::billing::client_charges(&clients).await }
        },
    );
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
            columns=columns(charges)
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

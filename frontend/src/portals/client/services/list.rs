//! `/services` and `/groups/:id`: what the client bought.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use shared::catalog::Look;
use shared::services::{ServiceState, ServiceSummary};
use ui::{Column, EmptyState, Icon, LinkButton, ListState, PageHead, lu, use_list};

use super::ahead::Ahead;
use crate::api;
use crate::format;
use crate::i18n::tc;
use crate::parts::DataTable;
use crate::parts::states::ServiceBadge;
use crate::portals::client::icons;
use crate::portals::client::kit::{self, overview};
use crate::query::use_query;

#[component]
pub(in crate::portals::client) fn ServicesPage() -> impl IntoView {
    view! { <Services title=tc().service.title.to_owned() group=String::new() look=Look::Table /> }
}

/// The services of one product group.
#[component]
pub(in crate::portals::client) fn GroupPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let counters = overview().counters;
    let named = Memo::new(move |_| {
        let id = id.get();
        counters.data().with(|counters| {
            let groups = counters.iter().flat_map(|counters| &counters.groups);
            groups
                .filter(|group| group.id.to_string() == id)
                .map(|group| (group.name.clone(), group.look))
                .next()
        })
    });
    move || {
        let (title, look) = named.get().unwrap_or_else(|| (tc().service.title.to_owned(), Look::Table));
        view! { <Services title group=id.get() look /> }
    }
}

#[component]
fn Services(title: String, group: String, look: Look) -> impl IntoView {
    let words = &tc().service;
    let client = kit::client();
    let list = use_list("-created_at");
    let rows = use_query(
        move || {
            let query = list.api_query();
            if group.is_empty() { query } else { format!("{query}&group={group}") }
        },
        move |query: String| api::own::services(client, &query),
    );
    rows.refresh_every(|| 15);
    let columns = vec![
        Column::new("label", words.name, |row: &ServiceSummary| {
            view! {
                <a class="who row-link" href=format!("/services/{}", row.id)>
                    <span class="tile tile-sm"><Icon icon=icons::product(&row.icon) /></span>
                    <div>
                        <span>{row.label.clone()}</span>
                        <small>{row.product_name.clone()}</small>
                    </div>
                </a>
            }
        })
        .sorted_by("label"),
        Column::new("state", words.state, |row: &ServiceSummary| view! { <ServiceBadge service=row.clone() /> })
            .sorted_by("state"),
        Column::new("price", words.price, |row: &ServiceSummary| {
            view! {
                <div class="strong">{format::money(row.rate)} " " {format::per_period(row.period)}</div>
                <div class="sub">
                    {row
                        .hourly
                        .filter(|_| row.period != shared::Period::Hourly)
                        .map(|hourly| format!("{} {}", format::money(hourly), format::per_period(shared::Period::Hourly)))}
                </div>
            }
        })
        .end()
        .sorted_by("rate"),
        Column::new("next", words.next_charge, |row: &ServiceSummary| {
            let running = row.state == ServiceState::Active;
            row.paid_until.filter(|_| running).map(|until| {
                view! {
                    <div><Ahead at=until /></div>
                    <div class="sub">{format::date_time(until)}</div>
                }
            })
        })
        .sorted_by("paid_until"),
        Column::new("created_at", words.ordered, |row: &ServiceSummary| format::date(row.created_at)).sorted_by("created_at"),
    ];
    view! {
        <Title text=title.clone() />
        <PageHead title=title.clone() text=words.text>
            <LinkButton text=tc().nav.order href="/shop" icon=lu::LuPlus class="btn-primary" />
        </PageHead>
        <div class:as-cards=look == Look::Cards>
        <DataTable
            query=rows
            list
            columns
            label=title
            search_hint=words.search
            filters=Box::new(move || view! { <Filters list /> }.into_any())
            empty=ViewFn::from(|| {
                view! {
                    <EmptyState icon=lu::LuServer title=tc().service.empty text=tc().service.empty_hint>
                        <LinkButton text=tc().nav.order href="/shop" class="btn-primary" />
                    </EmptyState>
                }
            })
        />
        </div>
    }
}

#[component]
fn Filters(list: ListState) -> impl IntoView {
    let home = &tc().home;
    let choices: [(&str, [(&str, &str); 3]); 4] = [
        (tc().common.all, [("state", ""), ("living", ""), ("termination_requested", "")]),
        (home.active, [("state", "active"), ("living", ""), ("termination_requested", "")]),
        (home.suspended, [("state", "suspended"), ("living", ""), ("termination_requested", "")]),
        (home.ending, [("state", ""), ("living", ""), ("termination_requested", "true")]),
    ];
    view! {
        <div class="segment" role="group" aria-label=tc().service.state>
            {choices
                .map(|(text, filters)| {
                    let mine = filters;
                    view! {
                        <button
                            type="button"
                            aria-pressed=move || {
                                mine.iter()
                                    .filter(|(name, _)| *name != "living")
                                    .all(|(name, value)| list.filter(name) == *value)
                                    .to_string()
                            }
                            on:click=move |_| {
                                let changes = filters.map(|(name, value)| (name, value.to_owned()));
                                list.set(&changes, false);
                            }
                        >
                            {text}
                        </button>
                    }
                })}
        </div>
    }
}

//! Where the users of a client are or were signed in.

use leptos::prelude::*;
use shared::ClientId;
use shared::identity::ClientSession;
use ui::{Badge, Column, EmptyState, Tone, lu, use_list};

use crate::i18n::{t, ta, td};
use crate::parts::DataTable;
use crate::query::use_query;
use crate::{api, format};

fn columns() -> Vec<Column<ClientSession>> {
    let words = &td().client;
    vec![
        Column::new("user", ta().user, |session: &ClientSession| {
            view! {
                <a class="row-link" href=format!("/admin/users/{}", session.user.id)>{session.user.name.clone()}</a>
                <small class="sub">{session.user.email.clone()}</small>
            }
        }),
        Column::new("status", t().status, |session: &ClientSession| match session.ended_at {
            Some(_) => view! { <Badge text=td().client.ended /> },
            None => view! { <Badge text=td().client.open tone=Tone::Ok /> },
        }),
        Column::new("ip", "IP", |session: &ClientSession| {
            view! { <span class="mono">{session.ip.clone()}</span> }
        }),
        Column::new("browser", words.browser, |session: &ClientSession| {
            let agent = session.user_agent.clone();
            view! { <span class="block max-w-72 truncate" title=agent.clone()>{agent.clone()}</span> }
        }),
        Column::new("created", words.signed_in, |session: &ClientSession| {
            format::date_time(session.created_at)
        })
        .sorted_by("created_at"),
        Column::new("seen", t().last_seen, |session: &ClientSession| format::date_time(session.last_seen_at))
            .sorted_by("last_seen_at"),
        Column::new("ended", words.ended, |session: &ClientSession| session.ended_at.map(format::date_time))
            .hidden(),
    ]
}

#[component]
pub(super) fn ClientSessions(client: ClientId) -> impl IntoView {
    let list = use_list("-created_at");
    let sessions =
        use_query(move || list.api_query(), move |query| api::people::client_sessions(client, query));
    view! {
        <DataTable
            query=sessions
            list
            columns=columns()
            label=td().client.sessions
            searchable=false
            empty=|| view! { <EmptyState icon=lu::LuMonitor title=td().client.no_sessions /> }
        />
    }
}

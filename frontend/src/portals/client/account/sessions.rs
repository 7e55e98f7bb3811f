//! `/security/sessions`: browsers that are signed in as this person.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::identity::SessionSummary;
use ui::{Badge, Button, Card, Icon, PageHead, Tone, lu, toast_ok};

use crate::api;
use crate::format;
use crate::i18n::{fill, tc};
use crate::parts::{Loaded, submit_with};
use crate::query::{Query, use_query};

#[component]
pub(in crate::portals::client) fn SessionsPage() -> impl IntoView {
    let words = &tc().me;
    let sessions = use_query(|| (), |()| api::me::sessions("per_page=50"));
    let others = submit_with(
        || async { api::me::end_other_sessions().await },
        move |done| {
            toast_ok(fill(words.sessions_ended, &[("count", &done.ended.to_string())]));
            sessions.refetch();
        },
    );
    view! {
        <Title text=words.sessions_title />
        <PageHead title=words.sessions_title text=words.sessions_text>
            <Button text=words.session_end_others icon=lu::LuLogOut busy=others.busy on_click=others.run />
        </PageHead>
        <Card flush=true>
            <Loaded query=sessions rows=4 let:page>
                <ul>
                    {page
                        .items
                        .into_iter()
                        .map(|row| view! { <Row row query=sessions /> })
                        .collect_view()}
                </ul>
            </Loaded>
        </Card>
    }
}

/// `Chrome · Linux` of what a browser calls itself.
fn browser(agent: &str) -> String {
    let name = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let system = [
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&name), find(&system)) {
        (Some(name), Some(system)) => format!("{name} · {system}"),
        (Some(name), None) => name.to_owned(),
        _ => agent.chars().take(60).collect(),
    }
}

#[component]
fn Row(row: SessionSummary, query: Query<shared::Page<SessionSummary>>) -> impl IntoView {
    let words = &tc().me;
    let id = row.id;
    let over = row.ended_at.is_some();
    let end = submit_with(
        move || async move { api::me::end_session(id).await },
        move |()| {
            toast_ok(words.session_over);
            query.refetch();
        },
    );
    view! {
        <li class="flex flex-wrap items-center gap-4 px-5 py-4 border-b border-line last:border-b-0">
            <span class="tile tile-sm"><Icon icon=lu::LuMonitor /></span>
            <div class="flex-1 min-w-48">
                <div class="font-medium" title=row.user_agent.clone()>{browser(&row.user_agent)}</div>
                <div class="sub num">{row.ip.clone()}</div>
            </div>
            <div class="sub">
                <div>{words.session_seen} ": " {format::date_time(row.last_seen_at)}</div>
                <div>{words.session_started} ": " {format::date_time(row.created_at)}</div>
            </div>
            {match (row.current, over) {
                (true, _) => view! { <Badge text=words.session_here tone=Tone::Ok /> }.into_any(),
                (false, true) => view! { <Badge text=words.session_over /> }.into_any(),
                (false, false) => {
                    view! { <Button text=words.session_end class="btn-sm btn-danger" busy=end.busy on_click=end.run /> }.into_any()
                }
            }}
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_called_by_name_and_system() {
        let agent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36";
        assert_eq!(browser(agent), "Chrome · Linux");
        assert_eq!(browser("curl/8.5"), "curl/8.5");
    }
}

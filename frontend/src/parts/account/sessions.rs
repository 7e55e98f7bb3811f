//! Browsers that are signed in as this person.

use leptos::prelude::*;
use shared::SessionId;
use shared::identity::SessionSummary;
use ui::{Badge, Column, EmptyState, Icon, PageHead, Tone, lu, toast_ok, use_list};

use crate::api;
use crate::format;
use crate::i18n::{fill, tp};
use crate::parts::{AskButton, DataTable, submit_with};
use crate::query::use_query;
use crate::session::Portal;

/// The sessions; each can be ended.
#[component]
pub fn Sessions(
    portal: Portal,
    title: &'static str,
    /// Between the head and the list.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let words = &tp().security;
    let list = use_list("-created_at");
    let sessions =
        use_query(move || list.api_query(), move |query: String| api::account::sessions(portal, &query));
    let refetch = Callback::new(move |()| sessions.refetch());
    let others = submit_with(
        move || api::account::end_other_sessions(portal),
        move |done| {
            toast_ok(fill(words.sessions_ended, &[("count", &done.ended.to_string())]));
            sessions.refetch();
        },
    );
    let columns = vec![
        Column::new("browser", words.session_browser, |row: &SessionSummary| {
            view! {
                <div class="who">
                    <span class="tile tile-sm"><Icon icon=lu::LuMonitor /></span>
                    <div>
                        <div class="font-medium" title=row.user_agent.clone()>{browser(&row.user_agent)}</div>
                        <small class="num">{row.ip.clone()}</small>
                    </div>
                </div>
            }
        }),
        Column::new("seen", words.session_seen, |row: &SessionSummary| format::date_time(row.last_seen_at))
            .sorted_by("last_seen_at"),
        Column::new("started", words.session_started, |row: &SessionSummary| {
            format::date_time(row.created_at)
        })
        .sorted_by("created_at"),
        Column::new("actions", "", move |row: &SessionSummary| match (row.current, row.ended_at.is_some()) {
            (true, _) => view! { <Badge text=words.session_here tone=Tone::Ok /> }.into_any(),
            (false, true) => view! { <Badge text=words.session_over /> }.into_any(),
            (false, false) => view! { <End id=row.id portal done=refetch /> }.into_any(),
        })
        .end(),
    ];
    view! {
        <PageHead title text=words.sessions_text>
            <AskButton
                text=words.session_end_others
                question=words.session_end_others_text
                act=others
                icon=lu::LuLogOut
            />
        </PageHead>
        {children.map(|children| children())}
        <DataTable
            query=sessions
            list
            columns
            label=words.sessions_title
            empty=|| view! { <EmptyState icon=lu::LuMonitor title=ui::words().nothing_found /> }
        />
    }
}

#[component]
fn End(id: SessionId, portal: Portal, done: Callback<()>) -> impl IntoView {
    let words = &tp().security;
    let end = submit_with(
        move || api::account::end_session(portal, id),
        move |_| {
            toast_ok(words.session_over);
            done.run(());
        },
    );
    view! {
        <AskButton text=words.session_end question=words.session_end_text act=end class="btn-sm btn-danger" />
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

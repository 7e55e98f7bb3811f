//! Where a user is or was signed in, and signing him out everywhere.

use leptos::prelude::*;
use shared::identity::SessionSummary;
use shared::{Permission, UserId};
use ui::{Badge, Card, EmptyState, Icon, Tone, lu, toast_ok};

use crate::i18n::{fill, t, td};
use crate::parts::{AskButton, Loaded, submit_with};
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

/// The latest sessions of a user.
#[component]
pub(super) fn UserSessions(id: UserId) -> impl IntoView {
    let sessions = use_query(move || id, api::people::user_sessions);
    let end = submit_with(
        move || api::people::end_user_sessions(id),
        move |done| {
            sessions.refetch();
            toast_ok(fill(td().client.signed_out, &[("n", &done.ended.to_string())]));
        },
    );
    let some_open = Signal::derive(move || {
        sessions.data().with(|sessions| sessions.iter().flatten().any(|session| session.ended_at.is_none()))
    });
    view! {
        <Card
            title=td().client.sessions
            text=td().client.sessions_text
            tools=Box::new(move || {
                may(Permission::UsersEdit)
                    .then(|| {
                        view! {
                            <AskButton
                                text=td().client.sign_out_everywhere
                                question=td().client.sign_out_everywhere_text
                                act=end
                                class="btn-sm"
                                disabled=Signal::derive(move || !some_open.get())
                            />
                        }
                    })
                    .into_any()
            })
        >
            <Loaded query=sessions rows=3 let:list>
                {if list.is_empty() {
                    view! { <EmptyState icon=lu::LuMonitor title=td().client.no_sessions /> }.into_any()
                } else {
                    view! { <ul class="grid grid-cols-1 gap-4">{list.into_iter().map(row).collect_view()}</ul> }.into_any()
                }}
            </Loaded>
        </Card>
    }
}

fn row(session: SessionSummary) -> impl IntoView {
    view! {
        <li class="flex items-center gap-3">
            <span class="tile tile-sm">
                <Icon icon=lu::LuMonitor />
            </span>
            <div class="flex-1 min-w-0">
                <div class="truncate" title=session.user_agent.clone()>{session.user_agent.clone()}</div>
                <span class="sub">
                    {session.ip} " · " {t().last_seen} " " {format::date_time(session.last_seen_at)}
                </span>
            </div>
            {match session.ended_at {
                Some(_) => view! { <Badge text=td().client.ended /> },
                None => view! { <Badge text=td().client.open tone=Tone::Ok /> },
            }}
        </li>
    }
}

//! The history of a client's status.

use leptos::prelude::*;
use shared::ClientId;
use ui::Card;

use crate::i18n::ta;
use crate::parts::{Loaded, StateBadge};
use crate::query::use_query;
use crate::{api, format};

#[component]
pub(super) fn StatusHistory(client: ClientId) -> impl IntoView {
    let history = use_query(move || client, api::people::status_history);
    view! {
        <Card title=ta().status_history>
            <Loaded query=history rows=2 let:entries>
                <ul class="grid gap-3">
                    {entries
                        .into_iter()
                        .map(|entry| {
                            view! {
                                <li class="flex flex-wrap items-center gap-x-3 gap-y-1 text-sm">
                                    <StateBadge state=entry.to.as_str() />
                                    <span class="text-ink-2">{entry.reason}</span>
                                    <span class="muted ml-auto">{entry.actor_name} " · " {format::date_time(entry.at)}</span>
                                </li>
                            }
                        })
                        .collect_view()}
                </ul>
            </Loaded>
        </Card>
    }
}

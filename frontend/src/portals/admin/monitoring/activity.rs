//! `/admin/activity`: who did what, newest first.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::identity::{ActivityEntry, ActivityLevel};
use ui::{Button, Card, EmptyState, PageHead, SearchBox, lu, use_list};

use crate::i18n::{t, ta};
use crate::parts::filters::{FilterSelect, word_options};
use crate::parts::{Loaded, StateBadge};
use crate::query::use_query;
use crate::{api, format};

/// The activity log, a page at a time by keyset.
#[component]
pub fn ActivityPage() -> impl IntoView {
    let list = use_list("");
    let entries = use_query(
        move || {
            ui::list::encode(
                &[
                    ("search", list.search()),
                    ("level", list.filter("level")),
                    ("after", list.filter("after")),
                    ("client", list.filter("client")),
                    ("per_page", "50".to_owned()),
                ]
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(name, value)| (name.to_owned(), value))
                .collect::<Vec<_>>(),
            )
        },
        api::staff::activity,
    );
    view! {
        <Title text=ta().activity_log />
        <PageHead title=ta().activity_log text=ta().activity_text>
            <Button text=t().refresh icon=lu::LuRefreshCw on_click=Callback::new(move |()| entries.refetch()) />
        </PageHead>
        <Card flush=true>
            <div class="table-bar">
                <SearchBox list hint=t().search />
                <FilterSelect
                    list
                    name="level"
                    label=t().kind
                    options=word_options(ActivityLevel::ALL, ActivityLevel::as_str)
                />
            </div>
            <Loaded query=entries rows=10 let:page>
                {if page.items.is_empty() {
                    view! { <EmptyState icon=lu::LuActivity title=ui::words().nothing_found /> }.into_any()
                } else {
                    view! {
                        <div class="table-wrap">
                            <table class="table">
                                <tbody>{page.items.into_iter().map(line).collect_view()}</tbody>
                            </table>
                        </div>
                    }
                        .into_any()
                }}
                {page
                    .next
                    .map(|next| {
                        view! {
                            <div class="card-foot form-bar">
                                <Button
                                    text=ta().older
                                    on_click=Callback::new(move |()| list.set(&[("after", next.clone())], false))
                                />
                            </div>
                        }
                    })}
            </Loaded>
        </Card>
    }
}

fn line(entry: ActivityEntry) -> impl IntoView {
    let changed = entry.old.clone().zip(entry.new.clone());
    view! {
        <tr>
            <td class="num">{format::date_time_exact(entry.at)}</td>
            <td><StateBadge state=entry.level.as_str() /></td>
            <td>
                <span class="strong">{entry.description}</span>
                <small class="sub mono">{entry.action}</small>
                {changed
                    .map(|(old, new)| {
                        view! {
                            <details class="chart-table">
                                <summary>{t().why}</summary>
                                <pre class="json">{format!("- {old}\n+ {new}")}</pre>
                            </details>
                        }
                    })}
            </td>
            <td>
                {entry
                    .client
                    .map(|id| {
                        view! { <a class="link" href=format!("/admin/clients/{id}")>{entry.client_name.unwrap_or_default()}</a> }
                    })}
            </td>
            <td class="end">{entry.actor_name} <small class="sub">{entry.ip}</small></td>
        </tr>
    }
}

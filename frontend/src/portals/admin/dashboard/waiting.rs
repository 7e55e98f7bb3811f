//! What waits for staff: manual tasks, each done in two clicks.

use leptos::prelude::*;
use shared::Permission;
use shared::tasks::TaskSummary;
use ui::{Button, Card, Icon, lu};

use crate::i18n::td;
use crate::parts::Loaded;
use crate::portals::admin::monitoring::TaskDoneDialog;
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

/// The oldest manual tasks that are not done.
#[component]
pub(super) fn Waiting() -> impl IntoView {
    let words = &td().waiting;
    let tasks = use_query(
        || (),
        |()| api::system::tasks("manual=true&state=processing&sort=created_at&per_page=10".to_owned()),
    );
    tasks.refresh_every(|| 15);
    let chosen = RwSignal::new(None::<TaskSummary>);
    let done = Callback::new(move |()| tasks.refetch());
    let total = move || tasks.data().with(|page| page.as_ref().map_or(0, |page| page.total));
    let title = move || match total() {
        0 => words.title.to_owned(),
        total => format!("{} · {}", words.title, format::count(total)),
    };
    view! {
        <Card
            title=title
            flush=true
            tools=Box::new(move || {
                view! { <a class="link text-sm" href="/admin/tasks?manual=true&state=processing">{words.all}</a> }.into_any()
            })
        >
            <Loaded query=tasks rows=2 let:page>
                {if page.items.is_empty() {
                    view! { <p class="px-5 py-4 text-ink-2 flex items-center gap-2"><Icon icon=lu::LuCircleCheck />{words.nothing}</p> }.into_any()
                } else {
                    view! {
                        <div class="table-wrap" tabindex="0" role="region" aria-label=words.title>
                            <table class="table">
                                <tbody>{page.items.into_iter().map(|task| view! { <Row task chosen /> }).collect_view()}</tbody>
                            </table>
                        </div>
                    }
                        .into_any()
                }}
            </Loaded>
        </Card>
        <TaskDoneDialog chosen done />
    }
}

#[component]
fn Row(task: TaskSummary, chosen: RwSignal<Option<TaskSummary>>) -> impl IntoView {
    let text = task.step.clone().unwrap_or_else(|| task.name.clone());
    let href = match task.service_id {
        Some(service) => format!("/admin/services/{service}"),
        None => format!("/admin/tasks?task={}", task.id),
    };
    let client = task.client_id.map(|id| {
        view! { <a class="link" href=format!("/admin/clients/{id}")>{task.client_name.clone()}</a> }
    });
    let created = format::date_time(task.created_at);
    let task = StoredValue::new(task);
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=href>{text}</a>
            </th>
            <td>{client}</td>
            <td class="num">{created}</td>
            <td class="end">
                {may(Permission::TasksOperate)
                    .then(|| {
                        view! {
                            <Button
                                text=td().waiting.mark
                                icon=lu::LuCheck
                                class="btn-sm"
                                on_click=Callback::new(move |()| chosen.set(Some(task.get_value())))
                            />
                        }
                    })}
            </td>
        </tr>
    }
}

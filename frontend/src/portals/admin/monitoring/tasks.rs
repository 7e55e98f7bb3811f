//! `/admin/tasks`: background work, live.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::bulk::{TaskBulk, TaskBulkAction};
use shared::tasks::{Queue, TaskState, TaskSummary};
use shared::{Permission, TaskId};
use ui::{Button, Card, Column, Dialog, EmptyState, ListState, PageHead, Share, StackedBar, lu, use_list};

use super::done::TaskDoneDialog;
use super::queues::queue_word;
use super::task::TaskDialog;
use crate::i18n::{fill, t, ta, td, word};
use crate::parts::filters::{FilterChip, FilterSelect, filter_yes, query_without, use_opened, word_options};
use crate::parts::range::{FilterRange, INSTANTS, with_instants};
use crate::parts::{Bulk, BulkAct, DataTable, Live, LiveSwitch, StateBadge};
use crate::portals::admin::clients::client_link;
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

/// How far a task is, and what it is doing: `42 % · step`.
pub(super) fn standing(task: &TaskSummary) -> Option<String> {
    let percent = (1..100).contains(&task.progress).then(|| format!("{} %", task.progress));
    match (percent, task.step.clone()) {
        (Some(percent), Some(step)) => Some(format!("{percent} · {step}")),
        (percent, step) => percent.or(step),
    }
}

/// What a task is about: each leads to the tasks of the same.
fn about(task: &TaskSummary, list: ListState) -> AnyView {
    let tags = [
        ("client_id", ta().client, task.client_id.map(|id| id.0)),
        ("service_id", ta().service, task.service_id.map(|id| id.0)),
        ("document_id", ta().document, task.document_id.map(|id| id.0)),
    ];
    let tag = |(name, text, id): (&'static str, &'static str, Option<uuid::Uuid>)| {
        id.map(|id| {
            let only = fill(td().queues.only_of, &[("what", text)]);
            view! {
                <button
                    type="button"
                    class="btn btn-ghost btn-sm"
                    title=only.clone()
                    aria-label=format!("{text}: {only}")
                    on:click=move |_| list.set_filter(name, &id.to_string())
                >
                    {text}
                </button>
            }
        })
    };
    view! { <span class="inline-flex">{tags.map(tag)}</span> }.into_any()
}

fn columns(
    list: ListState,
    opened: Callback<TaskId>,
    doing: RwSignal<Option<TaskSummary>>,
) -> Vec<Column<TaskSummary>> {
    vec![
        Column::new("name", ta().task, move |task: &TaskSummary| {
            let id = task.id;
            view! {
                <button type="button" class="link text-left" on:click=move |_| opened.run(id)>
                    {task.name.clone()}
                </button>
                {task.error.clone().map(|error| view! { <small class="sub neg">{error}</small> })}
            }
        })
        .sorted_by("name"),
        Column::new("state", t().state, |task: &TaskSummary| {
            view! {
                <StateBadge state=task.state.as_str() />
                {task.manual.then(|| view! { " " <ui::Badge text=ta().by_hand tone=ui::Tone::Brand /> })}
            }
        })
        .sorted_by("state"),
        Column::new("queue", ta().queue, |task: &TaskSummary| queue_word(task.queue)),
        Column::new("client", ta().client, |task: &TaskSummary| {
            task.client_id.map(|id| client_link(id, task.client_name.clone().unwrap_or_default()))
        }),
        Column::new("about", td().queues.about, move |task: &TaskSummary| about(task, list)).roomy(),
        Column::new("step", ta().step, standing),
        Column::new("attempts", ta().attempts, |task: &TaskSummary| {
            format!("{} / {}", task.attempts, task.attempts_max)
        })
        .end(),
        Column::new("duration", ta().duration, |task: &TaskSummary| {
            task.duration_ms.map(format::milliseconds)
        })
        .end(),
        Column::new("run_at", ta().due_at, |task: &TaskSummary| format::date_time(task.run_at))
            .hidden()
            .sorted_by("run_at"),
        Column::new("created", t().created_at, |task: &TaskSummary| format::date_time_exact(task.created_at))
            .sorted_by("created_at"),
        Column::new("done", "", move |task: &TaskSummary| {
            let waits = task.manual && task.finished_at.is_none() && may(Permission::TasksOperate);
            let task = StoredValue::new(task.clone());
            waits.then(|| {
                view! {
                    <Button
                        text=td().waiting.mark
                        icon=lu::LuCheck
                        class="btn-sm"
                        on_click=Callback::new(move |()| doing.set(Some(task.get_value())))
                    />
                }
            })
        })
        .end(),
    ]
}

/// What staff do with many tasks.
fn bulk() -> Bulk<TaskSummary> {
    let act = |action: TaskBulkAction, title| {
        BulkAct::new(title, move |ids, dry_run, key| {
            let body = TaskBulk { action, ids: ids.into_iter().map(TaskId).collect() };
            api::system::act_on_tasks(&body, dry_run, key)
        })
    };
    Bulk {
        key: |task| task.id.to_string(),
        name: |task| task.name.clone(),
        acts: vec![
            act(TaskBulkAction::Retry, word("retry")),
            act(TaskBulkAction::Cancel, td().queues.cancel_tasks).dangerous(),
        ],
        more: None,
    }
}

/// The task queue: counts, a live list, and one task in a dialog (`?task=`).
#[component]
pub fn TasksPage() -> impl IntoView {
    let list = use_list("-created_at");
    let tasks = use_query(
        move || with_instants(&query_without(&list.api_query(), "task"), INSTANTS),
        api::system::tasks,
    );
    let counts = use_query(|| (), |()| api::system::task_counts());
    let live = Live::every(5);
    tasks.refresh_every(move || live.seconds());
    counts.refresh_every(move || live.seconds());
    let doing = RwSignal::new(None::<TaskSummary>);
    let (chosen, open, opened) = use_opened::<TaskId>(list, "task");
    let shares = move || {
        counts.data().get().map(|counts| {
            let share = |state: TaskState, value: i64| Share {
                name: word(state.as_str()).to_owned(),
                value,
                href: Some(format!("/admin/tasks?state={state}")),
            };
            vec![
                share(TaskState::Completed, counts.completed),
                share(TaskState::Processing, counts.processing),
                share(TaskState::Queued, counts.queued),
                share(TaskState::Pending, counts.pending),
                share(TaskState::Failed, counts.failed),
                share(TaskState::Cancelled, counts.cancelled),
                share(TaskState::Duplicate, counts.duplicate),
            ]
        })
    };
    view! {
        <Title text=ta().task_queue />
        <PageHead title=ta().task_queue text=ta().task_queue_text>
            <LiveSwitch live />
        </PageHead>
        {move || {
            shares()
                .map(|shares| {
                    view! {
                        <div class="mb-5">
                            <Card>
                                <StackedBar shares format=format::count />
                            </Card>
                        </div>
                    }
                })
        }}
        <DataTable
            query=tasks
            list
            columns=columns(list, opened, doing)
            bulk=may(Permission::TasksOperate).then(bulk)
            label=ta().task_queue
            filters=Box::new(move || {
                let queues: Vec<(String, String)> =
                    Queue::ALL.iter().map(|queue| (queue.to_string(), queue_word(*queue).to_owned())).collect();
                view! {
                    <FilterSelect
                        list
                        name="state"
                        label=t().state
                        options=word_options(TaskState::ALL, TaskState::as_str)
                    />
                    <FilterSelect list name="queue" label=ta().queue options=queues />
                    {filter_yes(list, "manual", ta().by_hand)}
                    <FilterRange list names=INSTANTS />
                    <FilterChip list name="name" text=ta().task />
                    <FilterChip list name="client_id" text=ta().client />
                    <FilterChip list name="service_id" text=ta().service />
                    <FilterChip list name="document_id" text=ta().document />
                }
                    .into_any()
            })
            empty=|| view! { <EmptyState icon=lu::LuListChecks title=ta().no_tasks text=ta().task_queue_text /> }
        />
        <TaskDoneDialog
            chosen=doing
            done=Callback::new(move |()| {
                tasks.refetch();
                counts.refetch();
            })
        />
        <Dialog open title=ta().task class="dialog-wide">
            {move || chosen.get().map(|id| view! { <TaskDialog id tasks open /> })}
        </Dialog>
    }
}

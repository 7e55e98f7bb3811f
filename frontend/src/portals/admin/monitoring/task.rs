//! One task: what it was given, what it answered, and what can be done.

use leptos::prelude::*;
use shared::tasks::{TaskDetail, TaskDone, TaskSummary};
use shared::{Page, Permission, TaskId};
use ui::{Button, Confirm, CopyId, Facts, Open, TextArea, lu, toast_ok};

use super::queues::queue_word;
use super::tasks::standing;
use crate::i18n::{t, ta, td, word};
use crate::parts::{Loaded, RecordId, StateBadge, follow, submit_with};
use crate::portals::admin::clients::client_link;
use crate::query::{Query, use_query};
use crate::session::may;
use crate::{api, format};

pub(super) fn pretty(value: &serde_json::Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

/// The details of a task, loaded again while it is worked on.
#[component]
pub(super) fn TaskDialog(id: TaskId, tasks: Query<Page<TaskSummary>>, open: Open) -> impl IntoView {
    let task = use_query(move || id, api::system::task);
    let unfinished = Signal::derive(move || {
        task.data().with(|task| task.as_ref().is_some_and(|task| task.task.finished_at.is_none()))
    });
    let followed = follow(task, &format!("/admin/tasks/{id}/events"), unfinished);
    task.refresh_every(move || if unfinished.get() && !followed.get() { 3 } else { 15 });
    let note = RwSignal::new(String::new());
    let cancelling = RwSignal::new(false);
    let cancel = submit_with(
        move || api::system::cancel_task(id),
        move |_| {
            cancelling.set(false);
            changed(task, tasks);
        },
    );
    view! {
        <Loaded query=task rows=6 let:detail>
            <Details detail task tasks open note cancelling />
        </Loaded>
        <Confirm
            open=cancelling
            title=td().queues.cancel_task
            text=td().queues.cancel_text
            action=td().queues.cancel_task
            busy=cancel.busy
            on_confirm=cancel.run
        />
    }
}

/// After an act on the task.
fn changed(task: Query<TaskDetail>, tasks: Query<Page<TaskSummary>>) {
    task.refetch();
    tasks.refetch();
    toast_ok(t().done);
}

#[component]
fn Details(
    detail: TaskDetail,
    task: Query<TaskDetail>,
    tasks: Query<Page<TaskSummary>>,
    open: Open,
    note: RwSignal<String>,
    cancelling: RwSignal<bool>,
) -> impl IntoView {
    let head = detail.task.clone();
    let id = head.id;
    let retry = submit_with(move || api::system::retry_task(id), move |_| changed(task, tasks));
    let done = submit_with(
        move || api::system::task_done(id, &TaskDone { note: note.get_untracked().trim().to_owned() }),
        move |_| {
            changed(task, tasks);
            open.close();
        },
    );
    let unfinished = head.finished_at.is_none();
    let operate = may(Permission::TasksOperate);
    let at = |at: Option<jiff::Timestamp>| {
        at.map(format::date_time_exact).unwrap_or_else(|| "—".to_owned()).into_any()
    };
    let mut facts = vec![
        (t().state.to_owned(), view! { <StateBadge state=head.state.as_str() /> }.into_any()),
        (ta().queue.to_owned(), queue_word(head.queue).into_any()),
        (ta().attempts.to_owned(), format!("{} / {}", head.attempts, head.attempts_max).into_any()),
        (t().created_at.to_owned(), at(Some(head.created_at))),
        (ta().due_at.to_owned(), at(Some(head.run_at))),
        (ta().started.to_owned(), at(head.started_at)),
        (ta().finished.to_owned(), at(head.finished_at)),
        (ta().duration.to_owned(), head.duration_ms.map(format::milliseconds).into_any()),
        (ta().worker.to_owned(), detail.worker.clone().into_any()),
        ("ID".to_owned(), view! { <RecordId id=id.0 path=format!("/admin/tasks/{id}") /> }.into_any()),
    ];
    let exact = |at: jiff::Timestamp| format::date_time_exact(at).into_any();
    let link = |href: String, text: &'static str| view! { <a class="link" href=href>{text}</a> }.into_any();
    let copied = |request: String| {
        let end = request.get(request.len().saturating_sub(8)..).unwrap_or_default().to_owned();
        view! { <CopyId text=end id=request /> }.into_any()
    };
    let client = |id| client_link(id, head.client_name.clone().unwrap_or_default());
    let known = [
        (ta().step, standing(&head).map(|text| text.into_any())),
        (td().queues.pushed_at, detail.pushed_at.map(exact)),
        (td().queues.leased_until, detail.leased_until.map(exact)),
        (ta().client, head.client_id.map(client)),
        (ta().service, head.service_id.map(|id| link(format!("/admin/services/{id}"), ta().service))),
        (ta().document, head.document_id.map(|id| link(format!("/admin/documents/{id}"), ta().document))),
        (ui::words().request_id, head.request_id.clone().map(copied)),
    ];
    facts.extend(known.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    view! {
        <h3>{head.name.clone()}</h3>
        {head.error.clone().map(|error| view! { <ui::Note tone=ui::Tone::Bad>{error}</ui::Note> })}
        <Facts rows=facts />
        {(head.manual && unfinished && operate)
            .then(|| {
                view! {
                    <TextArea name="note" label=t().note value=note rows=2 max_length=2000 />
                    <Button
                        text=td().waiting.mark
                        icon=lu::LuCheck
                        class="btn-primary"
                        busy=done.busy
                        on_click=done.run
                    />
                }
            })}
        <div>
            <h3 class="mb-2">{ta().input}</h3>
            <pre class="json" tabindex="0">{pretty(&detail.input)}</pre>
        </div>
        {detail
            .output
            .as_ref()
            .map(|output| {
                view! {
                    <div>
                        <h3 class="mb-2">{ta().output}</h3>
                        <pre class="json" tabindex="0">{pretty(output)}</pre>
                    </div>
                }
            })}
        <div class="form-bar">
            {(detail.can_cancel && operate)
                .then(|| {
                    view! {
                        <Button
                            text=td().queues.cancel_task
                            class="btn-danger"
                            on_click=Callback::new(move |()| cancelling.set(true))
                        />
                    }
                })}
            {(detail.can_retry && operate)
                .then(|| view! { <Button text=word("retry") icon=lu::LuRotateCcw busy=retry.busy on_click=retry.run /> })}
        </div>
    }
}

//! `/admin/queues`: the processes that work, and what waits for them.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::tasks::{AutomationStatus, Queue, QueueStatus, RunningProcess};
use ui::{Badge, Card, EmptyState, Note, PageHead, StatCard, Tone, lu};

use crate::i18n::{t, ta, td};
use crate::parts::Loaded;
use crate::query::use_query;
use crate::{api, format};

/// What a queue is called.
pub(super) fn queue_word(queue: Queue) -> &'static str {
    let words = &td().queues;
    match queue {
        Queue::Default => words.default,
        Queue::Billing => words.billing,
        Queue::Provisioning => words.provisioning,
        Queue::Mail => words.mail,
    }
}

/// How the automation is doing, live.
#[component]
pub fn QueuesPage() -> impl IntoView {
    let status = use_query(|| (), |()| api::system::automation());
    status.refresh_every(|| 5);
    view! {
        <Title text=td().queues.title />
        <PageHead title=td().queues.title text=td().queues.text />
        <Loaded query=status rows=8 let:status>
            <Status status />
        </Loaded>
    }
}

#[component]
fn Status(status: AutomationStatus) -> impl IntoView {
    let words = &td().queues;
    let at = |at: Option<jiff::Timestamp>| at.map_or_else(|| t().never.to_owned(), format::date_time);
    view! {
        {(!status.problems.is_empty())
            .then(|| {
                view! {
                    <div class="mb-5">
                        <Note tone=Tone::Bad>
                            <ul>{status.problems.iter().map(|problem| view! { <li>{problem.clone()}</li> }).collect_view()}</ul>
                        </Note>
                    </div>
                }
            })}
        <div class="grid-4 mb-5">
            <StatCard
                title=ta().automation
                figure=if status.healthy { ta().all_well } else { ta().needs_attention }
            />
            <StatCard title=ta().workers figure=format::count(status.workers_alive) remark=format!("{}: {}", words.heartbeat, at(status.heartbeat_at)) />
            <StatCard title=ta().leader figure=if status.has_leader { t().yes } else { t().no } />
            <StatCard
                title=ta().waiting_for_staff
                figure=ta().task_queue
                href="/admin/tasks?manual=true&state=processing"
                remark=format!("{}: {}", words.last_run, at(status.last_run_at))
            />
        </div>
        <div class="stack-y">
            <Card title=words.title flush=true>
                <div class="table-wrap" tabindex="0" role="region" aria-label=words.title>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{ta().queue}</th>
                                <th scope="col" class="end">{words.waiting}</th>
                                <th scope="col" class="end">{words.later}</th>
                                <th scope="col" class="end">{words.running}</th>
                                <th scope="col" class="end">{words.longest_wait}</th>
                                <th scope="col" class="end">{words.done_day}</th>
                                <th scope="col" class="end">{words.failed_day}</th>
                            </tr>
                        </thead>
                        <tbody>{status.queues.into_iter().map(queue).collect_view()}</tbody>
                    </table>
                </div>
            </Card>
            <Card title=words.processes flush=true>
                {if status.processes.is_empty() {
                    view! { <EmptyState icon=lu::LuServer title=words.no_processes /> }.into_any()
                } else {
                    view! {
                        <div class="table-wrap" tabindex="0" role="region" aria-label=words.processes>
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th scope="col">{words.process}</th>
                                        <th scope="col">{t().status}</th>
                                        <th scope="col">{words.work}</th>
                                        <th scope="col">{ta().version}</th>
                                        <th scope="col">{ta().started}</th>
                                        <th scope="col">{words.seen}</th>
                                    </tr>
                                </thead>
                                <tbody>{status.processes.into_iter().map(process).collect_view()}</tbody>
                            </table>
                        </div>
                    }
                        .into_any()
                }}
            </Card>
        </div>
    }
}

fn queue(queue: QueueStatus) -> impl IntoView {
    let name = queue.queue.as_str();
    let failed = if queue.failed_day > 0 { "end num neg font-semibold" } else { "end num" };
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/admin/tasks?queue={name}")>{queue_word(queue.queue)}</a>
            </th>
            <td class="end num">{format::count(queue.waiting)}</td>
            <td class="end num">{format::count(queue.later)}</td>
            <td class="end num">{format::count(queue.processing)}</td>
            <td class="end num">{format::duration(queue.longest_wait_seconds)}</td>
            <td class="end num">{format::count(queue.completed_day)}</td>
            <td class=failed>
                <a href=format!("/admin/tasks?queue={name}&state=failed")>{format::count(queue.failed_day)}</a>
            </td>
        </tr>
    }
}

fn process(process: RunningProcess) -> impl IntoView {
    let (text, tone) =
        if process.alive { (td().queues.alive, Tone::Ok) } else { (td().queues.gone, Tone::Plain) };
    view! {
        <tr>
            <th scope="row" class="mono">{process.host}</th>
            <td><Badge text tone /></td>
            <td class="mono">{process.role}</td>
            <td class="mono">{process.version}</td>
            <td>{format::date_time(process.started_at)}</td>
            <td>{format::date_time_exact(process.seen_at)}</td>
        </tr>
    }
}

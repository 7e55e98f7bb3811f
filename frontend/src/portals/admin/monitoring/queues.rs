//! `/admin/queues`: what waits, the processes that work on it, and what they did over time.

use leptos::prelude::*;
use leptos_meta::Title;
use shared::Permission;
use shared::tasks::{AutomationStatus, Queue, QueueStatus, RunningProcess};
use ui::{Badge, Button, Card, EmptyState, Note, PageHead, StatCard, TableWrap, Tone, lu};

use super::queue_charts::QueueCharts;
use super::queue_control::{QueueControls, Steering};
use crate::i18n::{fill, t, ta, td, word};
use crate::parts::{Live, LiveSwitch, Loaded};
use crate::query::use_query;
use crate::session::may;
use crate::{api, format};

/// What a queue is called.
pub fn queue_word(queue: Queue) -> &'static str {
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
    let live = Live::every(5);
    status.refresh_every(move || live.seconds());
    let counts = use_query(|| (), |()| api::system::task_counts());
    counts.refresh_every(move || live.seconds());
    // Unknown until it has arrived.
    let by_staff =
        Signal::derive(move || counts.data().with(|counts| counts.as_ref().map(|counts| counts.manual)));
    let steering = Steering::new();
    view! {
        <Title text=td().queues.title />
        <PageHead title=td().queues.title text=td().queues.text>
            <LiveSwitch live />
        </PageHead>
        <Loaded query=status rows=8 let:status>
            <Status status by_staff steering />
        </Loaded>
        <QueueCharts live />
        <QueueControls steering done=Callback::new(move |()| status.refetch()) />
    }
}

#[component]
fn Status(status: AutomationStatus, by_staff: Signal<Option<i64>>, steering: Steering) -> impl IntoView {
    let words = &td().queues;
    let at = |at: Option<jiff::Timestamp>| at.map_or_else(|| t().never.to_owned(), format::date_time);
    let problems: Vec<&str> = status.problems.iter().map(|problem| word(problem.as_str())).collect();
    view! {
        {(!problems.is_empty())
            .then(|| {
                view! {
                    <div class="mb-5">
                        <Note tone=Tone::Bad>{problems.join(" ")}</Note>
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
                figure=move || by_staff.get().map_or_else(|| "…".to_owned(), format::count)
                href="/admin/tasks?manual=true&state=processing"
                remark=format!("{}: {}", words.last_run, at(status.last_run_at))
            />
        </div>
        <div class="stack-y">
            <Card title=words.title flush=true>
                <TableWrap label=words.title>
                    <table class="table">
                        <thead>
                            <tr>
                                <th scope="col">{ta().queue}</th>
                                <th scope="col" class="end">{words.waiting}</th>
                                <th scope="col" class="end">{words.later}</th>
                                <th scope="col" class="end">{words.running}</th>
                                <th scope="col" class="end">{words.at_once}</th>
                                <th scope="col" class="end">{words.longest_wait}</th>
                                <th scope="col" class="end">{words.done_day}</th>
                                <th scope="col" class="end">{words.failed_day}</th>
                                <th></th>
                            </tr>
                        </thead>
                        <tbody>{status.queues.into_iter().map(|one| queue(one, steering)).collect_view()}</tbody>
                    </table>
                </TableWrap>
            </Card>
            <Card title=words.processes flush=true>
                {if status.processes.is_empty() {
                    view! { <EmptyState icon=lu::LuServer title=words.no_processes /> }.into_any()
                } else {
                    view! {
                        <TableWrap label=words.processes>
                            <table class="table">
                                <thead>
                                    <tr>
                                        <th scope="col">{words.process}</th>
                                        <th scope="col">{t().status}</th>
                                        <th scope="col">{words.work}</th>
                                        <th scope="col" class="end">{words.running}</th>
                                        <th scope="col">{ta().version}</th>
                                        <th scope="col">{ta().started}</th>
                                        <th scope="col">{words.seen}</th>
                                    </tr>
                                </thead>
                                <tbody>{status.processes.into_iter().map(process).collect_view()}</tbody>
                            </table>
                        </TableWrap>
                    }
                        .into_any()
                }}
            </Card>
        </div>
    }
}

fn queue(queue: QueueStatus, steering: Steering) -> impl IntoView {
    let name = queue.queue.as_str();
    let words = &td().queues;
    let control = queue.control;
    let failed = if queue.failed_day > 0 { "end num neg font-semibold" } else { "end num" };
    let (which, has_failed) = (queue.queue, queue.failed_day > 0);
    view! {
        <tr>
            <th scope="row">
                <a class="row-link" href=format!("/admin/tasks?queue={name}")>{queue_word(queue.queue)}</a>
                {control.paused.then(|| view! { " " <Badge text=words.paused tone=Tone::Warn /> })}
            </th>
            <td class="end num">{format::count(queue.waiting)}</td>
            <td class="end num">{format::count(queue.later)}</td>
            <td class="end num">{format::count(queue.processing)}</td>
            <td class="end num">
                {format!("{}–{}", control.concurrency_min, control.concurrency_max)}
                <small class="sub">{fill(words.in_force, &[("n", &format::count(queue.in_force))])}</small>
            </td>
            <td class="end num">{format::duration(queue.longest_wait_seconds)}</td>
            <td class="end num">{format::count(queue.completed_day)}</td>
            <td class=failed>
                <a href=format!("/admin/tasks?queue={name}&state=failed")>{format::count(queue.failed_day)}</a>
            </td>
            <td class="end">
                {may(Permission::TasksOperate)
                    .then(|| {
                        view! {
                            <div class="flex justify-end gap-2">
                                {has_failed
                                    .then(|| {
                                        let retry = Callback::new(move |()| steering.retry(which));
                                        view! { <Button text=words.retry_all class="btn-sm" on_click=retry /> }
                                    })}
                                <Button
                                    text=words.steer
                                    icon=lu::LuSlidersHorizontal
                                    class="btn-sm"
                                    on_click=Callback::new(move |()| steering.change(which, control))
                                />
                            </div>
                        }
                    })}
            </td>
        </tr>
    }
}

fn process(process: RunningProcess) -> impl IntoView {
    let words = &td().queues;
    let (text, tone) = if process.alive { (words.alive, Tone::Ok) } else { (words.gone, Tone::Bad) };
    view! {
        <tr>
            <th scope="row" class="mono">{process.host}</th>
            <td>
                <Badge text tone />
                {process.leader.then(|| view! { " " <Badge text=ta().leader tone=Tone::Brand /> })}
            </td>
            <td class="mono">{process.role}</td>
            <td class="end num">{format!("{} / {}", process.running, process.concurrency)}</td>
            <td class="mono">{process.version}</td>
            <td>{format::date_time(process.started_at)}</td>
            <td>{format::date_time_exact(process.seen_at)}</td>
        </tr>
    }
}
